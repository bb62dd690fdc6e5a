"""The pictures that wait for a device of a pool, and which of them goes where."""

import asyncio
from collections import deque

from inference.api import MAPS, Event
from inference.pool.changes import Changes
from inference.pool.choice import choose
from inference.pool.member import Flight, Member, State

LOAD_SECONDS = 20.0
"""What loading a model is taken to cost before that was seen."""

_LONGEST_LOAD = 120.0
"""A load that took longer had to fetch the model too."""


class Line:
    """Who waits. `pump` sends on those that a device takes: call it whenever one may take more.

    Args:
        changes: told whenever a device may have more or less to do.

    Attributes:
        members: the devices, as they come and go.
    """

    def __init__(self, changes: Changes) -> None:
        self.members: list[Member] = []
        self._changes = changes
        self._waiting: deque[Flight] = deque()
        self._load_seconds: dict[str, float] = {}

    async def place(self, flight: Flight) -> Member | None:
        """Wait until a device takes a picture; None if it was cancelled meanwhile.

        Raises:
            Exception: what `stop` was given.
        """
        loop = asyncio.get_running_loop()
        patience = self._load_seconds.get(flight.batch.model, LOAD_SECONDS)
        flight.line_up(load_at=loop.time() + patience)
        if flight.unwanted:
            flight.place(None)
        else:
            self._waiting.append(flight)
            self.pump()
        alarm = loop.call_later(patience, self.pump)
        try:
            member = await flight.placed
        finally:
            alarm.cancel()
        if member and flight.unwanted:  # cancelled after it was sent, before it arrived
            member.flights.discard(flight)
            return None
        return member

    def leave(self, flight: Flight) -> None:
        """It waits no more; does nothing if it does not wait."""
        if flight in self._waiting:
            self._waiting.remove(flight)
            flight.place(None)

    def stop(self, error: Exception) -> None:
        """End every wait by an error."""
        while self._waiting:
            self._waiting.popleft().stop(error)

    def pump(self) -> None:
        """Send those in line to devices that take them."""
        now = asyncio.get_running_loop().time()
        for flight in [*self._waiting]:
            if (member := self._choice(flight, now)) is not None:
                self._waiting.remove(flight)
                member.flights.add(flight)
                flight.place(member)
        self._changes.note()

    def heard(self, flight: Flight, event: Event) -> None:
        """A device said something of a picture, so it may have come up or loaded a model."""
        if (taken := flight.loaded_in(event, asyncio.get_running_loop().time())) is not None:
            self._load_seconds[flight.batch.model] = min(taken, _LONGEST_LOAD)
        if self._waiting:  # a device that came up says so to nobody, but those that are at work say something often
            self.pump()

    def _choice(self, flight: Flight, now: float) -> Member | None:
        members = [member for member in self.members if member.state is State.OPEN]
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
        return sum(each.maps for each in self.members if each.host == member.host) < MAPS
