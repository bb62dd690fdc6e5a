"""What a server and its channels have set, for members with Manage Server; `/privacy` for everybody."""

from collections.abc import Mapping
from typing import Any

from adapters.discord.cards import DANGER, raw_button, rows
from adapters.discord.exchange import DiscordExchange
from adapters.discord.forms import untouched, values_of
from adapters.discord.ids import offer_id
from adapters.discord.permissions import MANAGE_GUILD, has
from adapters.discord.places import channel_key, guild_key
from adapters.discord.rest import Payload
from adapters.discord.translate import options
from bot.domain.errors import NotAllowed
from bot.domain.place import PlaceSettings
from bot.forms import Form
from bot.moderators import USUAL_DAYS
from bot.offers import Offer
from bot.pages import Ink, Part, settings_page
from bot.settings_form import changed, read_setup_form, setup_form
from bot.texts import text

FORGET = "p1:forget"
"""The button that deletes everything about the member who presses it; it carries nothing."""

SET_UP = offer_id(Offer.SET_UP)
_EXPORT_MARGIN = 64 * 1024


async def settings(at: DiscordExchange) -> None:
    """Show or change what is set for a place."""
    server, given, places = _server(at), options(at.event.body), at.desk.service.places
    place, name = _channel(str(given["channel"])) if given.get("channel") else (server, _whole(at))
    said, act = "settings-saved", given.get("subcommand")
    if act in {"pause", "resume"}:
        origin = at.event.origin
        place, name = _channel(str(given.get("channel") or origin.parent or origin.channel))
    if place != server:
        await places.set_parent(server, place)
    match act:
        case "show" | None:
            said = ""
        case "pause" | "resume":
            await at.desk.service.moderators.pause(place, paused=act == "pause")
        case "ban":
            member, days = str(given["member"]), int(given.get("days", USUAL_DAYS))
            await at.desk.service.moderators.ban(server, member, _name_of(at.event.body, member), days=days)
        case "unban":
            await at.desk.service.moderators.unban(server, str(given["member"]))
        case change:
            await places.change(place, lambda own: changed(own, str(change), given))
            said = "settings-reset" if change == "reset" else said
    await at.show(settings_page(await places.settings(place), name, locale=at.by.locale, heading=said))


async def open_set_up(at: DiscordExchange) -> None:
    """*Set up*."""
    await at.open(await set_up_form(at), SET_UP)


async def set_up_form(at: DiscordExchange) -> Form:
    """The form of a server's settings as it opens.

    Raises:
        NotAllowed: they do not run the server.
    """
    service = at.desk.service
    return setup_form(await service.places.settings(_server(at)), service.menu(), locale=at.by.locale)


async def save_set_up(at: DiscordExchange) -> None:
    """The form, filled in."""
    server, service = _server(at), at.desk.service
    sent = values_of(at.event.body)

    def saved(own: PlaceSettings) -> PlaceSettings:
        return read_setup_form(sent, own, shown=untouched(setup_form(own, service.menu(), locale=at.by.locale)))

    await service.places.change(server, saved)
    now = await service.places.settings(server)
    await at.show(settings_page(now, _whole(at), locale=at.by.locale, heading="settings-saved"))


async def privacy(at: DiscordExchange) -> None:
    """Hand out what is stored, or ask before deleting it."""
    if options(at.event.body).get("subcommand") == "export":
        await at.desk.conversation.export(at, max_bytes=at.file_bytes - _EXPORT_MARGIN)
    else:
        await at.say(forget_question(at.by.locale))


def forget_question(locale: str) -> Payload:
    """Whether they mean it."""
    sure = raw_button(text(locale, "button-forget"), FORGET, style=DANGER)
    return {"content": text(locale, "privacy-ask"), "components": rows([sure])}


def _server(at: DiscordExchange) -> str:
    """The key of the server, for those who run it."""
    if not at.event.origin.guild:
        raise NotAllowed("refused-server-only")
    if not has(at.event.origin.permissions, MANAGE_GUILD):
        raise NotAllowed("refused-manage-server")
    return guild_key(at.event.origin.guild)


def _channel(channel: str) -> tuple[str, Part]:
    return channel_key(channel), Part(channel, Ink.CHANNEL)


def _whole(at: DiscordExchange) -> Part:
    return Part(text(at.by.locale, "settings-server"))


def _name_of(body: Mapping[str, Any], user: str) -> str:
    """What a member is called who was named in a command."""
    found = body.get("resolved", {}).get("users", {}).get(user, {})
    return str(found.get("global_name") or found.get("username") or "")
