"""Both chats with the running product, for rows of the table of ways by outcomes."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.discord.places import guild_key
from adapters.slack import messenger
from adapters.slack.members import Team, place_key
from bot.lifecycle import Core
from tests.e2e.discord.conftest import bench_on
from tests.fakes.engine import FakeEngine
from tests.fakes.images import FolderImageStore
from tests.fakes.moderator import FakeModerator
from tests.fakes.store import MemoryJobStore
from tests.harness.slack import bench
from tests.scenarios.ways import Visit
from tests.scenarios.ways_of_discord import DiscordVisit
from tests.scenarios.ways_of_slack import SlackVisit
from tests.servers.discord import DiscordServer
from tests.servers.slack.server import slack_server
from tests.servers.slack.state import Conversation

BLOCKED = "kitten"
_MESSAGE_CONTENT = 1 << 15
_ATTACH_AND_SEND = 1 << 15 | 1 << 11


@dataclass(frozen=True, slots=True)
class House:
    """One chat with the running product.

    Attributes:
        busy: the chat fails the next calls, as often as it is said, of each kind that an answer can take.
        shut_out: the bot may not write in the room any more.
        visit: a new member comes.
    """

    core: Core
    engine: FakeEngine
    place: str
    busy: Callable[[int], None]
    shut_out: Callable[[], None]
    visit: Callable[[int], Visit]


Start = Callable[[], AbstractAsyncContextManager[House]]
"""Starts the product, or starts it again with what it stored."""


@asynccontextmanager
async def discord_house(folder: Path) -> AsyncIterator[Start]:
    store, images = MemoryJobStore(), FolderImageStore(folder)
    async with DiscordServer() as server:
        room = server.channel()
        assert room.guild
        place = guild_key(room.guild.id)
        server.gateway.allowed_intents = _MESSAGE_CONTENT

        def busy(times: int) -> None:
            for method, path in (
                ("POST", r"/channels/\d+/messages$"),
                ("POST", r"/interactions/.*/callback"),
                ("POST", r"/webhooks/[^/]+/[^/]+$"),
                ("PATCH", r"/webhooks/.*/messages/"),
                ("PATCH", r"/channels/\d+/messages/"),
            ):
                server.fail(method, path, status=503, times=times)

        def shut_out() -> None:
            room.denied = _ATTACH_AND_SEND

        @asynccontextmanager
        async def start() -> AsyncIterator[House]:
            running = bench_on(
                server, store, images, moderator=FakeModerator(blocked=[BLOCKED]), message_content=True, max_jobs=99
            )
            async with running as made:
                yield House(
                    core=made.core,
                    engine=made.engine,
                    place=place,
                    busy=busy,
                    shut_out=shut_out,
                    visit=lambda number: DiscordVisit(server, made.core, made.engine, room, number),
                )

        yield start
        assert not server.problems


@asynccontextmanager
async def slack_house(folder: Path) -> AsyncIterator[Start]:
    with pytest.MonkeyPatch.context() as patched:  # each row is one member's, and all would wait for the pace of one
        patched.setattr(messenger, "PROGRESS_PER_TEAM", 0.01)
        async with _slack_house(folder) as start:
            yield start


@asynccontextmanager
async def _slack_house(folder: Path) -> AsyncIterator[Start]:
    async with slack_server() as server:
        team = server.state.add_team()
        rooms: list[Conversation] = []

        def room() -> Conversation:
            """One for each member: what stands in a channel comes no faster than Slack allows, once a second."""
            rooms.append(server.state.add_channel(team))
            return rooms[-1]

        def busy(times: int) -> None:
            for method in ("chat.postMessage", "chat.postEphemeral", "chat.update", "views.open"):
                for _ in range(times):
                    server.fail(method, status=503)

        def shut_out() -> None:
            for each in rooms:
                each.members.discard(team.bot_user)

        @asynccontextmanager
        async def start() -> AsyncIterator[House]:
            async with bench(server, folder, moderator=FakeModerator(blocked=[BLOCKED])) as made:
                yield House(
                    core=made.core,
                    engine=made.engine,
                    place=place_key(Team(team.id)),
                    busy=busy,
                    shut_out=shut_out,
                    visit=lambda number: SlackVisit(server, made.core, made.engine, room(), number),
                )

        yield start


HOUSES = {"discord": discord_house, "slack": slack_house}
