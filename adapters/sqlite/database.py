"""One SQLite file: one connection that writes, one that reads, one that keeps the log short; what its faults mean.

A commit that returned has reached the disk (WAL with `synchronous=FULL`; with NORMAL a power cut takes back
acknowledged rows). Deleted content is overwritten, not only unlinked (`secure_delete`).
"""

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import structlog

from adapters.sqlite.connection import Connection
from adapters.sqlite.migrations import MIGRATIONS, migrate, tables_made
from bot.domain.errors import FatalError, StorageFailed
from bot.in_thread import in_thread

BUSY_MILLISECONDS = 5000
"""How long a start waits for somebody else's lock, e.g. an owner who looks into the file with the sqlite3 command."""

PATIENCE_SECONDS = 2.0
"""How long a change waits for it: Discord and Slack wait 3 s for an acknowledgement, which comes behind a change."""

_CHECKPOINT_MILLISECONDS = 100
"""How long taking deleted rows out of the log waits for somebody else's reading; nothing can be written meanwhile."""

_RETRY_SECONDS = 0.02
_COPY_SECONDS = 1.0
"""So long after a change what is in the log is copied to the file. SQLite itself would do it at the end of a change,
which then takes some tenths of a second; beside the changes nobody waits for it."""

_REFUSALS = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
    }
)
_INSTRUCTIONS = 10_000
"""Steps of SQLite's own machine after which a copy sees whether it is to stop: a few milliseconds."""

UNFINISHED = ".unfinished"
"""How the name of a copy ends that is being made; what a killed program left of one, `pentimento cleanup` finds."""

COPY_DAYS = 14
"""Days that a copy from before a migration is kept: it holds what members may have deleted since."""

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_OLDEST = (3, 38)
"""The first SQLite with the operator `->>`. The systems' own of Ubuntu 22.04 and of RHEL 9 are older."""

Parameters = Sequence[Any] | Mapping[str, Any]
T = TypeVar("T")

log = structlog.get_logger(__name__)


