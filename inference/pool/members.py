"""The engines of a pool from start to end: one that is lost is left, and tried again with growing pauses.

A card that fell off the bus, or whose driver was reset, often returns by itself or by a hand that knows nothing of
us; nobody should have to restart the service for that. One that never returns costs the start of a process every
five minutes at most.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack

import structlog

from inference.api import Engine, EngineStopped, ModelUnavailable
from inference.pool.changes import Changes
from inference.pool.member import MemberState, PoolMember
from inference.pool.request_queue import RequestQueue
from inference.processes.backoff import Backoff
from inference.worker.counts import without_levels

log = structlog.get_logger(__name__)

BACKOFF = (10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds before a device that was lost is tried again, by losses since its last picture; the last one repeats."""

LOOK_SECONDS = 1.0
"""How soon a device is missed that was lost while it had nothing to do."""

_HEARD_SECONDS = 5.0
"""How long pictures of a device that was left get to hear of it, before it begins anew."""


class PoolMembers:
    """Owns the engines, each in a task of its own; `removed` is what those counted that were removed.

    Args:
        engines: by names for people, not yet entered; each is entered anew after it was left.
        queue: what is sent to them; its members are filled in here.
        changes: told whenever one comes or goes.
        ready: set when one of them can run requests.
        stopped: called with the reason when the last one is gone; never if `lasting`.
        whole: opened only when each has come, or is known not to.
        lasting: opened and kept without any, for those that `add` brings.
        patient: kept without any once one has worked, as it may return.
        pauses: see `BACKOFF`.
    """

    def __init__(
        self,
        engines: Mapping[str, Engine],
        *,
        queue: RequestQueue,
        changes: Changes,
        ready: asyncio.Event,
        stopped: Callable[[str], None],
        whole: bool,
        lasting: bool,
        patient: bool,
        pauses: Sequence[float],
    ) -> None:
        self._pauses = pauses
        self.all = queue.members
        self.all.extend(self._made(name, engine) for name, engine in engines.items())
        self.removed: Counter[str] = Counter()
        self._queue = queue
        self._changes = changes
        self._stopped = stopped
        self._whole = whole
        self._lasting = lasting
        self._patient = patient
        self._ready = ready
        self._owned = AsyncExitStack()

    async def open(self) -> None:
        """Begin all of them, and return when the first has come.

        Raises:
            EngineStopped, ModelUnavailable: none did; the sentence names each if theirs differ.
        """
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._group = await self._owned.enter_async_context(asyncio.TaskGroup())
        for member in self.all:
            self._begin(member)
        if self._lasting:
            self._opened.set_result(None)
        await self._opened

    async def close(self) -> None:
        """Leave all of them."""
        await self._owned.aclose()

    @property
    def open_ones(self) -> list[PoolMember]:
        """Those whose engines are entered."""
        return [member for member in self.all if member.state in {MemberState.OPEN, MemberState.LEAVING}]

    def add(self, name: str, engine: Engine) -> None:
        """One more, which joins when it has been entered."""
        self.all.append(self._made(name, engine))
        self._begin(self.all[-1])

    async def remove(self, name: str) -> None:
        """Leave one for good; its pictures are begun again on others."""
        member = next(each for each in self.all if each.name == name)
        self.all.remove(member)
        self.removed.update(without_levels(member.engine.counters()))
        if member.keeping:
            member.keeping.cancel()
            await asyncio.wait([member.keeping])

    async def restart(self, name: str, *, seconds: float) -> bool:
        """As `Pool.restart`."""
        member = next((each for each in self.all if each.name == name), None)
        if member is None:
            return False
        if member.state is MemberState.OPEN:
            member.state = MemberState.LEAVING
            await self._changes.until(member.is_idle, seconds)
        if member.state is not MemberState.OPENING:
            member.state, member.works = MemberState.OPENING, False
            member.leave.set()
        await self._changes.until(lambda: member.works or member.state is MemberState.GONE or member not in self.all)
        return member.works

    def _made(self, name: str, engine: Engine) -> PoolMember:
        return PoolMember(name, engine, backoff=Backoff(self._pauses))

    def _begin(self, member: PoolMember) -> None:
        member.keeping = self._group.create_task(self._keep(member), name=f"device {member.name}")
        self._owned.callback(member.keeping.cancel)

    async def _keep(self, member: PoolMember) -> None:
        """Own a member's engine until the pool is closed; a restart ends it and begins it anew."""
        while True:
            member.leave.clear()
            member.works = False
            trouble: Exception | None = None
            try:
                async with member.engine:
                    member.state, member.trouble = MemberState.OPEN, ""
                    self._settled()
                    await member.engine.ready()
                    member.works = member.proven = True
                    self._ready.set()
                    self._queue.dispatch()
                    await self._lives(member)
            except (ModelUnavailable, EngineStopped) as error:
                trouble = error
            if member.state is not MemberState.OPENING:  # not asked to restart: it stopped by itself, or never came
                trouble = trouble or EngineStopped(member.trouble)
            if trouble:
                pause = member.backoff.lost()
                self._left(member, trouble, pause)
                await _waited(member.leave, pause)  # somebody may ask for another try before
            await self._changes.until(member.is_idle, _HEARD_SECONDS)
            member.state = MemberState.OPENING

    async def _lives(self, member: PoolMember) -> None:
        """Return when a member is to be left.

        Raises:
            EngineStopped: it stopped by itself.
        """
        while not await _waited(member.leave, LOOK_SECONDS):
            await member.engine.ready()

    def _settled(self) -> None:
        """A member came, or is known not to."""
        coming = self._whole and any(each.state is MemberState.OPENING for each in self.all)
        if self.open_ones and not coming and not self._opened.done():
            self._opened.set_result(None)
        self._queue.dispatch()

    def _left(self, member: PoolMember, trouble: Exception, pause: float) -> None:
        """A member can run nothing any more; with the last one the pool stops."""
        member.state, member.trouble = MemberState.GONE, str(trouble)
        member.leave.clear()
        self._settled()
        if self._lasting or any(
            each.state is not MemberState.GONE or (self._patient and each.proven) for each in self.all
        ):
            log.error("device left the pool", device=member.name, reason=str(trouble), again_in=pause)
            return
        sentences = dict.fromkeys(each.trouble for each in self.all)
        if len(sentences) > 1:
            sentences = dict.fromkeys(f"{each.name}: {each.trouble}" for each in self.all)
        reason = " ".join(sentences)
        if not self._opened.done():
            self._opened.set_exception(type(trouble)(reason))
        self._stopped(reason)


async def _waited(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, `seconds` at most; whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
