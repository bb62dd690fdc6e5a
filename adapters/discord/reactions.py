"""Reactions on our results. Whose result a message shows is read off its buttons, so nothing has to be remembered."""

import structlog

from adapters.discord.answers import Answered
from adapters.discord.desk import Desk
from adapters.discord.exchange import DiscordExchange
from adapters.discord.faults import ERRORS, judge
from adapters.discord.pictures import generation_in, is_ours
from bot.domain.actions import reaction_of
from bot.domain.ids import job_of

log = structlog.get_logger(__name__)


async def act(desk: Desk, answered: Answered) -> None:
    """One reaction; nothing if its message is not ours: anybody's webhook can write a button of our id."""
    event = answered.event
    try:
        message = await desk.rest.message(event.origin.channel, event.message)
    except ERRORS as error:
        log.info("a message with a reaction cannot be read", reason=judge(error).reason)
        return
    says, shown = reaction_of(event.name), generation_in(message) if is_ours(message, desk.me) else None
    if says and shown:
        await desk.conversation.react(DiscordExchange(desk, answered), says, job_of(shown))
