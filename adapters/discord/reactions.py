"""Reactions on our results. Whose result a message shows is read off its buttons, so nothing has to be remembered."""

import structlog

from adapters.discord.exchange import DiscordExchange
from adapters.discord.faults import Fault
from adapters.discord.pictures import generation_in, is_ours
from bot.domain.actions import reaction_of
from bot.domain.ids import job_of

log = structlog.get_logger(__name__)


async def act(at: DiscordExchange) -> None:
    """One reaction; nothing if its message is not ours: anybody's webhook can write a button of our id."""
    try:
        message = await at.desk.rest.message(at.event.origin.channel, at.event.message)
    except Fault as fault:
        log.info("a message with a reaction cannot be read", reason=fault.reason)
        return
    says, shown = reaction_of(at.event.name), generation_in(message) if is_ours(message, at.desk.me) else None
    if says and shown:
        await at.desk.conversation.react(at, says, job_of(shown))
