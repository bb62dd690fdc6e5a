"""`restore`: put a backup back in place, as `backup` or a start before a migration made it."""

import argparse
import asyncio
import hashlib
import lzma
import re
import shutil
import tarfile
import tempfile
import threading
import zlib
from pathlib import Path

from adapters.files.data_dir import DATABASE, hold_data_dir
from adapters.files.private import for_its_owner_only
from adapters.sqlite.database import publish
from adapters.sqlite.restoring import fault_of_backup, put_in_place
from bot.cli.arguments import EXIT_DONE
from bot.cli.backup import PICTURES
from bot.domain.errors import InvalidRequest, JobFailed
from config.settings import Settings

_IN_THE_MAKING = ".restore-"
_PICTURE = re.compile(rf"{PICTURES}/([0-9a-f]{{2}})/(\1[0-9a-f]{{62}})")


async def restore(asked: argparse.Namespace, settings: Settings) -> int:
    """Replace the database, and add the pictures if the backup has them; the present database is kept beside it.

    Raises:
        InvalidRequest: the file is no backup of this or an older version.
        FatalError: a service is using the data folder, or it cannot be used.
        JobFailed: the disk refuses; the present database is in place.
    """
    try:
        is_file = asked.file.is_file()
    except OSError as refused:
        raise InvalidRequest(f"{asked.file} cannot be read ({refused.strerror}): let this user read it.") from None
    if not is_file:
        raise InvalidRequest(f"There is no file {asked.file}: name what `pentimento backup` made.")
    with hold_data_dir(settings.data_dir), for_its_owner_only():
        try:
            pictures, kept = await _stoppable(asked.file, settings.data_dir)
        except OSError as refused:
            raise JobFailed(
                f"{asked.file} could not be put into {settings.data_dir} ({refused.strerror}): see that the disk "
                "there has room and that this user may write to it."
            ) from None
    print(f"Restored {settings.data_dir / DATABASE} and {pictures} pictures.")  # noqa: T201 -- the command line speaks
    if kept:
        print(f"The database that was there is now {kept}: delete it when you are sure.")  # noqa: T201 -- as above
    return EXIT_DONE


class _Stopped(Exception):
    """Told to stop before the database was replaced."""


async def _stoppable(backup: Path, data_dir: Path) -> tuple[int, Path | None]:
    """`_restore` in a thread; a cancelled one has cleared up, or was so far that it is done, when this returns."""
    stopping = threading.Event()
    work = asyncio.create_task(asyncio.to_thread(_restore, backup, data_dir, stopping))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stopping.set()
        await asyncio.wait([work])
        if isinstance(work.exception(), _Stopped):
            raise
    return work.result()


def _restore(backup: Path, data_dir: Path, stopping: threading.Event) -> tuple[int, Path | None]:
    for left in data_dir.glob(f"{_IN_THE_MAKING}*"):  # by a restore that was killed: nobody else works here now
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=data_dir, prefix=_IN_THE_MAKING) as folder:
        database = Path(folder) / DATABASE
        pictures = _taken_out(backup, database, stopping)
        database.chmod(0o600)
        if fault := fault_of_backup(database, name=backup):
            raise InvalidRequest(fault)
        for picture in pictures:
            if stopping.is_set():
                raise _Stopped
            target = data_dir / PICTURES / picture.parent.name / picture.name
            target.parent.mkdir(parents=True, exist_ok=True)
            publish(picture, target)
        if stopping.is_set():
            raise _Stopped
        return len(pictures), put_in_place(database, data_dir / DATABASE)


def _taken_out(backup: Path, database: Path, stopping: threading.Event) -> list[Path]:
    """Copy the database of a backup to `database`, and the pictures beside it, which are returned.

    Raises:
        InvalidRequest: it is an archive, maybe compressed since, that is damaged or has no database in it.
    """
    try:
        if tarfile.is_tarfile(backup):
            return _unpack(backup, database, stopping)
        shutil.copyfile(backup, database)
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as broken:
        raise InvalidRequest(f"{backup} is damaged ({broken}): take another backup.") from None
    except OSError as refused:
        if refused.errno is not None:
            raise
        raise InvalidRequest(f"{backup} is damaged ({refused}): take another backup.") from None  # of gzip and bzip2
    return []


def _unpack(archive: Path, database: Path, stopping: threading.Event) -> list[Path]:
    """Take an archive apart; a picture is taken under the hash of its content only."""
    pictures = []
    with tarfile.open(archive) as packed:
        for member in packed:
            if stopping.is_set():
                raise _Stopped
            content = packed.extractfile(member) if member.isfile() else None
            named = _PICTURE.fullmatch(member.name)
            if content is None or not (named or member.name == DATABASE):
                continue
            unpacked = database.parent / member.name
            unpacked.parent.mkdir(parents=True, exist_ok=True)
            with unpacked.open("wb") as file:
                shutil.copyfileobj(content, file)
            if named is None:
                continue
            with unpacked.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != named[2]:
                raise InvalidRequest(f"{archive} is damaged ({member.name}): take another backup.")
            pictures.append(unpacked)
    if not database.exists():
        raise InvalidRequest(f"{archive} has no {DATABASE} in it: name an archive that `pentimento backup` made.")
    return pictures
