"""`pentimento check` on Discord: each finding with its mend."""

import asyncio

import pytest

from adapters.discord.check import check_discord
from adapters.discord.connection import Connection
from adapters.discord.permissions import NEEDED
from bot.domain.errors import FatalError
from bot.system import SystemClock
from tests.servers.discord import DiscordServer


async def findings(
    discord: DiscordServer, token: str = "", *, message_content: bool = False
) -> dict[str, tuple[str, str]]:
    looks = check_discord(
        token=token or discord.token, api_url=discord.url, message_content=message_content, clock=discord.clock
    )
    return {each.what: (each.state, each.words) async for each in looks}


async def test_all_is_well(discord: DiscordServer) -> None:
    discord.guild()
    found = await findings(discord)
    assert {state for state, _ in found.values()} == {"ok"}
    assert "pentimento" in found["discord token"][1]
    asked = "guilds, guild_messages, dm_messages, guild_reactions, dm_reactions: none that must be switched on"
    assert found["discord intents"][1].startswith(asked)


async def test_a_privileged_intent_that_is_not_needed_is_named(discord: DiscordServer) -> None:
    discord.flags = 1 << 19
    state, words = (await findings(discord))["discord intents"]
    assert state == "ok"
    assert "Message Content is on and not used" in words


async def test_an_intent_that_is_asked_for_and_not_switched_on_is_told_with_the_way_out(
    discord: DiscordServer,
) -> None:
    state, words = (await findings(discord, message_content=True))["discord intents"]
    assert state == "wrong"
    assert "discord.message_content = false" in words


async def test_connections_that_are_used_up_are_said(discord: DiscordServer) -> None:
    discord.starts_left = 0
    state, words = (await findings(discord))["discord gateway"]
    assert state == "wrong"
    assert "for 2.0 hours more" in words


async def test_what_discord_does_not_say_hides_nothing_else(discord: DiscordServer) -> None:
    discord.guild()
    discord.fail("GET", "v10/applications/@me$", 404)
    found = await findings(discord)
    assert found["discord /applications/@me"][0] == "note"
    assert found["discord permissions"] == ("ok", "all that is needed, on 1 server")


async def test_a_wrong_token_is_said_with_its_mend(discord: DiscordServer) -> None:
    found = await findings(discord, token="no.such.token")
    state, words = found["discord token"]
    assert state == "wrong"
    assert "Bot page" in words


async def test_missing_permissions_are_named_with_the_server(discord: DiscordServer) -> None:
    discord.guild()
    discord.granted &= ~(NEEDED["Attach Files"] | NEEDED["Send Messages in Threads"])
    state, words = (await findings(discord))["discord permissions"]
    assert state == "note"
    assert "Painters lacks Send Messages in Threads, Attach Files" in words


async def test_without_a_server_the_invite_link_is_given(discord: DiscordServer) -> None:
    state, words = (await findings(discord))["discord servers"]
    assert state == "note"
    assert f"client_id={discord.application_id}" in words
    assert "scope=bot+applications.commands" in words


async def test_an_endpoint_that_takes_the_commands_away_is_found(discord: DiscordServer) -> None:
    discord.endpoint = "https://elsewhere.example"
    state, words = (await findings(discord))["discord application"]
    assert state == "wrong"
    assert "General Information" in words


async def test_discord_away_is_a_note(discord: DiscordServer) -> None:
    discord.fail("GET", "/users/@me$", 503)
    state, _ = (await findings(discord))["discord"]
    assert state == "note"


async def test_a_discord_that_takes_connections_and_says_nothing_is_not_waited_for() -> None:
    """As behind a firewall, or a proxy that answers for others."""

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the caller goes
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with silent, asyncio.timeout(60):
        port = silent.sockets[0].getsockname()[1]
        looks = check_discord(token="token", api_url=f"http://127.0.0.1:{port}", clock=SystemClock(), seconds=0.2)
        assert [(each.what, each.state) async for each in looks] == [("discord", "note")]


async def test_a_connection_that_discord_ends_for_good_stops_the_service_with_the_mend(
    discord: DiscordServer,
) -> None:
    connection = Connection(api_url=discord.url, clock=discord.clock)
    await connection.log_in(discord.token, waits=())
    discord.gateway.token = "another"
    with pytest.raises(FatalError, match="code 4004"):
        await connection.listen(discord.token)
    await connection.close()
