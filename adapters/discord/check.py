"""What `pentimento check` looks at on Discord: the token, the application, the servers and what may be done there."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import discord
from discord.http import Route

from adapters.discord.connection import Connection, intents
from adapters.discord.faults import ERRORS, judge
from adapters.discord.permissions import INVITE_BITS, NEEDED, has
from bot.domain.errors import FatalError
from bot.findings import Finding, State
from bot.ports import Clock

_NAMED = 5
_SHORTHANDS = {"messages", "reactions"}
"""discord.py's names for two intents at once, which are both named already."""


async def check_discord(
    *, token: str, api_url: str, clock: Clock, message_content: bool = False, seconds: float = 20.0
) -> AsyncIterator[Finding]:
    """Everything about Discord that could keep the bot from working.

    An answer may take so many `seconds`, as somebody waits at a terminal.
    """
    connection = Connection(api_url=api_url, clock=clock)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await connection.log_in(token, waits=())
        if not connection.logged_in:
            mend = "check the network and HTTPS_PROXY; serving would go on trying"
            yield Finding("discord", State.NOTE, f"Discord does not answer now: {mend}")
            return
        assert connection.user is not None
        yield Finding("discord token", State.OK, f"belongs to {connection.user.name}")
        yield _intents(connection.application_flags, wanted=message_content)
        looks: dict[str, Callable[[Any], Finding]] = {
            "/gateway/bot": _gateway,
            "/applications/@me": _application,
            "/users/@me/guilds": lambda guilds: _guilds(guilds, str(connection.application_id)),
        }

        async def look(path: str) -> Finding:
            try:
                async with asyncio.timeout(seconds):
                    return looks[path](await connection.http.request(Route("GET", path)))
            except ERRORS as error:
                return Finding(f"discord {path}", State.NOTE, f"Discord does not say: {judge(error).reason}")

        for finding in await asyncio.gather(*map(look, looks)):
            yield finding
    except FatalError as fault:
        yield Finding("discord token", State.WRONG, str(fault))
    finally:
        await connection.close()


def _intents(flags: discord.ApplicationFlags, *, wanted: bool) -> Finding:
    """Discord refuses a connection that asks for more than is switched on."""
    asked = ", ".join(name for name, on in intents(message_content=wanted) if on and name not in _SHORTHANDS)
    has_content = flags.gateway_message_content or flags.gateway_message_content_limited
    if wanted and not has_content:
        mend = "switch it on under Bot in the developer portal, or set discord.message_content = false"
        return Finding("discord intents", State.WRONG, f"Message Content is asked for and not switched on: {mend}")
    if wanted:
        return Finding("discord intents", State.OK, f"{asked}: replies to somebody's picture work at once")
    if has_content:
        gain = "with discord.message_content = true a mention in reply to somebody's picture would work at once"
        return Finding("discord intents", State.OK, f"{asked}; Message Content is on and not used: {gain}")
    gain = "replying to somebody's picture opens a form; Message Content and discord.message_content do without"
    return Finding("discord intents", State.OK, f"{asked}: none that must be switched on; {gain}")


def _gateway(gateway: Mapping[str, Any]) -> Finding:
    left = gateway.get("session_start_limit") or {}
    if left.get("remaining", 1) > 0:
        many = "s" if (shards := gateway.get("shards", 1)) > 1 else ""
        return Finding("discord gateway", State.OK, f"{shards} connection{many}, as Discord asks")
    used_up = f"the day's connections are used up, for {left.get('reset_after', 0) / 3_600_000:.1f} hours more"
    return Finding("discord gateway", State.WRONG, f"{used_up}: find what restarts the bot so often")


def _application(application: Mapping[str, Any]) -> Finding:
    what, installs = "discord application", application.get("integration_types_config") or {}
    if application.get("interactions_endpoint_url"):
        mend = "empty that field on its General Information page"
        return Finding(what, State.WRONG, f"has an Interactions Endpoint URL, so commands go there: {mend}")
    if installs and not {"0", "1"} <= installs.keys():
        return Finding(what, State.NOTE, "allows one kind of install only; its Installation page has both")
    return Finding(what, State.OK, "commands come to the bot")


def _guilds(guilds: Sequence[Mapping[str, Any]], application: str) -> Finding:
    if not guilds:
        return Finding("discord servers", State.NOTE, f"none yet: invite the bot with {invite_url(application)}")
    lacking = []
    for guild in guilds:
        permissions = int(guild["permissions"])
        missing = [name for name, bit in NEEDED.items() if not has(permissions, bit)]
        if missing:
            lacking.append(f"{guild['name']} lacks {', '.join(missing)}")
    if lacking:
        more = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
        mend = f"give them to the bot's role, or invite it anew with {invite_url(application)}"
        return Finding("discord permissions", State.NOTE, f"{'; '.join(lacking[:_NAMED])}{more}: {mend}")
    many = "s" if len(guilds) > 1 else ""
    return Finding("discord permissions", State.OK, f"all that is needed, on {len(guilds)} server{many}")


def invite_url(application: str) -> str:
    """The link that invites the bot with what it needs and no more."""
    return discord.utils.oauth_url(
        int(application), permissions=discord.Permissions(INVITE_BITS), scopes=("bot", "applications.commands")
    )
