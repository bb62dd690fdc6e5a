"""discord.py's objects as our own plain values."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import discord

from adapters.discord.incoming import EPHEMERAL, Incoming, Kind, Origin
from adapters.discord.permissions import NEEDED, has
from bot.domain.button_id import parse_button_id
from bot.domain.ids import job_of

_KINDS = {
    discord.InteractionType.application_command: Kind.COMMAND,
    discord.InteractionType.autocomplete: Kind.AUTOCOMPLETE,
    discord.InteractionType.component: Kind.BUTTON,
    discord.InteractionType.modal_submit: Kind.MODAL,
}
_WITHOUT_THREADS = frozenset({discord.ChannelType.voice, discord.ChannelType.stage_voice})
_NEW_SECONDS = 7 * 86_400.0
"""A server that has had us for less is to be greeted, although we may have missed when it added us."""


def read_interaction(interaction: discord.Interaction[Any], *, received_at: float) -> Incoming | None:
    """An interaction; None for kinds we have no use for (pings)."""
    kind = _KINDS.get(interaction.type)
    if kind is None:
        return None
    body: Mapping[str, Any] = interaction.data or {}
    message = interaction.message
    return Incoming(
        id=str(interaction.id),
        kind=kind,
        name=_chosen(body) or str(body.get("custom_id") or body.get("name") or ""),
        origin=_origin_of(interaction),
        body=body,
        token=interaction.token,
        application=str(interaction.application_id),
        message=str(message.id) if message else "",
        hidden=bool(message and message.flags.value & EPHEMERAL),
        shown=_shown(interaction, str(body.get("custom_id", ""))),
        received_at=received_at,
    )


def _chosen(body: Mapping[str, Any]) -> str:
    """What was chosen from a menu of ours, as the button that it stands for: about the same job as the menu is."""
    menu = parse_button_id(str(body.get("custom_id", "")))
    values = body.get("values") or ()
    chosen = parse_button_id(str(values[0])) if menu and values else None
    return str(chosen) if menu and chosen and job_of(chosen.target) == job_of(menu.target) else ""


def _shown(interaction: discord.Interaction[Any], pressed: str) -> str:
    """The job of a pressed button, if Discord's own copy of the message says that we put it there."""
    message, me = interaction.message, interaction.client.user
    if message is None or message.author.id not in {interaction.application_id, me.id if me else 0}:
        return ""
    button = parse_button_id(pressed)
    return job_of(button.target) if button and pressed in _custom_ids(message.components) else ""


def _custom_ids(components: Iterable[Any]) -> Iterator[str]:
    for component in components:
        yield str(getattr(component, "custom_id", None) or "")
        yield from _custom_ids(getattr(component, "children", ()))


def _origin_of(interaction: discord.Interaction[Any]) -> Origin:
    channel, guild = interaction.channel, interaction.guild
    known = guild is not None and interaction.client.get_guild(guild.id) is not None
    if guild is None:
        # A direct channel is ours if the interaction came to us there, not to two members among themselves.
        direct = channel is not None and channel.type is discord.ChannelType.private
        reachable = direct and not interaction.context.private_channel
    else:
        # A server may have our commands without us, as a member may; and commands work where we see nothing.
        reachable = known and has(interaction.app_permissions.value, NEEDED["View Channels"])
    return _origin(
        interaction.user,
        channel,
        channel_id=interaction.channel_id,
        guild_id=guild.id if guild else None,
        permissions=interaction.permissions.value,
        app_permissions=interaction.app_permissions.value,
        locale=str(interaction.locale),
        place_locale=str(interaction.guild_locale or ""),
        reachable=reachable,
        file_bytes=interaction.filesize_limit,
        guild_file_bytes=_file_bytes(guild if known else None),
        age_restricted=known and is_age_restricted(channel),
    )


