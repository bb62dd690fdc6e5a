"""`pause`, `resume` and `drain` beside a service."""

import argparse
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.sqlite.migrations import MIGRATIONS
from adapters.sqlite.store import SqliteJobStore
from bot.cli.mode import mode
from bot.domain.errors import FatalError
from bot.overseeing import Mode
from config.reading import load_settings
from tests.builders.jobs import a_job


async def ask(folder: Path, command: str, **options: bool) -> int:
    settings = load_settings(None, {"PENTIMENTO__DATA_DIR": str(folder)})
    return await mode(argparse.Namespace(command=command, **options), settings)


async def test_the_mode_is_set_while_the_service_has_the_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with SqliteJobStore(tmp_path / "pentimento.db") as store:
        await store.add(a_job())
        for command, wanted in (("pause", Mode.PAUSED), ("drain", Mode.DRAINING), ("resume", Mode.RUNNING)):
            assert await ask(tmp_path, command) == 0
            assert await store.mode() is wanted
            first, second = capsys.readouterr().out.splitlines()
            assert first.startswith(wanted.value.title())
            assert second == "1 job waits or runs."


async def test_drain_waits_until_nothing_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with SqliteJobStore(tmp_path / "pentimento.db"):
        assert await ask(tmp_path, "drain", wait=True) == 0
    assert capsys.readouterr().out.endswith("0 jobs wait or run.\n")


@pytest.mark.parametrize("there_is", ["nothing", "an older one"])
async def test_without_a_database_of_this_version_it_says_so(tmp_path: Path, there_is: str) -> None:
    if there_is != "nothing":
        with closing(sqlite3.connect(tmp_path / "pentimento.db")) as connection:
            connection.executescript(f"{MIGRATIONS[0]} PRAGMA user_version = 1;")
    with pytest.raises(FatalError, match="data_dir" if there_is == "nothing" else "version 1"):
        await ask(tmp_path, "pause")
