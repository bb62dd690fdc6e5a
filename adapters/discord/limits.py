"""How long Discord's rate limits may hold up a call."""

import asyncio

LONGEST_LIMIT = 5.0
"""Seconds of rate limit that discord.py may sit out inside a call; longer ones come back to delivery, which knows
what can be dropped."""


class GlobalLimit(asyncio.Event):
    """Set while the bot as a whole may send.

    discord.py clears it, sleeps for as long as Discord said and sets it. A call that is cancelled in that sleep, as
    ours are when they take too long, would leave it cleared for ever; so it sets itself after `LONGEST_LIMIT`, than
    which no such sleep is longer.
    """

    def __init__(self) -> None:
        super().__init__()
        self._end: asyncio.TimerHandle | None = None
        self.set()

    def clear(self) -> None:
        """Hold up every call."""
        super().clear()
        if self._end:
            self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(LONGEST_LIMIT, self.set)
