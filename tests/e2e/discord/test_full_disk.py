"""A disk that refuses for longer than Discord knows a nonce: what was said is noted later, and not said again."""

from typing import Any

import pytest

from adapters.sqlite.store import SqliteJobStore
from bot.domain.errors import StorageFailed
from tests.e2e.discord.conftest import PNG, Start
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel

REFUSALS = 4
LONG = 3600.0


def full(monkeypatch: pytest.MonkeyPatch, discord: DiscordServer, what: str) -> None:
    """The disk refuses to note something for some hours."""
    note, refusals = getattr(SqliteJobStore, what), [StorageFailed()] * REFUSALS

    async def refuses(*arguments: Any, **more: Any) -> None:
        if refusals:
            discord.clock.skip(LONG)
            raise refusals.pop()
        await note(*arguments, **more)

    monkeypatch.setattr(SqliteJobStore, what, refuses)
    monkeypatch.setattr("bot.durable.BACKOFF", (0.01,))


@pytest.mark.parametrize("what", ["posted", "delivered"])
async def test_what_was_shown_and_said_is_not_shown_or_said_again(
    discord: DiscordServer, start_on_disk: Start, anna: Person, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    channel = discord.channel()
    async with start_on_disk(held=True, notify_seconds=1e-6) as bench:
        full(monkeypatch, discord, what)
        await anna.say(channel, f"<@{discord.me['id']}> a tiger", files={"cat.png": PNG})
        await discord.posted(channel, lambda post: "Starting" in post.words)
        await bench.engine.release()
        result = await discord.posted(channel, lambda post: post.pictures)
        call = await discord.posted(channel, lambda post: "is ready" in post.words)
        [job] = await bench.store.jobs_of(f"discord:{anna.id}", limit=1)
        await bench.core.delivery.shown(job.id)
        assert not await bench.store.deliveries()
    ours = [post for post in discord.posts.values() if post.payload["author"] == discord.me]
    assert ours == [result, call]


async def test_that_a_server_withheld_a_result_is_said_once(
    discord: DiscordServer, start_on_disk: Start, anna: Person, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    discord.filtered = "tiger"
    async with start_on_disk() as bench:
        full(monkeypatch, discord, "undeliverable")
        await anna.say(channel, f"<@{discord.me['id']}> a tiger", files={"cat.png": PNG})
        told = await anna.told()
        [job] = await bench.store.jobs_of(f"discord:{anna.id}", limit=1)
        await bench.core.delivery.shown(job.id)
    assert [post for post in discord.posts.values() if post.payload["author"] == discord.me] == [told]
