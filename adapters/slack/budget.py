"""How often Slack may be called: a leaky bucket each for what Slack counts.

Slack takes about one message a second in a channel, and 50 `chat.update` a minute in a workspace (tier 3:
https://docs.slack.dev/apis/web-api/rate-limits). Progress keeps below that, so that what must be said has room; and
after a 429 nothing is sent there until Slack's own pause is over.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass

POSTS_PER_CHANNEL = 1.0
"""Seconds between two posts in one channel."""

PROGRESS_PER_TEAM = 60.0 / 40
"""Seconds between two progress edits in one workspace, on average."""

_BURST = 10


@dataclass(slots=True)
class _Bucket:
    """Generic cell rate algorithm (ITU-T I.371): one number, the time by which the bucket is empty again."""

    interval: float
    burst: int
    empty_at: float = 0.0
    closed_until: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until one more fits."""
        return max(self.closed_until - now, self.empty_at - (self.burst - 1) * self.interval - now, 0.0)

    def take(self, now: float) -> None:
        self.empty_at = max(self.empty_at, now) + self.interval


class Budget:
    """The buckets of all channels and workspaces, by the event loop's clock."""

    def __init__(self) -> None:
        self._posts: defaultdict[str, _Bucket] = defaultdict(lambda: _Bucket(POSTS_PER_CHANNEL, 1))
        self._edits: defaultdict[str, _Bucket] = defaultdict(lambda: _Bucket(PROGRESS_PER_TEAM, _BURST))

    async def post(self, team: str, channel: str) -> float:
        """Wait for this channel's turn; it is taken before the wait, so that those who come together line up.

        Returns:
            0; or how long Slack's own pause for this channel still lasts, and then no turn was taken.
        """
        bucket = self._posts[f"{team}/{channel}"]
        now = _now()
        if bucket.closed_until > now:
            return bucket.closed_until - now
        pause = bucket.wait(now)
        bucket.take(now)
        await asyncio.sleep(pause)
        return 0.0

    def edit(self, team: str, *, must: bool) -> float:
        """Take an edit of a workspace; returns how long to wait instead, 0 if it was taken.

        Args:
            team: the workspace.
            must: the end of a job is shown even if progress would have to wait, unless Slack closed the door.
        """
        bucket = self._edits[team]
        now = _now()
        pause = bucket.closed_until - now if must else bucket.wait(now)
        if pause > 0:
            return pause
        bucket.take(now)
        return 0.0

    def no_edits_for(self, team: str, seconds: float) -> None:
        """Slack asked for a pause of edits in a workspace."""
        self._edits[team].closed_until = _now() + seconds

    def no_posts_for(self, team: str, channel: str, seconds: float) -> None:
        """Slack asked for a pause of posts in a channel."""
        self._posts[f"{team}/{channel}"].closed_until = _now() + seconds


def _now() -> float:
    return asyncio.get_running_loop().time()
