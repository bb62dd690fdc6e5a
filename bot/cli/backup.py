"""`backup`: a consistent copy of the database or, with `--pictures`, of both, also while the service runs."""

import argparse
import asyncio
import sys
import tarfile
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from adapters.files.data_dir import DATABASE, IMAGES
from adapters.files.private import for_its_owner_only
from adapters.sqlite.database import UNFINISHED, publish
from adapters.sqlite.store import SqliteJobStore, refuse_existing
from bot.cli.arguments import EXIT_DONE
from bot.domain.errors import FatalError, InvalidRequest, JobFailed, StorageFailed
from bot.in_thread import in_thread
from config.settings import Settings

PICTURES = f"{IMAGES}/kept"


async def backup(asked: argparse.Namespace, settings: Settings) -> int:
    """Copy the database to the file that was asked for.

    Raises:
        InvalidRequest: that file exists or cannot be made.
        FatalError: there is no database to copy, or this user may not read it.
        JobFailed: the copy could not be finished.
    """
    database = settings.data_dir / DATABASE
    _check_readable(database)
    _check_writable(asked.file)
    try:
        with for_its_owner_only():
            if asked.pictures:
                await _archive(settings.data_dir, asked.file)
            else:
                await _copy(database, asked.file)
    except FileExistsError:
        raise InvalidRequest(f"{asked.file} exists already: name a new file.") from None
    except StorageFailed as refused:
        raise JobFailed(
            f"{database} could not be copied to {asked.file} ({refused.__cause__}): "
            "see that the disk there has room, or give another FILE."
        ) from None
    if not asked.pictures:
        print("The pictures are not in it: --pictures makes an archive of both.", file=sys.stderr)  # noqa: T201 -- as below
    print(asked.file)  # noqa: T201 -- the command line speaks
    return EXIT_DONE


async def _copy(database: Path, target: Path) -> None:
    # Not entered: that would migrate what an older Pentimento may be running on, and leave no way back to it.
    await SqliteJobStore(database).backup(target)


async def _archive(data_dir: Path, target: Path) -> None:
    """Database first, so that whatever its rows name is in the archive unless it was deleted meanwhile."""
    await asyncio.to_thread(refuse_existing, target)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.", suffix=UNFINISHED) as folder:
        copy, unfinished = Path(folder) / DATABASE, Path(folder) / "archive.tar"
        await _copy(data_dir / DATABASE, copy)
        stopping = threading.Event()
        try:
            await in_thread(_pack, unfinished, copy, data_dir / PICTURES, stopping, stopping=stopping)
        except OSError as refused:
            raise StorageFailed from refused
        await in_thread(publish, unfinished, target)


def _pack(archive: Path, database: Path, pictures: Path, stopping: threading.Event) -> None:
    with tarfile.open(archive, "w") as packed:  # no compression: pictures are compressed already
        packed.add(database, DATABASE)
        for picture in sorted(pictures.glob("??/*")):
            if stopping.is_set():
                return
            with suppress(FileNotFoundError):  # its time was over, or its member deleted it
                packed.add(picture, f"{PICTURES}/{picture.parent.name}/{picture.name}")


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
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name}.{uuid4().hex}", suffix=UNFINISHED
        ):
            pass
    except (FileNotFoundError, NotADirectoryError):
        raise InvalidRequest(f"There is no folder {target.parent}: make it, or name a file elsewhere.") from None
    except OSError as refused:
        raise InvalidRequest(f"{target} cannot be written ({refused.strerror}): give another FILE.") from None
