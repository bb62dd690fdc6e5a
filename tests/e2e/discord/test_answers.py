"""Answers on rough days, and in the places that a bot seldom sees: nobody is left waiting."""

import pytest

from tests.e2e.discord.conftest import PNG, Bench, Start
from tests.e2e.discord.test_buttons import result_of
from tests.e2e.discord.test_faults import running
from tests.e2e.discord.test_time_and_restarts import QUARTER, collect_offered, settled
from tests.harness.waiting import eventually
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel


@pytest.mark.parametrize("after", [False, True])
async def test_a_form_opens_though_discord_stumbles(
    bench: Bench, anna: Person, channel: Channel, *, after: bool
) -> None:
    result = await result_of(bench, anna, channel)
    bench.discord.fail("POST", "/callback", 503, after=after)
    sent = await anna.submit(await anna.press(result, "Chain"), strength="0.7")
    await bench.discord.shown(sent, lambda post: post.pictures)


async def test_a_form_that_cannot_open_is_not_passed_over_in_silence(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    bench.discord.fail("POST", "/callback", 429, retry_after=30.0)
    await anna.press(result, "Chain")
    assert "try again" in (await anna.told()).content
    answers = [status for _, path, status in bench.discord.requests if path.endswith("/callback")]
    assert answers[1:] == [429], "it is answered otherwise, not once more"


async def test_a_refusal_outlives_an_outage(bench: Bench, anna: Person, channel: Channel) -> None:
    bench.discord.fail("POST", r"/webhooks/\d+/[^/]+$", 503)
    asked = await anna.command(channel, "img2img", image=b"no picture", prompt="x")
    assert "I cannot see a picture" in await bench.discord.refused(asked)


@pytest.mark.parametrize("private", [True, False])
async def test_a_refused_form_whose_member_cannot_be_told_alone_shows_others_no_words_of_theirs(
    bench: Bench, anna: Person, channel: Channel, *, private: bool
) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, prompt="a tiger", private=private)
    result = await bench.discord.shown(asked, lambda post: post.done)
    form = await anna.press(result, "Edit")
    await bench.discord.until(lambda: form.answer, what="a form")
    before = [post.id for post in bench.discord.in_channel(channel)]
    anna.closed = True
    bench.discord.fail("POST", "/callback", 404, code=10062)
    await anna.submit(form, prompt="a secret --style vangohh")
    await bench.discord.until(lambda: 403 in [call[2] for call in bench.discord.requests], what="a closed door")
    await eventually(lambda: settled(bench))
    told = [post for post in bench.discord.in_channel(channel) if post.id not in before]
    assert len(told) == (0 if private else 1), "what nobody saw is no matter of the channel's"
    for post in told:
        assert f"<@{anna.id}>" in post.content
        assert "Did you mean oil?" in post.content
        assert "secret" not in post.words
        assert not post.buttons


@pytest.mark.parametrize("private", [True, False])
async def test_a_form_that_cannot_open_is_told_of_where_its_result_is_seen(
    bench: Bench, anna: Person, channel: Channel, *, private: bool
) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, prompt="a tiger", private=private)
    result = await bench.discord.shown(asked, lambda post: post.done)
    anna.closed = True
    bench.discord.fail("POST", "/callback", 404, code=10062)
    await anna.press(result, "Chain")
    if not private:
        await bench.discord.posted(channel, lambda post: "try again" in post.content)
        return
    await bench.discord.until(lambda: 403 in [call[2] for call in bench.discord.requests], what="a closed door")
    await bench.discord.shown(await anna.command(channel, "help"))  # later than the form that did not open
    assert not [post for post in bench.discord.in_channel(channel) if "try again" in post.content]


async def test_a_slip_while_suggesting_is_answered_with_nothing(
    bench: Bench, anna: Person, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.core.service, "styles", None)
    assert await anna.type(channel, "img2img", "style", "o") == []


async def test_unknown_commands_and_buttons_are_refused_with_the_mend(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    for custom_id in ("p1:rerun", "p9:rerun:x", "p1:forget:x", "p1:remix:1:2", "\u2066p1:rerun", "x" * 100):
        assert "That button is out of date" in await bench.discord.refused(await anna.press_id(result, custom_id))


async def test_a_group_of_friends_gets_its_answer_by_the_interaction_alone(bench: Bench, anna: Person) -> None:
    group = bench.discord.group(anna)
    result = await result_of(bench, anna, group)
    again = await bench.discord.shown(await anna.press(result, "Strong 0.7"), lambda post: post.pictures)
    assert again.channel is group
    assert not [path for _, path, _ in bench.discord.requests if f"/channels/{group.id}" in path]


async def test_a_forum_post_is_a_place_like_any_other(bench: Bench, anna: Person, channel: Channel) -> None:
    forum = bench.discord.channel(channel.guild, kind=15)
    await bench.discord.gateway.send("CHANNEL_CREATE", forum.payload)
    post = bench.discord.thread(forum)
    await bench.discord.gateway.send("THREAD_CREATE", post.payload)
    result = await result_of(bench, anna, post)
    await anna.say(post, f"<@{bench.discord.me['id']}> a storm", reply_to=result)
    await bench.discord.posted(post, lambda shown: "a storm" in shown.words and shown.pictures)


async def test_an_answer_in_a_channel_that_discord_did_not_describe_arrives_after_its_token(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    bench.discord.terse = True
    _, message = await running(bench, anna, channel)
    bench.discord.clock.skip(QUARTER + 60)
    await bench.engine.release()
    await bench.discord.until(lambda: message.pictures, what="the result")


async def test_collect_is_offered_after_a_restart_too(
    discord: DiscordServer, start: Start, anna: Person, channel: Channel
) -> None:
    async with start() as bench:
        _, message = await running(bench, anna, channel, private=True)
    async with start(held=True) as bench:
        discord.clock.skip(QUARTER - 100)
        await eventually(lambda: collect_offered(bench, message))
        discord.clock.skip(200)
        await anna.press(message, "Collect")
        await discord.until(lambda: "Collect" not in message.buttons, what="the renewed message")
        await bench.engine.release()
        await discord.until(lambda: message.pictures, what="the result")
