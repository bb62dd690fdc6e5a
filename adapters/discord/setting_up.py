"""What the buttons of the greeting begin: a picture of the sample, and for admins the form of their server."""

from adapters.discord.answers import Answered
from adapters.discord.desk import Desk
from adapters.discord.exchange import DiscordExchange
from adapters.discord.forms import values_of
from adapters.discord.ids import offer_id
from adapters.discord.incoming import Incoming
from adapters.discord.permissions import MANAGE_GUILD, has
from adapters.discord.places import guild_key
from bot.domain.errors import NotAllowed
from bot.forms import Form
from bot.offers import Offer
from bot.pages import Part, settings_page
from bot.settings_form import read_setup_form, setup_form
from bot.texts import text

_FORM = offer_id(Offer.SET_UP)


async def try_sample(desk: Desk, answered: Answered) -> None:
    """*Try it with a sample*: a picture as any other, of the member who pressed."""
    await desk.conversation.try_sample(DiscordExchange(desk, answered))


async def open_form(desk: Desk, answered: Answered) -> None:
    """*Set up*."""
    await desk.answers.ask(answered.event, _FORM, await form_on(desk, answered.event))


async def form_on(desk: Desk, event: Incoming) -> Form:
    """The form as it opens.

    Raises:
        NotAllowed: they do not run the server.
    """
    own = await desk.service.places.settings(_server(event))
    return setup_form(own, desk.service.menu(), locale=event.origin.locale)


async def save(desk: Desk, answered: Answered) -> None:
    """The form, filled in."""
    event = answered.event
    server, locale = _server(event), event.origin.locale
    own = await desk.service.places.settings(server)
    await desk.service.places.change(server, read_setup_form(values_of(event.body), own))
    now, name = await desk.service.places.settings(server), Part(text(locale, "settings-server"))
    await desk.answers.show_page(answered, settings_page(now, name, locale=locale, heading="settings-saved"))


def _server(event: Incoming) -> str:
    if not event.origin.guild:
        raise NotAllowed("refused-server-only")
    if not has(event.origin.permissions, MANAGE_GUILD):
        raise NotAllowed("refused-manage-server")
    return guild_key(event.origin.guild)
