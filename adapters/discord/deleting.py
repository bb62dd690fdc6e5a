"""Delete: asked about first; once a result is gone here, its message goes there."""

import contextlib
from collections.abc import Awaitable
from dataclasses import replace

import structlog

from adapters.discord.answers import Answer
from adapters.discord.cards import button, rows
from adapters.discord.desk import Desk
from adapters.discord.faults import Fault, Meaning
from adapters.discord.incoming import Incoming
from adapters.discord.rest import ORIGINAL, Payload
from adapters.discord.routes import stand_of
from bot.buttons import verb_button
from bot.domain.actions import Verb
from bot.domain.button_id import parse_button_id
from bot.domain.errors import NotAllowed
from bot.domain.ids import GenerationId
from bot.stores import MessageRef
from bot.texts import text

log = structlog.get_logger(__name__)


def question(target: GenerationId, locale: str) -> Payload:
    """Whether they mean it."""
    answers = [button(verb_button(locale, verb, target)) for verb in (Verb.ERASE, Verb.LEAVE)]
    said = f"**{text(locale, 'confirm-delete-title')}** {text(locale, 'confirm-delete-what')}"
    return {"content": said, "components": rows(answers)}


async def remove(at: Answer, stands: MessageRef | None) -> None:
    """Delete the message that an event is about: the one that it happened on, or that was asked about.

    Raises:
        NotAllowed: Discord refuses; what the message showed is deleted here all the same.
    """
    desk, event, pressed = at.desk, at.event, parse_button_id(at.event.name)
    if pressed is None or pressed.verb is not Verb.ERASE:
        await _remove_message(desk, event)
        return
    await at.withdraw()
    asked = desk.asked.pop((event.origin.user, pressed.target), None)
    own = _message_at(event, stands) if stands else None
    if asked:
        await _remove_message(desk, asked)
    if own and (asked is None or own.message not in {asked.message, ORIGINAL}):
        with contextlib.suppress(*([NotAllowed] if asked else [])):  # it was deleted under a copy, or under a report
            await _remove_message(desk, own)


def _message_at(event: Incoming, stands: MessageRef) -> Incoming:
    """The event as if it had happened on a job's own message."""
    stand = stand_of(stands)
    there = replace(event.origin, channel=stand.channel or event.origin.channel)
    return replace(event, token="", origin=there, message=stand.message, hidden=not stand.own)


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
        return fault.meaning is Meaning.MESSAGE_GONE
    return True
