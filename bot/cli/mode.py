"""`pause`, `resume` and `drain`: what a running service may do, told through its database."""

import argparse
import asyncio

from adapters.files.data_dir import DATABASE, is_held
from adapters.sqlite.overseeing import open_jobs_in, set_mode_in
from bot.cli.arguments import EXIT_DONE
from bot.domain.errors import FatalError
from bot.overseeing import Mode
from config.settings import Settings

_LOOK_SECONDS = 1.0
ABSENT_SECONDS = 60.0
"""A service that is started anew has its data folder again by then."""

_MODES = {"pause": Mode.PAUSED, "resume": Mode.RUNNING, "drain": Mode.DRAINING}
_SAID = {
    Mode.PAUSED: "Paused: requests are accepted, but no job starts until `pentimento resume`.",
    Mode.RUNNING: "Running: requests are accepted, and jobs start.",
    Mode.DRAINING: "Draining: no new requests are accepted until `pentimento resume`; waiting jobs are finished.",
}


async def mode(asked: argparse.Namespace, settings: Settings) -> int:
    """Set it, and with `--wait` return when nothing waits or runs any more.

    Raises:
        FatalError: there is no database of this version, it cannot be written, or no service makes what waits.
    """
    database = settings.data_dir / DATABASE
    wanted = _MODES[asked.command]
    await asyncio.to_thread(set_mode_in, database, wanted)
    print(_SAID[wanted], flush=True)  # noqa: T201 -- the command line speaks
    left = await asyncio.to_thread(open_jobs_in, database)
    absent = 0.0
    while left and getattr(asked, "wait", False):
        absent = 0.0 if is_held(settings.data_dir) else absent + _LOOK_SECONDS
        if absent > ABSENT_SECONDS:
            raise FatalError(
                f"No service is running with the data folder {settings.data_dir}, so its unfinished jobs ({left}) "
                "are not being made: start it."
            )
        await asyncio.sleep(_LOOK_SECONDS)
        left = await asyncio.to_thread(open_jobs_in, database)
    print(f"{left} {'job waits or runs' if left == 1 else 'jobs wait or run'}.")  # noqa: T201 -- as above
    return EXIT_DONE
