"""Several engines as one: each has a device, and a picture goes to the one that suits it best.

A device that is lost costs nobody anything but time: what it had at work is begun again on another. That is not the
pictures' fault, so nobody is told; only a picture that lost three devices has failed. A picture that was alone with a
worker that died may be to blame for that, or not, if somebody killed it: it is tried once on another device, and
has failed if that one's worker dies too.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from typing import Self

import structlog

from inference.api import (
    MAPS,
    Arriving,
    Cancelled,
    Capacity,
    Device,
    Done,
    Engine,
    EngineStopped,
    Event,
    Failed,
    FailureKind,
    Img2ImgRequest,
    ModelUnavailable,
    Needs,
)
from inference.models.library import Library
from inference.pool.choice import choose
from inference.pool.member import Flight, Member, State, batch_of, together

log = structlog.get_logger(__name__)

CLOSED = "The engine was closed."
MAX_LOSSES = 3
"""Devices that may be lost under a picture, after which it counts as to blame."""

LOAD_SECONDS = 20.0
"""What loading a model is taken to cost before that was seen."""

_LONGEST_LOAD = 120.0
"""A load that took longer had to fetch the model too."""

_HEARD_SECONDS = 5.0
"""How long pictures of a device that was left get to hear of it, before it begins anew."""


class Pool:
    """An `inference.api.Engine` over others. It opens with the first of them; the others join as they come.

    A picture whose model is loaded on full devices only waits for them as long as loading it took, and is then loaded
    on another: so no picture waits for more than twice what the better choice would have cost, whatever comes.

    Args:
        members: the engines by names for people, not yet entered; each is entered anew by `restart`.
        library: what they share to fetch models, entered with the pool; None if each has its own.
        whole: enter only when each member has come, or is known not to.
        lasting: open and go on without any member, for those that `add` brings.
    """

    def __init__(
        self,
        members: Mapping[str, Engine],
        *,
        library: Library | None = None,
        whole: bool = False,
        lasting: bool = False,
    ) -> None:
        self._members = [Member(name, engine) for name, engine in members.items()]
        self._library = library
        self._whole = whole
        self._lasting = lasting
        self._line: deque[Flight] = deque()
        self._flights: dict[str, Flight] = {}
        self._load_seconds: dict[str, float] = {}
        self._known = Capacity(slots=1, device="")
        self._ready = asyncio.Event()
        self._changed = asyncio.Event()
        self._stopped = CLOSED
        self._owned = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._stopped = ""
        self._ready.clear()
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            if self._library:
                await self._owned.enter_async_context(self._library)
            self._group = await self._owned.enter_async_context(asyncio.TaskGroup())
            self._owned.callback(self._stop, CLOSED)
            for member in self._members:
                self._begin(member)
            if self._lasting:
                self._opened.set_result(None)
            await self._opened
        except BaseException:
            await self._owned.aclose()
            raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._owned.aclose()

    def capacity(self) -> Capacity:
        if self._stopped:
            raise EngineStopped(self._stopped)
        up = [member.engine.capacity() for member in self._open]
        if up:
            self._known = together(up, self.devices())
        return self._known

    def devices(self) -> Sequence[Device]:
        return [device for member in self._members for device in member.devices()]

    async def run(self, request: Img2ImgRequest) -> AsyncGenerator[Event, None]:
        if self._stopped:
            raise EngineStopped(self._stopped)
        flight = Flight(request)
        self._flights[request.id] = flight  # before anything is waited for, so that a cancel finds it
        try:
            flight.batch = await batch_of(request, self.capacity())
            while flight.losses < MAX_LOSSES:
                member = await self._place(flight)
                if member is None:
                    yield Cancelled()
                    return
                async with aclosing(self._run_on(member, flight)) as events:
                    async for event in events:
                        yield event
                        if isinstance(event, Done | Failed | Cancelled):
                            return
            yield Failed(
                FailureKind.CRASH,
                f"The device was lost under this picture {MAX_LOSSES} times: try another size, model or picture.",
            )
        finally:
            self._forget(flight)

    async def cancel(self, request_id: str) -> None:
        if flight := self._flights.get(request_id):
            flight.unwanted = True
            if flight in self._line:
                self._line.remove(flight)
                flight.place(None)
            for member in self._members:
                if flight in member.flights:
                    await member.engine.cancel(request_id)

    async def ready(self) -> None:
        await self._ready.wait()
        if self._stopped:
            raise EngineStopped(self._stopped)

    def can_start(self, model: str) -> bool:
        places = [member.place() for member in self._open]
        return any(place.is_free and model in place.models for place in places)

    def trouble(self) -> str:
        if self._stopped:
            return self._stopped
        troubles = [device.trouble for device in self.devices()]
        return "" if "" in troubles else next(iter(troubles), "")

    def lacks(self, needs: Needs) -> bool:
        return bool(self._open) and all(member.engine.lacks(needs) for member in self._open)

    async def bring(self, needs: Needs) -> None:
        await asyncio.gather(*(member.engine.bring(needs) for member in self._open))

    def arriving(self, needs: Needs) -> Arriving | None:
        arriving = (member.engine.arriving(needs) for member in self._open)
        return next((each for each in arriving if each), None)

    def counters(self) -> Mapping[str, int]:
        counted: Counter[str] = Counter()
        for member in self._open:
            counted.update(member.engine.counters())
        return counted

    async def drain(self, seconds: float) -> bool:
        return await self._until(lambda: not self._flights, seconds)

    async def restart(self, name: str, *, seconds: float) -> bool:
        """Start one device's engine anew, when what it has is done; the others go on.

        Args:
            name: the member's.
            seconds: how long its pictures get to end; after that they are begun again on another device.

        Returns:
            Whether it takes requests again. `devices` says what is wrong if it does not.
        """
        member = next(each for each in self._members if each.name == name)
        if member.state is State.OPEN:
            member.state = State.LEAVING
            await self._until(member.is_idle, seconds)
        if member.state is not State.OPENING:
            member.state = State.OPENING
            member.leave.set()
        await self._until(lambda: member.state in {State.OPEN, State.GONE} or bool(self._stopped))
        return member.state is State.OPEN

    def add(self, name: str, engine: Engine) -> None:
        """One more member, which joins when it has been entered."""
        self._members.append(Member(name, engine))
        self._begin(self._members[-1])

    async def remove(self, name: str) -> None:
        """Leave a member for good; its pictures are begun again on others."""
        member = next(each for each in self._members if each.name == name)
        self._members.remove(member)
        if member.keeping:
            member.keeping.cancel()
            await asyncio.wait([member.keeping])

    def is_gone(self, name: str) -> bool:
        """Whether a member takes nothing until it is restarted."""
        return next(each for each in self._members if each.name == name).state is State.GONE

    def _begin(self, member: Member) -> None:
        member.keeping = self._group.create_task(self._keep(member), name=f"device {member.name}")
        self._owned.callback(member.keeping.cancel)

    @property
    def _open(self) -> list[Member]:
        return [member for member in self._members if member.state in {State.OPEN, State.LEAVING}]

    async def _keep(self, member: Member) -> None:
        """Own a member's engine until the pool is closed; a restart ends it and begins it anew."""
        while True:
            member.leave.clear()
            trouble: Exception | None = None
            try:
                async with member.engine:
                    member.state, member.trouble = State.OPEN, ""
                    self._came()
                    await member.engine.ready()
                    self._ready.set()
                    self._pump()
                    await member.leave.wait()
            except (ModelUnavailable, EngineStopped) as error:
                trouble = error
            if member.state is not State.OPENING:  # not asked to restart: it stopped by itself, or never came
                trouble = trouble or EngineStopped(member.trouble)
            if trouble:
                self._left(member, trouble)
                await member.leave.wait()  # until somebody asks for another try
            await self._until(member.is_idle, _HEARD_SECONDS)
            member.state = State.OPENING

    def _came(self) -> None:
        """A member came, or is known not to."""
        coming = self._whole and any(each.state is State.OPENING for each in self._members)
        if self._open and not coming and not self._opened.done():
            self._opened.set_result(None)
        self._pump()

    def _left(self, member: Member, trouble: Exception) -> None:
        """A member can run nothing any more; with the last one the pool stops."""
        member.state, member.trouble = State.GONE, str(trouble)
        log.error("device left the pool", device=member.name, reason=str(trouble))
        member.leave.clear()
        self._came()
        if self._lasting or any(each.state is not State.GONE for each in self._members):
            return
        sentences = dict.fromkeys(each.trouble for each in self._members)
        if len(sentences) > 1:
            sentences = dict.fromkeys(f"{each.name}: {each.trouble}" for each in self._members)
        reason = " ".join(sentences)
        if not self._opened.done():
            self._opened.set_exception(type(trouble)(reason))
        self._stop(reason)

    def _stop(self, reason: str) -> None:
        """Run nothing any more."""
        self._stopped = self._stopped or reason
        self._ready.set()
        while self._line:
            self._line.popleft().stop(EngineStopped(self._stopped))
        self._pump()

    def _goes_elsewhere(self, flight: Flight, member: Member, event: Event) -> bool:
        """Whether a picture that was alone with a worker that died is tried once more, where another one may be."""
        if not (isinstance(event, Failed) and event.kind is FailureKind.CRASH) or flight.crashed:
            return False
        flight.crashed = True
        flight.avoids.add(member)
        return any(each.state is State.OPEN for each in self._members if each is not member)

    def _lose(self, member: Member, flight: Flight, loss: Exception) -> None:
        """A picture's device is gone: it goes elsewhere."""
        if self._stopped:
            raise EngineStopped(self._stopped) from None
        log.warning("device lost under a picture", device=member.name, request=flight.request.id, reason=str(loss))
        flight.losses += 1
        flight.avoids.add(member)
        if member.state is State.OPEN:
            member.trouble = str(loss)
            member.state = State.LEAVING
            member.leave.set()

    async def _run_on(self, member: Member, flight: Flight) -> AsyncGenerator[Event, None]:
        """What a device says of a picture; ends without an end of the picture if that has to go elsewhere."""
        try:
            async with aclosing(member.engine.run(flight.request)) as events:
                async for event in events:
                    if self._goes_elsewhere(flight, member, event):
                        return
                    yield self._heard(flight, member, event)
        except EngineStopped as loss:
            self._lose(member, flight, loss)
        finally:
            member.flights.discard(flight)
            self._pump()

    def _forget(self, flight: Flight) -> None:
        if self._flights.get(flight.request.id) is flight:
            del self._flights[flight.request.id]
        if flight in self._line:
            self._line.remove(flight)
        for member in self._members:  # nobody may have waited any more when it was sent there
            member.flights.discard(flight)
        self._pump()

    async def _place(self, flight: Flight) -> Member | None:
        """Wait until a device takes a picture; None if it was cancelled meanwhile."""
        loop = asyncio.get_running_loop()
        patience = self._load_seconds.get(flight.batch.model, LOAD_SECONDS)
        flight.line_up(load_at=loop.time() + patience)
        if flight.unwanted:
            flight.place(None)
        else:
            self._line.append(flight)
            self._pump()
        alarm = loop.call_later(patience, self._pump)
        try:
            member = await flight.placed
        finally:
            alarm.cancel()
        if member and flight.unwanted:  # cancelled after it was sent, before it arrived
            member.flights.discard(flight)
            return None
        return member

    def _pump(self) -> None:
        """Send those in line to devices that take them."""
        now = asyncio.get_running_loop().time()
        for flight in [*self._line]:
            if (member := self._choice(flight, now)) is not None:
                self._line.remove(flight)
                member.flights.add(flight)
                flight.place(member)
        self._changed.set()

    def _choice(self, flight: Flight, now: float) -> Member | None:
        members = [member for member in self._members if member.state is State.OPEN]
        members = [member for member in members if member not in flight.avoids] or members
        working = [member for member in members if member.place().slots]
        if not working:  # none is up: the one with the least to do has it first when it comes
            return min(members, key=lambda member: len(member.flights), default=None)
        if flight.request.map_only:
            return min((each for each in working if self._draws(each)), key=lambda each: each.maps, default=None)
        index = choose(flight.batch, [member.place() for member in working], may_load=now >= flight.load_at)
        return None if index is None else working[index]

    def _draws(self, member: Member) -> bool:
        """Whether the member's machine takes one more map."""
        return sum(each.maps for each in self._members if each.host == member.host) < MAPS

    def _heard(self, flight: Flight, member: Member, event: Event) -> Event:
        """An event as it is told on."""
        if (taken := flight.loaded_in(event, asyncio.get_running_loop().time())) is not None:
            self._load_seconds[flight.batch.model] = min(taken, _LONGEST_LOAD)
        if self._line:  # a device that came up says so to nobody, but those that are at work say something often
            self._pump()
        return replace(event, device=member.name) if isinstance(event, Done) else event

    async def _until(self, condition: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until it holds, `seconds` at most; whether it does."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True
