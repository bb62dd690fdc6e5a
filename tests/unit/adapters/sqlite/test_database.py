"""What the database does with disks, damage, versions and tasks that are cancelled half way."""

import asyncio
import random
import resource
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from adapters.sqlite.database import Database
from adapters.sqlite.migrations import MIGRATIONS
from adapters.sqlite.store import SqliteJobStore
from bot.domain.errors import FatalError, StorageFailed
from bot.ports import Retention
from tests.fakes.jobs import a_generation, a_job, an_event
from tests.fakes.store import MemoryJobStore


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pentimento.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[SqliteJobStore]:
    async with SqliteJobStore(file) as opened:
        yield opened


async def pragma(database: Database, name: str) -> object:
    """White box: settings are per connection, so they are asked of the one that writes."""
    ((value,),) = await database._writer.execute_fetchall(f"PRAGMA {name}")
    return value


async def test_the_writer_is_durable_and_forgets_for_good(file: Path) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 5000}
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
    with pytest.raises(sqlite3.OperationalError):
        async with Database(file):
            pass
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        assert connection.execute("PRAGMA user_version").fetchone() == (0,)


async def test_a_newer_database_is_refused(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(FatalError, match="version 99 and this program knows versions up to"):
        async with SqliteJobStore(file):
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
    database = store._database
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


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """The kernel refuses this process to write beyond `size` bytes into any file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


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
    assert await pragma(store._database, "integrity_check") == "ok"


async def test_a_lock_of_another_program_is_waited_for_then_refused(store: SqliteJobStore, file: Path) -> None:
    await pragma(store._database, "busy_timeout = 50")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageFailed):
            await store.add(a_job())
        other.execute("ROLLBACK")
    await store.add(a_job())
    assert len(await store.open_jobs()) == 1


async def test_a_task_cancelled_in_a_transaction_changes_nothing(file: Path) -> None:
    async with Database(file) as database:
        inside = asyncio.Event()

        async def never_ends() -> None:
            async with database.transaction() as tx:
                await tx.execute("INSERT INTO inbox VALUES ('a', 'b', 'c', 0, 0)")
                inside.set()
                await asyncio.Event().wait()

        task = asyncio.ensure_future(never_ends())
        await inside.wait()
        task.cancel()
        await asyncio.wait([task])
        assert not database._writer.in_transaction
        assert await database.read("SELECT * FROM inbox") == []
        async with database.transaction() as tx:
            await tx.execute("INSERT INTO inbox VALUES ('a', 'b', 'c', 0, 0)")
        assert len(await database.read("SELECT * FROM inbox")) == 1


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
        await asyncio.wait_for(waited, 10)
    assert not store._database._writer.in_transaction
    kept = {job.id for job in await store.open_jobs()}
    assert kept == {duty.job for duty in await store.deliveries()}
    assert (await store.usage("console:ada", since=0)).pictures == len(kept)
    assert 0 < len(kept) < len(jobs), "both outcomes must have been met"


@pytest.mark.parametrize("way", ["forget", "sweep", "remove_generation", "settle"])
async def test_what_was_deleted_is_not_in_the_files(store: SqliteJobStore, file: Path, way: str) -> None:
    chance = random.Random(2)
    secrets = {}
    for number in range(120):
        mine = number % 3 == 0
        words = f"zebra-{number}-" + "stripes " * chance.choice((1, 40, 400, 1500))
        job = a_job(user="ada" if mine else "bob", prompt=words, strengths=(0.3, 0.5) if number % 2 else (0.5,))
        await store.receive(an_event(int(job.id), payload=words))
        await store.add(job)
        running = job.started(lease="run 1", at=1001)
        await store.replace(job, running)
        for index in range(len(job.recipes)):
            after = running if index + 1 < len(job.recipes) else running.succeeded(at=1002 if mine else 3000)
            await store.replace(running, after, generation=a_generation(job, index))
        await store.delivered(job.id)
        secrets[f"zebra-{number}-".encode()] = (mine, job)
    await store._database.purge()
    if way == "settle":
        for number in range(900, 940):
            await store.receive(an_event(number, payload=f"zebra-{number}-" * 90))
            secrets[f"zebra-{number}-".encode()] = (True, a_job())
    assert all(secret in everything(file) for secret in secrets)
    match way:
        case "forget":
            await store.forget("console:ada")
        case "sweep":
            await store.sweep(Retention(pictures_before=2000, jobs_before=2000, inbox_before=2000))
        case "remove_generation":
            for mine, job in secrets.values():
                if mine:
                    for generation in job.generation_ids():
                        await store.remove_generation(generation)
        case _:
            for number in range(900, 940):
                await store.settle(f"console:{number}")
            await store.sweep(Retention(pictures_before=0, jobs_before=0, inbox_before=0))
            secrets = {
                secret: (len(secret) == 10 and secret[6:7] == b"9", job) for secret, (_, job) in secrets.items()
            }
    found = everything(file)
    assert [secret for secret, (gone, _) in secrets.items() if gone and secret in found] == []
    assert all(secret in found for secret, (gone, _) in secrets.items() if not gone)


def everything(file: Path) -> bytes:
    return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))


async def test_a_crash_after_forgetting_is_cleaned_up_at_the_next_start(file: Path, tmp_path: Path) -> None:
    """The log of a run that was killed between its commit and the cleaning of the log."""
    async with SqliteJobStore(file) as store:
        job = a_job(prompt="a secret zebra")
        await store.add(job)
        await store.replace(job, job.cancelled(at=1001))
        async with store._database.transaction() as tx:
            await tx.execute("DELETE FROM jobs")
        crashed = tmp_path / "crashed"
        crashed.mkdir()
        for each in file.parent.glob(f"{file.name}*"):
            shutil.copy(each, crashed)
    crashed_file = crashed / file.name
    assert b"a secret zebra" in everything(crashed_file)
    async with SqliteJobStore(crashed_file):
        assert b"a secret zebra" not in everything(crashed_file)


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
        assert await pragma(opened._database, "integrity_check") == "ok"


async def test_a_backup_that_finds_no_room_leaves_no_half_file(store: SqliteJobStore, tmp_path: Path) -> None:
    for _ in range(50):
        await store.add(a_job(prompt="long " * 400))
    with no_file_over(50_000), pytest.raises(StorageFailed):
        await store.backup(tmp_path / "copy.db")
    assert not list(tmp_path.glob("*copy*"))


async def test_the_queries_that_run_often_use_their_indexes(store: SqliteJobStore) -> None:
    often = {
        "SELECT * FROM inbox WHERE platform = ? AND settled = 0 ORDER BY received_at, rowid": "inbox_unsettled",
        "SELECT * FROM jobs WHERE status IN ('queued', 'running') ORDER BY created_at, seq": "jobs_open",
        "SELECT * FROM jobs WHERE requester_key = ? ORDER BY created_at DESC, seq DESC": "jobs_of_requester",
        "SELECT * FROM outbox WHERE done = 0 ORDER BY due_at, rowid": "outbox_due",
        "SELECT sum(pictures) FROM usage WHERE requester_key = ? AND at >= 0": "usage_of_requester",
    }
    for query, index in often.items():
        plan = await store._database.read(f"EXPLAIN QUERY PLAN {query}", ("x",) * query.count("?"))
        assert [row for row in plan if index in row["detail"]], query
        assert not [row for row in plan if "TEMP B-TREE" in row["detail"]], query
