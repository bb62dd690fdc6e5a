"""The whole product as its owner runs it: `pentimento serve` with the shipped model, as a process, on Discord."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.e2e.discord.test_faults import noise
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post

REPOSITORY = Path(__file__).parents[3]
MODEL = REPOSITORY / "inference" / "pocket" / "model_index.json"
START_SECONDS = 180.0
"""Loading torch and the model on two busy cores."""

PICTURE_SECONDS = 120.0

LIGHT = "tests.harness.product"
"""The same command with a model that needs no torch, for what depends on no model."""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not MODEL.exists(), reason="the shipped model is not here yet")]


def is_done(post: Post) -> bool:
    """Whether it shows the result, and not a preview of it."""
    return post.done


@asynccontextmanager
async def product(
    discord: DiscordServer, data_dir: Path, *, module: str = "bot", **environ: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The running product; leaving stops it as a service manager would, and it must go in peace."""
    discord.gateway.ready.clear()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        "serve",
        cwd=REPOSITORY,
        env=os.environ
        | {
            "DISCORD_TOKEN": discord.token,
            "PENTIMENTO__DISCORD__API_URL": discord.url,
            "PENTIMENTO__DATA_DIR": str(data_dir),
            "PENTIMENTO__GREETING__ENABLED": "false",  # messages are counted below
            "PENTIMENTO__DOWNLOADS__ALLOWED_HOSTS": "127.0.0.1",
            "PENTIMENTO__MODEL__DEVICE": "cpu",
        }
        | environ,
    )
    try:
        async with asyncio.timeout(START_SECONDS):
            await discord.gateway.ready.wait()
        yield process
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(60):
                assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_member_makes_reruns_chains_sweeps_and_deletes_across_a_restart(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    async with product(discord, tmp_path):
        asked = await anna.command(
            channel, "img2img", image=noise(), prompt="an oil painting", strength=0.5, steps=6, seed=11
        )
        first = await discord.shown(asked, is_done, seconds=PICTURE_SECONDS)
        assert asked.fetched_first is False, "it is answered before anything that may take long"
        # Enough steps that no machine is through before progress is shown; nobody waits for the end of them.
        long = await anna.command(channel, "img2img", image=noise(), prompt="a storm", strength=1.0, steps=150)
        painting = await discord.shown(long, lambda post: "Painting" in post.content, seconds=PICTURE_SECONDS)
        await anna.press(painting, "Cancel")
        await discord.until(lambda: painting.deleted, what="the end", seconds=PICTURE_SECONDS)
        asked = await anna.press(first, "Strong 0.7")
        rerun = await discord.shown(asked, is_done, seconds=PICTURE_SECONDS)
        assert "seed 11" in rerun.words
        assert rerun.files != first.files
    async with product(discord, tmp_path):
        asked = await anna.submit(await anna.press(rerun, "Chain"), prompt="in winter")
        chained = await discord.shown(asked, is_done, seconds=PICTURE_SECONDS)
        assert "pass 2" in chained.words
        asked = await anna.press(first, "Sweep")
        sweep = await discord.shown(
            asked, lambda post: post.done and len(post.pictures) == 4, seconds=PICTURE_SECONDS
        )
        assert len(set(sweep.files.values())) >= 4
        await anna.delete(chained)
        await discord.until(lambda: chained.deleted, what="the deletion")


async def test_a_job_that_a_kill_interrupted_ends_in_its_message(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    held = tmp_path / "held"
    held.touch()
    async with product(discord, tmp_path, module=LIGHT) as process:
        asked = await anna.command(channel, "sweep", image=noise(), prompt=f"while there is {held}")
        message = await discord.shown(asked, lambda post: "Painting" in post.content, seconds=PICTURE_SECONDS)
        process.kill()
        await process.wait()
        await discord.until(lambda: not discord.gateway.ready.is_set(), what="the lost connection")
    held.unlink()
    async with product(discord, tmp_path, module=LIGHT):
        await discord.until(lambda: len(message.pictures) == 4, what="four pictures", seconds=PICTURE_SECONDS)
    assert len([post for post in discord.in_channel(channel) if post.pictures]) == 1


async def test_a_block_and_a_pause_outlive_a_killed_service(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    keeper = discord.moderator("keeper")

    async def changed(sub: str, **given: str) -> None:
        await discord.shown(
            await keeper.command(channel, "settings", sub=sub, **given), lambda post: bool(post.words)
        )

    async def refused() -> str:
        return await discord.refused(await anna.command(channel, "img2img", image=noise(), prompt="a boat"))

    async def killed(process: asyncio.subprocess.Process) -> None:
        process.kill()
        await process.wait()
        await discord.until(lambda: not discord.gateway.ready.is_set(), what="the lost connection")

    async with product(discord, tmp_path, module=LIGHT) as process:
        await changed("ban", member=anna.id)
        await killed(process)
    async with product(discord, tmp_path, module=LIGHT) as process:
        assert "blocked you" in await refused()
        await changed("unban", member=anna.id)
        await changed("pause")
        await killed(process)
    async with product(discord, tmp_path, module=LIGHT):
        assert "paused" in await refused()
