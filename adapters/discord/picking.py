"""A mention without a picture that we may see: answered where it was made, with a button that asks for one."""

from adapters.discord.cards import raw_button, rows
from adapters.discord.exchange import DiscordExchange
from adapters.discord.faults import Fault
from adapters.discord.ids import OwnId, Word
from adapters.discord.markup import said
from bot.domain.actions import VERBS, Verb
from bot.domain.errors import NotAllowed, PictureRefused
from bot.forms import Form
from bot.texts import text


async def offer(at: DiscordExchange, why: PictureRefused) -> None:
    """Say why there is nothing to work on, where the mention was made, and offer the form."""
    event, locale = at.event, at.by.locale
    about = OwnId(Word.PICK, (event.origin.channel, event.message))
    made = raw_button(text(locale, f"button-{Verb.PICK}"), str(about), emoji=VERBS[Verb.PICK].emoji)
    body = {"content": f"⚠️ {why.sentence(locale)}", "components": rows([made])}
    await at.desk.answers.show(at.answered, body)


async def open_form(at: DiscordExchange) -> None:
    """The button: a form with a place for the picture, and the words that its member wrote."""
    await at.open(await form_on(at, *at.own.about), at.own)


async def form_on(at: DiscordExchange, channel: str, message: str) -> Form:
    """The form as it opens; what the message says is read again, as its id is all that a button carries."""
    return await at.desk.conversation.words_form(at, await _said_in(at, channel, message))


async def _said_in(at: DiscordExchange, channel: str, message: str) -> str:
    """What the message says that was answered.

    Raises:
        NotAllowed: it is somebody else's.
    """
    if channel != at.event.origin.channel:  # an id that somebody made up: they may not see what is there
        return ""
    try:
        answered = await at.desk.rest.message(channel, message)
    except Fault:
        return ""
    if answered["author"]["id"] != at.event.origin.user:
        raise NotAllowed("refused-not-yours")
    return said(str(answered.get("content", "")), me=at.desk.me)
