"""`pentimento serve` as a process against the tests' Slack by both transports, once with the shipped model."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from adapters.sqlite.store import SqliteJobStore
from tests.builders.requests import png
from tests.e2e.slack.test_settings import settings_of
from tests.harness.ports import free_port
from tests.servers.slack.member import Member, images, words
from tests.servers.slack.server import APP_TOKEN, SIGNING_SECRET, SlackServer
from tests.servers.slack.state import Conversation

START_SECONDS = 180.0
"""Imports and the model's loading on two busy cores; nothing here is measured."""

LIGHT = "tests.harness.product"
"""The same command with a model that needs no torch, for what depends on no model."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@asynccontextmanager
async def serving(
    slack: SlackServer, folder: Path, mode: str, *, module: str = "bot", **environ: str
) -> AsyncIterator[Process]:
    """The product as an owner starts it; leaving stops it as a service manager does."""
    port = free_port()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("SLACK", "DISCORD", "PENTIMENTO"))
    } | {
        "SLACK_BOT_TOKEN": "xoxb-one",
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "PENTIMENTO__DATA_DIR": str(folder / "kept"),
        "PENTIMENTO__MODEL__DEVICE": "cpu",
        "PENTIMENTO__SLACK__API_URL": slack.api_url,
        "PENTIMENTO__SLACK__MODE": mode,
        "PENTIMENTO__SLACK__HTTP_PORT": str(port),
        "PENTIMENTO__DOWNLOADS__ALLOWED_HOSTS": slack.hostname,
        "PENTIMENTO__SHUTDOWN__GRACE_SECONDS": "1",
        "PENTIMENTO__GREETING__ENABLED": "false",  # messages are counted below
        **environ,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, "serve", stdout=PIPE, stderr=asyncio.subprocess.STDOUT, env=environment
    )
    assert process.stdout is not None
    said: list[bytes] = []
    started = asyncio.Event()

    async def listen(stream: asyncio.StreamReader) -> None:
        async for line in stream:
            said.append(line)
            if b"serving" in line:
                started.set()

    async with asyncio.TaskGroup() as listening:
        listening.create_task(listen(process.stdout))
        try:
            async with asyncio.timeout(START_SECONDS):
                await started.wait()
            slack.app_url = f"http://127.0.0.1:{port}/slack/events" if mode == "http" else ""
            yield process
        except BaseException:
            process.kill()
            print(b"".join(said).decode())  # noqa: T201 -- what the product said, if a test failed
            raise
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            assert await process.wait() in {0, -signal.SIGKILL}


@pytest.mark.parametrize("transport", [("socket", "bot"), ("http", LIGHT)], ids=lambda transport: transport[0])
async def test_the_whole_product(
    slack: SlackServer, tmp_path: Path, ann: Member, general: Conversation, transport: tuple[str, str]
) -> None:
    mode, module = transport
    held = tmp_path / "held"  # the light model paints for as long as this is there
    held.touch()
    photo = slack.state.add_file(ann.team, ann.user, png("teal", (96, 64)))
    async with serving(slack, tmp_path, mode, module=module):
        form = await ann.open("/img2img", general, "an oil painting --strength 0.5 --seed 7 --steps 2")
        await ann.submit(form, file=photo)
        result = await ann.result(general)
        uploaded = slack.state.files[images(result)[0]["slack_file"]["id"]]
        (tmp_path / "result.png").write_bytes(uploaded.content)
        with Image.open(tmp_path / "result.png") as picture:
            assert picture.size == (96, 64)

        await ann.press("Strong", general, result)
        assert "Strong 0.7" in words(await ann.result(general, 1))

        form = await ann.opens(lambda: ann.press("Chain", general, result))
        await ann.submit(form, prompt="at night")
        assert "pass 2" in words(await ann.result(general, 2))

        asked = await ann.say(general, "look", files=[photo], mention=False)
        await ann.say(general, "as a comic --steps 2", thread=asked["ts"])
        assert (await ann.result(general, 3))["thread_ts"] == asked["ts"]

        await ann.submit(await ann.opens(lambda: ann.remix(general, asked)), prompt=f"while there is {held}")
        await ann.see(lambda: len(ann.from_bot(general)) == 5)

    held.unlink()
    # Stopped in the middle of that job; the next start takes it up and the message of old is the one that shows it.
    async with serving(slack, tmp_path, mode, module=module):
        await ann.result(general, 4)
        assert len(ann.from_bot(general)) == 5
        await ann.press("Reroll", general, result)
        await ann.result(general, 5)

        await ann.uninstall()
        left = ann.slack.state.calls_of("chat.postMessage")

    async with SqliteJobStore(tmp_path / "kept" / "pentimento.db") as store:
        assert await store.jobs_of(f"slack:{ann.team.id}/{ann.user.id}", limit=10) == []
    assert ann.slack.state.calls_of("chat.postMessage") == left


async def test_a_block_and_a_pause_outlive_a_killed_service(
    slack: SlackServer, tmp_path: Path, ann: Member, bob: Member, general: Conversation
) -> None:
    ann.user.is_admin = True
    photo = slack.state.add_file(bob.team, bob.user, png())
    async with serving(slack, tmp_path, "socket", module=LIGHT) as process:
        await ann.submit(await settings_of(ann, general), ban=bob.user.id)
        await ann.told("are saved")
        process.kill()
        await process.wait()
    async with serving(slack, tmp_path, "socket", module=LIGHT) as process:
        await bob.say(general, "a boat", files=[photo])
        await bob.told("blocked you")
        form = await settings_of(ann, general)
        banned = next(block for block in form["blocks"] if block.get("block_id") == "banned")
        del banned["element"]["initial_options"]
        await ann.submit(form, paused="yes")
        await ann.see(lambda: len([each for each in slack.state.ephemerals if "saved" in each["text"]]) == 2)
        process.kill()
        await process.wait()
    async with serving(slack, tmp_path, "socket", module=LIGHT):
        await bob.say(general, "a ship", files=[photo])
        await bob.told("paused")
