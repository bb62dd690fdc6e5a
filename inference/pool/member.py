"""A device's engine in a pool, and a picture on its way through it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import Path

from inference.api import MAPS, STARTING, Capacity, Device, Engine, Event, Img2ImgRequest, Started, Step
from inference.geometry import Size, working_size
from inference.pool.choice import Batch, DeviceState
from inference.processes.backoff import Backoff

_PNG_HEAD = 24
"""Bytes of a PNG file until the end of its size (ISO/IEC 15948, 11.2.2)."""


class MemberState(Enum):
    """Of a member of a pool."""

    OPENING = auto()
    OPEN = auto()
    LEAVING = auto()  # it takes nothing new
    GONE = auto()


@dataclass(slots=True, eq=False)
class PooledRequest:
    """A request between `Pool.run` and its end.

    Attributes:
        batch: what it shares calls by.
        assigned: where it goes, once that is known; None if it was cancelled before.
        load_at: in loop time, from when on its model may be loaded on one more device.
        losses: devices that were lost under it.
        avoids: those.
        crashed: it was alone with a worker that died.
        unwanted: cancelled.
        loading_since: in loop time, while its model is loaded.
    """

    request: Img2ImgRequest
    batch: Batch = Batch("", None, ())  # noqa: RUF009 -- it is frozen
    assigned: "asyncio.Future[PoolMember | None]" = field(init=False)
    load_at: float = 0.0
    losses: int = 0
    avoids: "set[PoolMember]" = field(default_factory=set)
    crashed: bool = False
    unwanted: bool = False
    loading_since: float | None = None

    def enqueue(self, *, load_at: float) -> None:
        """Begin to wait for a device."""
        self.assigned = asyncio.get_running_loop().create_future()
        self.load_at = load_at

    def loaded_in(self, event: Event, now: float) -> float | None:
        """Seconds that loading its model took, once an event says that it is loaded."""
        if isinstance(event, Started) and event.loading:
            self.loading_since = now
        if not isinstance(event, Step) or self.loading_since is None:
            return None
        since, self.loading_since = self.loading_since, None
        return now - since

    def assign(self, member: "PoolMember | None") -> None:
        """End the wait; does nothing if nobody waits any more."""
        if not self.assigned.done():
            self.assigned.set_result(member)

    def fail(self, error: Exception) -> None:
        """End the wait by an error."""
        if not self.assigned.done():
            self.assigned.set_exception(error)


@dataclass(slots=True, eq=False)
class PoolMember:
    """An engine of a pool.

    Attributes:
        backoff: how long it is left alone when it was lost.
        leave: set when its engine is to be left.
        works: it has been ready since it was entered.
        proven: it has been ready at some time.
        trouble: why it is gone.
        requests: what the pool sent to it.
        keeping: the task that owns its engine.
    """

    name: str
    engine: Engine
    backoff: Backoff
    state: MemberState = MemberState.OPENING
    leave: asyncio.Event = field(default_factory=asyncio.Event)
    works: bool = False
    proven: bool = False
    trouble: str = ""
    requests: set[PooledRequest] = field(default_factory=set)
    keeping: "asyncio.Task[None] | None" = None

    def is_idle(self) -> bool:
        """Whether it has nothing."""
        return not self.requests

    @property
    def maps(self) -> int:
        """How many of its requests are control maps alone."""
        return sum(pooled.request.map_only for pooled in self.requests)

    @property
    def host(self) -> str:
        """The machine that it is in; empty if that is this one."""
        return next((device.host for device in self.engine.devices()), "")

    def devices(self) -> Sequence[Device]:
        """Its engine's devices under the member's name."""
        devices = self.engine.devices()
        if self.state in {MemberState.OPEN, MemberState.LEAVING}:
            slots = (lambda device: device.slots) if self.state is MemberState.OPEN else (lambda _: 0)
            return [replace(device, name=self.name, slots=slots(device)) for device in devices]
        trouble = self.trouble or STARTING
        return [
            replace(device, name=self.name, slots=0, running=0, loaded=(), trouble=trouble, pid=0)
            for device in devices
        ]

    def device_state(self) -> DeviceState:
        """How it stands, for the choice."""
        devices = self.devices()
        at_work = [pooled.batch for pooled in self.requests if not pooled.request.map_only]
        coming = [batch.model for batch in at_work if batch.model]
        return DeviceState(
            slots=sum(device.slots for device in devices),
            models={model for device in devices for model in device.loaded} | set(coming),
            at_work=at_work,
        )


def combined_capacity(capacities: Sequence[Capacity], devices: Sequence[Device]) -> Capacity:
    """What engines can take that have these devices; at least one slot, in which a request waits."""
    kinds = Counter(each.device for each in capacities if each.device)
    up = [device for device in devices if device.slots]
    return Capacity(
        slots=max(1, sum(device.slots for device in up)),
        device=", ".join(f"{count} x {kind}" if count > 1 else kind for kind, count in kinds.items()),
        models={name: own for each in reversed(capacities) for name, own in each.models.items()},
        loaded=tuple(dict.fromkeys(model for each in capacities for model in each.loaded)),
        maps=MAPS * max(1, len({device.host for device in up})),
    )


async def batch_of(request: Img2ImgRequest, capacity: Capacity) -> Batch:
    """What a request shares calls by."""
    model = request.needs.model
    defaults = capacity.models.get(model)
    size = await asyncio.to_thread(_size, request.source) if defaults else None
    return Batch(
        model=model,
        size=working_size(size, defaults.max_pixels) if size and defaults else None,
        loras=tuple((lora.name, lora.weight) for lora in request.loras),
    )


def _size(source: Path) -> Size | None:
    """Width and height by a PNG's head; None if it is none, which the worker will say."""
    try:
        with source.open("rb") as file:
            head = file.read(_PNG_HEAD)
    except OSError:
        return None
    if len(head) < _PNG_HEAD or head[12:16] != b"IHDR":
        return None
    return int.from_bytes(head[16:20]), int.from_bytes(head[20:24])
