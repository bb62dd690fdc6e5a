"""Members' pictures on their way in: fetched and decoded a few at a time, however many are sent.

Two things are short: memory, which files that were fetched take until they are stored, and processors. Both go first
to whoever costs least: a picture is due when it was sent, and later by `PATIENCE` for each second of a processor that
it is expected to take and that its member's pictures took lately. So files that decode for long wait for ordinary
ones, and a member who sends many of them waits for everybody else; nobody waits for ever, as what is newer is due
later. An ordinary photo waits for no more than what is on the processors when it comes.

What is fetched or opened in vain costs as much as what is not, so it counts: after too many refusals a member has to
wait.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.domain.errors import LimitReached, PictureRefused
from bot.domain.picture import Picture, Sent
from bot.latest import Latest
from bot.ports import PictureReader
from bot.priority_semaphore import PrioritySemaphore
from bot.queue import QueueFull
from bot.texts import time_span

MOST_REFUSED = 20
WITHIN_SECONDS = 600.0

PATIENCE = 10.0
"""Seconds that a picture waits for others for each second that it costs more than they do."""

HELD_BYTES = 72_000_000
"""Of files in memory at the same time: three of the largest, or some twenty ordinary photos."""

_UNKNOWN_BYTES = 25_000_000
_LEAST_BYTES = 1_000_000  # what else a request takes
_BYTES_A_SECOND = 10e6  # of a file that nothing else is known of, as it is decoded
_MOST_WAITING = 1000
_FORGOTTEN = 0.05
"""Of a second that a member's pictures took, each second: a minute of decoding is forgotten after twenty."""

_MEMBERS = 10_000
"""Members whom something is remembered of; those who sent nothing for longest go first."""


@dataclass(slots=True)
class _Member:
    """What is remembered of one.

    Attributes:
        refusals: when they were, by the loop's clock, which nobody sets.
        spent: seconds that their pictures took, less what is forgotten since.
        at: as of when, by that clock.
    """

    refusals: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_REFUSED))
    spent: float = 0.0
    at: float = 0.0

    def spend(self, seconds: float, now: float) -> float:
        self.spent = max(0.0, self.spent - (now - self.at) * _FORGOTTEN) + seconds
        self.at = now
        return self.spent


class UploadLimiter:
    """Admits pictures to memory and to processors."""

    def __init__(self, *, reader: PictureReader, decodes: int) -> None:
        """`decodes`: pictures that are decoded at the same time."""
        self._reader = reader
        self._memory = PrioritySemaphore(HELD_BYTES)
        self._processors = PrioritySemaphore(decodes)
        self._members: Latest[str, _Member] = Latest(_MEMBERS)

    @asynccontextmanager
    async def place(self, member: str, *pictures: bytes | Sent) -> AsyncIterator[None]:
        """Wait until there is room for some pictures of a member's; it is held until they are stored.

        Raises:
            LimitReached: too many of this member's pictures were refused lately.
            QueueFull: too many wait.
        """
        self.check(member)
        if self._memory.waiting >= _MOST_WAITING:
            raise QueueFull
        size = max(map(_size, pictures), default=0)  # one after the other is fetched, and let go of once decoded
        async with self._memory.hold(max(_LEAST_BYTES, size), due=self._due(member, size / _BYTES_A_SECOND)):
            try:
                yield
            except PictureRefused:
                self.count(member)
                raise

    async def read(
        self, member: str, source: bytes | Sent, *, alpha: bool = False, enough: int | None = None
    ) -> Picture:
        """Fetch and decode one; in a place of that member's.

        Raises:
            PictureRefused: with the sentence for the member.
        """
        content = await source.fetch() if isinstance(source, Sent) else source
        time = asyncio.get_running_loop().time
        async with self._processors.hold(due=self._due(member, self._reader.seconds(content, enough=enough))):
            began = time()
            try:
                return await self._reader.read(content, alpha=alpha, enough=enough)
            finally:
                self._remembered(member).spend(time() - began, time())

    def _due(self, member: str, seconds: float) -> float:
        """When it is the turn of something of a member's that takes so long."""
        now = asyncio.get_running_loop().time()
        known = self._members.get(member)
        return now + PATIENCE * (seconds + (known.spend(0.0, now) if known else 0.0))

    def _remembered(self, member: str) -> _Member:
        known = self._members[member] = self._members.get(member) or _Member()
        return known

    def count(self, member: str) -> None:
        """Something of this member's was looked through and refused."""
        self._remembered(member).refusals.append(asyncio.get_running_loop().time())

    def check(self, member: str) -> None:
        """Before anything of a member's is looked through.

        Raises:
            LimitReached: too much of theirs was refused lately.
        """
        known = self._members.get(member)
        if known is None or len(known.refusals) < MOST_REFUSED:
            return
        wait = known.refusals[0] + WITHIN_SECONDS - asyncio.get_running_loop().time()
        if wait > 0:
            raise LimitReached("refused-too-many-refused", most=MOST_REFUSED, **time_span(max(60.0, wait)))


def _size(picture: bytes | Sent) -> int:
    return picture.size or _UNKNOWN_BYTES if isinstance(picture, Sent) else len(picture)
