"""Delete: asked about first; once a result is gone here, the message that was pressed goes there."""

from collections.abc import Awaitable

import structlog

from adapters.discord.answers import Answer
from adapters.discord.cards import button, rows
from adapters.discord.desk import Desk
from adapters.discord.faults import Fault, Meaning
from adapters.discord.incoming import Incoming
from adapters.discord.rest import ORIGINAL, Payload
from bot.buttons import verb_button
from bot.domain.actions import Verb
from bot.domain.button_id import parse_button_id
from bot.domain.errors import NotAllowed
from bot.domain.ids import GenerationId
from bot.texts import text

log = structlog.get_logger(__name__)


def question(target: GenerationId, locale: str) -> Payload:
    """Whether they mean it."""
    answers = [button(verb_button(locale, verb, target)) for verb in (Verb.ERASE, Verb.LEAVE)]
    said = f"**{text(locale, 'confirm-delete-title')}** {text(locale, 'confirm-delete-what')}"
    return {"content": said, "components": rows(answers)}


async def remove(at: Answer) -> None:
    """Delete the message that an event is about: the one that it happened on, or that was asked about.

    Raises:
        NotAllowed: Discord refuses; what the message showed is deleted here all the same.
    """
    desk, event, pressed = at.desk, at.event, parse_button_id(at.event.name)
    if pressed is None or pressed.verb is not Verb.ERASE:
        await _remove_message(desk, event)
        return
    await at.withdraw()
    if asked := desk.asked.pop((event.origin.user, pressed.target), None):
        await _remove_message(desk, asked)


async def _remove_message(desk: Desk, event: Incoming) -> None:
    """By the event's token, else by the bot's own."""
    if event.token and await _gone(desk.rest.delete_response(event.application, event.token)):
        return
    named = event.message not in {"", ORIGINAL}
    if named and not event.hidden and await _gone(desk.rest.delete(event.origin.channel, event.message)):
        return
    raise NotAllowed("refused-message-stays")


async def _gone(deleting: Awaitable[None]) -> bool:
    try:
        await deleting
    except Fault as fault:
        log.info("message not deleted", reason=fault.reason)
        return fault.meaning in {Meaning.MESSAGE_GONE, Meaning.BUSY}  # what is busy is tried again by `bot.notices`
    return True
