"""A device on another machine as an engine: an actor on a Ray cluster that hosts the worker there.

The actor is owned: it dies with us. Whether its machine still answers is asked every second, because Ray takes a
minute to notice one that went silent. Results are written by this side only, so that what a machine that was given up
still says reaches nobody.
"""

import asyncio
import contextlib
import io
import itertools
import re
from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, TypeVar

import ray
from PIL import Image
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from inference.api import (
    CLOSED,
    Arriving,
    Cancelled,
    Capacity,
    Device,
    Done,
    EngineStopped,
    Event,
    Failed,
    Img2ImgRequest,
    ModelUnavailable,
    Needs,
    Preview,
)
from inference.cluster.host import Host, Said, code_version, plain
from inference.geometry import fit, working_size
from inference.processes import frames, protocol
from inference.worker.counts import Tally
from inference.worker.in_flight import not_saved

PING_SECONDS = 1.0
MISSES = 4
"""Pings without an answer after which a machine is lost."""

OPEN_SECONDS = 60.0
"""How long a machine may take to start an actor and say whether it has the model."""

_CAUSE = re.compile(r"(\w+\.)*\w*(Error|Exception)\b.*:")
"""The last line of a traceback."""

CLOSE_SECONDS = 3.0
"""How long a machine gets to put its files away."""

Reply = TypeVar("Reply")


