"""Threads on results: offered under the third pass, opened by a press or the rule of the place; nothing is lost."""

import pytest

from adapters.discord.permissions import NEEDED
from adapters.discord.places import guild_key
from bot.domain.place import PlaceSettings, ThreadPolicy
from bot.texts import text
from tests.builders.pictures import drawing
from tests.builders.places import set_to
from tests.e2e.discord.conftest import Bench
from tests.e2e.discord.test_buttons import result_of
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post

OFFER = "Continue in a thread"


async def third_pass(bench: Bench, person: Person, result: Post) -> Post:
    for label in ("Subtle 0.3", "Strong 0.7"):
        shown = await bench.discord.shown(await person.press(result, label), lambda post: post.done)
        assert OFFER not in shown.buttons
    return await bench.discord.shown(await person.press(result, "Sweep"), lambda post: post.done)


async def always(bench: Bench, channel: Channel) -> None:
    assert channel.guild
    settings = PlaceSettings(threads=ThreadPolicy.ALWAYS)
    await bench.core.service.places.change(guild_key(channel.guild.id), set_to(settings))


async def test_the_third_pass_offers_a_thread_in_which_everything_goes_on(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    third = await third_pass(bench, anna, result)
    said = await bench.discord.refused(await ben.press(third, OFFER))
    thread = bench.discord.channels[third.id]
    assert "goes to its thread" in said
    assert thread.payload["name"] == "an oil painting"
    before = len(bench.discord.in_channel(channel))
    press = await ben.press(result, "Reimagine 0.9")
    there = await bench.discord.posted(thread, lambda post: post.done)
    assert f"<@{ben.id}>" in there.content
    assert f"<#{thread.id}>" in (await bench.discord.followed_up(press)).content
    chained = await ben.submit(await ben.press(there, "Chain"), prompt="now in winter")
    assert (await bench.discord.shown(chained, lambda post: post.done)).channel is thread, "inside it all stays there"
    edited = await anna.submit(await anna.press(result, "Edit"), prompt="a watercolour")
    await bench.discord.posted(thread, lambda post: post.done and "watercolour" in post.content)
    assert edited.kind == 6, "nothing of it was shown in the channel"
    shown = [post for post in bench.discord.in_channel(channel) if not post.hidden]
    assert len(shown) == before - 1, "but for what members alone were told, the channel is as it was"
    assert bench.discord.channels[third.channel.id] is channel
    await bench.discord.until(lambda: OFFER not in third.buttons, what="the end of the offer, which is taken")
    assert third.pictures, "and nothing else of the card has changed"


async def test_by_the_rule_of_the_server_the_first_pass_is_in_a_thread(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    await always(bench, channel)
    result = await result_of(bench, anna, channel)
    press = await anna.press(result, "Strong 0.7")
    thread = await bench.discord.until(lambda: bench.discord.channels.get(result.id), what="a thread")
    await bench.discord.posted(thread, lambda post: post.done)
    assert f"<#{thread.id}>" in (await bench.discord.followed_up(press)).content
    await anna.react(result, "🔁")
    await bench.discord.until(lambda: len(bench.discord.in_channel(thread)) == 2, what="the reaction's picture")
    assert [post.id for post in bench.discord.in_channel(channel) if not post.hidden] == [result.id]


async def test_a_press_that_is_refused_opens_no_thread(bench: Bench, anna: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    assert channel.guild
    settings = PlaceSettings(threads=ThreadPolicy.ALWAYS, blocked=("kitten",))
    await bench.core.service.places.change(guild_key(channel.guild.id), set_to(settings))
    refused = await anna.submit(await anna.press(result, "Chain"), prompt="a kitten")
    await bench.discord.refused(refused)
    assert result.id not in bench.discord.channels
    await anna.submit(await anna.press(result, "Chain"), prompt="a cat")
    thread = await bench.discord.until(lambda: bench.discord.channels.get(result.id), what="a thread")
    await bench.discord.posted(thread, lambda post: post.done)


async def test_a_thread_that_somebody_opened_before_us_is_taken(bench: Bench, anna: Person, channel: Channel) -> None:
    await always(bench, channel)
    result = await result_of(bench, anna, channel)
    thread = bench.discord.thread(channel, identity=result.id)
    await anna.press(result, "Reroll")
    await bench.discord.posted(thread, lambda post: post.done)


async def test_without_the_permission_it_stays_in_the_channel_and_one_sentence_says_why(
    bench: Bench, anna: Person
) -> None:
    channel = bench.discord.channel(denied=NEEDED["Create Public Threads"])
    result = await result_of(bench, anna, channel)
    third = await third_pass(bench, anna, result)
    said = await bench.discord.refused(await anna.press(third, OFFER))
    assert "Create Public Threads" in said
    assert said.count(".") == 2, "what is wrong, and how to mend it"
    await always(bench, channel)
    await anna.press(result, "Reroll")
    rerolled = await bench.discord.posted(channel, lambda post: post.done and "Create Public Threads" in post.words)
    assert rerolled.pictures
    channel.denied = 0
    await anna.press(third, OFFER)
    await bench.discord.until(lambda: bench.discord.channels.get(third.id), what="a thread")


@pytest.mark.parametrize("gone", [True, False])
async def test_a_thread_that_takes_nothing_more_costs_no_result(
    bench: Bench, anna: Person, channel: Channel, *, gone: bool
) -> None:
    await always(bench, channel)
    result = await result_of(bench, anna, channel)
    await anna.press(result, "Subtle 0.3")
    thread = await bench.discord.until(lambda: bench.discord.channels.get(result.id), what="a thread")
    await bench.discord.posted(thread, lambda post: post.done)
    if gone:
        del bench.discord.channels[thread.id]
    else:
        thread.denied = NEEDED["Send Messages in Threads"]
    await anna.press(result, "Strong 0.7")
    here = await bench.discord.posted(channel, lambda post: post.done and "Strong 0.7" in post.words)
    assert "write in its thread" in here.words
    if gone:
        await anna.press(result, "Reimagine 0.9")
        anew = await bench.discord.until(lambda: bench.discord.channels.get(result.id), what="another thread")
        await bench.discord.posted(anew, lambda post: post.done)


async def test_the_thread_of_a_map_without_words_is_named_for_what_it_is(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    await always(bench, channel)
    asked = await anna.command(channel, "map", image=drawing(), control="canny")
    alone = await bench.discord.shown(asked, lambda post: "Use map" in post.buttons)
    published = await anna.press(alone, "Publish")
    drawn = await bench.discord.shown(published, lambda post: "Use map" in post.buttons)
    await anna.submit(await anna.press(drawn, "Use map"), prompt="a boat")
    thread = await bench.discord.until(lambda: bench.discord.channels.get(drawn.id), what="a thread")
    await bench.discord.posted(thread, lambda post: post.done)
    assert thread.payload["name"] == text("en", "alt-map", kind="canny")


async def test_a_voice_channel_has_no_threads_so_none_is_offered_there_nor_missed(bench: Bench, anna: Person) -> None:
    spoken_in = bench.discord.channel(kind=2)
    await bench.discord.gateway.send("CHANNEL_CREATE", spoken_in.payload)
    result = await result_of(bench, anna, spoken_in)
    third = await third_pass(bench, anna, result)
    assert OFFER not in third.buttons
    await always(bench, spoken_in)
    shown = await bench.discord.shown(await anna.press(result, "Reroll"), lambda post: post.done)
    assert text("en", "refused-thread") not in shown.words


async def test_threads_are_set_by_command(bench: Bench, channel: Channel) -> None:
    mo = bench.discord.moderator("mo")
    asked = await mo.command(channel, "settings", sub="set", threads="always")
    assert "always in a thread" in (await bench.discord.shown(asked)).words
    assert channel.guild
    stored = await bench.store.place(guild_key(channel.guild.id))
    assert stored.threads is ThreadPolicy.ALWAYS
