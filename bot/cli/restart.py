"""`restart`: the devices' workers of a running service are started anew in turn, asked for through its database."""

import argparse
import asyncio
from pathlib import Path

from adapters.files.data_dir import DATABASE
from adapters.sqlite.overseeing import ask_restart_in, restart_in, withdraw_restart_in
from bot.cli.arguments import EXIT_DONE, EXIT_JOB_FAILED
from bot.domain.errors import FatalError
from bot.overseeing import RestartStage
from config.settings import Settings

_LOOK_SECONDS = 0.5
TAKEN_UP_SECONDS = 15.0
"""A service looks every two seconds; one that is busy takes longer."""


async def restart(asked: argparse.Namespace, settings: Settings) -> int:
    """Ask for it, see that a service has begun, and with `--wait` say how each device fares.

    Raises:
        FatalError: no service does it, or one does it already.
    """
    database = settings.data_dir / DATABASE
    if not await asyncio.to_thread(ask_restart_in, database, asked.device or ""):
        raise FatalError(
            "A restart is under way already, or the service that began it has stopped since: wait for its end, or "
            "start the service."
        )
    await _begun(database)
    what = f"the worker of {asked.device}" if asked.device else "each device's worker in turn"
    print(f"Restarting {what}, when what it has is done; nothing is lost.", flush=True)  # noqa: T201 -- the command line speaks
    return await _ended(database) if asked.wait else EXIT_DONE


async def _begun(database: Path) -> None:
    try:
        async with asyncio.timeout(TAKEN_UP_SECONDS):
            while await asyncio.to_thread(_is_only_asked, database):  # noqa: ASYNC110 -- it is another process that sets it
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        if await asyncio.to_thread(withdraw_restart_in, database):
            raise FatalError(
                f"No service took this up within {TAKEN_UP_SECONDS:.0f} seconds, so nothing is restarted: check that "
                f"one is running with the data folder {database.parent}."
            ) from None


def _is_only_asked(database: Path) -> bool:
    found = restart_in(database)
    return found is not None and found.stage is RestartStage.ASKED


async def _ended(database: Path) -> int:
    """Say what became of each device as that is known."""
    said: set[str] = set()
    while found := await asyncio.to_thread(restart_in, database):
        for device, trouble in found.outcome.items():
            if device not in said:
                print(f"{device}: {trouble or 'works again.'}", flush=True)  # noqa: T201 -- as above
                said.add(device)
        if found.stage is RestartStage.DONE:
            return EXIT_JOB_FAILED if any(found.outcome.values()) else EXIT_DONE
        await asyncio.sleep(_LOOK_SECONDS)
    return EXIT_DONE
