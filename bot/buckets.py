"""How often something may be done: a leaky bucket for each name, by the event loop's clock."""

import asyncio
from dataclasses import dataclass

from bot.latest import Latest

_REMEMBERED = 10_000


@dataclass(slots=True)
class _Bucket:
    """Generic cell rate algorithm (ITU-T I.371): one number, the time by which the bucket is empty again."""

    empty_at: float = 0.0
    closed_until: float = 0.0


class Buckets:
    """All of one size.

    Attributes:
        interval: seconds between two of what is counted, on average.
        burst: how many may come at once.
    """

    def __init__(self, *, interval: float, burst: int = 1) -> None:
        self.interval = interval
        self.burst = burst
        self._known: Latest[str, _Bucket] = Latest(_REMEMBERED)

    def closed(self, name: str) -> float:
        """Seconds that a bucket is closed for yet."""
        return max(0.0, self._of(name).closed_until - _now())

    def wait(self, name: str) -> float:
        """Seconds until one more fits."""
        full = self._of(name).empty_at - (self.burst - 1) * self.interval - _now()
        return max(self.closed(name), full, 0.0)

    def take(self, name: str) -> float:
        """Put one in, whether it fits or not; returns how long to wait before it counts as put in."""
        pause, bucket = self.wait(name), self._of(name)
        bucket.empty_at = max(bucket.empty_at, _now()) + self.interval
        return pause

    def put(self, name: str, *, must: bool = False) -> float:
        """Put one in if it fits; returns how long to wait instead, 0 if it was put in.

        One that `must` fits unless the bucket is closed.
        """
        pause = self.closed(name) if must else self.wait(name)
        if not pause:
            self.take(name)
        return pause

    async def turn(self, name: str) -> float:
        """Put one in when its turn has come: it is taken before the wait, so that those who come together line up.

        Returns:
            0; or for how long the bucket is closed yet, and then nothing was put in.
        """
        if closed := self.closed(name):
            return closed
        await asyncio.sleep(self.take(name))
        return 0.0

    def close(self, name: str, seconds: float) -> None:
        """Nothing fits for so long."""
        self._of(name).closed_until = _now() + seconds

    def _of(self, name: str) -> _Bucket:
        if name not in self._known:
            self._known[name] = _Bucket()
        return self._known[name]


def _now() -> float:
    return asyncio.get_running_loop().time()
