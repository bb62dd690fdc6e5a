"""Telling Discord which commands there are: only when it knows others than these."""

from collections.abc import Mapping, Sequence
from typing import Any

import discord
import structlog
from discord.http import Route

from adapters.discord.faults import ERRORS, judge
from adapters.discord.rest import Payload

log = structlog.get_logger(__name__)


async def register(client: discord.Client, application: str, wanted: Sequence[Payload]) -> bool:
    """Overwrite the commands where they differ; returns whether they did. A failure waits for the next start."""
    path = "/applications/{application_id}/commands"
    try:
        known = await client.http.request(
            Route("GET", path, application_id=application), params={"with_localizations": "true"}
        )
        if isinstance(known, list) and same(wanted, known):
            log.info("commands are up to date")
            return False
    except ERRORS as error:
        log.warning("could not read the commands", reason=judge(error).reason)
    try:
        await client.http.request(Route("PUT", path, application_id=application), json=wanted)
    except ERRORS as error:
        log.error("could not register the commands", reason=judge(error).reason)  # noqa: TRY400 -- the line says it
        return False
    log.info("commands registered", commands=len(wanted))
    return True


def same(wanted: Sequence[Mapping[str, Any]], known: Sequence[Mapping[str, Any]]) -> bool:
    """Whether Discord knows exactly these commands.

    Discord adds fields of its own (ids, versions) and leaves out or fills in what is empty, so only what we say is
    compared, and nothing, null, false and empty are one.
    """
    by_name = {(command.get("type", 1), command["name"]): command for command in known}
    if len(by_name) != len(wanted):
        return False
    return all(_covers(by_name.get((command["type"], command["name"])), command) for command in wanted)


def _covers(known: Any, wanted: Any) -> bool:
    if not wanted:
        return not known
    if isinstance(wanted, Mapping):
        return isinstance(known, Mapping) and all(_covers(known.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(known, list)
            and len(known) == len(wanted)
            and all(_covers(there, here) for there, here in zip(known, wanted, strict=True))
        )
    return str(known) == str(wanted)  # permission bits come back as text
