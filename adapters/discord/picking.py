"""A mention without a picture that we may see: answered where it was made, with a button that asks for one."""

from adapters.discord.cards import raw_button
from adapters.discord.exchange import DiscordExchange
from adapters.discord.faults import Fault
from adapters.discord.ids import FormId, Opened, parse_form_id
from adapters.discord.markup import said
from adapters.discord.rest import Payload
from bot.domain.actions import VERBS, Verb
from bot.domain.errors import Gone, NotAllowed, PictureRefused
from bot.forms import Form
from bot.texts import text


async def offer(at: DiscordExchange, why: PictureRefused) -> None:
    """Say why there is nothing to work on, where the mention was made, and offer the form."""
    event, locale = at.event, at.by.locale
    about = FormId(Opened.PICK, event.origin.channel, event.message)
    made = raw_button(text(locale, f"button-{Verb.PICK}"), str(about), emoji=VERBS[Verb.PICK].emoji)
    body: Payload = {
        "content": f"⚠️ {why.sentence(locale)}",
        "components": [{"type": 1, "components": [made]}],
    }
    await at.desk.answers.show(at.answered, body)


async def open_form(at: DiscordExchange) -> None:
    """The button: a form with a place for the picture, and the words that its member wrote."""
    about = parse_form_id(at.event.name)
    if about is None:  # an id that somebody made up
        raise Gone("refused-unknown")
    await at.open(await form_on(at, about), about)


async def form_on(at: DiscordExchange, about: FormId) -> Form:
    """The form as it opens; what the message says is read again, as its id is all that a button carries."""
    return await at.desk.conversation.words_form(at, await _said_in(at, about))


async def _said_in(at: DiscordExchange, about: FormId) -> str:
    """What the message says that was answered.

    Raises:
        NotAllowed: it is somebody else's.
    """
    if about.channel != at.event.origin.channel:  # an id that somebody made up: they may not see what is there
        return ""
    try:
        message = await at.desk.rest.message(about.channel, about.message)
    except Fault:
        return ""
    if message["author"]["id"] != at.event.origin.user:
        raise NotAllowed("refused-not-yours")
    return said(str(message.get("content", "")), me=at.desk.me)
