"""What `check` says of a data folder that a service could not go on with."""

import argparse
import asyncio
import os
import signal
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.files.data_dir import hold_data_dir, is_held
from adapters.files.image_store import FileImageStore
from adapters.sqlite.migrations import MIGRATIONS
from adapters.sqlite.store import SqliteJobStore
from adapters.web.health import serve_health
from bot.cli.check import _metrics, check
from bot.cli.check_data import data_findings
from bot.cli.stopping import stoppable
from bot.findings import Finding, State
from config.reading import load_settings
from tests.builders.jobs import a_job
from tests.fakes.disk import no_file_over
from tests.harness.late_thread import loop_turns
from tests.harness.ports import free_port
from tests.unit.adapters.web.test_health import HOST


async def found(data_dir: Path) -> dict[str, Finding]:
    return {finding.what: finding async for finding in data_findings(data_dir)}


def made_by(script: str, data_dir: Path) -> Path:
    file = data_dir / "pentimento.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(script)
    return file


async def test_a_fresh_folder_is_well_and_stays_fresh(tmp_path: Path) -> None:
    findings = await found(tmp_path)
    assert {finding.state for finding in findings.values()} == {State.OK}
    assert [entry.name for entry in tmp_path.iterdir()] == ["lock"]


async def test_a_folder_that_a_service_left_is_well(tmp_path: Path) -> None:
    async with SqliteJobStore(tmp_path / "pentimento.db") as store, FileImageStore(tmp_path / "images"):
        await store.add(a_job())
    findings = await found(tmp_path)
    assert {finding.state for finding in findings.values()} == {State.OK}
    assert findings["database"].words == "opens, with 1 unfinished jobs"


async def test_a_database_of_an_older_version_is_well_and_stays_of_it(tmp_path: Path) -> None:
    file = made_by(f"{MIGRATIONS[0]} PRAGMA user_version = 1;", tmp_path)
    assert (await found(tmp_path))["database"].state is State.OK
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("PRAGMA user_version = 99", "version 99"),
        ("CREATE TABLE jobs (title)", "pentimento.db"),
        (f"CREATE TABLE recipes (dish); PRAGMA user_version = {len(MIGRATIONS)}", "pentimento.db"),
    ],
)
async def test_a_database_that_the_service_could_not_use_is_wrong(tmp_path: Path, script: str, told: str) -> None:
    file = made_by(script, tmp_path)
    content = file.read_bytes()
    finding = (await found(tmp_path))["database"]
    assert finding.state is State.WRONG
    assert told in finding.words
    assert ".check-" not in finding.words
    assert file.read_bytes() == content
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["lock", "pentimento.db"]


@pytest.mark.usefixtures("hears_signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_leaves_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """Another program's lock holds the copy up until the signal is there."""
    monkeypatch.chdir(tmp_path)
    with closing(sqlite3.connect(tmp_path / "pentimento.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        settings = load_settings(None, {"PENTIMENTO__DATA_DIR": str(tmp_path)})
        checking = asyncio.create_task(stoppable(check)(argparse.Namespace(json=True), settings))
        while not list(tmp_path.glob(".check-*")):
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), number)
        await loop_turns()  # it hears of it
        other.rollback()
        assert await checking == 128 + number
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["lock", "pentimento.db"]


async def test_a_file_that_is_no_database_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "pentimento.db").write_bytes(b"not a database at all" * 500)
    finding = (await found(tmp_path))["database"]
    assert finding.state is State.WRONG
    assert "damaged or not one of Pentimento's" in finding.words


async def test_a_database_that_cannot_be_opened_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "pentimento.db").mkdir()
    finding = (await found(tmp_path))["database"]
    assert finding.state is State.WRONG
    assert "let this user write to it" in finding.words


async def test_a_file_in_place_of_the_pictures_folder_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "images").touch()
    finding = (await found(tmp_path))["data folder"]
    assert finding.state is State.WRONG
    assert f"The folder {tmp_path / 'images'} cannot be used" in finding.words


async def test_beside_a_running_service_nothing_is_wrong_for_its_being_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds the folder and the port, and it is looked at as it is: its database, its disk, its answer."""
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None, {"PENTIMENTO__METRICS__PORT": str(port := free_port())})
    assert not is_held(tmp_path)
    assert not list(tmp_path.iterdir()), "a lock of whoever looks may be none that the service can open"
    with hold_data_dir(tmp_path):
        async with (
            SqliteJobStore(tmp_path / "pentimento.db") as store,
            serve_health(host=HOST, port=port, readings=lambda: (), troubles=dict),
        ):
            await store.add(a_job())
            assert is_held(tmp_path)
            findings = {finding.what: finding async for finding in data_findings(tmp_path, running=True)}
            [metrics] = [finding async for finding in _metrics(settings, running=True)]
    assert {finding.state for finding in [*findings.values(), metrics]} == {State.OK}
    assert "a service runs with it now" in findings["data folder"].words
    assert findings["database"].words == "opens, with 1 unfinished jobs"
    assert metrics.words == f"served on {HOST}:{port} by the service that runs"


async def test_a_port_that_another_program_has_is_wrong_beside_a_service_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None, {"PENTIMENTO__METRICS__PORT": str(port := free_port())})

    async def other(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(other, HOST, port):
        [finding] = [finding async for finding in _metrics(settings, running=True)]
    assert finding.state is State.WRONG


async def test_a_port_in_use_is_wrong_and_a_free_one_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    port = free_port()
    settings = load_settings(None, {"PENTIMENTO__METRICS__PORT": str(port)})
    with socket.socket() as taken:
        taken.bind((HOST, port))
        taken.listen()
        [finding] = [finding async for finding in _metrics(settings)]
    assert finding.state is State.WRONG
    assert "metrics.port" in finding.words
    [finding] = [finding async for finding in _metrics(settings)]
    assert finding.state is State.OK
    assert not [finding async for finding in _metrics(load_settings(None, {}))]


async def test_a_disk_without_room_for_a_look_is_told_as_that_and_not_as_a_broken_database(tmp_path: Path) -> None:
    async with SqliteJobStore(tmp_path / "pentimento.db") as store:
        await store.add(a_job())
    with no_file_over(4096):
        finding = (await found(tmp_path))["database"]
    assert finding.state is State.WRONG
    assert "make room" in finding.words
    assert "move it away" not in finding.words


async def test_little_room_is_a_note_as_the_service_starts_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=10**9))
    disk = (await found(tmp_path))["disk"]
    assert disk.state is State.NOTE
    assert disk.words.startswith("1.0 GB free: make room")
