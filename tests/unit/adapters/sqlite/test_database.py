"""What the database does with disks, damage, versions and tasks that are cancelled half way."""

import asyncio
import random
import re
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest

from adapters.sqlite import database
from adapters.sqlite.database import Database
from adapters.sqlite.migrations import MIGRATIONS
from adapters.sqlite.sessions import SqliteSessions
from adapters.sqlite.store import SqliteJobStore
from bot.domain.access import Asker
from bot.domain.errors import FatalError, StorageFailed
from bot.domain.ids import JobId
from bot.erasure import Retention
from bot.stores import Notice
from tests.builders.jobs import SOURCE, a_generation, a_job, an_event
from tests.fakes.disk import no_file_over
from tests.fakes.store import MemoryJobStore
from tests.harness.late_thread import LateThread
from tests.harness.waiting import PATIENCE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pentimento.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[SqliteJobStore]:
    async with SqliteJobStore(file) as opened:
        yield opened


async def pragma(database: Database, name: str) -> object:
    """White box: settings are per connection, so they are asked of the one that writes."""
    return await database._writer.run(lambda writer: writer.execute(f"PRAGMA {name}").fetchone()[0])


async def test_the_writer_is_durable_and_forgets_for_good(file: Path) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 0}
    async with Database(file) as database:
        assert {name: await pragma(database, name) for name in wanted} == wanted
        with pytest.raises(StorageFailed):  # SQLITE_READONLY
            await database.read("INSERT INTO inbox VALUES ('a', 'b', 'c', 0, 0)")


async def test_a_database_is_migrated_once_and_opened_again(file: Path) -> None:
    job = a_job()
    async with SqliteJobStore(file) as store:
        await store.add(job)
    async with SqliteJobStore(file) as store:
        assert await store.job(job.id) == job
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


