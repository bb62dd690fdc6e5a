"""Fifteen minutes, restarts and crashes: what was promised is kept."""

from dataclasses import replace
from functools import partial

import pytest

from adapters.discord.incoming import Incoming, Kind, Origin
from adapters.discord.permissions import NEEDED
from bot.domain.errors import StorageFailed
from bot.stores import InboxEvent
from tests.e2e.discord.conftest import PNG, Bench, Start
from tests.e2e.discord.test_buttons import result_of
from tests.e2e.discord.test_faults import given_up, running
from tests.fakes.store import MemoryJobStore
from tests.harness.waiting import eventually
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post

QUARTER = 15 * 60
COMMANDS = "/api/v10/applications/{}/commands"


async def collect_offered(bench: Bench, message: Post) -> bool:
    """Whether the message has its Collect button, after another look at which messages need one."""
    await bench.platform.messenger.offer_collect()
    return "Collect" in message.buttons


async def settled(bench: Bench) -> bool:
    """Whether nothing that came in is left to be done."""
    return not await bench.store.unsettled("discord")


async def test_after_a_quarter_of_an_hour_the_same_message_gets_the_result(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    _, message = await running(bench, anna, channel)
    bench.discord.clock.skip(QUARTER + 60)
    await bench.engine.release()
    await bench.discord.until(lambda: message.pictures, what="the result")
    assert not [call for call in bench.discord.requests if call[2] >= 400]


@pytest.mark.parametrize("place", ["private", "user-installed", "commands without the bot", "out of its sight"])
async def test_before_the_only_token_dies_collect_appears_and_delivers(
    bench: Bench, anna: Person, channel: Channel, place: str
) -> None:
    if place == "private":
        _, message = await running(bench, anna, channel, private=True)
    else:
        there = bench.discord.channel(bench.discord.guild(member=False))
        there.installed = place != "user-installed"
        if place == "out of its sight":
            there = bench.discord.channel(denied=NEEDED["View Channels"])
        _, message = await running(bench, anna, there)
    bench.discord.clock.skip(QUARTER - 100)
    await eventually(lambda: collect_offered(bench, message))
    bench.discord.clock.skip(200)
    await anna.press(message, "Collect")
    await bench.discord.until(lambda: "Collect" not in message.buttons, what="the renewed message")
    await bench.engine.release()
    await bench.discord.until(lambda: message.pictures, what="the result")


async def test_collect_after_the_end_shows_the_result(bench: Bench, anna: Person, channel: Channel) -> None:
    _, message = await running(bench, anna, channel, private=True)
    bench.discord.clock.skip(QUARTER - 100)
    await eventually(lambda: collect_offered(bench, message))
    bench.discord.clock.skip(200)
    await bench.engine.release()
    [job] = await bench.store.jobs_of(f"discord:{anna.id}", limit=1)
    await eventually(lambda: given_up(bench, job.id))
    await anna.press(message, "Collect")
    await bench.discord.until(lambda: message.pictures, what="the result")
    assert message.hidden == anna.id


async def test_a_user_installed_answer_that_discord_hides_is_treated_as_private(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    del channel
    bench.discord.hide_external = True
    elsewhere = bench.discord.channel(bench.discord.guild(member=False))
    asked = await anna.command(elsewhere, "img2img", image=PNG, prompt="x")
    result = await bench.discord.shown(asked, lambda post: post.pictures)
    assert "Publish" in result.buttons


async def test_jobs_go_on_in_their_messages_after_a_restart(
    discord: DiscordServer, start: Start, anna: Person, channel: Channel
) -> None:
    async with start() as bench:
        _, first = await running(bench, anna, channel)
        asked = await anna.command(channel, "img2img", image=PNG, prompt="second")
        second = await discord.shown(asked, lambda post: "second" in post.words)
    async with start():
        await discord.until(lambda: first.pictures and second.pictures, what="both results")
    assert len([post for post in discord.in_channel(channel) if post.pictures]) == 2


async def test_a_wish_that_a_crash_interrupted_is_done_after_the_restart(
    discord: DiscordServer, start: Start, anna: Person, channel: Channel
) -> None:
    async with start() as bench:
        asked = await anna.command(channel, "img2img", image=PNG, prompt="x")
        await discord.shown(asked, lambda post: post.pictures)
        # What a crash right after the inbox row leaves: the row alone, the interaction never answered.
        assert await bench.store.receive(row_of(wish(discord, anna, channel, "interrupted")))
    async with start() as bench:
        await discord.posted(channel, lambda post: "interrupted" in post.words and post.pictures)
        await eventually(partial(settled, bench))
    async with start() as bench:
        assert len(await bench.store.jobs_of(f"discord:{anna.id}", limit=9)) == 2


@pytest.mark.parametrize(
    "left", ['{"of": "another version"}', "no JSON", '{"origin": {"roles": []}, "kind": "wink"}', "[1]"]
)
async def test_what_another_version_left_is_dropped_and_the_rest_done(
    discord: DiscordServer, start: Start, anna: Person, channel: Channel, left: str
) -> None:
    async with start() as bench:
        await bench.store.receive(InboxEvent(id="discord:1", platform="discord", payload=left, received_at=1.0))
        await bench.store.receive(row_of(wish(discord, anna, channel, "kept")))
    async with start() as bench:
        await discord.posted(channel, lambda post: "kept" in post.words and post.pictures)
        await result_of(bench, anna, channel)
        await eventually(partial(settled, bench))


async def test_an_interrupted_event_that_nobody_can_digest_ends_nothing(
    discord: DiscordServer, start: Start, anna: Person, channel: Channel
) -> None:
    odd = replace(wish(discord, anna, channel, "x"), body={"options": [{}]})
    async with start() as bench:
        await bench.store.receive(row_of(odd))
    async with start() as bench:
        await result_of(bench, anna, channel)


async def test_a_disk_that_refuses_at_the_start_ends_nothing(
    start: Start, anna: Person, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryJobStore, "unsettled", refuses)
    async with start() as bench:
        await result_of(bench, anna, channel)


async def test_a_disk_that_refuses_is_told(
    bench: Bench, anna: Person, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for broken in ("receive", "place"):
        with monkeypatch.context() as disk:
            disk.setattr(bench.store, broken, refuses)
            asked = await anna.command(channel, "img2img", image=PNG, prompt="x")
            assert "cannot store anything" in await bench.discord.refused(asked)
    await result_of(bench, anna, channel)
    assert len(bench.engine.requests) == 1


async def refuses(*_: object) -> None:
    raise StorageFailed


def wish(discord: DiscordServer, person: Person, channel: Channel, prompt: str) -> Incoming:
    """An `/img2img` that Discord has no answer to."""
    photo = discord.keep(channel, "cat.png", PNG)
    guild = channel.guild.id if channel.guild else ""
    return Incoming(
        id=discord.snowflake(),
        kind=Kind.COMMAND,
        name="img2img",
        origin=Origin(user=person.id, name="Anna", channel=channel.id, guild=guild),
        body={
            "name": "img2img",
            "options": [
                {"name": "image", "type": 11, "value": photo["id"]},
                {"name": "prompt", "type": 3, "value": prompt},
            ],
            "resolved": {"attachments": {photo["id"]: photo}},
        },
        token="token-never-answered",
        application=discord.application_id,
    )


def row_of(event: Incoming) -> InboxEvent:
    """As it is written down."""
    return InboxEvent(id=event.event_id, platform="discord", payload=event.to_json(), received_at=2.0)


async def test_commands_are_registered_when_they_changed_and_not_again(
    discord: DiscordServer, start: Start, anna: Person, channel: Channel
) -> None:
    async with start():
        assert discord.registered == 1
    async with start() as bench:
        await discord.until(lambda: len(asked_for_commands(discord)) == 2, what="a look at the commands")
        await result_of(bench, anna, channel)
        assert discord.registered == 1
    discord.commands[0]["description"] = "something else"
    async with start():
        await discord.until(lambda: discord.registered == 2, what="a new registration")


async def test_the_command_of_an_activity_stays_beside_ours(
    discord: DiscordServer, start: Start, anna: Person, channel: Channel
) -> None:
    async with start():
        pass
    launch = {"id": "77", "type": 4, "name": "launch", "description": "", "handler": 2, "integration_types": [0, 1]}
    discord.commands = [launch | {"application_id": discord.application_id, "version": "1"}, *discord.commands]
    async with start():
        await discord.until(lambda: len(asked_for_commands(discord)) == 2, what="a look at the commands")
    assert discord.registered == 1, "it makes ours no others"
    discord.commands[1]["description"] = "something else"
    async with start() as bench:
        await discord.until(lambda: discord.registered == 2, what="a new registration")
        await result_of(bench, anna, channel)
    assert {name: found for name, found in discord.commands[-1].items() if name in launch} == launch


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_commands_that_discord_cannot_take_now_are_registered_later(
    discord: DiscordServer, start: Start, anna: Person, channel: Channel, method: str
) -> None:
    discord.fail(method, "/commands", 503)
    async with start() as bench:
        assert discord.registered == 1
        await result_of(bench, anna, channel)


async def test_commands_that_discord_refuses_wait_for_the_next_start(
    discord: DiscordServer, start: Start, anna: Person, channel: Channel
) -> None:
    async with start():
        pass
    discord.commands[0]["description"] = "something else"
    discord.fail("PUT", "/commands", 400, code=50035)
    async with start() as bench:
        await discord.until(lambda: ("PUT", COMMANDS.format(discord.application_id), 400) in discord.requests)
        await result_of(bench, anna, channel)
        assert discord.registered == 1


def asked_for_commands(discord: DiscordServer) -> list[tuple[str, str, int]]:
    """Every look at the commands that Discord knows."""
    return [call for call in discord.requests if call[:2] == ("GET", COMMANDS.format(discord.application_id))]


async def test_discord_away_at_the_start_is_waited_for(
    discord: DiscordServer, start: Start, anna: Person, channel: Channel
) -> None:
    discord.fail("GET", "/users/@me", 503)
    discord.fail("GET", "/gateway/bot", 503)
    async with start() as bench:
        await result_of(bench, anna, channel)


async def test_no_privileged_intent_is_asked_for(bench: Bench) -> None:
    assert bench.discord.gateway.intents == (1 << 0) | (1 << 9) | (1 << 10) | (1 << 12) | (1 << 13)
