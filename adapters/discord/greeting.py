"""The card that a server gets once, and what is forgotten of a server that we leave."""

from adapters.discord.desk import Desk
from adapters.discord.faults import Fault
from adapters.discord.incoming import PLATFORM, Incoming
from adapters.discord.paging import laid_out
from adapters.discord.permissions import NEEDED, has
from adapters.discord.places import channel_key, guild_key
from adapters.discord.rest import nonce_of
from bot.domain.errors import Undeliverable
from bot.domain.picture import Attached
from bot.first_minute import greet, greeting_page, greeting_strip
from bot.texts import text

_TAKES = ("Send Messages", "Embed Links", "Attach Files")
PICTURE = "pentimento.jpg"


async def greeted(desk: Desk, event: Incoming) -> bool:
    """Whether a server that was never greeted is now: where something happened that everybody may see."""
    origin = event.origin
    may = origin.app_permissions
    seen = origin.guild and origin.channel and origin.reachable
    if not seen or (may and not all(has(may, NEEDED[name]) for name in _TAKES)):
        return False

    async def post(language: str) -> None:
        locale = language or origin.place_locale or origin.locale
        file = Attached(name=PICTURE, content=await greeting_strip(), alt=text(locale, "greeting-alt"))
        page = desk.names.of_page(greeting_page(locale, "greeting-discord"), locale)
        body = laid_out(page, picture=PICTURE)
        try:
            await desk.rest.create(origin.channel, body, [file], nonce=nonce_of(f"{event.id}-greeting"))
        except Fault as fault:
            raise Undeliverable(fault.reason) from fault

    return await greet(desk.service, guild_key(origin.guild), event=event.event_id, post=post)


async def left(desk: Desk, event: Incoming) -> None:
    """A server removed us: what was asked for and set there goes, and whoever brings us back is greeted again."""
    guild = event.origin.guild
    await desk.service.removal.forget_space(PLATFORM, guild)
    channels = (channel_key(str(each)) for each in event.body.get("channels", ()))
    await desk.service.places.forget_each(guild_key(guild), *channels)
