"""What brings no interaction: mentions and replies with what they show or answer, and reactions on our results."""

import asyncio
from collections.abc import Sequence

import structlog

from adapters.discord import greeting
from adapters.discord.cards import raw_button, rows
from adapters.discord.exchange import DiscordExchange
from adapters.discord.faults import Fault
from adapters.discord.ids import OwnId, Word
from adapters.discord.markup import has_link, said, without_links
from adapters.discord.pictures import (
    Message,
    generation_in,
    has_sticker,
    is_ours,
    is_readable,
    links_shown,
    pictures_in,
)
from bot.domain.actions import VERBS, Verb, reaction_of
from bot.domain.errors import InvalidRequest, PictureRefused
from bot.domain.ids import job_of, parse_generation_id
from bot.mentions import Shown
from bot.texts import text

_UNFURLING = (1.0, 2.0)
"""Seconds between looks at what Discord shows of a link; it takes it one or two to fetch a page."""

log = structlog.get_logger(__name__)


async def mention(at: DiscordExchange) -> None:
    """A message that mentions us: with a picture, or in reply to one."""
    if at.event.body.get("withheld"):
        raise InvalidRequest("refused-role-withheld")
    await at.desk.conversation.mention(at, _Mention(at, await _unfurled(at)))


async def _unfurled(at: DiscordExchange) -> Message:
    """The message; with what its links show, which Discord adds a moment later, if it shows nothing else."""
    event, me = at.event, at.desk.me
    own: Message = event.body["message"]
    if not event.body["replied_message"] and not pictures_in(own, me=me) and has_link(str(own["content"])):
        for pause in _UNFURLING:
            await asyncio.sleep(pause)
            try:
                found = await at.desk.rest.message(event.origin.channel, event.message)
            except Fault:
                break
            if pictures_in(found, me=me):
                return found
    return own


async def react(at: DiscordExchange) -> None:
    """One reaction; nothing if its message is not ours: anybody's webhook can write a button of our id.

    Whose result a message shows is read off its buttons, so nothing has to be remembered.
    """
    try:
        message = await at.desk.rest.message(at.event.origin.channel, at.event.message)
    except Fault as fault:
        log.info("a message with a reaction cannot be read", reason=fault.reason)
        return
    says, shown = reaction_of(at.event.name), generation_in(message) if is_ours(message, at.desk.me) else None
    if says and shown:
        await at.desk.conversation.react(at, says, job_of(shown))


class _Mention:
    """A `Mention`."""

    def __init__(self, at: DiscordExchange, own: Message) -> None:
        """`own`: what is known by now of the message itself."""
        body = at.event.body
        self._at = at
        self._body = body
        self._own = own
        role, names, words = str(body.get("role", "")), body.get("names"), str(body["content"])
        self.words = said(without_links(words, links_shown(own)), me=at.desk.me, role=role, names=names)
        self.answers = has_sticker(self._own) or bool(body["replied_message"])

    def pictures(self) -> Sequence[Shown]:
        return self._in(self._own)

    async def above(self) -> Sequence[Shown]:
        body = self._body
        if not body["replied_message"]:
            if has_sticker(self._own):
                raise PictureRefused("refused-sticker")
            raise PictureRefused("refused-no-picture")
        replied = body["replied"]
        if replied is not None and (shown := self._in(replied)):
            return shown
        # What the gateway left out may be there on asking; without the message-content intent it is often not.
        fetched = await self._fetched(body["replied_channel"], body["replied_message"]) or replied or {}
        about = fetched.get("message_reference") if is_ours(fetched, self._at.desk.me) else None
        for message in (fetched, await self._fetched(about["channel_id"], about["message_id"]) if about else {}):
            if shown := self._in(message):
                return shown
        if has_sticker(fetched):
            raise PictureRefused("refused-sticker")
        if is_readable(fetched):
            raise PictureRefused("refused-no-picture")
        raise PictureRefused("refused-withheld")

    async def greet(self) -> None:
        if not await greeting.greeted(self._at.desk, self._at.event):
            await self._at.desk.conversation.help(self._at)

    async def offer(self, why: PictureRefused) -> None:
        event, locale = self._at.event, self._at.by.locale
        about = OwnId(Word.PICK, (event.origin.channel, event.message))
        made = raw_button(text(locale, f"button-{Verb.PICK}"), str(about), emoji=VERBS[Verb.PICK].emoji)
        body = {"content": f"⚠️ {why.sentence(locale)}", "components": rows([made])}
        await self._at.say(body)

    async def _fetched(self, channel: str, message: str) -> Message:
        """A message as it stands; empty if Discord does not give it."""
        try:
            return await self._at.desk.rest.message(channel, message)
        except Fault:
            return {}

    def _in(self, message: Message) -> Sequence[Shown]:
        desk = self._at.desk
        return [
            Shown(source=each.sent(desk.downloads), author=each.author, result=parse_generation_id(each.generation))
            for each in pictures_in(message, me=desk.me)
        ]
