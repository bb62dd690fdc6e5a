"""Both products run side by side, each on its own core; only the model is a fake."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.discord import connection
from adapters.slack import posting
from tests.e2e.discord.conftest import bench_on
from tests.fakes.images import FolderImageStore
from tests.fakes.store import MemoryJobStore
from tests.harness.slack import bench
from tests.scenarios.chats import Chat, Discord, Slack
from tests.servers.discord import DiscordServer
from tests.servers.slack.member import Member
from tests.servers.slack.server import slack_server


def folder(above: Path, name: str) -> Path:
    made = above / name
    made.mkdir()
    return made


@pytest.fixture(autouse=True)
def at_any_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack's one post a second in a channel is held in `tests/unit/adapters/slack/test_rates.py`; a Discord on
    loopback names all servers of a bot at once."""
    monkeypatch.setattr(posting, "POSTS_PER_CHANNEL", 0.0)
    monkeypatch.setattr(connection, "SERVERS_SECONDS", 0.5)


@pytest.fixture
async def discord(tmp_path: Path) -> AsyncIterator[Chat]:
    async with DiscordServer() as server:
        channel, person = server.channel(), server.user("ann")
        async with bench_on(server, MemoryJobStore(), FolderImageStore(folder(tmp_path, "discord"))) as made:
            yield Discord(made, person, channel)
        assert not server.problems


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[Chat]:
    async with slack_server() as server:
        team = server.state.add_team()
        member = Member(server, team, server.state.add_user("ann"))
        channel = server.state.add_channel(team, member.user)
        async with bench(server, folder(tmp_path, "slack")) as made:
            yield Slack(made, member, channel)
