"""`restore` puts back what `backup` and upgrades kept, and loses nothing of what is there."""

import argparse
import asyncio
import bz2
import gzip
import hashlib
import io
import lzma
import os
import signal
import sqlite3
import tarfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from adapters.files.data_dir import hold_data_dir
from adapters.files.image_store import FileImageStore
from adapters.sqlite.migrations import MIGRATIONS
from adapters.sqlite.store import SqliteJobStore
from bot.cli.backup import backup
from bot.cli.check_data import data_findings
from bot.cli.restore import restore
from bot.cli.stopping import stoppable
from bot.domain.errors import FatalError, InvalidRequest, JobFailed
from bot.domain.ids import JobId
from bot.erasure import Retention
from config.reading import load_settings
from tests.builders.jobs import a_job
from tests.fakes.disk import no_file_over


async def back_up(data_dir: Path, to: Path, *, pictures: bool) -> None:
    asked = argparse.Namespace(file=to, pictures=pictures)
    assert await backup(asked, load_settings(None, {"PENTIMENTO__DATA_DIR": str(data_dir)})) == 0


async def put_back(data_dir: Path, file: Path) -> None:
    settings = load_settings(None, {"PENTIMENTO__DATA_DIR": str(data_dir)})
    assert await restore(argparse.Namespace(file=file), settings) == 0


async def jobs_in(database: Path) -> list[JobId]:
    async with SqliteJobStore(database) as store:
        return [job.id for job in await store.open_jobs()]


async def a_service_wrote(data_dir: Path, picture: bytes = b"picture") -> tuple[JobId, Path]:
    data_dir.mkdir(exist_ok=True)
    async with FileImageStore(data_dir / "images") as images:
        kept = images.path(await images.put(picture))
    async with SqliteJobStore(data_dir / "pentimento.db") as store:
        return (await store.add(a_job())).id, kept