class RayMember:
    """An `inference.api.Engine` over one actor; may be entered again after it was left.

    Args:
        name: for people.
        host: the machine's address.
        node: its id in the cluster.
        gpu: whether it takes one of the machine's GPUs, and no more.
        settings: as `inference.backends.base.WorkerSettings.to_json` writes them.
        backend: as in `ProcessEngine`.
    """

    def __init__(self, *, name: str, host: str, node: str, gpu: bool, settings: frames.Frame, backend: str) -> None:
        self.name = name
        self.node = node
        self._host = host
        self._gpu = gpu
        self._settings = settings
        self._backend = backend
        self._keys = itertools.count(1)
        self._keys_of: dict[str, str] = {}
        self._capacity = Capacity(slots=1, device="")
        self._device = Device(name=name, host=host)
        self._tally = Tally()

    async def __aenter__(self) -> Self:
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        where = NodeAffinitySchedulingStrategy(self.node, soft=False)
        options = {"num_cpus": 0, "num_gpus": int(self._gpu), "max_restarts": 0, "max_concurrency": 1000}
        self._actor: Any = ray.remote(Host).options(**options, scheduling_strategy=where).remote()
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                state = await self._actor.open.remote(self._settings, self._backend, code_version())
        except TimeoutError:
            ray.kill(self._actor)
            raise ModelUnavailable(
                f"The machine {self.name} gave no answer within {OPEN_SECONDS:.0f} seconds: see whether it is "
                "reached and has a GPU that nothing else in the cluster uses."
            ) from None
        except RayError as error:
            raise ModelUnavailable(f"The machine {self.name} cannot be used: {_reason(error)}") from None
        if "refused" in state:
            ray.kill(self._actor)
            raise ModelUnavailable(f"The machine {self.name} cannot be used: {state['refused']}")
        self._learn(state)
        self._pinging = asyncio.create_task(self._ping(), name=f"ping {self.name}")
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._pinging.cancel()
        if not self.lost:
            self._lose(CLOSED)
            with contextlib.suppress(TimeoutError, RayError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._actor.close.remote()
        ray.kill(self._actor)

    @property
    def lost(self) -> bool:
        """Whether it has to be entered anew before it can run anything."""
        return self._lost.done()

    def capacity(self) -> Capacity:
        return self._capacity

    def devices(self) -> Sequence[Device]:
        return [self._device]

    async def run(self, request: Img2ImgRequest) -> AsyncGenerator[Event, None]:
        key = str(next(self._keys))
        self._keys_of[request.id] = key
        ended = False
        try:
            source, drawn = await asyncio.to_thread(self._pictures, request)
            run = self._actor.run.options(num_returns="streaming")
            stream = run.remote(key, plain(request), source, drawn)
            while not ended:
                fields, blob = await self._or_lost(_next(stream))
                event = protocol.event_from_json(fields)
                ended = isinstance(event, Done | Failed | Cancelled)
                if landed := await asyncio.to_thread(_landed, event, blob, request, key):
                    yield landed
        finally:
            self._keys_of.pop(request.id, None)
            if not ended and not self.lost:
                self._actor.cancel.remote(key)

    async def cancel(self, request_id: str) -> None:
        if (key := self._keys_of.get(request_id)) and not self.lost:
            self._actor.cancel.remote(key)

    async def ready(self) -> None:
        if reason := await self._or_lost(_result(self._actor.ready.remote())):
            raise EngineStopped(f"The machine {self.name} cannot be used: {reason}")

    def can_start(self, model: str) -> bool:
        return model in self._device.loaded

    def trouble(self) -> str:
        return self._device.trouble

    def lacks(self, needs: Needs) -> bool:
        """Nothing: what a machine lacks it fetches itself, with the request in hand."""
        del needs
        return False

    async def bring(self, needs: Needs) -> None:
        """Do nothing: see `lacks`."""

    def arriving(self, needs: Needs) -> Arriving | None:
        del needs
        return None

    def counters(self) -> Mapping[str, int]:
        return self._tally.all()

    def _pictures(self, request: Img2ImgRequest) -> tuple[bytes, bytes]:
        """A request's source, no larger than the model works on, and its map; empty if they cannot be read."""
        drawn = request.control.map if request.control else None
        source = _read(request.source)
        defaults = self._capacity.models.get(request.model)
        if defaults and (request.strength > 0 or request.map_only):
            source = _fitted(source, defaults.max_pixels)
        return source, _read(drawn) if drawn else b""

    async def _ping(self) -> None:
        missed = 0
        while missed < MISSES:
            asked = asyncio.ensure_future(_result(self._actor.look.remote()))
            try:
                async with asyncio.timeout(PING_SECONDS):
                    self._learn(await asked)
                missed = 0
                await asyncio.sleep(PING_SECONDS)
            except TimeoutError:
                missed += 1
            except RayError as error:
                self._lose(_reason(error))
                return
        self._lose(f"It has not answered for {MISSES * PING_SECONDS:.0f} seconds.")

    def _learn(self, state: frames.Frame) -> None:
        self._capacity = protocol.capacity_from_json(state["capacity"])
        device = Device(**{**state["device"], "loaded": tuple(state["device"]["loaded"])})
        self._device = replace(device, name=self.name, host=self._host)
        self._tally.update(state["counters"])

    def _lose(self, reason: str) -> None:
        self._device = Device(name=self.name, host=self._host, trouble=f"The machine {self.name} is lost: {reason}")
        if not self._lost.done():
            self._tally.begin()
            self._lost.set_result(None)

    async def _or_lost(self, answer: Coroutine[Any, Any, Reply]) -> Reply:
        """An answer of the actor.

        Raises:
            EngineStopped: it is lost, whoever noticed that.
        """
        asked = asyncio.create_task(answer)
        try:
            futures: list[asyncio.Future[Any]] = [asked, self._lost]
            await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
            if self._lost.done():
                raise EngineStopped(self._device.trouble)
            return await asked
        except (RayError, StopAsyncIteration) as error:
            self._lose(_reason(error))
            raise EngineStopped(self._device.trouble) from None
        finally:
            asked.cancel()


async def _result(reference: Any) -> Any:
    return await reference


async def _next(stream: Any) -> Said:
    """The next thing a stream says.

    Raises:
        RayError: there is none.
    """
    try:
        reference = await anext(stream)
    except StopAsyncIteration:
        raise RayError("it stopped in the middle of a picture") from None
    return await reference  # type: ignore[no-any-return]  # what `Host.run` yields


def _reason(error: Exception) -> str:
    """What Ray says in its many lines, in one."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line for line in lines if _CAUSE.match(line)]
    if causes and causes[-1].startswith("ModuleNotFoundError"):
        return f"Pentimento is not installed there ({causes[-1]})."
    return (causes[-1:] or lines or [type(error).__name__])[0]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _fitted(source: bytes, max_pixels: int) -> bytes:
    """A picture of at most so many pixels; itself if it is that already, or no picture."""
    try:
        with Image.open(io.BytesIO(source), formats=["PNG"]) as picture:
            if working_size(picture.size, max_pixels) == picture.size:
                return source
            smaller = fit(picture.convert("RGB"), max_pixels)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return source
    file = io.BytesIO()
    smaller.save(file, "PNG", compress_level=1)
    return file.getvalue()


def _landed(event: Event, blob: bytes, request: Img2ImgRequest, key: str) -> Event | None:
    """An event with its picture on this machine; None is a preview that the disk does not take."""
    if isinstance(event, Preview):
        path = request.output.with_name(f"{request.output.stem}.{key}.{event.path.name}")
        try:
            path.write_bytes(blob)
        except OSError:
            return None  # the picture itself may yet be saved; if not, that is said then
        return Preview(path)
    if isinstance(event, Done):
        try:
            request.partial.write_bytes(blob)
            request.partial.replace(request.output)
        except OSError as error:
            with contextlib.suppress(OSError):
                request.partial.unlink(missing_ok=True)
            return not_saved(error)
        return replace(event, output=request.output)
    return event
