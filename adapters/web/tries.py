"""How often one address may try to sign in."""

import time
from collections import deque

from bot.domain.errors import LimitReached
from bot.latest import Latest

_MOST = 5
_WITHIN_SECONDS = 60.0
_ADDRESSES = 10_000
"""Of whom tries are remembered; those who tried longest ago go first."""


class Tries:
    """Counts them by address."""

    def __init__(self) -> None:
        self._tries: Latest[str, deque[float]] = Latest(_ADDRESSES)

    def check(self, address: str) -> None:
        """Before a secret of theirs is looked at.

        Raises:
            LimitReached: too many lately.
        """
        tries = self._tries.get(address)
        if tries and len(tries) == _MOST and time.monotonic() - tries[0] < _WITHIN_SECONDS:
            raise LimitReached("web-refused-tries")

    def count(self, address: str) -> None:
        """They tried in vain: who has the right one is no risk, and an office has one address for all."""
        tries = self._tries.get(address) or deque(maxlen=_MOST)
        tries.append(time.monotonic())
        self._tries[address] = tries
