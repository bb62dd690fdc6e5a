"""Members' pictures on their way in: fetched and decoded a few at a time, whoever sends how many.

What is held in memory is bounded by the number of places. A member's requests come one at a time (`Service`), so no
member has more than one place, and waits of others are the shorter for it. What is fetched or opened in vain costs as
much as what is not, so it counts: after too many refusals a member has to wait.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.domain.errors import LimitReached, PictureRefused
from bot.domain.limits import span
from bot.domain.picture import Picture, Sent
from bot.ports import Clock, PictureReader

MOST_REFUSED = 20
WITHIN_SECONDS = 600.0
_MEMBERS = 10_000
"""Members of whom refusals are remembered; those who were refused longest ago go first."""


class Uploads:
    """See the module."""

    def __init__(self, *, reader: PictureReader, clock: Clock, places: int) -> None:
        """`places`: pictures that are fetched, decoded and stored at the same time."""
        self._reader = reader
        self._clock = clock
        self._places = asyncio.Semaphore(places)
        self._refusals: OrderedDict[str, deque[float]] = OrderedDict()

    @asynccontextmanager
    async def place(self, member: str) -> AsyncIterator[None]:
        """Wait for a place; hold it until the picture is stored.

        Raises:
            LimitReached: too many of this member's pictures were refused lately.
        """
        self.check(member)
        async with self._places:
            try:
                yield
            except PictureRefused:
                self.count(member)
                raise

    async def read(self, source: bytes | Sent, *, alpha: bool = False, enough: int | None = None) -> Picture:
        """Fetch and decode one; in a place.

        Raises:
            PictureRefused: with the sentence for the member.
        """
        content = await source.fetch() if isinstance(source, Sent) else source
        return await self._reader.read(content, alpha=alpha, enough=enough)

    def count(self, member: str) -> None:
        """Something of this member's was looked through and refused."""
        refusals = self._refusals.setdefault(member, deque(maxlen=MOST_REFUSED))
        refusals.append(self._clock.now())
        self._refusals.move_to_end(member)
        if len(self._refusals) > _MEMBERS:
            self._refusals.popitem(last=False)

    def check(self, member: str) -> None:
        """Before anything of a member's is looked through.

        Raises:
            LimitReached: too much of theirs was refused lately.
        """
        refusals = self._refusals.get(member)
        if not refusals or len(refusals) < MOST_REFUSED:
            return
        wait = refusals[0] + WITHIN_SECONDS - self._clock.now()
        if wait > 0:
            raise LimitReached("refused-too-many-refused", most=MOST_REFUSED, **span(max(60.0, wait)))
