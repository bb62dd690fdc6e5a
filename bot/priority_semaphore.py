"""A semaphore of many units, handed out to whoever is due first."""

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True, order=True)
class _Waiter:
    due: float
    number: int
    amount: int = field(compare=False)
    given: asyncio.Future[None] = field(compare=False)


class PrioritySemaphore:
    """Not thread-safe: it belongs to the event loop.

    Nobody passes whoever is due first, however little they want: else a large one could wait for ever.
    """

    def __init__(self, most: int) -> None:
        self._most = self._left = most
        self._waiters: list[_Waiter] = []  # a heap
        self._asked = 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiters)

    @asynccontextmanager
    async def hold(self, amount: int = 1, *, due: float) -> AsyncIterator[None]:
        """Wait for so much of it, and hold it.

        Args:
            amount: of more than there is in all, all of it is meant.
            due: on any scale; the smallest is next, and of equal ones the first that asked.
        """
        amount = min(amount, self._most)
        self._asked += 1
        waiter = _Waiter(due, self._asked, amount, asyncio.get_running_loop().create_future())
        heapq.heappush(self._waiters, waiter)
        self._hand_out()
        try:
            await waiter.given
        except asyncio.CancelledError:
            if waiter.given.cancelled():  # one that was given up may have stood before others
                self._waiters.remove(waiter)
                heapq.heapify(self._waiters)
            else:
                self._left += amount
            self._hand_out()
            raise
        try:
            yield
        finally:
            self._left += amount
            self._hand_out()

    def _hand_out(self) -> None:
        while self._waiters and self._waiters[0].amount <= self._left:
            waiter = self._waiters[0]
            if waiter.given.cancelled():
                return  # its task takes it away
            heapq.heappop(self._waiters)
            self._left -= waiter.amount
            waiter.given.set_result(None)
