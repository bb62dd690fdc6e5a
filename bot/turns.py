"""Requests of one member come one at a time, so that ten at once cannot each see room for one; some may wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.domain.errors import LimitReached
from bot.uploads import UploadLimiter


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    asked: int = 0  # requests at work or waiting


class Turns:
    """Whose request is looked at next, by member."""

    def __init__(self, *, uploads: UploadLimiter, most: int) -> None:
        """`most`: requests of one member that wait, besides the one at work; what is more counts as refused there."""
        self._uploads = uploads
        self._most = most
        self._turns: dict[str, _Turn] = {}

    @asynccontextmanager
    async def of(self, member: str) -> AsyncIterator[None]:
        """Wait for the turn of a request of a member's, and hold it.

        Raises:
            LimitReached: too many of theirs wait already.
        """
        turn = self._turns.setdefault(member, _Turn())
        if turn.asked > self._most:
            self._uploads.count(member)
            raise LimitReached("refused-waiting", most=self._most)
        turn.asked += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.asked -= 1
            if not turn.asked:
                del self._turns[member]
