"""Discord's objects as the API and the gateway give them: whole enough for discord.py's own parsers."""

from typing import Any

EVERYTHING = (1 << 50) - 1 - (1 << 3)
"""All permissions but Administrator, so that single ones can be taken away."""

MEMBER = EVERYTHING & ~((1 << 13) | (1 << 5))
"""What a member without a role may: everything but manage messages and the server."""

EPHEMERAL = 64
LOADING = 128


def user(identity: str, name: str, *, bot: bool = False) -> dict[str, Any]:
    return {
        "id": identity,
        "username": name,
        "discriminator": "0",
        "global_name": name.title(),
        "avatar": None,
        "bot": bot,
        "public_flags": 0,
    }


def member(person: dict[str, Any], *, roles: list[str], permissions: int | None = None) -> dict[str, Any]:
    fields = {
        "user": person,
        "roles": roles,
        "nick": None,
        "avatar": None,
        "joined_at": "2024-01-01T00:00:00+00:00",
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    return fields if permissions is None else fields | {"permissions": str(permissions)}


def guild(identity: str, name: str, *, roles: list[dict[str, Any]], me: dict[str, Any], owner: str) -> dict[str, Any]:
    return {
        "id": identity,
        "name": name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "owner_id": owner,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "roles": roles,
        "emojis": [],
        "features": [],
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "joined_at": "2024-01-01T00:00:00+00:00",
        "large": False,
        "unavailable": False,
        "member_count": 3,
        "voice_states": [],
        "members": [me],
        "channels": [],
        "threads": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "nsfw_level": 0,
        "stickers": [],
        "premium_progress_bar_enabled": False,
        "soundboard_sounds": [],
        "vanity_url_code": None,
        "description": None,
        "banner": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
    }


def role(identity: str, name: str, permissions: int) -> dict[str, Any]:
    return {
        "id": identity,
        "name": name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 0,
        "permissions": str(permissions),
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def channel(identity: str, name: str, kind: int, **more: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "type": kind,
        "name": name,
        "position": 0,
        "permission_overwrites": [],
        "nsfw": False,
        "parent_id": None,
        "topic": None,
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "flags": 0,
        **({"bitrate": 64000, "user_limit": 0} if kind in {2, 13} else {}),
        **more,
    }


def thread(identity: str, name: str, parent: str, guild_id: str, owner: str) -> dict[str, Any]:
    return channel(
        identity,
        name,
        11,
        parent_id=parent,
        guild_id=guild_id,
        owner_id=owner,
        message_count=1,
        member_count=1,
        thread_metadata={
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2024-01-01T00:00:00+00:00",
            "locked": False,
            "create_timestamp": "2024-01-01T00:00:00+00:00",
        },
    )


def direct_channel(identity: str, other: dict[str, Any]) -> dict[str, Any]:
    return {"id": identity, "type": 1, "recipients": [other], "last_message_id": None, "flags": 0}


def group_channel(identity: str, members: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": identity,
        "type": 3,
        "name": None,
        "icon": None,
        "owner_id": members[0]["id"],
        "recipients": members,
        "last_message_id": None,
        "flags": 0,
    }


def message(identity: str, channel_id: str, author: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "channel_id": channel_id,
        "author": author,
        "content": "",
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "pinned": False,
        "type": 0,
        "flags": 0,
        **more,
    }
