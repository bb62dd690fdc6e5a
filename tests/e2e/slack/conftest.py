from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.slack import posting
from tests.harness.slack import Bench, bench
from tests.servers.slack.member import Member
from tests.servers.slack.server import SlackServer, slack_server
from tests.servers.slack.state import Conversation, Team


@pytest.fixture(autouse=True)
def at_any_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """One post a second in a channel is held in `tests/unit/adapters/slack/test_rates.py`."""
    monkeypatch.setattr(posting, "POSTS_PER_CHANNEL", 0.0)


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server() as server:
        server.state.add_team()
        yield server


@pytest.fixture
def team(slack: SlackServer) -> Team:
    return slack.state.teams["T00000001"]


@pytest.fixture
def ann(slack: SlackServer, team: Team) -> Member:
    return Member(slack, team, slack.state.add_user("ann"))


@pytest.fixture
def bob(slack: SlackServer, team: Team) -> Member:
    return Member(slack, team, slack.state.add_user("bob"))


@pytest.fixture
def general(slack: SlackServer, team: Team, ann: Member, bob: Member) -> Conversation:
    return slack.state.add_channel(team, ann.user, bob.user)


@pytest.fixture
async def running(slack: SlackServer, tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(slack, tmp_path) as made:
        yield made
