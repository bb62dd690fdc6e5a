"""Mentions and replies: what they show, and what the messages show that they answer."""

from collections.abc import Sequence

from adapters.discord import greeting
from adapters.discord.cards import raw_button, rows
from adapters.discord.exchange import DiscordExchange
from adapters.discord.faults import Fault
from adapters.discord.ids import OwnId, Word
from adapters.discord.markup import said
from adapters.discord.pictures import Message, has_sticker, pictures_in
from bot.domain.actions import VERBS, Verb
from bot.domain.errors import InvalidRequest, PictureRefused
from bot.domain.ids import parse_generation_id
from bot.mentions import Shown
from bot.texts import text


async def mention(at: DiscordExchange) -> None:
    """A message that mentions us: with a picture, or in reply to one."""
    if at.event.body.get("withheld"):
        raise InvalidRequest("refused-role-withheld")
    await at.desk.conversation.mention(at, _Mention(at))


class _Mention:
    """A `Mention`."""

    def __init__(self, at: DiscordExchange) -> None:
        body = at.event.body
        self._at = at
        self._body = body
        self._own: Message = body["message"]
        role, names = str(body.get("role", "")), body.get("names")
        self.words = said(str(body["content"]), me=at.desk.me, role=role, names=names)
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
        try:
            fetched = await self._at.desk.rest.message(body["replied_channel"], body["replied_message"])
        except Fault:
            fetched = replied or {}
        if shown := self._in(fetched):
            return shown
        if has_sticker(fetched):
            raise PictureRefused("refused-sticker")
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

    def _in(self, message: Message) -> Sequence[Shown]:
        desk = self._at.desk
        return [
            Shown(source=each.sent(desk.downloads), author=each.author, result=parse_generation_id(each.generation))
            for each in pictures_in(message, me=desk.me)
        ]
