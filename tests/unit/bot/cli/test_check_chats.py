"""`check` and chats that do not answer."""

import asyncio

from bot.cli.check_chats import chat_findings
from bot.findings import State
from config.reading import load_settings

TOKENS = {"DISCORD_TOKEN": "token", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


async def test_chats_are_asked_at_the_same_time_and_one_that_says_nothing_keeps_no_service_from_starting() -> None:
    """As behind a firewall. Both of Slack's tokens and Discord's have a wait of their own."""
    at_once: set[asyncio.StreamWriter] = set()
    all_three = asyncio.Event()
    most = 0

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal most
        at_once.add(writer)
        most = max(most, len(at_once))
        if most == len(TOKENS):
            all_three.set()
        leaves = asyncio.create_task(reader.read())
        await asyncio.wait({leaves, asyncio.create_task(all_three.wait())}, return_when=asyncio.FIRST_COMPLETED)
        at_once.discard(writer)
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as silent:
        url = f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}/"
        said = {"PENTIMENTO__DISCORD__API_URL": url, "PENTIMENTO__SLACK__API_URL": url}
        found = await chat_findings(load_settings(None, TOKENS | said))
    assert most == len(TOKENS)
    assert [(each.what, each.state) for each in found] == [
        ("discord", State.NOTE),
        ("slack", State.NOTE),
        ("slack", State.NOTE),
    ]
    assert all("would go on trying" in each.words for each in found)
