"""People of both chats on one core, who try what they may and may not do with a job, by whatever id they hold."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.actions import Verb
from bot.domain.ids import generation_id
from bot.domain.job import Job
from tests.e2e.slack.test_workspaces import OAUTH, install
from tests.harness.both import discord_beside
from tests.harness.slack import Bench, bench, http_options
from tests.harness.waiting import PATIENCE
from tests.scenarios.humans import SECRET, DiscordHuman, Human, SlackHuman
from tests.servers.discord import DiscordServer
from tests.servers.slack.member import Member
from tests.servers.slack.server import SlackServer, slack_server

EVERYBODY = ("other_platform", "moderator_elsewhere", "elsewhere", "member", "moderator", "requester")
THERE = {"requester", "member", "moderator"}
SEES = {"public": THERE, "published": THERE, "private": {"requester"}, "chain": {"requester"}}


@dataclass(frozen=True, slots=True)
class People:
    """Everybody that rules tell apart, on one chat, and somebody of the other; all of them on one core."""

    running: Bench
    requester: Human
    member: Human  # in the same conversation
    elsewhere: Human  # in another one of the same server or workspace
    other_platform: Human
    moderator: Human  # where it was asked for
    moderator_elsewhere: Human  # of another server or workspace

    def __getitem__(self, name: str) -> Human:
        human: Human = getattr(self, name)
        return human

    async def now(self, job: Job) -> Job:
        """The job as it is now."""
        found = await self.running.core.store.job(job.id)
        assert found is not None
        return found

    async def newest(self) -> Job:
        """The requester's latest job."""
        return (await self.running.core.store.jobs_of(self.requester.key, limit=1))[0]

    async def painted(self, state: str) -> tuple[Any, Job]:
        """A finished job in one of the states that rules tell apart, and the message that shows it."""
        message = await self.requester.paint(SECRET, private=state != "public")
        if state == "chain":
            message = await self.requester.chain(message)
        job = await self.newest()
        assert job.private is (state != "public")
        if state == "published":
            await self.publish(job, message)
        return message, job

    async def published_chain(self) -> tuple[Job, Job]:
        """A private result of the requester's, and what they chained from it and published."""
        message = await self.requester.paint(SECRET, private=True)
        parent = await self.newest()
        message = await self.requester.chain(message, "for all to see")
        job = await self.newest()
        await self.publish(job, message)
        return parent, job

    async def publish(self, job: Job, message: Any = None) -> None:
        """Press Publish, on the job's own message or on any other one, and wait until the copy stands."""
        await self.requester.press(Verb.PUBLISH, job.id, message)
        async with asyncio.timeout(PATIENCE):
            while not await self.running.core.store.copies(job.id):
                await asyncio.sleep(0.01)

    async def is_kept(self, job: Job) -> bool:
        return await self.running.core.store.generation(generation_id(job.id, 0)) is not None


@asynccontextmanager
async def people_of(chat: str, folder: Path) -> AsyncIterator[People]:
    async with DiscordServer() as discord, slack_server() as slack:
        on_discord, on_slack = _of_discord(discord), _of_slack(slack)
        async with bench(slack, folder, settings=http_options(slack, **OAUTH)) as running:
            for team in slack.state.teams.values():
                assert (await install(slack, team)).startswith("200")
            async with discord_beside(running, discord):
                here, other = (on_discord, on_slack) if chat == "discord" else (on_slack, on_discord)
                yield People(running=running, **here, other_platform=other["member"])
                with contextlib.suppress(TimeoutError):  # the core outlives this chat, and would go on trying
                    async with asyncio.timeout(2):
                        while running.core.delivery._followers:
                            await asyncio.sleep(0.01)


def _of_discord(server: DiscordServer) -> dict[str, Human]:
    room = server.channel()
    return {
        "requester": DiscordHuman(server, server.user("ann"), room),
        "member": DiscordHuman(server, server.user("ben"), room),
        "elsewhere": DiscordHuman(server, server.user("eve"), server.channel(room.guild)),
        "moderator": DiscordHuman(server, server.moderator("mo"), room),
        "moderator_elsewhere": DiscordHuman(server, server.moderator("max"), server.channel(server.guild())),
    }


def _of_slack(server: SlackServer) -> dict[str, Human]:
    state = server.state
    here, there = state.add_team(), state.add_team("T00000002", token="xoxb-two")
    names = {"requester": "ann", "member": "ben", "moderator": "mo", "elsewhere": "eve"}
    users = {who: state.add_user(name, is_admin=who == "moderator") for who, name in names.items()}
    room = state.add_channel(here, *(users[who] for who in ("requester", "member", "moderator")))
    found: dict[str, Human] = {
        who: SlackHuman(Member(server, here, user), room) for who, user in users.items() if who != "elsewhere"
    }
    eve, max_ = users["elsewhere"], state.add_user("max", is_admin=True)
    found["elsewhere"] = SlackHuman(Member(server, here, eve), state.add_channel(here, eve))
    found["moderator_elsewhere"] = SlackHuman(Member(server, there, max_), state.add_channel(there, max_))
    return found
