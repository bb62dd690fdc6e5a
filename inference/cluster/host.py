"""What runs on a machine of the cluster: an unchanged `ProcessEngine` behind calls that carry pictures as bytes.

`Host` is made an actor by `inference.cluster.member`; nothing here needs Ray. Events go as plain values, so
nothing of ours is pickled, and no storage has to be shared.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, replace
from pathlib import Path

import psutil

from inference.api import Done, EngineStopped, Img2ImgRequest, ModelUnavailable, Preview
from inference.backends.base import WorkerSettings
from inference.processes import frames, protocol
from inference.worker.engine import ProcessEngine

Said = tuple[frames.Frame, bytes]
"""An event, and the picture that belongs to it, or nothing."""

_FOLDER = "pentimento-node-"


def code_version() -> str:
    """A fingerprint of the engine's code: machines of a cluster must have the same."""
    code = hashlib.sha256()
    here = Path(__file__).parents[1]
    for file in sorted(here.rglob("*.py")):
        code.update(str(file.relative_to(here)).encode() + b"\0" + file.read_bytes())
    return code.hexdigest()[:12]


class Host:
    """One device. It dies with whoever made it, and its worker with it."""

    def __init__(self) -> None:
        _sweep()
        self._folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))
        self._running: set[str] = set()
        self._cancelled: set[str] = set()
        self._leave = asyncio.Event()

    async def open(self, settings: frames.Frame, backend: str, version: str) -> frames.Frame:
        """Begin to load the default model.

        Args:
            settings: what `WorkerSettings.to_json` wrote.
            backend: as in `ProcessEngine`.
            version: `code_version` of whoever asks.

        Returns:
            How it stands, as `look` does, or under "refused" why it cannot be used.
        """
        if (own := code_version()) != version:
            return {"refused": f"it has another version of Pentimento ({own}, not {version}): install the same."}
        wanted = WorkerSettings.from_json(settings)
        self._engine = ProcessEngine(
            model=wanted.model,
            entries=wanted.entries,
            dtype=wanted.dtype,
            memory_gb=wanted.memory_gb,
            memory=wanted.memory,
            map_models=wanted.map_models,
            backend=backend,
            at_once=True,
        )
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._keeping = asyncio.create_task(self._keep(opened))
        try:
            await opened
        except (ModelUnavailable, EngineStopped) as error:
            return {"refused": str(error)}
        return await self.look()

    async def look(self) -> frames.Frame:
        """How it stands."""
        [device] = self._engine.devices()
        capacity, counters = self._engine.capacity(), dict(self._engine.counters())
        return {"device": asdict(device), "capacity": asdict(capacity), "counters": counters}

    async def ready(self) -> str:
        """Return when requests can be run, or why that will never be."""
        try:
            await self._engine.ready()
        except EngineStopped as error:
            return str(error)
        return ""

    async def run(self, key: str, fields: frames.Frame, source: bytes, drawn: bytes) -> AsyncGenerator[Said, None]:
        """Run a request.

        Args:
            key: its name in `cancel`.
            fields: the request as plain values.
            source: its picture.
            drawn: its control map; empty if it brings none.
        """
        self._running.add(key)
        files = {name: self._folder / f"{key}.{name}.png" for name in ("source", "map", "output")}
        try:
            files["source"].write_bytes(source)
            request = replace(
                protocol.request_from_json(fields), id=key, source=files["source"], output=files["output"]
            )
            if request.control and drawn:
                files["map"].write_bytes(drawn)
                request = replace(request, control=replace(request.control, map=files["map"]))
            async with aclosing(self._engine.run(request)) as events:
                if key in self._cancelled:  # it came before its request
                    self._soon_cancelled = asyncio.create_task(self._engine.cancel(key))
                async for event in events:
                    if key in self._cancelled:
                        await self._engine.cancel(key)
                    blob = b""
                    if isinstance(event, Preview):
                        blob = event.path.read_bytes()
                        event.path.unlink()
                    elif isinstance(event, Done):
                        blob = await asyncio.to_thread(files["output"].read_bytes)
                    yield protocol.event_to_json(event), blob
        finally:
            self._running.discard(key)
            self._cancelled.discard(key)
            for file in files.values():
                file.unlink(missing_ok=True)

    async def cancel(self, key: str) -> None:
        """Stop a request; a cancel may come before it."""
        self._cancelled.add(key)
        if key in self._running:
            await self._engine.cancel(key)

    async def close(self) -> None:
        """End the worker."""
        self._leave.set()
        with contextlib.suppress(AttributeError):
            await self._keeping
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _keep(self, opened: "asyncio.Future[None]") -> None:
        """Own the engine in one task, however many calls there are."""
        try:
            async with self._engine:
                opened.set_result(None)
                await self._leave.wait()
        except (ModelUnavailable, EngineStopped) as error:
            if not opened.done():
                opened.set_exception(error)


def _sweep() -> None:
    """Take away what hosts left that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        owner = folder.name.removeprefix(_FOLDER).partition("-")[0]
        if owner.isdecimal() and not _lives(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def plain(request: Img2ImgRequest) -> frames.Frame:
    """A request as plain values."""
    fields: frames.Frame = json.loads(json.dumps(asdict(request), default=str))
    return fields
