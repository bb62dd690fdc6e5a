"""The pictures that wait for a device of a pool, and which of them goes where."""

import asyncio
from collections import deque

from inference.api import MAPS, Event
from inference.pool.changes import Changes
from inference.pool.choice import choose
from inference.pool.member import MemberState, PooledRequest, PoolMember

LOAD_SECONDS = 20.0
"""What loading a model is taken to cost before that was seen."""

_LONGEST_LOAD = 120.0
"""A load that took longer had to fetch the model too."""


class RequestQueue:
    """Requests that wait for a device. `dispatch` sends those that one takes: call it whenever one may take more.

    Args:
        changes: told whenever a device may have more or less to do.

    Attributes:
        members: the devices, as they come and go.
    """

    def __init__(self, changes: Changes) -> None:
        self.members: list[PoolMember] = []
        self._changes = changes
        self._waiting: deque[PooledRequest] = deque()
        self._load_seconds: dict[str, float] = {}

    async def assign(self, pooled: PooledRequest) -> PoolMember | None:
        """Wait until a device takes a picture; None if it was cancelled meanwhile.

        Raises:
            Exception: what `stop` was given.
        """
        loop = asyncio.get_running_loop()
        patience = self._load_seconds.get(pooled.batch.model, LOAD_SECONDS)
        pooled.enqueue(load_at=loop.time() + patience)
        if pooled.unwanted:
            pooled.assign(None)
        else:
            self._waiting.append(pooled)
            self.dispatch()
        alarm = loop.call_later(patience, self.dispatch)
        try:
            member = await pooled.assigned
        finally:
            alarm.cancel()
        if member and pooled.unwanted:  # cancelled after it was sent, before it arrived
            member.requests.discard(pooled)
            return None
        return member

    def remove(self, pooled: PooledRequest) -> None:
        """It waits no more; does nothing if it does not wait."""
        if pooled in self._waiting:
            self._waiting.remove(pooled)
            pooled.assign(None)

    def stop(self, error: Exception) -> None:
        """End every wait by an error."""
        while self._waiting:
            self._waiting.popleft().fail(error)

    def dispatch(self) -> None:
        """Send those that wait to devices that take them."""
        now = asyncio.get_running_loop().time()
        for pooled in [*self._waiting]:
            if (member := self._choice(pooled, now)) is not None:
                self._waiting.remove(pooled)
                member.requests.add(pooled)
                pooled.assign(member)
        self._changes.note()

    def note(self, pooled: PooledRequest, event: Event) -> None:
        """A device said something of a picture, so it may have come up or loaded a model."""
        if (taken := pooled.loaded_in(event, asyncio.get_running_loop().time())) is not None:
            self._load_seconds[pooled.batch.model] = min(taken, _LONGEST_LOAD)
        if self._waiting:  # a device that came up says so to nobody, but those that are at work say something often
            self.dispatch()

    def _choice(self, pooled: PooledRequest, now: float) -> PoolMember | None:
        members = [member for member in self.members if member.state is MemberState.OPEN]
        members = [member for member in members if member not in pooled.avoids] or members
        working = [member for member in members if member.device_state().slots]
        if not working:  # none is up: the one with the least to do has it first when it comes
            return min(members, key=lambda member: len(member.requests), default=None)
        if pooled.request.map_only:
            return min((each for each in working if self._draws(each)), key=lambda each: each.maps, default=None)
        index = choose(pooled.batch, [member.device_state() for member in working], may_load=now >= pooled.load_at)
        return None if index is None else working[index]

    def _draws(self, member: PoolMember) -> bool:
        """Whether the member's machine takes one more map."""
        return sum(each.maps for each in self.members if each.host == member.host) < MAPS
