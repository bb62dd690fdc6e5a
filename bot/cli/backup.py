"""`backup`: a consistent copy of the database, also while the service runs."""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from adapters.sqlite.store import SqliteJobStore
from bot.cli.arguments import EXIT_DONE
from bot.domain.errors import FatalError, InvalidRequest, JobFailed, StorageFailed
from config.settings import Settings


async def backup(asked: argparse.Namespace, settings: Settings) -> int:
    """Copy the database to the file that was asked for.

    Raises:
        InvalidRequest: that file exists or cannot be made.
        FatalError: there is no database to copy, or this user may not read it.
        JobFailed: the copy could not be finished.
    """
    database = settings.data_dir / "pentimento.db"
    _check_readable(database)
    _check_writable(asked.file)
    # Not entered: that would migrate what an older Pentimento may be running on, and leave no way back to it.
    store = SqliteJobStore(database)
    try:
        with _for_its_owner_only():
            await store.backup(asked.file)
    except FileExistsError:
        raise InvalidRequest(f"{asked.file} exists already: name a new file.") from None
    except StorageFailed as refused:
        raise JobFailed(
            f"{database} could not be copied to {asked.file} ({refused.__cause__}): "
            "see that the disk there has room, or give another FILE."
        ) from None
    print(asked.file)  # noqa: T201 -- the command line speaks
    return EXIT_DONE


def _check_readable(database: Path) -> None:
    try:
        with database.open("rb") as opened:
            is_empty = not opened.read(1)
    except FileNotFoundError:
        is_empty = True
    except OSError as refused:
        raise FatalError(
            f"The database {database} cannot be read ({refused.strerror}): "
            "run this as the user that the service runs as."
        ) from None
    if is_empty:
        raise FatalError(f"There is no database at {database}: check data_dir, or start the service once.")


def _check_writable(target: Path) -> None:
    """Meet before the work what the copy would meet; its name in the making is longer than its last one."""
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.{uuid4().hex}"):
            pass
    except (FileNotFoundError, NotADirectoryError):
        raise InvalidRequest(f"There is no folder {target.parent}: make it, or name a file elsewhere.") from None
    except OSError as refused:
        raise InvalidRequest(f"{target} cannot be written ({refused.strerror}): give another FILE.") from None


@contextmanager
def _for_its_owner_only() -> Iterator[None]:
    """Files made meanwhile are nobody else's to read: the copy holds what the data folder keeps to itself."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
