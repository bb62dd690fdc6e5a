"""Time and ids that tests hold."""

import asyncio
import itertools

from bot.domain.ids import JobId

_numbers = itertools.count(1)


class LoopClock:
    """Wall-clock time that goes with the event loop's, which tests hold."""

    def now(self) -> float:
        return 1_800_000_000.0 + asyncio.get_running_loop().time()


class CountingIds:
    """Ids and seeds in order, so that a failing test reads the same every time."""

    def job_id(self) -> JobId:
        return JobId(f"job{next(_numbers):019d}")

    def seed(self) -> int:
        return next(_numbers)
