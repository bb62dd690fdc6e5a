"""Telling Discord which commands there are: only when it knows others than these."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

import structlog

from adapters.discord.connection import BACKOFF
from adapters.discord.faults import Fault, Meaning
from adapters.discord.rest import Payload, Rest

_ENTRY_POINT = 4
"""The command that Discord makes itself for an application with an Activity; a list without it is refused."""

_KEPT = (
    "id", "type", "name", "name_localizations", "description", "description_localizations", "handler", "contexts",
    "integration_types",
)  # fmt: skip

log = structlog.get_logger(__name__)


async def register(rest: Rest, wanted: Sequence[Payload], *, learn: Callable[[object], None]) -> None:
    """Overwrite the commands if they differ, trying again while Discord is busy.

    `learn` is given the commands as Discord has them then, with their ids.

    What Discord refuses for good waits for the next start: those that it knows go on working.
    """
    for wait in chain(BACKOFF, repeat(BACKOFF[-1])):
        try:
            known = await rest.commands()
            found = known if isinstance(known, list) else []
            ours = [each for each in found if each.get("type") != _ENTRY_POINT]
            if same(wanted, ours):
                learn(ours)
                log.info("commands are up to date")
            else:
                others = [_as_it_is(each) for each in found if each.get("type") == _ENTRY_POINT]
                learn(await rest.set_commands([*wanted, *others]))
                log.info("commands registered", commands=len(wanted))
        except Fault as fault:
            if fault.meaning is not Meaning.BUSY:
                log.error("could not register the commands", reason=fault.reason)  # noqa: TRY400 -- the line says it
                return
            log.warning("commands not registered yet", reason=fault.reason)
            await asyncio.sleep(max(wait, fault.seconds or 0.0))
        else:
            return


def _as_it_is(known: Mapping[str, Any]) -> Payload:
    """A command that is not ours, as an overwrite leaves it."""
    return {field: known[field] for field in _KEPT if field in known}


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
