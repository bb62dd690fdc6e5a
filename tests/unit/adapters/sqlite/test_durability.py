"""What was acknowledged survives `kill -9` and a power cut."""

import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from adapters.sqlite.store import SqliteJobStore
from bot.domain.ids import JobId, generation_id
from bot.domain.job import JobStatus

KILLS = 10
ORDER = ("received", "added", "running", "succeeded")
CHILD = [sys.executable, "-m", "tests.unit.adapters.sqlite.acknowledger"]


def work_until_killed(file: Path, first: int, chance: random.Random) -> dict[int, str]:
    """The last word about each job that reached us before the child was killed."""
    with subprocess.Popen([*CHILD, str(file), str(first)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = [child.stdout.readline()]
        time.sleep(chance.uniform(0, 0.1))  # the moment of the kill is what is drawn; no outcome depends on it
        child.kill()
        said += child.stdout.readlines()
    words = (line.split() for line in said if line.endswith("\n"))
    return {int(number): word for word, number in words}


async def test_no_acknowledged_change_is_lost_to_kill_9(tmp_path: Path) -> None:
    file, chance = tmp_path / "pentimento.db", random.Random(3)
    acknowledged: dict[int, str] = {}
    for run in range(KILLS):
        acknowledged |= work_until_killed(file, run * 100_000, chance)
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert len(acknowledged) >= KILLS
    async with SqliteJobStore(file) as store:
        received = {event.id for event in await store.unsettled("console")}
        duties = {duty.job for duty in await store.deliveries()}
        for number, word in acknowledged.items():
            job = await store.job(JobId(f"{number:022d}"))
            if job is None:
                assert word == "received"
                assert f"console:{number}" in received
                continue
            stored = {JobStatus.QUEUED: "added", JobStatus.RUNNING: "running", JobStatus.SUCCEEDED: "succeeded"}
            assert ORDER.index(stored[job.status]) >= ORDER.index(word)
            assert job.id in duties
            result = await store.generation(generation_id(job.id, 0))
            assert (result is not None) == (job.status is JobStatus.SUCCEEDED)


@pytest.mark.skipif(shutil.which("strace") is None, reason="the order of system calls is read from strace")
def test_nothing_is_acknowledged_before_it_reached_the_disk(tmp_path: Path) -> None:
    """A power cut takes what was written but not synced: at no acknowledgement may such bytes be in the log."""
    trace = tmp_path / "trace"
    calls = "trace=write,pwrite64,fsync,fdatasync"
    command = ["strace", "-f", "-y", "-o", str(trace), "-e", calls, *CHILD, str(tmp_path / "pentimento.db"), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(80)]
        # strace lives as long as its child; the child ends on the pipe that nobody reads any more
        child.stdout.close()
        child.wait(30)
    assert said[-1] == "succeeded 19\n"
    unsynced, acknowledged, synced = False, 0, 0
    for line in trace.read_text().splitlines():
        call = re.search(r"(pwrite64|write|fsync|fdatasync)\((\d+)<([^>]*)>", line)
        if call is None:
            continue
        name, handle, where = call.groups()
        if where.endswith("pentimento.db-wal"):
            unsynced = name in {"write", "pwrite64"}
            synced += not unsynced
        elif handle == "1" and name == "write":
            assert not unsynced, f"acknowledged before its sync: {line}"
            acknowledged += 1
    assert acknowledged >= 80
    assert synced >= 80
