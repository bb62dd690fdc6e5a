"""What members may have open at the same time: pictures on their way in, and pages that follow a job."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from weakref import WeakValueDictionary

from aiohttp import web

from bot.domain.errors import LimitReached

FORMS = 4
"""Forms with pictures that are read at the same time, of all members; of one member it is one."""

_WAITING = 3
"""Of one member; more are refused."""

STREAMS_OF_ONE = 4
"""Over HTTP/1.1 a browser opens six connections to one host: some have to be left for pages and pictures."""

STREAMS = 200


class FormSlots:
    """Places for forms that are read: waited for before a byte of a form is, so who waits costs no memory."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(FORMS)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._waiting: Counter[str] = Counter()

    @asynccontextmanager
    async def place(self, member: str) -> AsyncIterator[None]:
        """Wait for one, and hold it.

        Raises:
            LimitReached: too many of theirs wait already.
        """
        if self._waiting[member] > _WAITING:
            raise LimitReached("web-refused-busy")
        turn = self._turns.setdefault(member, asyncio.Lock())
        with _counted(self._waiting, member):
            async with turn, self._places:
                yield


class Streams:
    """How many pages follow a job."""

    def __init__(self) -> None:
        self._open: list[tuple[str, web.Request]] = []

    @contextmanager
    def one(self, member: str, request: web.Request) -> Iterator[None]:
        """Hold one open.

        Pages that have been closed do not count, though their streams notice that only at the next thing they tell:
        who turns over pages quickly would be refused.

        Raises:
            LimitReached: too many are; the page looks again by itself.
        """
        there = [whose for whose, each in self._open if each.transport is not None]
        if there.count(member) >= STREAMS_OF_ONE or len(there) >= STREAMS:
            raise LimitReached("web-refused-busy")
        self._open.append((member, request))
        try:
            yield
        finally:
            self._open = [(whose, each) for whose, each in self._open if each is not request]


@contextmanager
def _counted(counts: Counter[str], member: str) -> Iterator[None]:
    counts[member] += 1
    try:
        yield
    finally:
        counts[member] -= 1
        if not counts[member]:
            del counts[member]
