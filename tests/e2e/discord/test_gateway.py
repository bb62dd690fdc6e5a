"""The gateway fails in every way it has: the bot comes back to the server that it was given, and stays up."""

import asyncio
import threading
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.discord import connection
from adapters.discord.connection import Connection
from bot.domain.errors import FatalError
from tests.e2e.discord.conftest import Bench, Start
from tests.e2e.discord.test_buttons import result_of
from tests.harness.waiting import PATIENCE
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel


async def test_a_lost_gateway_connection_is_resumed(bench: Bench, anna: Person, channel: Channel) -> None:
    await bench.discord.gateway.drop()
    await bench.discord.gateway.ready.wait()
    await result_of(bench, anna, channel)
    assert (bench.discord.gateway.identified, bench.discord.gateway.resumed) == (1, 1)


async def test_a_session_that_discord_ended_is_begun_anew_at_the_same_gateway(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    await bench.discord.gateway.invalidate()
    await back(bench.discord)
    await result_of(bench, anna, channel)
    assert bench.discord.gateway.identified == 2


@pytest.mark.parametrize("troubles", [["refused"], ["refused", "silent"], ["silent"]])
async def test_a_gateway_that_takes_no_connection_for_a_while_is_tried_again(
    bench: Bench, anna: Person, channel: Channel, troubles: list[str]
) -> None:
    bench.discord.gateway.troubles = troubles
    await bench.discord.gateway.drop()
    await back(bench.discord)
    assert not bench.discord.gateway.troubles
    await result_of(bench, anna, channel)


@pytest.mark.parametrize("fault", [{"status": 429, "retry_after": 5.1}, {"reset": True, "times": 2}, {"status": 503}])
async def test_a_gateway_that_has_no_name_yet_is_waited_for(
    discord: DiscordServer, start: Start, anna: Person, channel: Channel, fault: dict[str, Any]
) -> None:
    discord.fail("GET", "/gateway/bot", **fault)
    async with start() as bench:
        await result_of(bench, anna, channel)


async def test_each_try_to_connect_at_the_start_is_one_line_in_the_log(
    discord: DiscordServer,
    start: Start,
    channel: Channel,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """discord.py logs the errors of all tries before it with each, which fills a disk while a gateway is away."""
    del channel
    monkeypatch.setattr(connection, "BACKOFF", (0.01,))
    discord.gateway.troubles = ["refused", "silent", "refused", "refused"]
    with capture_logs() as ours:
        async with start():
            pass
    assert [line["event"] for line in ours].count("not connected to Discord") == 4
    assert not [record for record in caplog.records if record.name.startswith("discord") and record.exc_info]


async def test_no_session_is_begun_while_discord_allows_none(
    discord: DiscordServer, start: Start, channel: Channel
) -> None:
    """It would reset the bot's token."""
    del channel
    discord.starts_left, discord.starts_anew_ms = 0, 100
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(allowed_again(discord, after=asked_for_the_gateway(discord) + 2))
        async with start() as bench:
            assert discord.gateway.identified == 1
            discord.starts_left = 0
            await bench.discord.gateway.invalidate()
            tasks.create_task(allowed_again(discord, after=asked_for_the_gateway(discord) + 2))
            await back(discord)
            assert discord.gateway.identified == 2
            assert heartbeats() == 1, "those of sockets that were refused a session have ended"


def heartbeats() -> int:
    """How many sockets have discord.py's thread."""
    return sum(thread.name.startswith("keep-alive-handler") for thread in threading.enumerate())


async def test_a_stop_ends_it_while_it_connects_again(start: Start, discord: DiscordServer, channel: Channel) -> None:
    """discord.py swallows the cancellation there; the stop of the fixture would wait for ever."""
    del channel
    async with asyncio.timeout(PATIENCE), start():
        discord.gateway.troubles = ["mute"]
        await discord.gateway.invalidate()
        await discord.gateway.mute.wait()


async def test_an_event_that_cannot_be_read_costs_that_event_alone(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    thin = {"id": "5", "channel_id": channel.id, "content": "x", "author": anna.payload}
    await bench.discord.gateway.send("MESSAGE_CREATE", thin)
    await bench.discord.gateway.send("INTERACTION_CREATE", {"id": "6", "type": 2, "token": "t", "data": {}})
    await result_of(bench, anna, channel)
    assert (bench.discord.gateway.identified, bench.discord.gateway.resumed) == (1, 0)


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013, 4014])
async def test_a_connection_that_discord_forbids_is_not_tried_again(discord: DiscordServer, code: int) -> None:
    bot = Connection(api_url=discord.url, clock=discord.clock)
    await bot.log_in(discord.token, waits=())
    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(refusal_of(bot, discord.token))
        await discord.gateway.ready.wait()
        await discord.gateway.drop(code)
    assert f"(code {code}): check the token" in listening.result()


def asked_for_the_gateway(discord: DiscordServer) -> int:
    """How often the bot asked where the gateway is, and what it allows."""
    return sum(path.endswith("/gateway/bot") for _, path, _ in discord.requests)


async def allowed_again(discord: DiscordServer, *, after: int) -> None:
    """Discord counts anew once it was asked so often."""
    begun = discord.gateway.identified
    await discord.until(lambda: asked_for_the_gateway(discord) >= after, what="the bot to ask")
    assert discord.gateway.identified == begun
    discord.starts_left = 999


async def refusal_of(bot: Connection, token: str) -> str:
    """What ends listening for good."""
    with pytest.raises(FatalError) as refused:
        await bot.listen(token)
    return str(refused.value)


async def back(discord: DiscordServer) -> None:
    """Once the bot listens again."""
    async with asyncio.timeout(PATIENCE):
        await discord.gateway.ready.wait()