async def test_after_a_wiped_folder_database_and_pictures_are_back(tmp_path: Path) -> None:
    job, picture = await a_service_wrote(tmp_path / "data")
    await back_up(tmp_path / "data", tmp_path / "backup.tar", pictures=True)
    (tmp_path / "data").rename(tmp_path / "gone")

    await put_back(tmp_path / "data", tmp_path / "backup.tar")

    assert await jobs_in(tmp_path / "data" / "pentimento.db") == [job]
    assert picture.read_bytes() == b"picture"
    assert (tmp_path / "data" / "pentimento.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "backup.tar").stat().st_mode & 0o777 == 0o600


async def test_the_database_that_was_there_is_kept_with_its_latest_rows(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    old, _ = await a_service_wrote(data_dir)
    await back_up(data_dir, tmp_path / "copy.db", pictures=False)
    new, _ = await a_service_wrote(data_dir)
    for number in (1, 2):
        await put_back(data_dir, tmp_path / "copy.db")
        assert (data_dir / f"pentimento.db.before-restore-{number}").exists()
    assert await jobs_in(data_dir / "pentimento.db") == [old]
    assert await jobs_in(data_dir / "pentimento.db.before-restore-1") == [old, new]


async def test_the_database_that_was_there_is_kept_whole_while_another_program_reads_it(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    old, _ = await a_service_wrote(data_dir)
    await back_up(data_dir, tmp_path / "copy.db", pictures=False)
    with closing(sqlite3.connect(data_dir / "pentimento.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM jobs").fetchall()
        new, _ = await a_service_wrote(data_dir)  # whose log cannot go while that one reads
        await put_back(data_dir, tmp_path / "copy.db")
    assert await jobs_in(data_dir / "pentimento.db.before-restore-1") == [old, new]
    assert await jobs_in(data_dir / "pentimento.db") == [old]


async def test_a_damaged_database_makes_way_for_its_backup(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    job, _ = await a_service_wrote(data_dir)
    await back_up(data_dir, tmp_path / "copy.db", pictures=False)
    (data_dir / "pentimento.db").write_bytes(b"nothing that SQLite could read " * 99)
    await put_back(data_dir, tmp_path / "copy.db")
    assert await jobs_in(data_dir / "pentimento.db") == [job]


def _text(file: Path) -> None:
    file.write_text("no backup")


def _other_program(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript("CREATE TABLE notes (text TEXT); PRAGMA user_version = 1;")


def _newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(f"{''.join(MIGRATIONS)} PRAGMA user_version = {len(MIGRATIONS) + 1};")


def _empty_archive(file: Path) -> None:
    tarfile.open(file, "w").close()


def _changed_picture(file: Path) -> None:
    content = file.with_name("content")
    content.write_bytes(b"something else")
    with tarfile.open(file, "w") as archive:
        archive.add(content, f"images/kept/ab/{'ab' * 32}")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (_text, "is damaged or no backup"),
        (_other_program, "is damaged or no backup"),
        (_newer, f"knows versions up to {len(MIGRATIONS)}"),
        (_empty_archive, "has no pentimento.db in it"),
        (_changed_picture, "is damaged"),
        (lambda _file: None, "There is no file"),
    ],
)
async def test_what_is_no_backup_is_refused_and_changes_nothing(
    tmp_path: Path, make: Callable[[Path], None], sentence: str
) -> None:
    job, _ = await a_service_wrote(tmp_path / "data")
    make(tmp_path / "file")
    with pytest.raises(InvalidRequest, match=sentence):
        await put_back(tmp_path / "data", tmp_path / "file")
    assert await jobs_in(tmp_path / "data" / "pentimento.db") == [job]
    assert not list((tmp_path / "data").glob("*restore*"))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("harm", ["cut", "cut early", "changed"])
async def test_an_archive_that_was_compressed_since_is_taken_and_a_damaged_one_refused(
    tmp_path: Path, pack: Callable[[bytes], bytes], harm: str
) -> None:
    job, _ = await a_service_wrote(tmp_path / "data", os.urandom(100_000))
    await back_up(tmp_path / "data", tmp_path / "backup.tar", pictures=True)
    whole = pack((tmp_path / "backup.tar").read_bytes())
    place = len(whole) // 2 if harm != "cut early" else 30
    rest = bytes(64) + whole[place + 64 :] if harm == "changed" else b""
    (tmp_path / "whole").write_bytes(whole)
    (tmp_path / "harmed").write_bytes(whole[:place] + rest)

    with pytest.raises(InvalidRequest, match=r"harmed is damaged .*(: take another backup|made)\.$"):
        await put_back(tmp_path / "new", tmp_path / "harmed")
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["lock"]
    await put_back(tmp_path / "new", tmp_path / "whole")
    assert await jobs_in(tmp_path / "new" / "pentimento.db") == [job]


@pytest.mark.parametrize("fault", ["of a newer version", "its last picture is another one"])
async def test_no_picture_of_an_archive_that_is_refused_is_put_back(tmp_path: Path, fault: str) -> None:
    """They may have been deleted since by whoever they belong to."""
    data_dir = tmp_path / "data"
    _, picture = await a_service_wrote(data_dir)
    if fault == "of a newer version":
        with closing(sqlite3.connect(data_dir / "pentimento.db")) as connection:
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    else:
        (data_dir / "images" / "kept" / "ff").mkdir()
        (data_dir / "images" / "kept" / "ff" / ("f" * 64)).write_bytes(b"changed")
    await back_up(data_dir, tmp_path / "backup.tar", pictures=True)
    (tmp_path / "data").rename(tmp_path / "old")

    with pytest.raises(InvalidRequest):
        await put_back(data_dir, tmp_path / "backup.tar")
    assert not (data_dir / picture.relative_to(data_dir)).exists()


async def test_a_disk_without_room_for_the_present_database_leaves_no_half_of_it(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    await a_service_wrote(data_dir)
    await back_up(data_dir, tmp_path / "copy.db", pictures=False)
    with closing(sqlite3.connect(data_dir / "pentimento.db")) as connection, connection:
        connection.execute("INSERT INTO inbox VALUES ('1', 'discord', hex(zeroblob(500000)), 0, 1)")
    room = (tmp_path / "copy.db").stat().st_size + 100_000
    with no_file_over(room), pytest.raises(JobFailed, match="see that the disk there has room"):
        await put_back(data_dir, tmp_path / "copy.db")
    assert sorted(each.name for each in data_dir.iterdir()) == ["images", "lock", "pentimento.db"]


async def test_an_archive_writes_nowhere_but_under_its_pictures(tmp_path: Path) -> None:
    await a_service_wrote(tmp_path / "data")
    await back_up(tmp_path / "data", tmp_path / "backup.tar", pictures=True)
    with tarfile.open(tmp_path / "backup.tar", "a") as archive:
        for name in ("../escaped", "images/kept/ab/../../../escaped", "/escaped", "images/kept/xy/escaped"):
            archive.add(Path(__file__), name)
    before = sorted(file.name for file in tmp_path.iterdir())
    await put_back(tmp_path / "data", tmp_path / "backup.tar")
    assert sorted(file.name for file in tmp_path.iterdir()) == before
    assert not [file for file in (tmp_path / "data").rglob("*") if "escaped" in file.name]


async def test_a_running_service_is_not_pulled_away(tmp_path: Path) -> None:
    await a_service_wrote(tmp_path / "data")
    await back_up(tmp_path / "data", tmp_path / "copy.db", pictures=False)
    with hold_data_dir(tmp_path / "data"), pytest.raises(FatalError, match="Another Pentimento is using"):
        await put_back(tmp_path / "data", tmp_path / "copy.db")


async def test_an_upgrade_keeps_the_database_as_it_was_for_two_weeks(tmp_path: Path) -> None:
    database = tmp_path / "pentimento.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(f"PRAGMA journal_mode = WAL; {MIGRATIONS[0]} PRAGMA user_version = 1;")
        connection.execute("INSERT INTO inbox (id, platform, payload, received_at) VALUES ('1', 'discord', '{}', 0)")
        connection.commit()
    async with SqliteJobStore(database):
        pass
    copy = tmp_path / "pentimento.db.version-1"
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT id FROM inbox").fetchall() == [("1",)]
        assert connection.execute("PRAGMA user_version").fetchall() == [(1,)]

    nothing_old = Retention(pictures_before=0, jobs_before=0, inbox_before=0)
    async with SqliteJobStore(database) as store:
        await store.sweep(nothing_old)
        assert copy.exists(), "the next start finds nothing to migrate, and keeps the copy"
        os.utime(copy, (time.time() - 15 * 86_400,) * 2)
        await store.sweep(nothing_old)
        assert not copy.exists()


async def test_a_copy_before_an_upgrade_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    database = tmp_path / "pentimento.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(f"{MIGRATIONS[0]} PRAGMA user_version = 1;")
    (tmp_path / ".pentimento.db.version-1.unfinished" / "in the way").mkdir(parents=True)
    with pytest.raises(FatalError, match=r"version-1 from before the upgrade cannot be made .+: see that the disk"):
        async with SqliteJobStore(database):
            pass
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA user_version").fetchall() == [(1,)]


async def test_what_is_restored_is_for_its_owner_only(tmp_path: Path) -> None:
    await a_service_wrote(tmp_path / "data")
    await back_up(tmp_path / "data", tmp_path / "backup.tar", pictures=True)
    before = os.umask(0o022)
    try:
        await put_back(tmp_path / "new", tmp_path / "backup.tar")
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    made = [tmp_path / "new", *(tmp_path / "new").rglob("*")]
    assert {place.name for place in made} >= {"pentimento.db", "images", "kept"}
    assert {place: oct(place.stat().st_mode & 0o077) for place in made if place.stat().st_mode & 0o077} == {}


@pytest.mark.usefixtures("hears_signals")
async def test_a_signal_leaves_the_database_as_it_is_and_nothing_half_made(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    old, _ = await a_service_wrote(data_dir)
    await back_up(data_dir, tmp_path / "copy.db", pictures=False)
    with tarfile.open(tmp_path / "backup.tar", "w") as archive:
        archive.add(tmp_path / "copy.db", "pentimento.db")
        for number in range(2000):
            content = str(number).encode()
            name = hashlib.sha256(content).hexdigest()
            member = tarfile.TarInfo(f"images/kept/{name[:2]}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    new, _ = await a_service_wrote(data_dir)
    (data_dir / ".restore-of-one-that-was-killed").mkdir()
    settings = load_settings(None, {"PENTIMENTO__DATA_DIR": str(data_dir)})

    asked = argparse.Namespace(file=tmp_path / "backup.tar")
    restoring = asyncio.create_task(stoppable(restore)(asked, settings))
    while len(list(data_dir.glob(".restore-*/images/kept/??/*"))) < 2:
        await asyncio.sleep(0.005)
    os.kill(os.getpid(), signal.SIGTERM)

    assert await restoring == 128 + signal.SIGTERM
    assert not list(data_dir.glob(".restore-*"))
    assert len(list((data_dir / "images" / "kept").glob("??/*"))) == 1
    assert await jobs_in(data_dir / "pentimento.db") == [old, new]


async def test_a_backup_that_this_user_may_not_look_at_is_refused(
    tmp_path: Path, not_to_be_looked_into: Callable[[Path], Path]
) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read"):
        await put_back(tmp_path / "data", not_to_be_looked_into(tmp_path) / "backup.tar")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
@pytest.mark.parametrize("command", ["check", "restore"])
async def test_what_root_makes_in_the_folder_of_another_user_is_that_user_s(tmp_path: Path, command: str) -> None:
    """As with sudo beside a unit that runs as a user of its own."""
    data_dir = tmp_path / "data"
    await a_service_wrote(data_dir)
    await back_up(data_dir, tmp_path / "backup.tar", pictures=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch()
    (data_dir / "images" / "link").symlink_to(elsewhere)
    (data_dir / "images" / "another-name").hardlink_to(elsewhere)
    (data_dir / "lost+found").mkdir()
    (data_dir / "lock").unlink(missing_ok=True)
    for place in (data_dir, *data_dir.rglob("*")):
        if place.name not in {"link", "another-name", "lost+found"}:
            os.chown(place, 1234, 2345)

    if command == "check":
        assert [found async for found in data_findings(data_dir)]
    else:
        await put_back(data_dir, tmp_path / "backup.tar")

    owners = {place.name: (place.lstat().st_uid, place.lstat().st_gid) for place in data_dir.rglob("*")}
    assert [owners.pop(name) for name in ("lost+found", "another-name")] == [(0, os.getegid())] * 2
    assert {"lock", "scratch", "pentimento.db"} <= set(owners)
    assert set(owners.values()) == {(1234, 2345)}
    assert elsewhere.stat().st_uid == 0
