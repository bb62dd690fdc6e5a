"""What `check` finds in the data folder: whether a service could go on with what lies there."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from pathlib import Path

from adapters.files.data_dir import DATABASE, IMAGES, hold_data_dir
from adapters.files.image_store import FileImageStore
from adapters.sqlite.store import SqliteJobStore
from bot.domain.errors import FatalError, StorageFailed
from bot.findings import Finding, State

LOW_DISK = 2 << 30
"""Room for about a thousand large results and the database's own growth."""


async def data_findings(data_dir: Path, *, running: bool = False) -> AsyncIterator[Finding]:
    """The folder, its disk, the database and the pictures; `running` says that a service is at work with them."""
    try:
        with nullcontext() if running else hold_data_dir(data_dir):
            for finding in _folder(data_dir, running=running):
                yield finding
            if (data_dir / DATABASE).exists():
                yield await _database(data_dir / DATABASE)
            if not running and (data_dir / IMAGES).exists():
                async with FileImageStore(data_dir / IMAGES):
                    pass
    except FatalError as fault:
        yield Finding("data folder", State.WRONG, str(fault))


def _folder(data_dir: Path, *, running: bool) -> Iterator[Finding]:
    also = "; a service runs with it now, and another one would be refused" if running else ""
    yield Finding("data folder", State.OK, f"{data_dir.resolve()}{also}")
    free = shutil.disk_usage(data_dir).free
    words = f"{free / 1e9:.1f} GB free"
    if free < LOW_DISK:
        yield Finding("disk", State.NOTE, f"{words}: make room, or move data_dir to a larger disk")
    else:
        yield Finding("disk", State.OK, words)


async def _database(file: Path) -> Finding:
    """Open a copy as the service would open the file, migrations included, and read what a start reads."""
    try:
        file.open("r+b").close()
    except OSError as refused:
        words = f"{file} cannot be opened ({refused.strerror}): let this user write to it"
        return Finding("database", State.WRONG, words)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".check-") as folder:
        copy = Path(folder) / file.name
        try:
            await SqliteJobStore(file).backup(copy)
            async with SqliteJobStore(copy) as store:
                await store.place("")
                await store.unsettled("")
                await store.usage("", since=0.0)
                waiting = len(await store.open_jobs())
                await store.deliveries()
                await store.referenced_images()
        except FatalError as fault:
            return Finding("database", State.WRONG, str(fault).replace(str(copy), str(file)))
        except StorageFailed as refused:
            words = f"{file} cannot be copied to look at it ({refused.__cause__}): make room, or end what locks it"
            return Finding("database", State.WRONG, words)
        except Exception as fault:  # noqa: BLE001 -- whatever it is, the service's start would meet it too
            words = f"{file} cannot be used ({fault}): restore a backup, or move it away to start anew"
            return Finding("database", State.WRONG, words)
    return Finding("database", State.OK, f"opens, with {waiting} unfinished jobs")
