"""How often one address may try to sign in."""

import time
from collections import deque

from bot.domain.errors import LimitReached
from bot.latest import Latest

_MOST = 5
_WITHIN_SECONDS = 60.0
_ADDRESSES = 10_000
"""Whose attempts are remembered; those whose last was longest ago go first."""


class SignInAttempts:
    """Counts them by address."""

    def __init__(self) -> None:
        self._attempts: Latest[str, deque[float]] = Latest(_ADDRESSES)

    def check(self, address: str) -> None:
        """Before a secret of theirs is looked at.

        Raises:
            LimitReached: too many lately.
        """
        attempts = self._attempts.get(address)
        if attempts and len(attempts) == _MOST and time.monotonic() - attempts[0] < _WITHIN_SECONDS:
            raise LimitReached("web-refused-tries")

    def count(self, address: str) -> None:
        """They tried in vain: who has the right one is no risk, and an office has one address for all."""
        attempts = self._attempts.get(address) or deque(maxlen=_MOST)
        attempts.append(time.monotonic())
        self._attempts[address] = attempts
