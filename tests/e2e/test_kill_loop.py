"""The whole process is killed again and again under load; every accepted job must end once before the member's eyes.

`PENTIMENTO_TEST_KILLS=60 pytest tests/e2e/test_kill_loop.py` is the long form.
"""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from pathlib import Path
from typing import IO

import psutil
import pytest

from tests.servers.chat import ChatServer

KILLS = int(os.environ.get("PENTIMENTO_TEST_KILLS", "6"))
JOBS_PER_KILL = 6


async def start(
    url: str, data_dir: Path, *, classifier: str = "", log: IO[bytes] | None = None
) -> asyncio.subprocess.Process:
    """`log`: where its log goes; else it is the tests' own."""
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.harness.killable_bot", url, str(data_dir), classifier),
        stdout=asyncio.subprocess.PIPE,
        stderr=log,
    )
    assert bot.stdout is not None
    assert await bot.stdout.readline() == b"up\n"
    return bot


def family(bot: asyncio.subprocess.Process) -> list[psutil.Process]:
    """The bot's children and theirs: worker and picture sandboxes."""
    return psutil.Process(bot.pid).children(recursive=True)


async def gone(processes: list[psutil.Process]) -> bool:
    """Whether they end with their parent."""
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, timeout=30.0)
    return not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


async def all_shown(chat: ChatServer, expected: int) -> None:
    while chat.unheard or sum(post.ends > 0 for post in chat.posts.values()) < expected:
        await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.timeout(120 + 30 * KILLS)
async def test_nothing_is_lost_or_doubled_however_often_the_process_is_killed(tmp_path: Path) -> None:
    chance = random.Random(KILLS)
    jobs = KILLS * JOBS_PER_KILL
    async with ChatServer(faults=0.1) as chat:
        for number in range(jobs):
            # A few jobs bring their worker down as well, every time they run.
            chat.send(f"event-{number}", "segfault at 1" if number % 23 == 7 else "a plain wish")
        for _ in range(KILLS):
            bot = await start(chat.url, tmp_path)
            await asyncio.sleep(chance.uniform(0.0, 1.2))
            children = family(bot)
            bot.send_signal(signal.SIGKILL)
            await bot.wait()
            assert await gone(children), "an orphan outlived the bot"
        last = await start(chat.url, tmp_path)
        # All others may be shown by now; it is up, and hears signals, once it has shown one of its own.
        chat.send(f"event-{jobs}", "a plain wish")
        jobs += 1
        await all_shown(chat, jobs)
        last.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(last.wait(), timeout=60) == 0

    assert len(chat.accepted) == jobs
    assert set(chat.posts) == set(chat.accepted.values()), "one message for each accepted job, and no other"
    assert [post.ends for post in chat.posts.values()] == [1] * jobs
    for event, job in chat.accepted.items():
        poisoned = int(event.rpartition("-")[2]) % 23 == 7
        assert chat.posts[job].states[-1] == ("failed" if poisoned else "succeeded")
    with sqlite3.connect(tmp_path / "pentimento.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM jobs").fetchone() == (jobs,)
    database.close()


async def test_a_second_signal_leaves_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its exit code says that it did not wait for what runs."""
    monkeypatch.setenv("GRACE_SECONDS", "600")
    log = tmp_path / "log"
    async with ChatServer(faults=0.0) as chat, asyncio.timeout(120):
        chat.send("event-1", "stall at 1")
        with log.open("wb") as written:
            bot = await start(chat.url, tmp_path / "data", log=written)
        while not any("running" in post.states for post in chat.posts.values()):
            await asyncio.sleep(0.02)
        children = family(bot)
        bot.send_signal(signal.SIGTERM)
        while b"stopping" not in log.read_bytes():
            await asyncio.sleep(0.02)
        assert bot.returncode is None, "it gives running work its grace"
        bot.send_signal(signal.SIGTERM)
        assert await bot.wait() == 128 + signal.SIGTERM
        assert await gone(children)