def _origin(
    member: discord.abc.Snowflake, channel: object, *, channel_id: int | None, guild_id: int | None, **more: Any
) -> Origin:
    """Who did something and where, with what else the event says of that."""
    return Origin(
        user=str(member.id),
        name=getattr(member, "display_name", ""),
        channel=str(channel_id or ""),
        guild=str(guild_id or ""),
        parent=str(getattr(channel, "parent_id", None) or ""),
        roles=tuple(str(role) for role in getattr(member, "_roles", ())),
        threads=getattr(channel, "type", None) not in _WITHOUT_THREADS,
        **more,
    )


def _file_bytes(guild: discord.Guild | None) -> int:
    return guild.filesize_limit if guild else discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES


def is_fresh(guild: discord.Guild, *, now: float) -> bool:
    """Whether a server has not had us for long; one that does not say since when has."""
    me = guild.get_member(guild._state.self_id or 0)  # noqa: SLF001 -- `guild.me` says nothing of absence
    return bool(me and me.joined_at and now - me.joined_at.timestamp() < _NEW_SECONDS)


def is_age_restricted(channel: object) -> bool:
    """Whether only adults get in, as discord.py knows the channel; a thread is what its channel is."""
    asked = getattr(channel, "is_nsfw", None)
    return bool(asked and asked())


def read_mention(message: discord.Message, *, received_at: float) -> Incoming:
    """A message that mentions us, or a direct one."""
    guild, channel = message.guild, message.channel
    reference = message.reference
    resolved = reference.resolved if reference else None
    locale = str(guild.preferred_locale) if guild else ""
    role = guild.self_role if guild else None
    return Incoming(
        id=str(message.id),
        kind=Kind.MENTION,
        origin=_origin(
            message.author,
            channel,
            channel_id=channel.id,
            guild_id=guild.id if guild else None,
            app_permissions=_own_permissions(channel),
            locale=locale or "en",
            place_locale=locale,
            guild_file_bytes=_file_bytes(guild),
            age_restricted=guild is not None and is_age_restricted(channel),
        ),
        body={
            "content": message.content,
            "role": str(role.id) if role else "",
            "names": _names(message),
            "withheld": calls_our_role(message) and not message.content,
            "message": _raw(message),
            "replied": _raw(resolved) if isinstance(resolved, discord.Message) else None,
            "replied_channel": str(reference.channel_id) if reference else "",
            "replied_message": str(reference.message_id or "") if reference and not message.message_snapshots else "",
        },
        message=str(message.id),
        received_at=received_at,
    )


def _names(message: discord.Message) -> dict[str, str]:
    """What is shown for the ids in a message, by the ids as they are coded."""
    return (
        {f"@{member.id}": member.display_name for member in message.mentions}
        | {f"@&{role.id}": role.name for role in message.role_mentions}
        | {f"#{channel.id}": channel.name for channel in message.channel_mentions}
    )


def calls_our_role(message: discord.Message) -> bool:
    """Whether it mentions the role that Discord made for us in a server, by which members may call us too."""
    role = message.guild.self_role if message.guild else None
    return role is not None and (role in message.role_mentions or role.id in message.raw_role_mentions)


def _own_permissions(channel: object) -> int:
    """What we may do in a channel of a server; 0 if that is not known."""
    if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return 0
    me = channel.guild.get_member(channel._state.self_id or 0)  # noqa: SLF001 -- `guild.me` says nothing of absence
    return _permissions(me, channel)


def _permissions(member: discord.Member | None, channel: object) -> int:
    """What a member may do in a channel of their server, by its own rules too; 0 if that is not known."""
    if member is None or not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return 0
    parent_known = not isinstance(channel, discord.Thread) or channel.parent is not None
    return channel.permissions_for(member).value if parent_known else 0


