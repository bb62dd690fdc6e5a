"""`/settings` of a server and its channels, for members with Manage Server; `/privacy` for everybody."""

from collections.abc import Mapping
from typing import Any

from adapters.discord.answers import Answered
from adapters.discord.desk import Desk
from adapters.discord.exchange import DiscordExchange
from adapters.discord.incoming import Incoming
from adapters.discord.permissions import MANAGE_GUILD, has
from adapters.discord.places import channel_key, guild_key
from adapters.discord.rest import Payload
from adapters.discord.translate import options
from bot.domain.errors import NotAllowed
from bot.moderators import USUAL_DAYS
from bot.pages import Ink, Part, settings_page
from bot.settings_form import changed
from bot.texts import text

FORGET = "p1:forget"
"""The button that deletes everything about the member who presses it; it carries nothing."""

_EXPORT_MARGIN = 64 * 1024


async def settings(desk: Desk, answered: Answered) -> None:
    """Show or change what is set for a place."""
    event = answered.event
    locale = event.origin.locale
    if not event.origin.guild:
        raise NotAllowed("refused-server-only")
    if not has(event.origin.permissions, MANAGE_GUILD):
        raise NotAllowed("refused-manage-server")
    given = options(event.body)
    place, name = _place(event, given)
    own = await desk.service.places.settings(place)
    said = "settings-saved"
    match given.get("subcommand"):
        case "show" | None:
            said = ""
        case "pause" | "resume" | "ban" | "unban":
            place, name = await _moderate(desk, event, given, place, name)
        case change:
            await desk.service.places.change(place, changed(own, str(change), given))
            said = "settings-reset" if change == "reset" else "settings-saved"
    page = settings_page(await desk.service.places.settings(place), name, locale=locale, heading=said)
    await desk.answers.show_page(answered, page)


async def privacy(desk: Desk, answered: Answered) -> None:
    """Hand out what is stored, or ask before deleting it."""
    event = answered.event
    locale = event.origin.locale
    if options(event.body).get("subcommand") == "export":
        most = event.origin.file_bytes - _EXPORT_MARGIN
        await desk.conversation.export(DiscordExchange(desk, answered), max_bytes=most)
        return
    await desk.answers.show(answered, forget_question(locale))


def forget_question(locale: str) -> Payload:
    """Whether they mean it."""
    sure = {"type": 2, "style": 4, "label": text(locale, "button-forget"), "custom_id": FORGET}
    return {"content": text(locale, "privacy-ask"), "components": [{"type": 1, "components": [sure]}]}


async def _moderate(
    desk: Desk, event: Incoming, given: Mapping[str, Any], server: str, name: Part
) -> tuple[str, Part]:
    """Pause or resume a channel, block a member or let them in again; what then is to be shown, and its name."""
    moderators, member = desk.service.moderators, str(given.get("member", ""))
    match given["subcommand"]:
        case "ban":
            await moderators.ban(server, member, _name_of(event, member), days=int(given.get("days", USUAL_DAYS)))
        case "unban":
            await moderators.unban(server, member)
        case act:
            channel = str(given.get("channel") or event.origin.parent or event.origin.channel)
            await moderators.pause(channel_key(channel), paused=act == "pause")
            return channel_key(channel), Part(channel, Ink.CHANNEL)
    return server, name


def _name_of(event: Incoming, user: str) -> str:
    """What a member is called who was named in a command."""
    found = event.body.get("resolved", {}).get("users", {}).get(user, {})
    return str(found.get("global_name") or found.get("username") or "")


def _place(event: Incoming, given: dict[str, Any]) -> tuple[str, Part]:
    channel = given.get("channel")
    if channel:
        return channel_key(str(channel)), Part(str(channel), Ink.CHANNEL)
    return guild_key(event.origin.guild), Part(text(event.origin.locale, "settings-server"))
