"""A mention without a picture that we may see: answered where it was made, with a button that asks for one."""

from adapters.discord.answers import Answered
from adapters.discord.cards import raw_button
from adapters.discord.desk import Desk
from adapters.discord.exchange import DiscordExchange
from adapters.discord.faults import ERRORS
from adapters.discord.ids import FormId, Opened, parse_form_id
from adapters.discord.incoming import Incoming
from adapters.discord.markup import said
from adapters.discord.rest import Payload
from adapters.discord.translate import wish_of_form, wish_of_words
from bot.domain.actions import VERBS, Verb
from bot.domain.errors import Gone, InvalidRequest, NotAllowed, PictureRefused
from bot.domain.options import NOTHING_SAID, Options
from bot.forms import Form
from bot.picture_form import Purpose
from bot.texts import text


async def offer(desk: Desk, answered: Answered, why: PictureRefused) -> None:
    """Say why there is nothing to work on, where the mention was made, and offer the form."""
    event = answered.event
    locale = event.origin.locale
    made = raw_button(
        text(locale, f"button-{Verb.PICK}"), str(FormId(Opened.PICK, event.origin.channel, event.message))
    )
    made = {**made, "emoji": {"name": VERBS[Verb.PICK].emoji}}
    body: Payload = {
        "content": f"⚠️ {why.sentence(locale)}",
        "components": [{"type": 1, "components": [made]}],
    }
    await desk.answers.show(answered, body)


async def open_form(desk: Desk, answered: Answered) -> None:
    """The button: a form with a place for the picture, and the words that its member wrote."""
    event = answered.event
    about = parse_form_id(event.name)
    if about is None:  # an id that somebody made up
        raise Gone("refused-unknown")
    await desk.answers.ask(event, str(about), await form_on(desk, answered, about))


async def form_on(desk: Desk, answered: Answered, about: FormId) -> Form:
    """The form as it opens; what the message says is read again, as its id is all that a button carries."""
    said_there = await _said_in(desk, answered.event, about)
    at = DiscordExchange(desk, answered)
    return await desk.conversation.picture_form(at, Purpose.REMIX, said=said_there, uploads=True)


async def _said_in(desk: Desk, event: Incoming, about: FormId) -> Options:
    """What the message says that was answered.

    Raises:
        NotAllowed: it is somebody else's.
    """
    if about.channel != event.origin.channel:  # an id that somebody made up: they may not see what is there
        return NOTHING_SAID
    try:
        message = await desk.rest.message(about.channel, about.message)
    except ERRORS:
        return NOTHING_SAID
    if message["author"]["id"] != event.origin.user:
        raise NotAllowed("refused-not-yours")
    words = said(str(message.get("content", "")), me=desk.me)
    try:
        return wish_of_words(words, desk.service.styles).options
    except InvalidRequest:  # it is mended in the form, where it stands as it was written
        return Options(prompt=words)


async def form(desk: Desk, answered: Answered) -> None:
    """The form, filled in; the answer that offered it goes."""
    event = answered.event
    wish = wish_of_form(event, Purpose.REMIX, desk.downloads, desk.service.styles, uploads=True)
    await desk.conversation.ask(DiscordExchange(desk, answered), wish)
    await desk.answers.take_back(event)