async def test_a_migration_that_fails_leaves_nothing_behind(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.sqlite.migrations.MIGRATIONS", ("CREATE TABLE a (b) STRICT; SELECT nonsense;",))
    with pytest.raises(FatalError, match="damaged or not one of Pentimento's"):
        async with Database(file):
            pass
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        assert connection.execute("PRAGMA user_version").fetchone() == (0,)


@pytest.mark.parametrize(
    "script", ["CREATE TABLE jobs (title)", f"CREATE TABLE recipes (dish); PRAGMA user_version = {len(MIGRATIONS)}"]
)
async def test_a_database_of_another_program_is_refused(file: Path, script: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(script)
    with pytest.raises(FatalError, match="damaged or not one of Pentimento's: restore a backup"):
        async with SqliteJobStore(file):
            pass


async def test_a_newer_database_is_refused(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(FatalError, match="version 99 and this program knows versions up to"):
        async with SqliteJobStore(file):
            pass


async def test_a_python_with_an_old_sqlite_is_told_as_that(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 37, 2))
    monkeypatch.setattr("sqlite3.sqlite_version", "3.37.2")
    with pytest.raises(FatalError, match=re.escape("This Python has SQLite 3.37.2, and Pentimento needs 3.38 or")):
        async with Database(file):
            pass


async def test_something_else_than_a_database_is_refused(file: Path) -> None:
    file.write_bytes(b"not a database at all" * 500)
    with pytest.raises(FatalError, match="damaged or not one of Pentimento's: restore a backup"):
        async with SqliteJobStore(file):
            pass
    assert file.read_bytes() == b"not a database at all" * 500


async def test_a_damaged_database_is_refused(file: Path) -> None:
    async with SqliteJobStore(file) as store:
        for _ in range(50):
            await store.add(a_job())
    content = bytearray(file.read_bytes())
    for offset in range(8192, len(content) - 100, 4096):
        content[offset : offset + 100] = b"\xa5" * 100
    file.write_bytes(content)
    with pytest.raises(FatalError, match="damaged"):
        async with SqliteJobStore(file):
            pass


async def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FatalError, match="check that its folder is writable"):
        async with SqliteJobStore(tmp_path / "nowhere" / "pentimento.db"):
            pass


async def test_a_full_database_refuses_and_recovers(store: SqliteJobStore) -> None:
    kept = a_job()
    await store.add(kept)
    running = kept.started(lease="run 1", at=1001)
    await store.replace(kept, running)
    database = store.database
    pages = await pragma(database, "page_count")
    await pragma(database, f"max_page_count = {pages}")
    big = a_job(prompt="long " * 4000)
    with pytest.raises(StorageFailed, match="try again in a few minutes") as refused:
        await store.add(big)
    assert isinstance(refused.value.__cause__, sqlite3.OperationalError)
    with pytest.raises(StorageFailed):
        await store.replace(running, running.succeeded(at=1002), generation=a_generation(big))
    assert await store.open_jobs() == [running]
    assert await store.generations(big.id) == []
    assert (await store.usage("console:ada", since=0)).pictures == 1
    await pragma(database, "max_page_count = 100000")
    assert await store.add(big) == big
    assert await store.replace(running, running.succeeded(at=1002), generation=a_generation(kept))


async def test_a_disk_that_refuses_writes_is_survived(store: SqliteJobStore, file: Path) -> None:
    stored = []
    with no_file_over(file.stat().st_size + 200_000):
        for _ in range(200):
            job = a_job(prompt="long " * 400)
            try:
                await store.add(job)
            except StorageFailed:
                break
            stored.append(job)
        else:
            pytest.fail("the limit was never met")
        assert await store.open_jobs() == stored
    assert await store.add(job) == job
    assert await store.open_jobs() == [*stored, job]
    assert await pragma(store.database, "integrity_check") == "ok"


async def test_a_lock_of_another_program_is_waited_for_then_refused(
    store: SqliteJobStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All who wait at that time are refused together: nobody waits for the waits of others."""
    monkeypatch.setattr("adapters.sqlite.database.PATIENCE_SECONDS", 1.0)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = asyncio.get_running_loop().time()
        answers = await asyncio.gather(*(store.add(a_job()) for _ in range(20)), return_exceptions=True)
        waited = asyncio.get_running_loop().time() - began
        assert {type(answer) for answer in answers} == {StorageFailed}
        assert 1.0 <= waited < 15, "one after the other it were twenty"
        other.execute("ROLLBACK")
    await store.add(a_job())
    assert len(await store.open_jobs()) == 1


async def test_a_short_lock_of_another_program_is_as_if_nothing_were(
    store: SqliteJobStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE_SECONDS", PATIENCE)  # here a busy machine holds it for longer
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        adding = asyncio.ensure_future(store.add(a_job()))
        await asyncio.sleep(0.1)
        assert not adding.done()
        other.execute("ROLLBACK")
        await adding


async def test_somebody_who_reads_on_and_on_delays_no_change_for_long(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was deleted cannot be taken out of the log meanwhile; that must not keep everybody who writes."""
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", PATIENCE * 1000)
    job = a_job()
    async with SqliteJobStore(file) as store:
        await store.add(job)
        await store.replace(job, job.cancelled(at=1001))
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM jobs").fetchone()
            began = asyncio.get_running_loop().time()
            await asyncio.gather(store.forget("console:ada"), store.add(a_job()))
            assert asyncio.get_running_loop().time() - began < PATIENCE / 2
            other.execute("ROLLBACK")


async def test_files_are_this_users_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    async with SqliteJobStore(tmp_path / "pentimento.db") as store:
        await store.add(a_job())
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("pentimento.db", "pentimento.db-wal", "pentimento.db-shm"), 0o600)


async def test_a_task_cancelled_in_a_transaction_leaves_all_of_it_or_nothing_and_none_open(file: Path) -> None:
    async with Database(file) as database:
        began, goes_on = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def two_rows(tx: sqlite3.Connection) -> None:
            tx.execute("INSERT INTO inbox VALUES ('a', 'b', 'c', 0, 0)")
            loop.call_soon_threadsafe(began.set)
            goes_on.wait()
            tx.execute("INSERT INTO inbox VALUES ('b', 'b', 'c', 0, 0)")

        at_work = asyncio.ensure_future(database.transaction(two_rows))
        await began.wait()
        waiting = asyncio.ensure_future(
            database.transaction(lambda tx: tx.execute("INSERT INTO inbox VALUES ('c', 'b', 'c', 0, 0)"))
        )
        await asyncio.sleep(0)
        for task in (at_work, waiting):
            task.cancel()
        await asyncio.wait([at_work, waiting])
        goes_on.set()
        await database.change("INSERT INTO inbox VALUES ('d', 'b', 'c', 0, 0)")
        assert not await database._writer.run(lambda writer: writer.in_transaction)
        assert [row["id"] for row in await database.read("SELECT id FROM inbox")] == ["a", "b", "d"]


async def test_a_transaction_that_fails_changes_nothing(file: Path) -> None:
    def fails(tx: sqlite3.Connection) -> None:
        tx.execute("INSERT INTO inbox VALUES ('a', 'b', 'c', 0, 0)")
        raise ValueError("half way")

    async with Database(file) as database:
        with pytest.raises(ValueError, match="half way"):
            await database.transaction(fails)
        assert await database.read("SELECT * FROM inbox") == []
        assert not await database._writer.run(lambda writer: writer.in_transaction)


async def test_tasks_cancelled_anywhere_leave_whole_jobs_and_a_working_store(store: SqliteJobStore) -> None:
    chance = random.Random(1)
    jobs = [a_job() for _ in range(300)]
    for job in jobs:
        task = asyncio.ensure_future(store.add(job))
        waited = asyncio.ensure_future(store.settle("console:0"))  # somebody who queues for the lock behind it
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(chance.choice((0, 0, 0.0002)))
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()  # an impatient one, into the rollback
        await asyncio.wait([task])
        await asyncio.wait_for(waited, 60)
    assert not await store.database._writer.run(lambda writer: writer.in_transaction)
    kept = {job.id for job in await store.open_jobs()}
    assert kept == {duty.job for duty in await store.deliveries()}
    assert (await store.usage("console:ada", since=0)).pictures == len(kept)
    assert 0 < len(kept) < len(jobs), "both outcomes must have been met"


async def test_a_backup_opens_as_a_store_of_its_own(store: SqliteJobStore, tmp_path: Path) -> None:
    memory = MemoryJobStore()
    for _ in range(20):
        job = a_job()
        await store.add(job)
        await memory.add(job)
    copy = tmp_path / "copy.db"
    adding = asyncio.ensure_future(store.add(a_job(user="bob")))  # while others write
    await store.backup(copy)
    await adding
    async with SqliteJobStore(copy) as opened:
        assert await opened.jobs_of("console:ada", limit=99) == await memory.jobs_of("console:ada", limit=99)
        assert await pragma(opened.database, "integrity_check") == "ok"


async def test_a_backup_that_finds_no_room_leaves_no_half_file(store: SqliteJobStore, tmp_path: Path) -> None:
    for _ in range(50):
        await store.add(a_job(prompt="long " * 400))
    with no_file_over(50_000), pytest.raises(StorageFailed):
        await store.backup(tmp_path / "copy.db")
    assert not list(tmp_path.glob("*copy*"))


async def test_a_backup_that_is_cancelled_leaves_nothing_however_late_its_thread_begins(
    store: SqliteJobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = LateThread(database._copied)
    monkeypatch.setattr(database, "_copied", late)
    before = set(tmp_path.iterdir())
    await late.outlives(asyncio.create_task(store.backup(tmp_path / "copy.db")))
    assert set(tmp_path.iterdir()) == before


FEW = "(inbox_unsettled|notices_until|jobs_open|jobs_failed|outbox_due|outbox_undeliverable)"


class Noting(sqlite3.Connection):
    """A connection that remembers the statements."""

    seen: ClassVar[set[str]] = set()

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self.seen.add(sql)
        return super().execute(sql, *values)


async def test_no_statement_goes_through_everything(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every statement of the store is caught as it runs and its plan looked at: no scan, no sorting of everything."""
    monkeypatch.setattr("adapters.sqlite.connection.sqlite3.connect", partial(sqlite3.connect, factory=Noting))
    async with SqliteJobStore(file) as store:
        Noting.seen.clear()  # what opens it may go through everything
        await everything(store)
        await plans_are_by_index(store, Noting.seen.copy())


def values_of(sql: str) -> int:
    """How many a statement takes: numbered places count once."""
    numbers = re.findall(r"\?(\d+)", sql)
    return max(map(int, numbers)) if numbers else sql.count("?")


async def plans_are_by_index(store: SqliteJobStore, seen: set[str]) -> None:
    statements = [sql for sql in seen if sql.lstrip().startswith(("SELECT", "WITH", "UPDATE", "DELETE"))]
    assert len(statements) > 25
    plans = ""
    for sql in statements:
        values: Any = dict.fromkeys(re.findall(r":(\w+)", sql)) or (None,) * values_of(sql)
        for row in await store.database.read(f"EXPLAIN QUERY PLAN {sql}", values):
            step = row["detail"]
            plans += f"{step}\n"
            scans = step.startswith("SCAN ") and not re.search(r"json_each|CONSTANT ROW|^SCAN (some|\(sub)", step)
            # An index with few rows by its condition, walked in its order, is what it is for.
            assert not scans or re.search(f"USING INDEX {FEW}", step), (sql, step)
            assert "TEMP B-TREE FOR ORDER BY" not in step or "open" in str(sql) or "IN ('queued'" in sql, (sql, step)
    made = re.findall(r"CREATE INDEX (\w+)", "".join(MIGRATIONS).replace("CREATE INDEX calls_until", ""))  # dropped
    assert [index for index in made if index not in plans] == [], "an index that nothing uses"


async def conversations(store: SqliteJobStore, job: JobId) -> None:
    await store.set_parent("server", ["channel"])
    await store.children("server")
    await store.passes(job, "here")
    await store.opened(job, "here", "thread")
    await store.thread(job, "here")
    await store.closed("thread")
    await store.put_up(Notice(message="message", reply_to=a_job().reply_to, until=1.0, job=job))
    await store.notices("console", most=9)
    await store.notice_platforms()
    await store.heard(job, "fake:ann", at=0.5)
    await store.taken_down("message")


async def everything(store: SqliteJobStore) -> None:
    """Call what the service calls after its start."""
    job, other = a_job(strengths=(0.3, 0.5)), a_job(user="bob")
    running = job
    for each in (job, other):
        await store.receive(an_event(int(each.id)))
        await store.add(each)
        running = each.started(lease="run", at=1001)
        await store.replace(each, running)
        await store.replace(running, running, generation=a_generation(each))
    await store.replace(running, running.cancelled(at=1002))
    await store.settle("console:9")
    await store.unsettled("console")
    await store.open_jobs()
    await store.mode()
    await conversations(store, job.id)
    await store.keep(a_generation(job).id, on=False)
    await store.keeps("console:ada")
    await store.failures(limit=9)
    await store.unshown(limit=9)
    await store.usage_by_member(since=0.0, limit=9)
    await store.open_jobs_of("console:ada")
    await store.open_jobs_in("console", "here")
    await store.jobs_of("console:ada", limit=5)
    await store.results_of("console:ada", before=(1e9, 1), words="oil", style="anime", limit=5)
    sessions = SqliteSessions(store.database)
    await sessions.open("link", "token", Asker(requester=job.requester), expires_at=1e9)
    await sessions.find("link", "token", now=0)
    await sessions.prolong("link", "token", expires_at=1e9)
    await sessions.links("console:ada", now=0)
    await sessions.spend("link", "token", now=0)
    await sessions.close_all("console:ada")
    await store.job_of_message("m")
    await store.job(job.id)
    await store.generation(a_generation(job).id)
    await store.generations(job.id)
    await store.usage("console:ada", since=0)
    await store.deliveries()
    await store.delivery(job.id)
    await store.posted(job.id, "m")
    await store.postpone(job.id, due_at=1)
    await store.delivered(other.id)
    await store.undeliverable(job.id, "gone")
    images = [SOURCE, a_generation(job).image]
    await store.needed(images)
    await store.holders(images)
    await store.remove_generation(a_generation(other).id)
    on = frozenset({"console"})
    await store.sweep(Retention(pictures_before=1e9, jobs_before=1e9, inbox_before=1e9, usage_before=1e9, on=on))
    await store.forget("console:bob")
    await store.forget_space("console", "here")


async def test_a_trial_is_written_to_the_disk_and_changes_nothing(file: Path, store: SqliteJobStore) -> None:
    log = Path(f"{file}-wal")
    before = log.stat().st_size
    await store.try_write()
    assert log.stat().st_size > before
    assert await pragma(store.database, "user_version") == len(MIGRATIONS)


async def test_a_trial_says_that_the_database_is_locked_read_only_or_without_room(
    file: Path, store: SqliteJobStore
) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageFailed):
            await store.try_write()
    await store.try_write()
    with no_file_over(20_000), pytest.raises(StorageFailed):  # noqa: PT012 -- the log has room for a few first
        for _ in range(10):
            await store.try_write()
    await store.try_write()
    await store.database._writer.run(
        lambda writer: writer.execute("PRAGMA query_only = ON")
    )  # what a read-only disk makes of it
    with pytest.raises(StorageFailed):
        await store.try_write()


async def test_the_log_is_copied_to_the_file_beside_the_changes_and_stays_short(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.sqlite.database._COPY_SECONDS", 0.0)
    async with SqliteJobStore(file) as store:
        for number in range(200):
            await store.receive(replace(an_event(number), payload="x" * 100_000))
            if number % 10 == 9:
                while store.database._changed.is_set() or store.database._copying.locked():
                    await asyncio.sleep(0)
        assert file.stat().st_size > 15_000_000
        assert file.with_name(f"{file.name}-wal").stat().st_size < 8_000_000
