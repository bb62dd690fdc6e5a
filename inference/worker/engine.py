"""The engine that the service uses: models run in a child process, so that nothing they do can stop the chats.

A model can crash, hang while holding the interpreter's lock, or poison its device. Here that costs one child: a new
one takes its place, and those that wait do not notice. Which request was to blame cannot be told from outside, so all
are run again one at a time, and only one that is alone with a worker that dies has failed.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, replace
from typing import Self

import structlog

from inference.api import (
    CLOSED,
    STARTING,
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
    Started,
    Step,
)
from inference.backends.base import WorkerSettings
from inference.models.downloads import SILENCE_SECONDS
from inference.models.entry import MapModels, ModelEntry
from inference.models.library import Library, all_offered
from inference.processes import frames, protocol
from inference.processes.child import Child, Unkillable
from inference.processes.supervisor import Loss, Supervisor, Unusable
from inference.worker.counts import Counts
from inference.worker.devices import OwnDevice, device_of
from inference.worker.in_flight import InFlight, end_with_worker, next_up, not_offered, suspects_of, unavailable
from inference.worker.watchdog import StepBudget

log = structlog.get_logger(__name__)

LOOP = "inference.backends.batched:LoopBackend"
BACKOFF = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
MAX_FAILED_STARTS = 5


class ProcessEngine:
    """An `inference.api.Engine` with one worker process.

    Args:
        model: the default model; loaded before the engine is entered. A hub id or folder if `entries` lacks it.
        entries: the models that requests may name, by that name; loaded when one does.
        device, dtype, memory_gb, memory, map_models: as in `inference.backends.base.WorkerSettings`.
        own: which device is the worker's alone, instead of `device`.
        library: what brings files, if engines share it; else it has its own.
        backend: "module:factory" of what runs the models.
        step_seconds: least silence after which a worker at work counts as hung; slow models get more (`StepBudget`).
        load_seconds: how long loading a model may take; fetching it is not counted.
        download_silence: seconds without a byte after which a download is given up.
        at_once: enter as soon as it is known that the default model can be had, and fetch and load it meanwhile.
        backoff: seconds before a dead worker is replaced, by deaths since the last picture; the last one repeats.
        max_failed_starts: workers in a row that died before they were ready, after which the engine stops.
    """

    def __init__(
        self,
        *,
        model: str,
        entries: Mapping[str, ModelEntry] | None = None,
        device: str = "auto",
        own: OwnDevice | None = None,
        dtype: str = "auto",
        memory_gb: float = 0.0,
        memory: str = "auto",
        map_models: MapModels | None = None,
        library: Library | None = None,
        backend: str = LOOP,
        step_seconds: float = 30.0,
        load_seconds: float = 600.0,
        download_silence: float = SILENCE_SECONDS,
        at_once: bool = False,
        backoff: Sequence[float] = BACKOFF,
        max_failed_starts: int = MAX_FAILED_STARTS,
    ) -> None:
        map_models = map_models or MapModels()
        self._own = own or OwnDevice(name=device, device=device)
        self._settings = WorkerSettings(
            model=model,
            entries=all_offered(model, entries or {}, map_models),
            device=self._own.device,
            dtype=dtype,
            memory_gb=memory_gb,
            memory=memory,
            map_models=map_models,
        )
        self._backend = backend
        self._budget = StepBudget(step_seconds=step_seconds, load_seconds=load_seconds)
        self._max_failed_starts = max_failed_starts
        self._keys = itertools.count(1)
        self._waiting: deque[InFlight] = deque()
        self._in_flight: dict[str, InFlight] = {}
        self._supervisor = Supervisor(
            "The worker",
            *(self._start, self._converse, self._lost),
            pauses=backoff,
            ready_seconds=load_seconds,
            at_once=at_once,
        )
        self._capacity: Capacity | None = None
        self._counts = Counts()
        self._library = library or Library(self._settings.entries, map_models, silence=download_silence)
        self._own_library = library is None
        self._at_once = at_once
        self._stuck: Child | None = None  # a worker that could not be killed
        self._ready = asyncio.Event()  # a worker takes requests, or none ever will
        self._stopped = CLOSED
        self._owned = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._stopped = ""
        self._ready.clear()
        try:
            self._group = await self._owned.enter_async_context(asyncio.TaskGroup())
            if self._own_library:
                await self._owned.enter_async_context(self._library)
            if self._at_once:
                models = await self._library.outlook(self._settings.model)
                self._capacity = Capacity(slots=1, device="", models=models)
            await self._owned.enter_async_context(self._supervisor)
            self._owned.callback(self._stop, CLOSED)
        except BaseException:
            await self._owned.aclose()
            raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._owned.aclose()

    def capacity(self) -> Capacity:
        if self._capacity is None:
            raise EngineStopped(self._stopped)
        return self._capacity

    async def run(self, request: Img2ImgRequest) -> AsyncGenerator[Event, None]:
        if self._stopped:
            raise EngineStopped(self._stopped)
        if request.model not in self._settings.entries:
            yield not_offered(request, self._settings.entries)
            return
        entry = InFlight(request)
        self._waiting.append(entry)
        if lacks := self._library.lacks(request.needs):
            self._group.create_task(self._bring_for(entry))
        if lacks or (request.needs.model and not self._ready.is_set()):
            entry.events.put_nowait(Started(loading=True))
        self._dispatch()
        try:
            while (event := await entry.events.get()) is not None:
                yield event
                if isinstance(event, Done | Failed | Cancelled):
                    return
            raise EngineStopped(self._stopped)
        finally:
            self._drop(entry)

    async def cancel(self, request_id: str) -> None:
        for entry in (*self._waiting, *self._in_flight.values()):
            if entry.request.id == request_id:
                self._drop(entry)

    async def ready(self) -> None:
        await self._ready.wait()
        if self._stopped:
            raise EngineStopped(self._stopped)

    def lacks(self, needs: Needs) -> bool:
        return self._library.lacks(needs)

    async def bring(self, needs: Needs) -> None:
        await self._library.bring(needs)

    def arriving(self, needs: Needs) -> Arriving | None:
        return self._library.arriving(needs)

    def devices(self) -> Sequence[Device]:
        child = self._supervisor.child
        known = (self._capacity, child.pid) if self._capacity and child else None
        running = sum(not entry.request.map_only for entry in self._in_flight.values())
        return [device_of(self._own.name, known, running=running, trouble=self.trouble(), lost=self._counts.lost)]

    def can_start(self, model: str) -> bool:
        return self._capacity is not None and model in self._capacity.loaded

    def trouble(self) -> str:
        if not self._stopped and self._supervisor.child is None:
            return STARTING
        absent = self._library.lacks(Needs(model=self._settings.model))
        return self._stopped or ("The default model is being downloaded." if absent else "")

    def counters(self) -> Mapping[str, int]:
        return self._counts.all() | (self._library.counters() if self._own_library else {})

    async def _bring_for(self, entry: InFlight) -> None:
        try:
            await self._library.bring(entry.request.needs)
        except ModelUnavailable as error:
            if entry in self._waiting:
                self._waiting.remove(entry)
                entry.events.put_nowait(unavailable(error))
        self._dispatch()

    def _dispatch(self) -> None:
        """Hand waiting requests to the worker as long as it has room."""
        child, slots = self._supervisor.child, self._capacity.slots if self._capacity else 0
        while child and (entry := next_up(self._able(), self._in_flight.values(), slots=slots)):
            self._waiting.remove(entry)
            entry.key = str(next(self._keys))
            entry.silence = self._budget.step_seconds
            entry.sign = asyncio.get_running_loop().time()
            self._in_flight[entry.key] = entry
            child.send({"frame": "run", "request": asdict(replace(entry.request, id=entry.key))})
        self._watch()

    def _able(self) -> list[InFlight]:
        """Those waiting whose files are here."""
        return [entry for entry in self._waiting if not self._library.lacks(entry.request.needs)]

    def _watch(self) -> None:
        """Set the alarm to when the worker will have been silent for too long."""
        # Maps need no device: while they come and go, a device that hangs must not go unnoticed.
        generating = [entry for entry in self._in_flight.values() if not entry.request.map_only]
        watched = generating or self._in_flight.values()
        self._supervisor.watch(max((entry.sign + entry.silence for entry in watched), default=None))

    def _drop(self, entry: InFlight) -> None:
        """Nobody wants this one any more; does nothing if it has ended."""
        if entry in self._waiting:
            self._waiting.remove(entry)
            entry.events.put_nowait(Cancelled())
            self._dispatch()
        elif entry.key in self._in_flight and not entry.unwanted:
            entry.unwanted = True
            if self._supervisor.child:
                self._supervisor.child.send({"frame": "cancel", "id": entry.key})

    def _stop(self, reason: str) -> None:
        """Run nothing any more."""
        self._stopped = self._stopped or reason
        self._ready.set()
        for entry in (*self._waiting, *self._in_flight.values()):
            entry.events.put_nowait(None)
        self._waiting.clear()
        self._dispatch()

    async def _start(self) -> Child:
        if self._stuck and self._stuck.alive:  # another one would get stuck beside it
            raise Unusable(str(Unkillable(self._stuck.pid)))
        if not self._at_once:
            try:
                await self._library.bring(Needs(model=self._settings.model))
            except ModelUnavailable as error:
                raise Unusable(str(error)) from error
        arguments = ("--backend", self._backend)
        return await Child.start("inference.worker", *arguments, environment=self._own.environment)

    def _lost(self, loss: Loss) -> Exception | None:
        """A worker is gone; what ends the engine if another one would not help."""
        if isinstance(loss.fault, Unkillable):
            self._stuck = loss.child
        if loss.child:
            self._end_in_flight(hung=isinstance(loss.fault, TimeoutError), ending=loss.ending or "closed")
        fatal = loss.first or isinstance(loss.fault, Unkillable) or loss.failures >= self._max_failed_starts
        if self._stopped or loss.closing or not fatal:
            return None
        reason = loss.reason
        if isinstance(loss.fault, TimeoutError):
            seconds = self._budget.load_seconds
            reason = f"The model {self._settings.model!r} was not loaded within {seconds:.0f} seconds."
        if self._at_once or not loss.first:  # else it is raised to whoever enters
            log.error("engine stopped", reason=reason)
        self._stop(reason)
        return ModelUnavailable(reason) if isinstance(loss.fault, Unusable) else EngineStopped(reason)

    async def _converse(self, child: Child) -> None:
        """Listen until the worker leaves.

        Raises:
            Unusable: it says itself that it cannot work, or its device.
        """
        # A model that is on its way is loaded by the first request for it; all else goes on.
        first = "" if self._library.lacks(Needs(model=self._settings.model)) else self._settings.model
        child.send({"frame": "open", "settings": replace(self._settings, model=first).to_json()})
        while (frame := await child.read()) is not None:
            self._counts.heard(frame["frame"])
            match frame["frame"]:
                case "capacity":
                    self._capacity = protocol.capacity_from_json(frame["capacity"])
                    self._supervisor.ready(child)
                    self._ready.set()
                    log.info("worker ready", pid=child.pid, model=first or f"{self._settings.model}, once it is here")
                    self._dispatch()
                case "counters":
                    self._counts.update(protocol.counters_from_json(frame["counters"]))
                case "unavailable":
                    raise Unusable(frame["message"])
                case "poisoned":
                    raise Unusable(
                        f"The device is lost ({frame['message']}): if it stays so, reset it or restart the machine."
                    )
                case _ if entry := self._in_flight.get(frame["id"]):
                    self._hear(entry, frame)

    def _hear(self, entry: InFlight, frame: frames.Frame) -> None:
        """A sign of life from a request."""
        now = asyncio.get_running_loop().time()
        before, entry.sign = entry.sign, now
        if frame["frame"] == "alive":
            entry.pixels = frame["pixels"]
            entry.silence = self._budget.budget(entry.request.model, entry.pixels)
            self._watch()
            return
        event = protocol.event_from_json(frame["event"])
        if isinstance(event, Done):
            event = replace(event, device=self._own.name)
        if isinstance(event, Step) and entry.pixels:
            self._budget.note(entry.request.model, entry.pixels, now - before)
            entry.silence = self._budget.budget(entry.request.model, entry.pixels)
        if isinstance(event, Preview) and entry.unwanted:
            event.path.unlink(missing_ok=True)
            return
        entry.events.put_nowait(event)
        if isinstance(event, Done | Failed | Cancelled):
            del self._in_flight[entry.key]
            if isinstance(event, Done):
                self._supervisor.worked()
            self._dispatch()
        self._watch()

    def _end_in_flight(self, *, hung: bool, ending: str) -> None:
        """The worker is gone: end what it had taken up, or find out which of it was to blame."""
        self._counts.ended(hung=hung, ending=ending, asked=bool(self._stopped))
        end = end_with_worker(self._in_flight.values(), hung=hung, ending=ending)
        taken_up = list(self._in_flight.values())
        self._in_flight.clear()
        for entry in taken_up:
            entry.request.partial.unlink(missing_ok=True)
        self._waiting.extendleft(reversed(suspects_of(taken_up, end, stopped=bool(self._stopped))))
        self._dispatch()
