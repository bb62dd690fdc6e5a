"""`/readyz` of the real service, as a process on both chats: red with the cause, green again when it has gone."""

import asyncio
import contextlib
import json
import os
import platform
import re
import resource
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from importlib import metadata
from pathlib import Path

import aiohttp
import psutil
import pytest
from aiohttp import web

from tests.e2e.discord.test_product import REPOSITORY
from tests.harness.ports import free_port
from tests.servers.discord import DiscordServer
from tests.servers.serving import HOST, serving
from tests.servers.slack.member import Member
from tests.servers.slack.server import APP_TOKEN, SIGNING_SECRET, SlackServer, slack_server

SOON = 60.0
"""Seconds within which each cause must be seen."""

START_SECONDS = 240.0


@asynccontextmanager
async def slack_at(port: int = 0) -> AsyncIterator[SlackServer]:
    async with slack_server(port=port) as server:
        server.state.add_team()
        yield server


class Service:
    """The process and what it answers."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, client: aiohttp.ClientSession) -> None:
        self.process = process
        self._base = f"http://127.0.0.1:{port}"
        self._client = client

    async def get(self, path: str) -> tuple[int, str]:
        async with self._client.get(f"{self._base}{path}", headers={"Accept": "application/json"}) as answer:
            return answer.status, await answer.text()

    async def reasons(self) -> Mapping[str, str]:
        """By part; the status says the same."""
        status, told = await self.get("/readyz")
        said: dict[str, str] = json.loads(told)["reasons"]
        assert status == (503 if said else 200)
        return said

    async def until(self, *parts: str, within: float = SOON) -> float:
        """Once exactly these parts are in trouble; returns the seconds it took."""
        began, said = time.monotonic(), None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while True:
                    with contextlib.suppress(aiohttp.ClientConnectionError):  # it has not begun to listen
                        said = await self.reasons()
                        if said.keys() == set(parts):
                            return time.monotonic() - began
                    await asyncio.sleep(0.02)  # what has gone soon is seen, too
        raise AssertionError(f"not {parts} but {said} after {within:.0f} s")

    def worker(self) -> psutil.Process | None:
        children = psutil.Process(self.process.pid).children(recursive=True)
        return next((each for each in children if "inference.worker" in each.cmdline()), None)


@asynccontextmanager
async def service(
    folder: Path, discord: DiscordServer, slack: SlackServer | str, **environ: str
) -> AsyncIterator[Service]:
    """`slack`: its server, or the address where it will be."""
    port = free_port()
    tokens = {"DISCORD_TOKEN": discord.token, "SLACK_BOT_TOKEN": "xoxb-one", "SLACK_APP_TOKEN": APP_TOKEN}
    settings = {
        "PENTIMENTO__DISCORD__API_URL": discord.url,
        "PENTIMENTO__SLACK__API_URL": slack if isinstance(slack, str) else slack.api_url,
        "PENTIMENTO__DATA_DIR": str(folder),
        "PENTIMENTO__METRICS__PORT": str(port),
        "LOOK_SECONDS": "2",
    }
    command = (sys.executable, "-m", "tests.harness.product", "serve")
    process = await asyncio.create_subprocess_exec(
        *command, cwd=REPOSITORY, env=os.environ | tokens | settings | environ
    )
    try:
        async with aiohttp.ClientSession() as client:
            yield Service(process, port, client)
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(60):
                assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.timeout(600)
async def test_every_cause_turns_readyz_red_within_a_minute_and_its_end_green_again(tmp_path: Path) -> None:
    async with AsyncExitStack() as chats:
        discord = await chats.enter_async_context(DiscordServer())
        discord.channel()
        slack = await chats.enter_async_context(slack_at())
        slack_port = int(slack.host.rpartition(":")[2])
        async with service(tmp_path, discord, slack) as running:
            await running.until(within=START_SECONDS)
            assert (await running.get("/healthz"))[0] == 200

            # Whoever kills the worker again and again is seen each time, and it comes back each time.
            for _ in range(2):
                worker = running.worker()
                assert worker is not None
                worker.kill()
                await running.until("engine")
                await running.until(within=START_SECONDS)

            with closing(sqlite3.connect(tmp_path / "pentimento.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                await chats.aclose()  # both chats are gone
                await running.until("database", "discord", "slack")
                assert (await running.get("/healthz"))[0] == 200
                other.rollback()
            pid = running.process.pid
            before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
            await running.until("database", "disk", "discord", "slack")
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

            async with discord, slack_at(slack_port):
                await running.until(within=2 * SOON)
                _, told = await running.get("/metrics")
                assert 'pentimento_platform_reconnects_total{platform="discord"} 1.0' in told
                assert 'pentimento_platform_connected{platform="slack"} 1.0' in told
                assert 'pentimento_ready{part="disk"} 1.0' in told
                assert 'pentimento_engine_workers_ended_total{reason="killed"} 2.0' in told
                build = re.search(r"^pentimento_build_info\{(.*)\} 1.0$", told, flags=re.MULTILINE)
                assert build is not None
                assert f'python="{platform.python_version()}"' in build[1]
                assert f'torch="{metadata.version("torch")}"' in build[1]
                assert 'device="a pencil"' in build[1], "as the worker of these tests calls it"


@pytest.mark.timeout(400)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_stop_before_it_serves_ends_it_in_order(tmp_path: Path, number: signal.Signals) -> None:
    """Its chat takes requests and never answers, so it is still connecting; `service` looks at the exit code."""

    async def silent(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", silent)
    async with serving(application, stop_seconds=0.1) as port, DiscordServer() as discord:
        discord.channel()
        async with service(tmp_path, discord, f"http://{HOST}:{port}/api/") as running:
            await running.until("engine", "discord", "slack", within=START_SECONDS)
            running.process.send_signal(number)
            async with asyncio.timeout(60):
                assert await running.process.wait() == 0


@pytest.mark.timeout(400)
async def test_a_gateway_that_says_nothing_more_is_not_taken_for_a_connection(tmp_path: Path) -> None:
    """The connection stands and is silent, as with a cable pulled out: only heartbeats without an answer tell."""
    async with DiscordServer() as discord, slack_at() as slack:
        discord.channel()
        discord.gateway.heartbeat_ms = 2000
        async with service(tmp_path, discord, slack) as running:
            await running.until(within=START_SECONDS)
            discord.gateway.deaf = True
            await running.until("discord")


@pytest.mark.timeout(600)
async def test_slack_over_http_is_missed_from_the_start_and_whenever_its_api_gives_no_sign_of_life(
    tmp_path: Path,
) -> None:
    """A start that finds no Slack goes on trying, and the rest of the service is there meanwhile."""
    slack_port, http = free_port(), free_port()
    async with DiscordServer() as discord:
        discord.channel()
        settings = {
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "PENTIMENTO__SLACK__MODE": "http",
            "PENTIMENTO__SLACK__HTTP_PORT": str(http),
        }
        address = f"http://127.0.0.1:{slack_port}/api/"
        async with service(tmp_path, discord, address, **settings) as running:
            await running.until("slack", within=START_SECONDS)
            assert (await running.get("/healthz"))[0] == 200
            async with slack_at(slack_port) as slack:
                assert slack.api_url == address
                await running.until()
                slack.app_url = f"http://127.0.0.1:{http}/slack/events"
                [team] = slack.state.teams.values()
                ann = Member(slack, team, slack.state.add_user("ann"))
                await ann.open("/help", slack.state.add_channel(team, ann.user))
            await running.until("slack")
            async with slack_at(slack_port):
                await running.until()
