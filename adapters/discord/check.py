"""What `pentimento check` looks at on Discord: the token, the application, the servers and what may be done there."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import discord
from discord.http import Route

from adapters.discord.connection import Connection, intents
from adapters.discord.faults import ERRORS, judge
from adapters.discord.permissions import INVITE_BITS, NEEDED, has
from bot.domain.errors import FatalError
from bot.ports import Clock

Look = tuple[str, str, str]
"""What was looked at; "ok", "note" or "wrong"; how it stands, with the mend."""

_NAMED = 5
_SHORTHANDS = {"messages", "reactions"}
"""discord.py's names for two intents at once, which are both named already."""


async def look(
    *, token: str, api_url: str, clock: Clock, message_content: bool = False, seconds: float = 20.0
) -> list[Look]:
    """Everything about Discord that could keep the bot from working; never raises for what it finds.

    An answer may take so many `seconds`, as somebody waits at a terminal.
    """
    connection = Connection(api_url=api_url, clock=clock)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await connection.log_in(token, waits=())
        if not connection.logged_in:
            return [
                (
                    "discord",
                    "note",
                    "Discord does not answer now: check the network and HTTPS_PROXY; serving would go on trying",
                )
            ]
        me, flags = connection.user, connection.application_flags
        assert me is not None
        found: list[Look] = [
            ("discord token", "ok", f"belongs to {me.name}"),
            _intents(flags, wanted=message_content),
        ]
        for path, judged in (
            ("/gateway/bot", _gateway),
            ("/applications/@me", _application),
            ("/users/@me/guilds", lambda guilds: _guilds(guilds, str(connection.application_id))),
        ):
            try:
                async with asyncio.timeout(seconds):
                    found.append(judged(await connection.http.request(Route("GET", path))))
            except ERRORS as error:
                found.append((f"discord {path}", "note", f"Discord does not say: {judge(error).reason}"))
    except FatalError as fault:
        return [("discord token", "wrong", str(fault))]
    else:
        return found
    finally:
        await connection.close()


def _intents(flags: discord.ApplicationFlags, *, wanted: bool) -> Look:
    """Discord refuses a connection that asks for more than is switched on."""
    asked = ", ".join(name for name, on in intents(message_content=wanted) if on and name not in _SHORTHANDS)
    has_content = flags.gateway_message_content or flags.gateway_message_content_limited
    if wanted and not has_content:
        mend = "switch it on under Bot in the developer portal, or set discord.message_content = false"
        return ("discord intents", "wrong", f"Message Content is asked for and not switched on: {mend}")
    if wanted:
        return ("discord intents", "ok", f"{asked}: replies to somebody's picture work at once")
    if has_content:
        gain = "with discord.message_content = true a mention in reply to somebody's picture would work at once"
        return ("discord intents", "ok", f"{asked}; Message Content is on and not used: {gain}")
    gain = "replying to somebody's picture opens a form; Message Content and discord.message_content do without"
    return ("discord intents", "ok", f"{asked}: none that must be switched on; {gain}")


def _gateway(gateway: Mapping[str, Any]) -> Look:
    left = gateway.get("session_start_limit") or {}
    if left.get("remaining", 1) > 0:
        shards = gateway.get("shards", 1)
        return ("discord gateway", "ok", f"{shards} connection{'s' if shards > 1 else ''}, as Discord asks")
    hours = left.get("reset_after", 0) / 3_600_000
    return (
        "discord gateway",
        "wrong",
        f"the day's connections are used up, for {hours:.1f} hours more: find what restarts the bot so often",
    )


def _application(application: Mapping[str, Any]) -> Look:
    if application.get("interactions_endpoint_url"):
        mend = "empty that field on its General Information page"
        return ("discord application", "wrong", f"has an Interactions Endpoint URL, so commands go there: {mend}")
    installs = application.get("integration_types_config") or {}
    if installs and not {"0", "1"} <= installs.keys():
        return ("discord application", "note", "allows one kind of install only; its Installation page has both")
    return ("discord application", "ok", "commands come to the bot")


def _guilds(guilds: Sequence[Mapping[str, Any]], application: str) -> Look:
    if not guilds:
        return ("discord servers", "note", f"none yet: invite the bot with {invite_url(application)}")
    lacking = []
    for guild in guilds:
        permissions = int(guild["permissions"])
        missing = [name for name, bit in NEEDED.items() if not has(permissions, bit)]
        if missing:
            lacking.append(f"{guild['name']} lacks {', '.join(missing)}")
    if lacking:
        more = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
        mend = f"give them to the bot's role, or invite it anew with {invite_url(application)}"
        return ("discord permissions", "note", f"{'; '.join(lacking[:_NAMED])}{more}: {mend}")
    return (
        "discord permissions",
        "ok",
        f"all that is needed, on {len(guilds)} server{'s' if len(guilds) > 1 else ''}",
    )


def invite_url(application: str) -> str:
    """The link that invites the bot with what it needs and no more."""
    return discord.utils.oauth_url(
        int(application), permissions=discord.Permissions(INVITE_BITS), scopes=("bot", "applications.commands")
    )
