"""How long an interaction's right to write is of use."""

from adapters.discord.routes import Token
from bot.ports import Clock

COLLECT_BEFORE = 120.0
"""Seconds before a token's end at which Collect appears: time for several tries."""

TOKEN_MARGIN = 5.0
"""A request started this close to the end of its token may arrive too late."""


class Tokens:
    """Which tokens live, by their age and by what Discord said of them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._dead: dict[str, float] = {}

    def live(self, token: Token) -> bool:
        """Whether it may still be used."""
        return token.value not in self._dead and self._clock.now() < token.until - TOKEN_MARGIN

    def bury(self, token: Token) -> None:
        """Remember that it is spent, until it would have been by its age."""
        now = self._clock.now()
        self._dead = {value: until for value, until in self._dead.items() if until > now}
        self._dead[token.value] = token.until

    def expire(self, token: Token) -> bool:
        """Whether its end is near."""
        return self._clock.now() >= token.until - COLLECT_BEFORE
