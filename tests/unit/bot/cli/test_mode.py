"""`pause`, `resume`, `drain` and `restart` beside a service."""

import argparse
import asyncio
import itertools
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from adapters.files.data_dir import hold_data_dir
from adapters.sqlite.migrations import MIGRATIONS
from adapters.sqlite.overseeing import open_jobs_in
from adapters.sqlite.store import SqliteJobStore
from bot.cli import mode as setting
from bot.cli import restart as restarting
from bot.cli.mode import mode
from bot.domain.errors import FatalError
from bot.overseeing import Mode, Restart, RestartStage
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


async def test_nobody_waits_for_ever_for_what_no_service_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, many = itertools.count(1), threading.Event()

    def counted(database: Path) -> int:
        if next(looks) == 20:
            many.set()
        return open_jobs_in(database)

    monkeypatch.setattr(setting, "open_jobs_in", counted)
    monkeypatch.setattr(setting, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(setting, "ABSENT_SECONDS", 0.05)
    async with SqliteJobStore(tmp_path / "pentimento.db") as store:
        await store.add(a_job())
        with hold_data_dir(tmp_path):
            waiting = asyncio.create_task(ask(tmp_path, "drain", wait=True))
            await asyncio.to_thread(many.wait, 30)
            assert not waiting.done(), "a service has it"
        with pytest.raises(
            FatalError, match=r"No service is running .* unfinished jobs \(1\) are not being made: start it"
        ):
            await waiting


@pytest.mark.parametrize("there_is", ["nothing", "an older one"])
async def test_without_a_database_of_this_version_it_says_so(tmp_path: Path, there_is: str) -> None:
    if there_is != "nothing":
        with closing(sqlite3.connect(tmp_path / "pentimento.db")) as connection:
            connection.executescript(f"{MIGRATIONS[0]} PRAGMA user_version = 1;")
    with pytest.raises(FatalError, match="data_dir" if there_is == "nothing" else "version 1"):
        await ask(tmp_path, "pause")


@pytest.mark.parametrize("command", ["pause", "drain", "resume", "restart"])
async def test_a_database_that_this_user_may_not_look_at_is_no_fault_of_ours(
    tmp_path: Path, not_to_be_looked_into: Callable[[Path], Path], command: str
) -> None:
    """Whoever types it is seldom the user that the service runs as."""
    folder = not_to_be_looked_into(tmp_path)
    with pytest.raises(FatalError, match=r"cannot be opened .*: run this as the user that the service runs as"):
        await (restart(folder) if command == "restart" else ask(folder, command))


async def restart(folder: Path, device: str = "", *, wait: bool = False) -> int:
    settings = load_settings(None, {"PENTIMENTO__DATA_DIR": str(folder)})
    return await restarting.restart(argparse.Namespace(command="restart", device=device, wait=wait), settings)


async def becomes(store: SqliteJobStore, stage: RestartStage, **outcome: str) -> None:
    """What a service does with what is asked of it."""
    async with asyncio.timeout(30):
        while not (found := await store.restart()) or found.stage is RestartStage.DONE:
            await asyncio.sleep(0.01)
    await store.note_restart(Restart(device=found.device, stage=stage, outcome=outcome))


async def test_a_restart_says_how_each_device_fares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with SqliteJobStore(tmp_path / "pentimento.db") as store:
        asked = asyncio.create_task(restart(tmp_path, wait=True))
        await becomes(store, RestartStage.RUNNING, one="")
        await becomes(store, RestartStage.DONE, one="", two="It fell off the bus.")
        assert await asked != 0
        said = capsys.readouterr().out.splitlines()
        assert said[0].startswith("Restarting each device's worker in turn")
        assert said[1:] == ["one: works again.", "two: It fell off the bus."]
        asked = asyncio.create_task(restart(tmp_path, "two"))
        await becomes(store, RestartStage.RUNNING)
        assert await asked == 0, "begun; it does not wait"
        with pytest.raises(FatalError, match="under way"):
            await restart(tmp_path)


async def test_a_restart_that_no_service_takes_up_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restarting, "TAKEN_UP_SECONDS", 0.05)
    async with SqliteJobStore(tmp_path / "pentimento.db") as store:
        with pytest.raises(FatalError, match="nothing is restarted: check that one is running"):
            await restart(tmp_path)
        assert await store.restart() is None
