"""The head of a Ray cluster is lost for 90 s, with all of Ray on its machine, where `pentimento serve` is too.

The long form of `test_ray`: PENTIMENTO_TEST_RAY=long runs it. What a service manager does is done here: a machine
whose Ray has ended is started again.
"""

import asyncio
import os
import signal
import sqlite3
import sys
import time
from contextlib import AsyncExitStack, closing
from importlib.util import find_spec
from pathlib import Path

import pytest
import structlog

from tests.e2e.discord.test_faults import noise
from tests.e2e.discord.test_product import is_done, product
from tests.e2e.test_pool import statuses
from tests.harness.ray_cluster import Cluster
from tests.servers.discord import DiscordServer
from tests.servers.discord.world import Asked

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: make install EXTRAS=ray"),
    pytest.mark.skipif(sys.platform != "linux", reason="machines get loopback addresses of their own on Linux only"),
    pytest.mark.skipif(os.environ.get("PENTIMENTO_TEST_RAY") != "long", reason="PENTIMENTO_TEST_RAY=long runs it"),
    pytest.mark.slow,
    pytest.mark.timeout(590),
]

AWAY = 90.0
PATIENCE = 150.0


async def test_a_head_that_is_away_keeps_neither_chats_nor_the_bot_and_loses_no_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines = Cluster()
    for name, value in machines.environment.items():
        monkeypatch.setenv(name, value)
    settings = {
        "PENTIMENTO__ENGINE__KIND": "ray",
        "PENTIMENTO__RAY__ADDRESS": machines.address,
        "PENTIMENTO__LIMITS__PENDING_PER_USER": "10",
    }

    async def keep_up() -> None:
        """Start what has ended, as a service manager does."""
        while True:
            for name in ("one", "two"):
                if machines.machines[name].process.poll() is not None:
                    told(f"Ray of the machine {name} had ended and is started again")
                    await machines.start(name)
            await asyncio.sleep(1)

    async with AsyncExitStack() as at:
        at.callback(machines.end)
        await machines.begin("one", "two")
        discord = await at.enter_async_context(DiscordServer())
        channel, members = discord.channel(), [discord.user(f"member{number}") for number in range(10)]

        async def ask(prompt: str) -> list[Asked]:
            """A wish of each member, which is acknowledged before its picture is fetched."""
            asked = [await each.command(channel, "img2img", image=noise(), prompt=prompt) for each in members]
            for one in asked:
                await discord.shown(one, lambda post: prompt in post.words, seconds=PATIENCE)
                assert one.fetched_first is False, "it is answered before anything that may take long"
            return asked

        bot = await at.enter_async_context(product(discord, tmp_path, **settings))
        first = await members[0].command(channel, "img2img", image=noise(), prompt="before")
        await discord.shown(first, is_done, seconds=PATIENCE)
        asked = [first, *await ask("at work")]
        machines.machines["head"].signal(signal.SIGKILL)
        away = asyncio.create_task(asyncio.sleep(AWAY))
        asked += await ask("the head is away")
        await away
        waiting = len(asked) - statuses(tmp_path).get("succeeded", 0)
        asked += await ask("the head comes back")
        assert bot.returncode is None
        begun = time.monotonic()
        await machines.start_head()
        keeping = asyncio.create_task(keep_up())
        for one in asked:
            await discord.shown(one, is_done, seconds=PATIENCE)
        keeping.cancel()
        told("the head was away", jobs_that_waited=waiting, seconds_until_all_were_shown=time.monotonic() - begun)
        assert bot.returncode is None
        with closing(sqlite3.connect(tmp_path / "pentimento.db")) as database:
            ends = database.execute("SELECT status, strikes, COUNT(*) FROM jobs GROUP BY 1, 2").fetchall()
            made = database.execute("SELECT COUNT(*), COUNT(DISTINCT job) FROM generations").fetchone()
        assert ends == [("succeeded", 0, len(asked))]
        assert made == (len(asked), len(asked))
        assert len([post for post in discord.in_channel(channel) if post.pictures]) == len(asked)


def told(what: str, **figures: float) -> None:
    """Say what happened; `-rA` shows it."""
    structlog.get_logger().info(what, **{name: round(value, 1) for name, value in figures.items()})
