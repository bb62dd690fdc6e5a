"""Both chats on the day on which the bot arrives: a member in a channel that it is not in yet."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.discord.platform import DiscordPlatform
from bot.texts import text
from tests.e2e.discord.conftest import bench_on
from tests.fakes.images import FolderImageStore
from tests.fakes.store import MemoryJobStore
from tests.harness.slack import bench
from tests.harness.waiting import eventually
from tests.scenarios.chats import Chat, Discord, Slack
from tests.servers.discord import DiscordServer
from tests.servers.slack.member import Member, words
from tests.servers.slack.server import slack_server


class Newcomer(Chat):
    """A member of a place that is about to have the bot."""

    @abstractmethod
    async def join(self) -> None:
        """Somebody brings the bot in, where it sees that and may write."""

    @abstractmethod
    async def slip_in(self) -> None:
        """The bot is there, and was told of it by nothing that it could answer."""

    @abstractmethod
    async def hello(self) -> None:
        """The member says its name and nothing else that it could do."""

    @abstractmethod
    async def page(self, act: Awaitable[object]) -> str:
        """What the member alone is shown of what they do."""

    def cards(self) -> Sequence[Any]:
        """The greetings that stand."""
        shown = [(each, self.shown(each)) for each in self.messages()]
        return [each for each, there in shown if any("sample" in label for label in there.labels) and there.pictures]


class NewOnDiscord(Newcomer, Discord):
    async def join(self) -> None:
        assert self._channel.guild
        await self._server.join(self._channel.guild, greets_in=self._channel)

    async def slip_in(self) -> None:
        assert self._channel.guild
        await self._server.join(self._channel.guild)

    async def hello(self) -> None:
        await self._person.say(self._channel, f"<@{self._server.me['id']}> hello")

    async def page(self, act: Awaitable[object]) -> str:
        before = set(self._server.posts)
        await act

        def found() -> str:
            mine = [post for post in self._server.posts.values() if post.id not in before and not post.loading]
            return next((post.words for post in mine if post.hidden == self._person.id and post.words), "")

        return str(await self._server.until(found, what="a page"))


class NewOnSlack(Newcomer, Slack):
    async def join(self) -> None:
        await self._member.invite_bot(self._channel)

    async def slip_in(self) -> None:
        self._channel.members.add(self._member.team.bot_user)

    async def hello(self) -> None:
        await self._member.say(self._channel, "hello")

    async def page(self, act: Awaitable[object]) -> str:
        async def done() -> None:
            await act

        view = await self._member.opens(done)

        def found() -> str:
            said = words(self._member.slack.state.views[view["id"]])
            return "" if text("en", "settings-moment") in said else said

        return str(await self._member.see(found))


@asynccontextmanager
async def new_on_discord(folder: Path) -> AsyncIterator[Newcomer]:
    async with DiscordServer() as server:
        channel, person = server.channel(server.guild(member=False)), server.user("ann")
        async with bench_on(server, MemoryJobStore(), FolderImageStore(folder), greets=True) as made:
            await eventually(lambda: _connected(made.platform))  # before, a server counts as one that had the bot
            yield NewOnDiscord(made, person, channel)
        assert not server.problems


@asynccontextmanager
async def new_on_slack(folder: Path) -> AsyncIterator[Newcomer]:
    async with slack_server() as server:
        team = server.state.add_team()
        member = Member(server, team, server.state.add_user("ann"))
        channel = server.state.add_channel(team, member.user, bot_in=False)
        async with bench(server, folder, greets=True) as made:
            yield NewOnSlack(made, member, channel)


async def _connected(platform: DiscordPlatform) -> bool:
    return platform.connected
