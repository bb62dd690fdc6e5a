"""The card that a server gets once, and what is forgotten of a server that we leave."""

from collections.abc import Callable
from hashlib import blake2s

import structlog

from adapters.discord.answers import Answered
from adapters.discord.cards import NOBODY
from adapters.discord.desk import Desk
from adapters.discord.faults import ERRORS, judge
from adapters.discord.incoming import PLATFORM, Incoming
from adapters.discord.paging import laid_out
from adapters.discord.permissions import ATTACH_FILES, EMBED_LINKS, SEND_MESSAGES, has
from adapters.discord.places import channel_key, guild_key
from adapters.discord.rest import Outgoing, Payload
from bot.domain.errors import StorageFailed
from bot.first_minute import greeting_page, greeting_strip
from bot.texts import text

_NEEDED = (SEND_MESSAGES, EMBED_LINKS, ATTACH_FILES)
PICTURE = "pentimento.jpg"
log = structlog.get_logger(__name__)


def card(locale: str, named: Callable[[str], str] = str) -> Payload:
    """The card, to be sent with its picture; `named` as for a page."""
    return laid_out(greeting_page(locale, "greeting-discord"), named, picture=PICTURE)


async def joined(desk: Desk, answered: Answered) -> None:
    """We are in a server: greet it where Discord itself greets members; else the first use of us does."""
    await _greet(desk, answered.event)


async def used(desk: Desk, event: Incoming) -> None:
    """Somebody used us where everybody sees it: a server never greeted is now. A fault of this costs them nothing."""
    try:
        await called(desk, event)
    except StorageFailed:
        log.warning("greeting put off", incoming=event.id)


async def called(desk: Desk, event: Incoming) -> bool:
    """Somebody called us and asked for nothing; whether the card is the answer."""
    return bool(event.origin.guild) and event.origin.reachable and await _greet(desk, event)


async def left(desk: Desk, answered: Answered) -> None:
    """A server removed us: what was asked for and set there goes, and whoever brings us back is greeted again."""
    event = answered.event
    guild = event.origin.guild
    await desk.service.removal.forget_space(PLATFORM, guild)
    channels = (channel_key(str(each)) for each in event.body.get("channels", ()))
    await desk.service.places.forget_each(guild_key(guild), *channels)


async def _greet(desk: Desk, event: Incoming) -> bool:
    origin = event.origin
    may = origin.app_permissions
    if not origin.channel or (may and not all(has(may, bit) for bit in _NEEDED)):
        return False
    place = guild_key(origin.guild)
    if not await desk.service.greetings.due(place, event.event_id):
        return False
    settings = await desk.service.places.settings(place)
    locale = settings.language or origin.place_locale or origin.locale
    file = Outgoing(PICTURE, await greeting_strip(), text(locale, "greeting-alt"))
    body = card(locale, lambda said: desk.answers.names.linked(said, locale))
    nonce = blake2s(f"{event.id}-greeting".encode(), digest_size=12).hexdigest()
    once = {**body, "allowed_mentions": NOBODY, "nonce": nonce, "enforce_nonce": True}
    try:
        await desk.rest.create(origin.channel, once, [file])
    except ERRORS as error:
        log.info("not greeted", place=place, reason=judge(error).reason)
        await desk.service.greetings.failed(place)
        return False
    return True
