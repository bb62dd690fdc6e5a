"""Mentions and direct messages: a picture and words, or words in the thread of a picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.slack.controls import OPEN_FORM
from adapters.slack.desk import Desk
from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.exchange import SlackExchange, results_in
from adapters.slack.greeting import called
from adapters.slack.inbound import Inbound, place_of
from adapters.slack.members import Place
from adapters.slack.pictures import File, picture_among
from adapters.slack.text import actions, button, said
from bot.domain.actions import VERBS, Verb
from bot.domain.ask import Wish
from bot.domain.errors import Gone, InvalidRequest, PictureRefused, UserError
from bot.domain.flags import parse_flags
from bot.domain.ids import GenerationId
from bot.domain.words import clip
from bot.first_minute import GREETINGS
from bot.texts import text as text_of

_PAGES = 5
_MAX_CARRIED = 2000
"""Characters of a button's value."""


@dataclass(frozen=True, slots=True)
class Found:
    """What to work on: a member's file, or a result of ours; or why it cannot be told what."""

    file: File | None = None
    author: str = ""
    generation: GenerationId | None = None
    refused: UserError | None = None


async def on_message(desk: Desk, event: Inbound) -> None:
    """Answer a mention or a direct message."""
    message, place = event.body["event"], place_of(event.body)
    identity = await desk.api.installed(place.team)
    text = said(message.get("text") or "", bot_user=identity.bot_user if identity else "")
    found = Found(file=picture_among(message.get("files")))
    if found.file is None:
        if text.lower() in GREETINGS or (place.is_direct and not message.get("thread_ts")):
            if not await called(desk, event, place):
                await desk.tell(place, "slack-hello")
            return
        try:
            found = await _above(desk, place, message)
        except PictureRefused as refused:
            await _offer(desk, place, refused, text)
            return
    written = parse_flags(text, styles=desk.service.styles)
    if not written.options.prompt and found.generation is None and not written.map_only:
        raise InvalidRequest("refused-no-prompt")
    wish = Wish(
        options=written.options,
        action=written.action,
        generation=found.generation,
        source=desk.pictures.sent(place.team, found.file) if found.file else None,
        author=place.key_of(found.author),
    )
    await desk.conversation.ask(SlackExchange(desk, event), wish)


async def _offer(desk: Desk, place: Place, why: PictureRefused, words: str) -> None:
    """Say why there is nothing to work on, with a button that asks for a picture to the same words."""
    locale = await desk.locale(place)
    opening = button(text_of(locale, f"button-{Verb.PICK}"), OPEN_FORM, emoji=VERBS[Verb.PICK].emoji)
    if words:
        opening["value"] = clip(words, _MAX_CARRIED)
    await desk.notices.tell(place, why.sentence(locale), actions(opening))


async def _above(desk: Desk, place: Place, message: Mapping[str, Any]) -> Found:
    """The newest picture in the thread, this message included.

    Raises:
        PictureRefused: there is none, or the thread cannot be read.
    """
    thread, now = place.thread, message["ts"]
    found = Found()
    cursor = None
    for _ in range(_PAGES):
        try:
            page = await desk.api.patient(
                place.team, "conversations_replies", channel=place.channel, ts=thread, limit=200, cursor=cursor
            )
        except SlackFault as fault:
            raise _unreadable(fault) from fault
        for each in page.get("messages", []):  # oldest first
            if float(each.get("ts", 0)) <= float(now):
                found = await _told(desk, place, each) or found
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            break
    if found.refused:
        raise found.refused
    if found == Found():
        raise PictureRefused("refused-slack-no-picture")
    return found


async def _told(desk: Desk, place: Place, message: Mapping[str, Any]) -> Found | None:
    """What `_in` finds; a refusal counts only if nothing newer stands below."""
    try:
        return await _in(desk, place, message)
    except (InvalidRequest, Gone) as refused:
        return Found(refused=refused)


async def _in(desk: Desk, place: Place, message: Mapping[str, Any]) -> Found | None:
    """The picture of one message, if it has one.

    Raises:
        InvalidRequest: it has several, and the member has to say which.
        Gone: it shows a result of ours that is not kept any more.
    """
    _, made = await results_in(desk, place, message, place.asker())
    if len(made) > 1:
        raise InvalidRequest("refused-several-results", count=len(made))
    if made:
        return Found(generation=made[0].id)
    file = picture_among(message.get("files"))
    return Found(file=file, author=file.get("user") or message.get("user", "")) if file else None


def _unreadable(fault: SlackFault) -> PictureRefused:
    if fault.meaning is Meaning.NO_SCOPE:
        return PictureRefused("refused-slack-thread-scope", scope=fault.needed or "channels:history")
    if fault.meaning in {Meaning.LATER, Meaning.UNKNOWN_END}:
        return PictureRefused("refused-slack-thread-busy")
    return PictureRefused("refused-slack-thread")
