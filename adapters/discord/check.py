"""What `pentimento check` looks at on Discord: the token, the application, the servers and what may be done there."""

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord.http import Route

from adapters.discord.connection import Connection
from adapters.discord.faults import ERRORS, judge
from adapters.discord.permissions import INVITE_BITS, NEEDED, has
from bot.domain.errors import FatalError
from bot.ports import Clock

Look = tuple[str, str, str]
"""What was looked at; "ok", "note" or "wrong"; how it stands, with the mend."""

_NAMED = 5


async def look(*, token: str, api_url: str, clock: Clock) -> list[Look]:
    """Everything about Discord that could keep the bot from working; never raises for what it finds."""
    connection = Connection(api_url=api_url, clock=clock)
    try:
        await connection.log_in(token, waits=())
        if not connection.logged_in:
            return [("discord", "note", "Discord does not answer now; serving would go on trying")]
        me = connection.user
        assert me is not None
        found: list[Look] = [
            ("discord token", "ok", f"belongs to {me.name}"),
            ("discord intents", "ok", "none that must be switched on is needed"),
        ]
        application = await connection.http.request(Route("GET", "/applications/@me"))
        guilds = await connection.http.request(Route("GET", "/users/@me/guilds"))
        return [*found, *_application(application), *_guilds(guilds, str(application["id"]))]
    except FatalError as fault:
        return [("discord token", "wrong", str(fault))]
    except ERRORS as error:
        return [("discord", "note", f"Discord does not answer as expected: {judge(error).reason}")]
    finally:
        await connection.close()


def _application(application: Mapping[str, Any]) -> list[Look]:
    if application.get("interactions_endpoint_url"):
        return [
            (
                "discord application",
                "wrong",
                "has an Interactions Endpoint URL, so commands go there: empty that field on its General page",
            )
        ]
    installs = application.get("integration_types_config") or {}
    if installs and not {"0", "1"} <= installs.keys():
        return [("discord application", "note", "allows one kind of install only; its Installation page has both")]
    return [("discord application", "ok", "commands come to the bot")]


def _guilds(guilds: Sequence[Mapping[str, Any]], application: str) -> list[Look]:
    if not guilds:
        return [("discord servers", "note", f"none yet: invite the bot with {invite_url(application)}")]
    lacking = []
    for guild in guilds:
        permissions = int(guild["permissions"])
        missing = [name for name, bit in NEEDED.items() if not has(permissions, bit)]
        if missing:
            lacking.append(f"{guild['name']} lacks {', '.join(missing)}")
    if lacking:
        more = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
        mend = f"give them to the bot's role, or invite it anew with {invite_url(application)}"
        return [("discord permissions", "note", f"{'; '.join(lacking[:_NAMED])}{more}: {mend}")]
    return [("discord permissions", "ok", f"all that is needed, on {len(guilds)} servers")]


def invite_url(application: str) -> str:
    """The link that invites the bot with what it needs and no more."""
    return discord.utils.oauth_url(
        int(application), permissions=discord.Permissions(INVITE_BITS), scopes=("bot", "applications.commands")
    )
