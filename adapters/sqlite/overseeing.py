"""The part of the job store that the operator's page asks, and the way to it from another process."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from adapters.sqlite import codec
from adapters.sqlite.database import BUSY_MILLISECONDS, Database
from adapters.sqlite.migrations import MIGRATIONS
from bot.domain.errors import FatalError
from bot.domain.ids import JobId
from bot.domain.job import Job
from bot.overseeing import MemberUsage, Mode, Restart, RestartStage, Unshown

_FAILURES = """
SELECT * FROM jobs WHERE status IN ('failed', 'refused') ORDER BY ended_at DESC, seq DESC LIMIT ?
"""
_JOBS = """
SELECT jobs.* FROM json_each(?) AS wanted JOIN jobs ON jobs.id = wanted.value ORDER BY wanted.key
"""
_QUEUED = "SELECT id FROM jobs WHERE status = 'queued' ORDER BY created_at, seq"
_SET_MODE = "INSERT OR REPLACE INTO operation (only_row, mode) VALUES (1, ?)"
_ASK_RESTART = """
INSERT INTO restart (only_row, device, stage, outcome) VALUES (1, ?, 'asked', '{}')
ON CONFLICT (only_row) DO UPDATE SET device = excluded.device, stage = excluded.stage, outcome = excluded.outcome
WHERE stage != 'running'
"""
_RESTART = "SELECT device, stage, outcome FROM restart WHERE only_row = 1"
_WITHDRAW_RESTART = "DELETE FROM restart WHERE stage = 'asked'"
_UNSHOWN = "SELECT job, undeliverable FROM outbox WHERE undeliverable != '' ORDER BY due_at DESC LIMIT ?"
_USAGE = """
SELECT requester_key AS key, count(*) AS jobs, sum(pictures) AS pictures
FROM usage INDEXED BY usage_at WHERE at >= ? GROUP BY requester_key
"""
_NAMES = """
SELECT value AS key, (
    SELECT requester ->> 'name' FROM jobs WHERE requester_key = value ORDER BY created_at DESC LIMIT 1
) AS name FROM json_each(?)
"""


class Overseen:
    """Meets `bot.overseeing.Overseeing`.

    Attributes:
        database: of the job store.
    """

    database: Database

    async def mode(self) -> Mode:
        rows = await self.database.read("SELECT mode FROM operation WHERE only_row = 1")
        return Mode(rows[0]["mode"]) if rows else Mode.RUNNING

    async def set_mode(self, mode: Mode) -> None:
        await self.database.change(_SET_MODE, (mode.value,))

    async def ask_restart(self, device: str) -> bool:
        return await self.database.change(_ASK_RESTART, (device,)) > 0

    async def restart(self) -> Restart | None:
        rows = await self.database.read(_RESTART)
        return _restart_from(*rows[0]) if rows else None

    async def note_restart(self, restart: Restart) -> None:
        await self.database.change(
            "UPDATE restart SET device = ?, stage = ?, outcome = ? WHERE only_row = 1",
            (restart.device, restart.stage.value, json.dumps(dict(restart.outcome))),
        )

    async def queued_ids(self) -> Sequence[JobId]:
        return [JobId(row["id"]) for row in await self.database.read(_QUEUED, ())]

    async def jobs_by_id(self, wanted: Sequence[JobId]) -> Sequence[Job]:
        return [codec.job_from(row) for row in await self.database.read(_JOBS, (json.dumps(wanted),))]

    async def failures(self, *, limit: int) -> Sequence[Job]:
        return [codec.job_from(row) for row in await self.database.read(_FAILURES, (limit,))]

    async def unshown(self, *, limit: int) -> Sequence[Unshown]:
        rows = await self.database.read(_UNSHOWN, (limit,))
        return [Unshown(job=JobId(row["job"]), reason=row["undeliverable"]) for row in rows]

    async def usage_by_member(self, *, since: float, limit: int) -> Sequence[MemberUsage]:
        rows = await self.database.read(_USAGE, (since,))
        most = sorted(rows, key=lambda row: (-row["pictures"], row["key"]))[:limit]
        called = await self.database.read(_NAMES, (json.dumps([row["key"] for row in most]),))
        names = {row["key"]: row["name"] or "" for row in called}
        return [
            MemberUsage(key=row["key"], name=names[row["key"]], jobs=row["jobs"], pictures=row["pictures"])
            for row in most
        ]


def set_mode_in(file: Path, mode: Mode) -> None:
    """Set the mode in the database of a service that may run; it looks again within seconds.

    Raises:
        FatalError: there is no database of this version, or it cannot be written.
    """
    with _opened(file) as connection, connection:
        connection.execute(_SET_MODE, (mode.value,))


def ask_restart_in(file: Path, device: str) -> bool:
    """As `Overseeing.ask_restart`, in that database.

    Raises:
        FatalError: there is no database of this version, or it cannot be written.
    """
    with _opened(file) as connection, connection:
        return connection.execute(_ASK_RESTART, (device,)).rowcount > 0


def withdraw_restart_in(file: Path) -> bool:
    """Take back a restart that nobody has begun; whether there was one.

    Raises:
        FatalError: there is no database of this version, or it cannot be written.
    """
    with _opened(file) as connection, connection:
        return connection.execute(_WITHDRAW_RESTART).rowcount > 0


def restart_in(file: Path) -> Restart | None:
    """As `Overseeing.restart`, in that database.

    Raises:
        FatalError: there is no database of this version, or it cannot be read.
    """
    with _opened(file) as connection:
        row = connection.execute(_RESTART).fetchone()
        return _restart_from(*row) if row else None


def open_jobs_in(file: Path) -> int:
    """How many jobs wait or run, by that database.

    Raises:
        FatalError: there is no database of this version, or it cannot be read.
    """
    with _opened(file) as connection:
        ((count,),) = connection.execute("SELECT count(*) FROM jobs WHERE status IN ('queued', 'running')")
        return int(count)


def _restart_from(device: str, stage: str, outcome: str) -> Restart:
    return Restart(device=device, stage=RestartStage(stage), outcome=json.loads(outcome))


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Not migrated: an older Pentimento may be running on it, which follows no mode."""
    try:
        # SQLite does not say why it cannot. No connection of this process is there to lose its locks by closing.
        with file.open("r+b"):
            pass
    except FileNotFoundError:
        raise FatalError(f"There is no database {file}: see that data_dir names the folder of the service.") from None
    except OSError as refused:
        raise FatalError(
            f"The database {file} cannot be opened ({refused.strerror}): "
            "run this as the user that the service runs as."
        ) from None
    try:
        uri = f"{file.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_MILLISECONDS / 1000)) as connection:
            ((version,),) = connection.execute("PRAGMA user_version")
            if version != len(MIGRATIONS):
                raise FatalError(
                    f"{file} is of version {version} and this program of version {len(MIGRATIONS)}: start the "
                    "service of this version first, or use the command of the one that runs."
                )
            yield connection
    except sqlite3.Error as fault:
        raise FatalError(f"The database {file} cannot be used ({fault}).") from fault
