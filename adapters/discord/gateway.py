"""What discord.py's gateway lacks: an end for refused sessions, and patience with events that it cannot read."""

from collections.abc import Callable
from typing import Any

import discord
import structlog
from discord.gateway import DiscordWebSocket

log = structlog.get_logger(__name__)


class Socket(DiscordWebSocket):
    """discord.py's, which ends if it is refused a session."""

    async def identify(self) -> None:
        """Begin a session; if that may not be, end the socket, whose thread of heartbeats would go on alone."""
        try:
            await super().identify()
        except BaseException:
            await self.close()
            raise


def check_left(starts: discord.SessionStartLimits, *, wanted: int = 1) -> None:
    """Refuse to begin more sessions than Discord still allows, until it counts anew."""
    if starts.remaining < wanted:
        log.error("the day's connections to Discord are used up: find what restarts the bot so often")
        raise discord.RateLimited(starts.reset_after / 1000)


def followed_by(parse: Callable[[Any], None], more: Callable[[Any], None]) -> Callable[[Any], None]:
    """`parse` of discord.py, and then `more` with the same event."""

    def parse_both(data: Any) -> None:
        parse(data)
        more(data)

    return parse_both


def sparing(event: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """`parse` of discord.py, but an event that it cannot read costs that event and not the connection."""

    def parse_or_drop(data: Any) -> None:
        try:
            parse(data)
        except Exception:
            log.exception("event not understood, dropped", gateway_event=event)

    return parse_or_drop
