"""The bot's side of a Ray cluster: an engine in a child process, which alone uses Ray.

If that process ends, as it does when the cluster's head is away for long, its pictures wait for the next one: nobody
was to blame. Members wait, and everything ends once.
"""

import asyncio
import itertools
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field, replace
from importlib.util import find_spec
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
    Started,
)
from inference.backends.base import WorkerSettings
from inference.models.library import foreseen
from inference.pool.changes import Changes
from inference.processes import frames, protocol
from inference.processes.child import Child
from inference.processes.supervisor import Loss, Supervisor, Unusable
from inference.worker.counts import Tally
from inference.worker.engine import LOOP
from inference.worker.in_flight import not_offered

log = structlog.get_logger(__name__)

BACKOFF = (1.0, 2.0, 5.0, 10.0, 20.0)
AWAY = "The machines are away: the Ray cluster is being joined."
NOT_INSTALLED = 'engine.kind = "ray" needs Ray: install Pentimento with EXTRAS=ray (README, Extras).'
COME_SECONDS = 90.0
"""How long a command waits for the first machine."""


@dataclass(slots=True, eq=False)
class _InFlight:
    request: Img2ImgRequest
    key: str
    events: "asyncio.Queue[Event | None]" = field(default_factory=asyncio.Queue)
    unwanted: bool = False


