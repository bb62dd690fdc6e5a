"""How often Slack may be called.

Slack takes about one message a second in a channel, and 50 `chat.update` a minute in a workspace (tier 3:
https://docs.slack.dev/apis/web-api/rate-limits). Progress keeps below that, so that what must be said has room; and
after a 429 nothing is sent there until Slack's own pause is over.
"""

import asyncio

from bot.buckets import Buckets

POSTS_PER_CHANNEL = 1.0
"""Seconds between two posts in one channel."""

PROGRESS_PER_TEAM = 60.0 / 40
"""Seconds between two progress edits in one workspace, on average."""

_BURST = 10


class Budget:
    """The posts of all channels and the edits of all workspaces."""

    def __init__(self) -> None:
        self._posts = Buckets(interval=POSTS_PER_CHANNEL)
        self._edits = Buckets(interval=PROGRESS_PER_TEAM, burst=_BURST)

    async def post(self, team: str, channel: str) -> float:
        """Wait for this channel's turn; it is taken before the wait, so that those who come together line up.

        Returns:
            0; or how long Slack's own pause for this channel still lasts, and then no turn was taken.
        """
        if closed := self._posts.closed(f"{team}/{channel}"):
            return closed
        await asyncio.sleep(self._posts.take(f"{team}/{channel}"))
        return 0.0

    def edit(self, team: str, *, must: bool) -> float:
        """Take an edit of a workspace; returns how long to wait instead, 0 if it was taken.

        Args:
            team: the workspace.
            must: the end of a job is shown even if progress would have to wait, unless Slack closed the door.
        """
        pause = self._edits.closed(team) if must else self._edits.wait(team)
        if not pause:
            self._edits.take(team)
        return pause

    def no_edits_for(self, team: str, seconds: float) -> None:
        """Slack asked for a pause of edits in a workspace."""
        self._edits.close(team, seconds)

    def no_posts_for(self, team: str, channel: str, seconds: float) -> None:
        """Slack asked for a pause of posts in a channel."""
        self._posts.close(f"{team}/{channel}", seconds)
