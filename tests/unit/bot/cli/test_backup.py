"""What `backup` leaves behind, in the end and when it cannot go on."""

import argparse
import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters.sqlite.migrations import MIGRATIONS
from adapters.sqlite.store import SqliteJobStore
from bot.cli.backup import backup
from bot.cli.cleanup import cleanup
from bot.cli.stopping import Command, stoppable
from bot.domain.errors import FatalError, InvalidRequest, JobFailed
from config.reading import load_settings
from tests.builders.jobs import a_job
from tests.fakes.disk import no_file_over
from tests.harness.late_thread import LateThread, loop_turns

ROOT = Path(__file__).parents[4]


@pytest.fixture
async def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    async with SqliteJobStore(folder / "pentimento.db") as store:
        await store.add(a_job())
    return folder


async def back_up(data_dir: Path, to: Path, run: Command = backup, *, pictures: bool = False) -> int:
    return await run(
        argparse.Namespace(file=to, pictures=pictures), load_settings(None, {"PENTIMENTO__DATA_DIR": str(data_dir)})
    )


def version(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        ((found,),) = connection.execute("PRAGMA user_version")
        return int(found)


async def test_the_copy_and_the_original_stay_of_the_version_that_they_were(data_dir: Path, tmp_path: Path) -> None:
    database = data_dir / "pentimento.db"
    database.unlink()
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(f"PRAGMA journal_mode = WAL; {MIGRATIONS[0]} PRAGMA user_version = 1;")

    await back_up(data_dir, tmp_path / "copy.db")

    assert (version(database), version(tmp_path / "copy.db")) == (1, 1)


async def test_a_running_service_is_copied_with_what_it_wrote_last(data_dir: Path, tmp_path: Path) -> None:
    async with SqliteJobStore(data_dir / "pentimento.db") as running:
        job = await running.add(a_job())
        await back_up(data_dir, tmp_path / "copy.db")
    async with SqliteJobStore(tmp_path / "copy.db") as copy:
        assert await copy.job(job.id) == job


async def test_nobody_else_may_read_the_copy(data_dir: Path, tmp_path: Path) -> None:
    await back_up(data_dir, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("hears_signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_leaves_no_half_copy(data_dir: Path, tmp_path: Path, number: signal.Signals) -> None:
    """Another program's lock holds the copy up until the signal is there."""
    database = data_dir / "pentimento.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        copying = asyncio.create_task(back_up(data_dir, tmp_path / "copy.db", stoppable(backup)))
        await asyncio.sleep(0)
        assert signal.getsignal(number) is not signal.SIG_DFL
        os.kill(os.getpid(), number)
        await loop_turns()  # it hears of it
        other.rollback()
        assert await copying == 128 + number
    assert list(tmp_path.iterdir()) == [data_dir]


async def test_an_archive_that_is_begun_late_is_not_in_the_way_of_clearing_up(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, rmdir = LateThread(tarfile.open), os.rmdir

    def while_it_begins(*arguments: Any, **options: Any) -> None:
        late.end()
        rmdir(*arguments, **options)

    monkeypatch.setattr(tarfile, "open", late)
    monkeypatch.setattr(os, "rmdir", while_it_begins)
    await late.outlives(asyncio.create_task(back_up(data_dir, tmp_path / "copy.tar", pictures=True)))
    assert list(tmp_path.iterdir()) == [data_dir]


@pytest.mark.parametrize("pictures", [False, True])
async def test_what_a_killed_backup_leaves_is_found_by_cleanup(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pictures: bool
) -> None:
    """The way with Docker makes it in the data folder."""
    script = (
        "import os, sys\n"
        "from bot.__main__ import main\n"
        "from adapters.sqlite import store\n"
        "from bot.cli import backup\n"
        "backup.publish = store.publish = lambda *_: os._exit(9)\n"
        "main(sys.argv[1:])\n"
    )
    monkeypatch.setenv("PENTIMENTO__DATA_DIR", str(data_dir))
    arguments = ["backup", str(data_dir / "copy.tar"), *(["--pictures"] if pictures else [])]
    killed = subprocess.run([sys.executable, "-c", script, *arguments], check=False, cwd=ROOT)
    assert killed.returncode == 9
    [left] = data_dir.glob(".*")
    os.utime(left, (0, 0))
    monkeypatch.setenv("HF_HUB_CACHE", str(data_dir / "hub"))
    assert await cleanup(argparse.Namespace(remove=True), load_settings(None, os.environ)) == 0
    assert f"{left}  (temporary, of a program that was killed)" in capsys.readouterr().out
    assert not left.exists()


@pytest.mark.parametrize("target", ["/sys/copy.db", "{tmp}/" + "a" * 235, "{tmp}/" + "a" * 300])
async def test_a_file_that_cannot_be_made_is_a_sentence(data_dir: Path, tmp_path: Path, target: str) -> None:
    with pytest.raises(InvalidRequest, match=r"cannot be written \(.+\): give another FILE\.$"):
        await back_up(data_dir, Path(target.format(tmp=tmp_path)))
    assert list(tmp_path.iterdir()) == [data_dir]


async def test_a_folder_that_is_not_there_is_a_sentence(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in ("nowhere", "file"):
        with pytest.raises(InvalidRequest, match="There is no folder"):
            await back_up(data_dir, tmp_path / folder / "copy.db")


async def test_a_file_that_is_there_is_not_replaced(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(InvalidRequest, match="exists already"):
        await back_up(data_dir, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"


async def test_a_full_disk_is_a_sentence_of_the_commands_own(data_dir: Path, tmp_path: Path) -> None:
    with no_file_over(4096), pytest.raises(JobFailed, match=r"could not be copied .+: see that the disk there has"):
        await back_up(data_dir, tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == [data_dir]


async def test_a_database_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FatalError, match="There is no database"):
        await back_up(tmp_path, tmp_path / "copy.db")
    (tmp_path / "pentimento.db").touch()
    with pytest.raises(FatalError, match="There is no database"):
        await back_up(tmp_path, tmp_path / "copy.db")
    (tmp_path / "pentimento.db").unlink()
    (tmp_path / "pentimento.db").mkdir()
    with pytest.raises(FatalError, match=r"cannot be read \(Is a directory\): run this as the user"):
        await back_up(tmp_path, tmp_path / "copy.db")
