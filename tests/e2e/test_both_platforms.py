"""Discord and Slack in one process: one queue, one worker, fair across both, and one memory of jobs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.builders.requests import png
from tests.harness.both import discord_beside
from tests.harness.slack import Bench, bench
from tests.servers.discord import DiscordServer
from tests.servers.slack.member import Member, words
from tests.servers.slack.server import SlackServer, slack_server


@asynccontextmanager
async def both(folder: Path, discord: DiscordServer, slack: SlackServer) -> AsyncIterator[Bench]:
    """One core with both platforms on it."""
    async with bench(slack, folder) as running, discord_beside(running, discord):
        yield running


async def test_one_queue_is_fair_across_both_and_a_job_is_known_on_its_own_only(tmp_path: Path) -> None:
    async with DiscordServer() as discord, slack_server() as slack:
        channel, anna = discord.channel(), discord.user("anna")
        team = slack.state.add_team()
        ann = Member(slack, team, slack.state.add_user("ann"))
        general = slack.state.add_channel(team, ann.user)
        photo = slack.state.add_file(team, ann.user, png())
        async with both(tmp_path, discord, slack) as running:
            running.engine.hold()
            for number in range(4):
                await ann.say(general, f"slack {number} --steps 1", files=[photo])
            await ann.see(lambda: len(ann.from_bot(general)) == 4)
            asked = await anna.command(channel, "img2img", image=png(), prompt="discord", steps=1)
            await ann.see(lambda: len(running.core.queue.order()) == 4)
            await running.engine.release()

            shown = await discord.shown(asked, lambda post: post.pictures)
            await ann.see(lambda: sum("Done" in words(each) for each in ann.from_bot(general)) == 4)
            order = [request.prompt for request in running.engine.requests]
            assert order == ["slack 0", "discord", "slack 1", "slack 2", "slack 3"]

            (theirs,) = await running.core.store.jobs_of(f"discord:{anna.id}", limit=5)
            await ann.command("/info", general, theirs.id)
            await ann.told("No such job here")
            (ours, *_) = await running.core.store.jobs_of(f"slack:{team.id}/{ann.user.id}", limit=5)
            assert "slack 3" in words(await ann.open("/info", general, ours.id))
            told = await anna.command(channel, "info", job=ours.id)
            assert "No such job here" in await discord.refused(told)
            assert shown.pictures