class ClusterEngine:
    """An `inference.api.Engine` over the machines of a Ray cluster.

    Args:
        settings: for the workers on the machines; folders in it are the same on each.
        address: "HOST:PORT" of the head; this machine must be a node.
        backend: as in `ProcessEngine`.
        at_once: enter before any machine has come.
    """

    def __init__(self, settings: WorkerSettings, *, address: str, backend: str = LOOP, at_once: bool = False) -> None:
        self._settings = settings
        self._address = address
        self._backend = backend
        self._at_once = at_once
        steps = (self._start, self._converse, self._lost)
        self._supervisor = Supervisor("The cluster's process", *steps, pauses=BACKOFF, at_once=True)
        self._keys = itertools.count(1)
        self._in_flight: dict[str, _InFlight] = {}
        self._capacity = Capacity(slots=1, device="")
        self._devices: Sequence[Device] = ()
        self._tally = Tally()
        self._refusal = ""
        self._restarts: dict[str, asyncio.Future[bool]] = {}
        self._changes = Changes()
        self._stopped = CLOSED
        self._owned = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if find_spec("ray") is None:
            raise ModelUnavailable(NOT_INSTALLED)
        self._stopped = ""
        known, _ = await asyncio.to_thread(foreseen, self._settings.entries)
        self._capacity = Capacity(slots=1, device="", models=known)
        try:
            await self._owned.enter_async_context(self._supervisor)
            self._owned.callback(self._stop)
            if not self._at_once:
                await self._first_machine()
        except BaseException:
            await self._owned.aclose()
            raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._owned.aclose()

    def capacity(self) -> Capacity:
        if self._stopped:
            raise EngineStopped(self._stopped)
        return self._capacity

    def devices(self) -> Sequence[Device]:
        return self._devices or [Device(name=self._address, trouble=self._refusal or AWAY)]

    async def run(self, request: Img2ImgRequest) -> AsyncGenerator[Event, None]:
        if self._stopped:
            raise EngineStopped(self._stopped)
        if request.model not in self._settings.entries:
            yield not_offered(request, self._settings.entries)
            return
        entry = _InFlight(request, str(next(self._keys)))
        self._in_flight[entry.key] = entry
        if not any(device.slots for device in self._devices):
            entry.events.put_nowait(Started(loading=True))
        self._send(entry)
        try:
            while (event := await entry.events.get()) is not None:
                yield event
                if isinstance(event, Done | Failed | Cancelled):
                    return
            raise EngineStopped(self._stopped)
        finally:
            self._drop(entry)
            self._in_flight.pop(entry.key, None)

    async def cancel(self, request_id: str) -> None:
        for entry in [*self._in_flight.values()]:
            if entry.request.id == request_id:
                self._drop(entry)

    async def ready(self) -> None:
        await self._changes.until(lambda: bool(self._stopped) or any(device.slots for device in self._devices))
        if self._stopped:
            raise EngineStopped(self._stopped)

    def can_start(self, model: str) -> bool:
        return any(model in device.loaded and device.running < device.slots for device in self._devices)

    def trouble(self) -> str:
        if self._stopped:
            return self._stopped
        troubles = [device.trouble for device in self.devices()]
        return "" if "" in troubles else troubles[0]

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

    async def restart(self, name: str, *, seconds: float) -> bool:
        child = self._supervisor.child
        if child is None:
            return False
        key = str(next(self._keys))
        self._restarts[key] = asyncio.get_running_loop().create_future()
        child.send({"frame": "restart", "id": key, "name": name, "seconds": seconds})
        try:
            return await self._restarts[key]
        finally:
            del self._restarts[key]

    async def _first_machine(self) -> None:
        """Wait until every machine that the cluster has now has come or is known not to.

        Raises:
            ModelUnavailable: none came; the sentence names each.
        """

        def settled() -> bool:
            coming = any(device.trouble == STARTING for device in self._devices)
            return bool(self._refusal) or (bool(self._devices) and not coming)

        await self._changes.until(settled, COME_SECONDS)
        if not any(device.slots for device in self._devices):
            raise ModelUnavailable(self._refusal or " ".join(device.trouble for device in self.devices()))

    def _send(self, entry: _InFlight) -> None:
        if (child := self._supervisor.child) and not entry.unwanted:
            request = replace(
                entry.request,
                id=entry.key,
                source=entry.request.source.absolute(),
                output=entry.request.output.absolute(),
            )
            if request.control and request.control.map:
                request = replace(request, control=replace(request.control, map=request.control.map.absolute()))
            child.send({"frame": "run", "request": asdict(request)})

    def _drop(self, entry: _InFlight) -> None:
        """Nobody wants this one any more."""
        if entry.key not in self._in_flight or entry.unwanted:
            return
        entry.unwanted = True
        if self._supervisor.child:
            self._supervisor.child.send({"frame": "cancel", "id": entry.key})
        else:
            entry.events.put_nowait(Cancelled())

    def _stop(self) -> None:
        self._stopped = CLOSED
        for entry in self._in_flight.values():
            entry.events.put_nowait(None)
        self._end_restarts()
        self._changes.note()

    def _end_restarts(self) -> None:
        """Nobody will say how they went."""
        for restart in self._restarts.values():
            if not restart.done():
                restart.set_result(False)

    async def _start(self) -> Child:
        token = {name: value for name, value in os.environ.items() if name.startswith("RAY_")}
        return await Child.start("inference.cluster", environment=token)

    def _lost(self, loss: Loss) -> None:
        """The cluster's process is gone: the next one gets its requests."""
        self._devices = ()
        self._tally.begin()
        if loss.failures and loss.fault:
            self._refusal = loss.reason
        self._end_restarts()
        for entry in self._in_flight.values():
            if entry.unwanted:
                entry.events.put_nowait(Cancelled())
        self._changes.note()

    async def _converse(self, child: Child) -> None:
        settings = self._settings.to_json()
        child.send({"frame": "open", "settings": settings, "address": self._address, "backend": self._backend})
        while (frame := await child.read()) is not None:
            match frame["frame"]:
                case "state":
                    self._learn(frame)
                    if self._supervisor.child is None:
                        self._supervisor.ready(child)
                        self._refusal = ""
                        for entry in self._in_flight.values():
                            self._send(entry)
                case "unavailable":
                    raise Unusable(frame["message"])
                case "restarted":
                    if (restart := self._restarts.get(frame["id"])) and not restart.done():
                        restart.set_result(frame["works"])
                case _ if asked := self._in_flight.get(frame["id"]):
                    event = protocol.event_from_json(frame["event"])
                    asked.events.put_nowait(event)
                    if isinstance(event, Done):
                        self._supervisor.worked()

    def _learn(self, frame: frames.Frame) -> None:
        capacity = protocol.capacity_from_json(frame["capacity"])
        self._capacity = capacity if capacity.models else replace(capacity, models=self._capacity.models)
        self._devices = [Device(**{**each, "loaded": tuple(each["loaded"])}) for each in frame["devices"]]
        self._tally.update(protocol.counters_from_json(frame["counters"]))
        self._changes.note()