def read_joined(guild: discord.Guild, *, received_at: float) -> Incoming:
    """A server that has us; its channel is that in which Discord itself greets members, if there is one."""
    channel = guild.system_channel
    return Incoming(
        id=f"joined:{guild.id}:{int(received_at * 1000)}",
        kind=Kind.JOINED,
        origin=Origin(
            user="",
            name="",
            channel=str(channel.id) if channel else "",
            guild=str(guild.id),
            app_permissions=_own_permissions(channel),
            locale=str(guild.preferred_locale),
            place_locale=str(guild.preferred_locale),
            guild_file_bytes=guild.filesize_limit,
        ),
        received_at=received_at,
    )


def read_left(guild: discord.Guild, *, received_at: float) -> Incoming:
    """A server that removed us, with its channels and threads, which may have settings of their own."""
    channels = [str(channel.id) for channel in (*guild.channels, *guild.threads)]
    return Incoming(
        id=f"left:{guild.id}:{int(received_at * 1000)}",
        kind=Kind.LEFT,
        origin=Origin(user="", name="", channel="", guild=str(guild.id)),
        body={"channels": channels},
        received_at=received_at,
    )


def read_listed(guilds: Iterable[int], *, shard: tuple[int, int], received_at: float) -> Incoming:
    """The servers that have us, of those that one of our sessions is for; `shard`: its number, and of how many."""
    return Incoming(
        id=f"listed:{shard[0]}:{int(received_at * 1000)}",
        kind=Kind.LISTED,
        origin=Origin(user="", name="", channel=""),
        body={"guilds": [str(guild) for guild in guilds], "shard": shard},
        received_at=received_at,
    )


def read_reaction(
    reaction: discord.RawReactionActionEvent, *, guild: discord.Guild | None, received_at: float
) -> Incoming:
    """A reaction on one of our messages. It has no id of its own: who, what, where and when make one.

    `guild` is the server that it was made in, as discord.py knows it.
    """
    member = reaction.member
    channel = guild.get_channel_or_thread(reaction.channel_id) if guild else None
    locale = str(guild.preferred_locale) if guild else "en"
    return Incoming(
        id=f"{reaction.message_id}:{reaction.user_id}:{reaction.emoji.name}:{int(received_at * 1000)}",
        kind=Kind.REACTION,
        name=str(reaction.emoji.name),
        origin=_origin(
            member or discord.Object(reaction.user_id),
            channel,
            channel_id=reaction.channel_id,
            guild_id=reaction.guild_id,
            permissions=_permissions(member, channel),
            app_permissions=_own_permissions(channel),
            locale=locale,
            place_locale=locale if reaction.guild_id else "",
            guild_file_bytes=_file_bytes(guild),
            age_restricted=is_age_restricted(channel),
        ),
        message=str(reaction.message_id),
        received_at=received_at,
    )


def _raw(message: discord.Message | discord.MessageSnapshot) -> dict[str, Any]:
    """The parts of a message that can hold pictures, as Discord's API gives them."""
    author = getattr(message, "author", None)
    return {
        "content": message.content,
        "author": {"id": str(author.id)} if author else {},
        "attachments": [
            each.to_dict()
            | {"url": each.url, "content_type": each.content_type, "size": each.size, "flags": each.flags.value}
            for each in message.attachments
        ],
        "embeds": [embed.to_dict() for embed in message.embeds],
        "components": list(_media(message.components)),
        "sticker_items": [{"id": str(sticker.id), "name": sticker.name} for sticker in message.stickers],
        "message_snapshots": [{"message": _raw(each)} for each in getattr(message, "message_snapshots", ())],
    }


def _media(components: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """What components show, with all that Discord says of it: discord.py's own way back has its address alone."""
    for component in components:
        if component.type is discord.ComponentType.file:
            continue  # Discord shows its name alone
        for item in (component, *getattr(component, "items", ())):
            if media := getattr(item, "media", None):
                about = {name: getattr(media, name) for name in ("url", "proxy_url", "content_type")}
                yield {"media": about, "spoiler": item.spoiler, "description": getattr(item, "description", None)}
        yield from _media(getattr(component, "children", ()))
        yield from _media(filter(None, [getattr(component, "accessory", None)]))