class Database:
    """An async context manager that owns the connections; entering migrates the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._copying = asyncio.Lock()
        self._changed = asyncio.Event()
        self._open = AsyncExitStack()
        self._writer: Connection
        self._reader: Connection
        self._copier: Connection

    async def __aenter__(self) -> Self:
        """Open the file, make it if need be.

        Raises:
            FatalError: it is damaged, of a newer version, cannot be opened, or its disk cannot take WAL; or this
                Python's SQLite is too old.
        """
        if sqlite3.sqlite_version_info < _OLDEST:
            raise FatalError(
                f"This Python has SQLite {sqlite3.sqlite_version}, and Pentimento needs 3.38 or newer: "
                "use a Python that brings its own, as uv's and conda's do, or the Docker image."
            )
        await in_thread(_make_file, self._path)
        async with AsyncExitStack() as opening:
            try:
                with _faults(self._path):
                    self._writer = await opening.enter_async_context(self._connect())
                    await self._writer.run(self._prepare)
                    self._reader = await opening.enter_async_context(self._connect())
                    await self._reader.run(_read_only)
                    self._copier = await opening.enter_async_context(self._connect())
                    await opening.enter_async_context(_background(self._keep_log_short()))
            except StorageFailed as refused:
                raise FatalError(_closed(self._path, refused.__cause__)) from refused
            self._open = opening.pop_all()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._open.aclose()

    async def transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Call `work` in the writer's thread, in a transaction: all of it is done, or nothing.

        Raises:
            StorageFailed: the disk refuses; nothing was changed.
        """
        until = time.monotonic() + PATIENCE_SECONDS

        def whole(connection: sqlite3.Connection) -> T:
            _patiently(connection, until, "BEGIN IMMEDIATE")
            try:
                result = work(connection)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            return result

        return await self._write(whole)

    async def change(self, statement: str, parameters: Parameters = ()) -> int:
        """One statement in a transaction of its own; how many rows it changed.

        Raises:
            StorageFailed: the disk refuses; nothing was changed.
        """
        until = time.monotonic() + PATIENCE_SECONDS
        return await self._write(lambda connection: _patiently(connection, until, statement, parameters).rowcount)

    async def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with _faults(self._path):
            result = await self._writer.run(work)
        self._changed.set()
        return result

    async def read(self, query: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """All rows of one query, as of the last commit.

        Raises:
            StorageFailed: the disk refuses.
        """
        return await self.look(lambda connection: connection.execute(query, parameters).fetchall())

    async def look(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Call `work` in the reader's thread, with all its queries and what is made of their rows.

        Raises:
            StorageFailed: the disk refuses.
        """
        with _faults(self._path):
            return await self._reader.run(work)

    async def purge(self) -> None:
        """Take what was deleted out of the write-ahead log too.

        Raises:
            StorageFailed: the disk refuses.
        """
        async with self._copying:
            with _faults(self._path):
                await self._copier.run(_copy)  # most of it, beside whoever writes
                await self._writer.run(_checkpoint)

    async def forget_old_copies(self) -> None:
        """Remove copies from before a migration whose time is over; what cannot be removed is tried again later."""
        try:
            await in_thread(_forget_old_copies, self._path)
        except OSError as refused:
            log.warning("an old copy of the database stays", reason=str(refused))

    async def _keep_log_short(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(_COPY_SECONDS)
            self._changed.clear()
            async with self._copying:
                try:
                    await self._copier.run(_copy)
                except sqlite3.Error as fault:
                    log.debug("log not copied", reason=str(fault))  # it stays, and whoever writes is told of the disk

    async def copy_to(self, target: Path) -> None:
        """A consistent copy; neither writers nor readers wait for it. Needs neither connection, migrates nothing.

        When it returns or raises nothing is written to `target` any more.
        """
        stopping = threading.Event()
        with _faults(self._path):
            await in_thread(_copied, self._path, target, stopping, stopping=stopping)

    def _connect(self) -> Connection:
        return Connection(self._path, timeout=BUSY_MILLISECONDS / 1000)

    def _prepare(self, writer: sqlite3.Connection) -> None:
        ((found,),) = writer.execute("PRAGMA quick_check(1)").fetchall()
        if found != "ok":
            raise FatalError(_damaged(self._path))
        ((mode,),) = writer.execute("PRAGMA journal_mode = WAL").fetchall()
        if mode != "wal":
            raise FatalError(
                f"The disk of {self._path} does not support SQLite's write-ahead log: "
                "set data_dir to a folder on a local disk."
            )
        for setting in (
            "wal_autocheckpoint = 0",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",
            "temp_store = MEMORY",
        ):
            writer.execute(f"PRAGMA {setting}")
        self._copy_before_migration(writer)
        try:
            migrate(writer)
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # a table of that name is there, or is not
                raise FatalError(_damaged(self._path)) from fault
            raise
        tables = {name for (name,) in writer.execute("SELECT name FROM sqlite_master").fetchall()}
        if not tables_made() <= tables:
            raise FatalError(_damaged(self._path))
        writer.row_factory = sqlite3.Row
        _checkpoint(writer)

    def _copy_before_migration(self, writer: sqlite3.Connection) -> None:
        """Keep the database as the older program left it: a migration cannot be undone, a copy can be restored."""
        ((version,),) = writer.execute("PRAGMA user_version").fetchall()
        if not 0 < version < len(MIGRATIONS):
            return
        copy = self._path.with_name(f"{self._path.name}.version-{version}")
        unfinished = copy.with_name(f".{copy.name}{UNFINISHED}")
        try:
            try:
                unfinished.unlink(missing_ok=True)
                _make_private_file(unfinished)
                writer.execute("VACUUM INTO ?", (str(unfinished),))
                publish(unfinished, copy)
            finally:
                unfinished.unlink(missing_ok=True)
        except OSError as refused:
            raise FatalError(
                f"The copy {copy} from before the upgrade cannot be made ({refused.strerror}): see that the disk "
                "of data_dir has room for a second database and that this user may write there."
            ) from refused
        log.info("database copied before its migration", copy=str(copy), to_version=len(MIGRATIONS))


def _patiently(
    connection: sqlite3.Connection, until: float, statement: str, parameters: Parameters = ()
) -> sqlite3.Cursor:
    """Execute what begins to write; another program's lock is waited for until `until`, by the monotonic clock.

    All who wait meanwhile wait in the same thread, and give up at their own time.
    """
    while True:
        try:
            return connection.execute(statement, parameters)
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(_RETRY_SECONDS)


def _read_only(reader: sqlite3.Connection) -> None:
    reader.execute("PRAGMA query_only = ON")
    reader.row_factory = sqlite3.Row


def _copy(copier: sqlite3.Connection) -> None:
    """Move what is in the log to the file, as far as nobody reads it."""
    copier.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def _checkpoint(writer: sqlite3.Connection) -> None:
    """Empty the log."""
    # Everything else waits in `_patiently`: else each of many members would wait once more behind the others.
    writer.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_MILLISECONDS}")
    try:
        ((busy, _, _),) = writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        writer.execute("PRAGMA busy_timeout = 0")
    if busy:
        log.warning("deleted rows stay in the write-ahead log until the next sweep: another program reads the file")


def _copied(path: Path, target: Path, stopping: threading.Event) -> None:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_MILLISECONDS / 1000)) as connection:
        connection.set_progress_handler(stopping.is_set, _INSTRUCTIONS)
        connection.execute("VACUUM INTO ?", (str(target),))


@asynccontextmanager
async def _background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work, name="database-log")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _make_file(path: Path) -> None:
    """Meet a missing folder or right here: a connection that fails to open leaves a thread that dies noisily."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))  # and so its logs
    except OSError as refused:
        raise FatalError(_closed(path, refused.strerror)) from refused


def _make_private_file(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def publish(unfinished: Path, target: Path) -> None:
    """Give a finished file its name, replacing what has it, and make both survive a power cut.

    Raises:
        OSError: the disk refuses.
    """
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    unfinished.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _forget_old_copies(path: Path) -> None:
    for copy in path.parent.glob(f"{path.name}.version-*"):
        if copy.stat().st_mtime < time.time() - COPY_DAYS * 86_400:
            copy.unlink(missing_ok=True)


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    """Translate what SQLite says about disks and files; its complaints about our SQL stay bugs."""
    try:
        yield
    except sqlite3.DatabaseError as fault:
        # Extended codes carry the primary one in their low byte: https://www.sqlite.org/rescode.html
        code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
        if code in _REFUSALS:
            log.error("storage failed", reason=str(fault), path=str(path))  # noqa: TRY400 -- the reason says it all
            raise StorageFailed from fault
        if code in _DAMAGE:
            raise FatalError(_damaged(path)) from fault
        raise


def _closed(path: Path, reason: object) -> str:
    return (
        f"The database {path} cannot be opened ({reason}): check that its folder is writable and its disk has room."
    )


def _damaged(path: Path) -> str:
    return (
        f"The database {path} is damaged or not one of Pentimento's: restore a backup, or move it away to start anew."
    )
