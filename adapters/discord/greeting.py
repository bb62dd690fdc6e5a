"""The card that a server gets once, and what is forgotten of a server that we leave."""

import structlog

from adapters.discord.desk import Desk
from adapters.discord.faults import Fault
from adapters.discord.incoming import PLATFORM, Incoming
from adapters.discord.paging import laid_out
from adapters.discord.permissions import NEEDED, has
from adapters.discord.places import bot_key, channel_key, guild_key
from adapters.discord.rest import nonce_of
from bot.domain.errors import Undeliverable
from bot.domain.picture import Attached
from bot.first_minute import greet, greeting_page, greeting_strip
from bot.texts import text

_TAKES = ("Send Messages", "Embed Links", "Attach Files")
PICTURE = "pentimento.jpg"

log = structlog.get_logger(__name__)


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


async def joined(desk: Desk, event: Incoming) -> None:
    """A server added us."""
    await desk.service.places.set_parent(bot_key(desk.me), guild_key(event.origin.guild))
    await greeted(desk, event)


async def left(desk: Desk, event: Incoming) -> None:
    """A server removed us."""
    await _forget(desk, event.origin.guild, *map(str, event.body.get("channels", ())))


async def listed(desk: Desk, event: Incoming) -> None:
    """A session begins with the servers that have us: one that had us and is not among them removed us meanwhile.

    Each is asked after first: what is forgotten does not come back, and an outage may shorten the list.
    """
    shard, shards = event.body["shard"]
    places, us = desk.service.places, bot_key(desk.me)
    here = {guild_key(guild) for guild in event.body["guilds"]}
    for place in await places.children(us) - here:
        guild = place.removeprefix(guild_key(""))
        if (int(guild) >> 22) % shards != shard:
            continue  # another session's
        try:
            if not await desk.rest.has_us(guild):
                await _forget(desk, guild)
        except Fault as fault:
            log.info("not known whether a server has us", guild=guild, reason=fault.reason)
    await places.set_parent(us, *here)


async def _forget(desk: Desk, guild: str, *channels: str) -> None:
    """What was asked for and set in a server goes, and whoever brings us back is greeted again."""
    places, server = desk.service.places, guild_key(guild)
    await desk.service.removal.forget_space(PLATFORM, guild)
    await places.forget_each(*await places.children(server), *map(channel_key, channels), server)
