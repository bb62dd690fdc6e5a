"""What delivery follows a job by: what is new about it, and when its message should be written again for that."""

import asyncio
import contextlib
import math

from bot.domain.card import Progress


class Follower:
    """What is new about one job since its message was written.

    Attributes:
        promised: by when its message said that it would be ready, the first time; Unix seconds.
        next_look: how many will have left the line when its message is looked at again.
    """

    def __init__(self) -> None:
        self.next_look = math.inf
        self.progress: Progress | None = None
        self.promised: float | None = None
        self.news = asyncio.Event()
        self.over = asyncio.Event()
        self._urgent = False
        self._striking = False

    def urge(self) -> None:
        """The job itself changed: that is shown at once."""
        self._urgent = True
        self.news.set()

    def progressed(self, progress: Progress) -> None:
        """The job got on; another picture to see, or another stage, is shown sooner than another number."""
        before, self.progress = self.progress, progress
        self._striking |= before is None or (before.previews, before.stage) != (progress.previews, progress.stage)
        self.news.set()

    def heard(self) -> bool:
        """What was new is about to be shown; returns whether the job itself changed and has to be read."""
        urgent = self._urgent
        self.news.clear()
        self._urgent = self._striking = False
        return urgent

    async def change(self, seconds: float) -> None:
        """Return when the job itself has changed, after so many seconds at the latest."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._urgent:
                    self.news.clear()
                    await self.news.wait()

    async def next_news(self, pause: float) -> None:
        """Return when the message should be written again: at once for an urgent change, else after `pause`.

        That is twice as long once there is a preview, half as long for a new one; what comes meanwhile is one edit.
        """
        clock = asyncio.get_running_loop().time
        written = clock()
        await self.news.wait()
        while not self._urgent and (left := written + pause * self._patience() - clock()) > 0:
            self.news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self.news.wait()
        self.news.set()

    def _patience(self) -> float:
        if self._striking:
            return 0.5
        return 2.0 if self.progress and self.progress.previews else 1.0
