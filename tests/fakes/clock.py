"""Time and ids that tests hold."""

import asyncio
import itertools

from bot.domain.ids import JobId

START = 1_800_500_000.0
"""Later than all that the databases of `tests/golden` hold: a loop's time begins when the machine does."""

_numbers = itertools.count(1)


class LoopClock:
    """Wall-clock time that goes with the event loop's, which tests hold."""

    def now(self) -> float:
        return START + asyncio.get_running_loop().time()


class CountingIds:
    """Ids and seeds in order, so that a failing test reads the same every time."""

    def job_id(self) -> JobId:
        return JobId(f"job{next(_numbers):019d}")

    def seed(self) -> int:
        return next(_numbers)
