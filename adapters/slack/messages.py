"""Mentions and direct messages: a picture and words, or words in the thread of a picture."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from adapters.slack.controls import OPEN_FORM
from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.exchange import SlackExchange
from adapters.slack.greeting import called
from adapters.slack.pictures import files_of, picture_among
from adapters.slack.text import actions, button, said
from bot.domain.actions import VERBS, Verb
from bot.domain.errors import Gone, InvalidRequest, PictureRefused, UserError
from bot.domain.words import clip
from bot.mentions import Shown
from bot.texts import text

_MAX_CARRIED = 2000
"""Characters of a button's value."""


async def on_message(at: SlackExchange) -> None:
    """Answer a mention or a direct message."""
    message = at.event.body["event"]
    identity = await at.desk.api.workspaces.installed(at.place.team)
    words = said(message.get("text") or "", bot_user=identity.bot_user if identity else "")
    await at.desk.conversation.mention(at, _Mention(at, message, words))


class _Mention:
    """A `Mention`."""

    answers = False

    def __init__(self, at: SlackExchange, message: Mapping[str, Any], words: str) -> None:
        self.words = words
        self._at = at
        self._message = message

    def pictures(self) -> Sequence[Shown]:
        return self._shown(self._message, own=True)

    async def above(self) -> Sequence[Shown]:
        """In the thread the newest one; what it is not clear about counts only if nothing newer stands below."""
        place, message = self._at.place, self._message
        if place.is_direct and not message.get("thread_ts"):
            raise PictureRefused("slack-hello")
        found: Sequence[Shown] | UserError = ()
        async for each in self._thread():
            try:
                found = await self._in(each) or found
            except (InvalidRequest, PictureRefused, Gone) as refused:
                found = refused
        if isinstance(found, UserError):
            raise found
        if not found:
            raise PictureRefused("refused-slack-no-picture")
        return found

    async def greet(self) -> None:
        if not await called(self._at.desk, self._at.place, self._at.event_id):
            await self._at.tell("slack-hello")

    async def offer(self, why: PictureRefused) -> None:
        locale = await self._at.locale()
        opening = button(text(locale, f"button-{Verb.PICK}"), OPEN_FORM, emoji=VERBS[Verb.PICK].emoji)
        if self.words:
            opening["value"] = clip(self.words, _MAX_CARRIED)
        await self._at.desk.replies.tell(self._at.place, why.sentence(locale), actions(opening))

    async def _thread(self) -> AsyncIterator[Mapping[str, Any]]:
        """Its messages up to this one, oldest first.

        Raises:
            PictureRefused: Slack does not let us read it.
        """
        place = self._at.place
        try:
            async for each in self._at.desk.api.messages(place.team, place.channel, thread=place.thread):
                if float(each.get("ts", 0)) <= float(self._message["ts"]):
                    yield each
        except SlackFault as fault:
            raise _unreadable(fault) from fault

    async def _in(self, message: Mapping[str, Any]) -> Sequence[Shown]:
        """The picture of one message, if it has one.

        Raises:
            InvalidRequest: it has several, and the member has to say which.
            Gone: it shows a result of ours that is not kept any more.
        """
        _, made = await self._at.results_in(message)
        if len(made) > 1:
            raise InvalidRequest("refused-several-results", count=len(made))
        return [Shown(result=made[0].id)] if made else self._shown(message)

    def _shown(self, message: Mapping[str, Any], *, own: bool = False) -> Sequence[Shown]:
        file, place = picture_among(files_of(message)), self._at.place
        if file is None:
            return ()
        own = own and bool(message.get("files"))  # what somebody forwards is whose it was
        author = place.key_of("" if own else file.get("user") or message.get("user", ""))
        return [Shown(source=self._at.desk.pictures.sent(place.team, file), author=author)]


def _unreadable(fault: SlackFault) -> PictureRefused:
    if fault.meaning is Meaning.NO_SCOPE:
        return PictureRefused("refused-slack-thread-scope", scope=fault.needed or "channels:history")
    if fault.passes:
        return PictureRefused("refused-slack-thread-busy")
    return PictureRefused("refused-slack-thread")
