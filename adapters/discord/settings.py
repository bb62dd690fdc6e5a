"""`/settings` of a server and its channels, for members with Manage Server; `/privacy` for everybody."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.discord.answers import Answered
from adapters.discord.desk import Desk
from adapters.discord.exchange import DiscordExchange
from adapters.discord.incoming import Incoming
from adapters.discord.permissions import MANAGE_GUILD, has
from adapters.discord.places import channel_key, guild_key
from adapters.discord.translate import options
from bot.domain.blocklist import parse_patterns
from bot.domain.errors import NotAllowed
from bot.domain.options import PLACED
from bot.domain.place import PlaceSettings, RemixPolicy, ThreadPolicy
from bot.moderators import USUAL_DAYS
from bot.pages import Ink, Part, settings_page
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
    said = ""
    match given.get("subcommand"):
        case "set":
            await desk.service.places.change(place, _changed(own, given))
            said = "settings-saved"
        case "allow":
            await desk.service.places.change(place, _allowed(own, given))
            said = "settings-saved"
        case "block":
            words = parse_patterns(str(given.get("words") or ""))
            await desk.service.places.change(place, replace(own, blocked=words))
            said = "settings-saved"
        case "log":
            await desk.service.places.change(place, replace(own, log=given.get("log_channel") or None))
            said = "settings-saved"
        case "pause" | "resume" | "ban" | "unban":
            place, name = await _moderate(desk, event, given, place, name)
            said = "settings-saved"
        case "reset":
            await desk.service.places.change(place, PlaceSettings())
            said = "settings-reset"
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
    sure = {"type": 2, "style": 4, "label": text(locale, "button-forget"), "custom_id": FORGET}
    body = {"content": text(locale, "privacy-ask"), "components": [{"type": 1, "components": [sure]}]}
    await desk.answers.show(answered, body)


async def forget(desk: Desk, answered: Answered) -> None:
    """The button: delete everything about the member who pressed it."""
    await desk.conversation.forget(DiscordExchange(desk, answered))


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


def _changed(own: PlaceSettings, given: dict[str, Any]) -> PlaceSettings:
    said: dict[str, Any] = {row.placed: row.adopt(given[row.placed]) for row in PLACED if row.placed in given}
    if "strength" in said:
        (said["strength"],) = said["strength"]
    remix = given.get("remix")
    threads = given.get("threads")
    wanted = PlaceSettings(
        **said,
        remix=RemixPolicy(remix) if remix else None,
        threads=ThreadPolicy(threads) if threads else None,
        language=given.get("language"),
    )
    return wanted.over(own)


def _allowed(own: PlaceSettings, given: dict[str, Any]) -> PlaceSettings:
    """Each call adds a role, channel or model to those allowed; without any it allows everything again."""
    if not {"role", "only_channel", "only_model"} & given.keys():
        return replace(own, roles=(), channels=(), models=())

    def more(allowed: tuple[str, ...] | None, name: str) -> tuple[str, ...]:
        added = [str(given[name])] if name in given else []
        return tuple(dict.fromkeys([*(allowed or ()), *added]))

    return replace(
        own,
        roles=more(own.roles, "role"),
        channels=more(own.channels, "only_channel"),
        models=more(own.models, "only_model"),
    )
