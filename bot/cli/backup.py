"""`backup`: a consistent copy of the database, also while the service runs."""

import argparse

from adapters.sqlite.store import SqliteJobStore
from bot.cli.arguments import EXIT_DONE
from bot.domain.errors import FatalError, InvalidRequest
from config.settings import Settings


async def backup(asked: argparse.Namespace, settings: Settings) -> int:
    """Copy the database to the file that was asked for.

    Raises:
        InvalidRequest: that file exists.
        FatalError: there is no database to copy.
    """
    database = settings.data_dir / "pentimento.db"
    if not database.exists():
        raise FatalError(f"There is no database at {database}: check data_dir, or start the service once.")
    async with SqliteJobStore(database) as store:
        try:
            await store.backup(asked.file)
        except FileExistsError:
            raise InvalidRequest(f"{asked.file} exists already: name a new file.") from None
    print(asked.file)  # noqa: T201 -- the command line speaks
    return EXIT_DONE
