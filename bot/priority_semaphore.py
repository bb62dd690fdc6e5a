"""A semaphore of many units, handed out to whoever is due first."""

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True, order=True)
class _Wish:
    due: float
    number: int
    amount: int = field(compare=False)
    given: asyncio.Future[None] = field(compare=False)


class PrioritySemaphore:
    """Not thread-safe: it belongs to the event loop.

    Nobody passes whoever is due first, however little they want: else a large wish could wait for ever.
    """

    def __init__(self, most: int) -> None:
        self._most = self._left = most
        self._wishes: list[_Wish] = []  # a heap
        self._asked = 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._wishes)

    @asynccontextmanager
    async def hold(self, amount: int = 1, *, due: float) -> AsyncIterator[None]:
        """Wait for so much of it, and hold it.

        Args:
            amount: of more than there is in all, all of it is meant.
            due: on any scale; the smallest is next, and of equal ones the first that asked.
        """
        amount = min(amount, self._most)
        self._asked += 1
        wish = _Wish(due, self._asked, amount, asyncio.get_running_loop().create_future())
        heapq.heappush(self._wishes, wish)
        self._hand_out()
        try:
            await wish.given
        except asyncio.CancelledError:
            if wish.given.cancelled():  # a wish that was given up may have stood before others
                self._wishes.remove(wish)
                heapq.heapify(self._wishes)
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
        while self._wishes and self._wishes[0].amount <= self._left:
            wish = self._wishes[0]
            if wish.given.cancelled():
                return  # its task takes it away
            heapq.heappop(self._wishes)
            self._left -= wish.amount
            wish.given.set_result(None)
