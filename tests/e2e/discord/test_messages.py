"""Ways in that start from a message: its menu, a mention, a reply, a direct message, a reaction."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from adapters.discord.answers import STANDS_SECONDS
from adapters.discord.routes import address_of
from inference.api import Img2ImgRequest
from tests.builders.requests import png
from tests.e2e.discord.conftest import PNG, Bench, Start, bench_on
from tests.e2e.discord.test_buttons import result_of
from tests.fakes.images import FolderImageStore
from tests.fakes.store import MemoryJobStore
from tests.harness.waiting import eventually
from tests.servers.discord import DiscordServer, payloads
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post

CRIMSON = (220, 20, 60)


def colour(request: Img2ImgRequest) -> object:
    """The one colour of a request's source."""
    with Image.open(request.source) as opened:
        return opened.convert("RGB").getpixel((0, 0))


async def test_remix_image_asks_and_makes_it(bench: Bench, anna: Person, ben: Person, channel: Channel) -> None:
    photo = await ben.say(channel, "look", files={"cat.png": PNG})
    form = await anna.menu(photo, "Remix image")
    sent = await anna.submit(form, prompt="a tiger", strength="0.7", style="oil")
    result = await bench.discord.shown(sent, lambda post: post.pictures)
    assert f"<@{anna.id}>" in result.content
    assert bench.engine.requests[0].strength == 0.7


async def test_a_style_in_remix_image_brings_its_strength_and_guidance(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    photo = await anna.say(channel, "look", files={"cat.png": PNG})
    form = await anna.menu(photo, "Remix image")
    await bench.discord.until(lambda: form.answer, what="a form")
    assert form.answer is not None
    fields = {label["component"]["custom_id"]: label["component"] for label in form.answer["data"]["components"]}
    assert [each["value"] for each in fields["strength"]["options"] if each.get("default")] == ["none"]
    assert fields["strength"]["options"][0]["label"] == "The style's own, or 0.5"
    sent = await anna.submit(form, prompt="a tiger", style="oil")
    await bench.discord.shown(sent, lambda post: post.pictures)
    assert (bench.engine.requests[0].strength, bench.engine.requests[0].guidance_scale) == (0.6, 1.6)


async def test_remix_image_asks_which_of_several(bench: Bench, anna: Person, channel: Channel) -> None:
    photos = await anna.say(channel, "look", files={"one.png": PNG, "two.png": png("crimson")})
    form = await anna.menu(photos, "Remix image")
    sent = await anna.submit(form, prompt="a tiger", picture="1")
    await bench.discord.shown(sent, lambda post: post.pictures)
    assert colour(bench.engine.requests[0]) == CRIMSON


async def test_remix_image_finds_pictures_wherever_they_are(bench: Bench, anna: Person, channel: Channel) -> None:
    photo = bench.discord.keep(channel, "cat.png", PNG)
    gallery = [{"type": 17, "components": [{"type": 12, "items": [{"media": photo}]}]}]
    for more in (
        {"message_snapshots": [{"message": payloads.message("1", "2", {}, attachments=[photo])}]},
        {"embeds": [{"type": "image", "image": {"url": photo["url"]}}]},
        {"embeds": [{"type": "link", "thumbnail": {"url": "https://cats.example/1.png", "proxy_url": photo["url"]}}]},
        {"components": gallery},
    ):
        post = await anna.say(channel, "", **more)
        sent = await anna.submit(await anna.menu(post, "Remix image"), prompt="a tiger")
        await bench.discord.shown(sent, lambda post: post.pictures)


async def test_remix_image_says_why_not(bench: Bench, anna: Person, channel: Channel) -> None:
    words = await anna.say(channel, "only words")
    assert "no picture" in await bench.discord.refused(await anna.menu(words, "Remix image"))
    sticker = await anna.say(channel, "", sticker_items=[{"id": "1", "name": "wave", "format_type": 1}])
    assert "stickers" in await bench.discord.refused(await anna.menu(sticker, "Remix image"))


async def test_a_picture_whose_link_has_died_is_asked_for_again(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    photo = await ben.say(channel, "look", files={"photo.png": PNG})
    opened = await anna.menu(photo, "Remix image")
    await bench.discord.until(lambda: opened.answer, what="the form")
    bench.discord.attachments.clear()  # Discord's links end after a day, and with their message
    refusal = await bench.discord.refused(await anna.submit(opened, prompt="a boat"))
    assert "its host answered 404" in refusal
    assert "send it again" in refusal
    assert bench.engine.requests == []


async def test_remixing_our_own_result_starts_from_the_lossless_original(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    sent = await ben.submit(await ben.menu(result, "Remix image"), prompt="in winter")
    again = await bench.discord.shown(sent, lambda post: post.pictures)
    assert "pass 2" in again.words
    made = (await bench.store.jobs_of(f"discord:{anna.id}", limit=1))[0]
    assert bench.engine.requests[1].source.name == (await bench.store.generations(made.id))[0].image


async def test_a_forged_name_is_no_result_of_ours(bench: Bench, anna: Person, ben: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    name = result.pictures[0]["filename"]
    forged = await ben.say(channel, "mine", files={name: png("crimson")})
    sent = await ben.submit(await ben.menu(forged, "Remix image"), prompt="x")
    await bench.discord.shown(sent, lambda post: post.pictures)
    assert colour(bench.engine.requests[1]) == CRIMSON


async def test_a_mention_with_a_picture_is_answered(bench: Bench, anna: Person, channel: Channel) -> None:
    said = await anna.say(
        channel,
        f"<@{bench.discord.me['id']}> a storm \N{EM DASH}strength 0.7 --seed 9 --no people --style oil",
        files={"sea.png": PNG},
    )
    result = await bench.discord.posted(channel, lambda post: post.pictures)
    assert result.payload["message_reference"]["message_id"] == said.id
    assert "Strong 0.7" in result.words
    assert "**a storm**" in result.words
    made = bench.engine.requests[0]
    assert (made.strength, made.seed, made.negative_prompt) == (0.7, 9, "people, blurry")


async def test_a_reply_to_our_result_with_a_mention_goes_on_from_it(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    await anna.say(channel, f"<@{bench.discord.me['id']}> in winter", reply_to=result)
    again = await bench.discord.posted(channel, lambda post: "in winter" in post.words and post.pictures)
    assert "pass 2" in again.words


async def test_all_options_in_a_reply_to_our_result_hold(bench: Bench, anna: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    me = f"<@{bench.discord.me['id']}>"
    await anna.say(channel, f"{me} in winter --steps 3 --guidance 4.5", reply_to=result)
    await bench.discord.posted(channel, lambda post: "in winter" in post.words and post.pictures)
    assert (bench.engine.requests[1].steps, bench.engine.requests[1].guidance_scale) == (3, 4.5)


async def test_where_discord_withholds_the_picture_a_form_asks_for_it_with_the_words_filled_in(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    photo = await ben.say(channel, "look", files={"cat.png": PNG})
    asked = await anna.say(channel, f"<@{bench.discord.me['id']}> a tiger --strength 0.9", reply_to=photo)
    told = await bench.discord.posted(channel, lambda post: "Choose a picture" in post.buttons)
    assert told.payload["message_reference"]["message_id"] == asked.id
    assert "Remix image" in told.content
    assert not bench.engine.requests
    form = await anna.press(told, "Choose a picture")
    sent = await anna.submit(form, upload=png("crimson"))
    result = await bench.discord.shown(sent, lambda post: post.pictures)
    assert not result.hidden
    (made,) = bench.engine.requests
    assert (made.prompt.split(",")[0], made.strength) == ("a tiger", 0.9)
    await bench.discord.until(lambda: told.deleted, what="the end of the question")


async def test_with_the_content_of_messages_a_reply_to_somebodys_picture_works_at_once(
    discord: DiscordServer, tmp_path: Path
) -> None:
    discord.gateway.allowed_intents = 1 << 15
    channel, anna, ben = discord.channel(), discord.user("anna"), discord.user("ben")
    images = FolderImageStore(tmp_path)
    async with bench_on(discord, MemoryJobStore(), images, message_content=True) as bench:
        photo = await ben.say(channel, "look", files={"cat.png": PNG})
        await anna.say(channel, f"<@{discord.me['id']}> a tiger", reply_to=photo)
        result = await discord.posted(channel, lambda post: post.pictures)
        assert result.pictures
        assert [made.prompt.split(",")[0] for made in bench.engine.requests] == ["a tiger"]


async def test_words_that_are_no_wish_stand_in_the_form_as_they_were_written(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    await anna.say(channel, f"<@{bench.discord.me['id']}> a tiger")
    told = await bench.discord.posted(channel, lambda post: "Choose a picture" in post.buttons)
    forged = told.buttons["Choose a picture"].rsplit(":", 1)[0] + ":1"
    form = await anna.press_id(told, forged)
    sent = await anna.submit(form, prompt="a lion", upload=PNG)
    await bench.discord.shown(sent, lambda post: post.pictures)


async def test_what_is_offered_under_a_mention_is_for_its_member_alone(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    await anna.say(channel, f"<@{bench.discord.me['id']}> a tiger")
    offer = await bench.discord.posted(channel, lambda post: "Attach one" in post.content)
    assert "Only the member" in await bench.discord.refused(await ben.press(offer, "Choose a picture"))


async def test_a_mention_is_answered_by_name_where_we_may_not_see_what_was_said_before(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    channel.denied = 1 << 16
    await anna.say(channel, f"<@{bench.discord.me['id']}> a tiger")
    told = await bench.discord.posted(channel)
    assert told.content.startswith(f"<@{anna.id}> ⚠️")
    assert "message_reference" not in told.payload


async def test_a_mention_that_was_deleted_is_answered_to_its_member_alone(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    def delete(_: object) -> bool:
        for post in bench.discord.in_channel(channel):
            post.deleted = True
        return False

    bench.discord.fail("POST", rf"/channels/{channel.id}/messages$", when=delete)
    await anna.say(channel, f"<@{bench.discord.me['id']}> a tiger")
    assert "Attach one" in (await anna.told()).content
    assert not [post for post in bench.discord.in_channel(channel) if post.payload["author"] == bench.discord.me]


async def test_a_flood_of_mentions_is_no_flood_of_answers(bench: Bench, anna: Person, channel: Channel) -> None:
    asked = [await anna.say(channel, f"<@{bench.discord.me['id']}> a tiger") for _ in range(7)]

    def answers() -> list[Post]:
        return [post for post in bench.discord.in_channel(channel) if post.payload["author"] == bench.discord.me]

    await bench.discord.until(
        lambda: sum(post.signs == ["⚠️"] for post in asked) == 4 and len(answers()) >= 3, what="answers and signs"
    )
    assert len(answers()) == 3


async def test_who_takes_no_direct_messages_hears_in_the_channel_that_no_copy_came(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    ben.closed = True
    await ben.react(result, "✉️")
    told = await bench.discord.posted(channel, lambda post: "could not write to you" in post.content)
    assert told.content.startswith(f"<@{ben.id}> ")


@pytest.mark.parametrize(
    ("words", "said"),
    [("", "an oil painting"), ("a cat --strength lots", "Strength"), ("a cat --seed", "needs a value")],
)
async def test_a_mention_that_cannot_be_followed_is_answered_where_it_stands_for_a_while(
    bench: Bench, anna: Person, channel: Channel, words: str, said: str
) -> None:
    sent: list[dict[str, Any]] = []

    def see(body: dict[str, Any]) -> bool:
        sent.append(body)
        return False

    bench.discord.fail("POST", rf"/channels/{channel.id}/messages$", when=see)
    asked = await anna.say(channel, f"<@{bench.discord.me['id']}> {words}", files={"cat.png": PNG})
    told = await bench.discord.posted(channel, lambda post: said in post.content)
    assert told.payload["message_reference"]["message_id"] == asked.id
    (body,) = sent
    assert body["allowed_mentions"] == {"parse": [], "replied_user": True}
    await eventually(lambda: bench.store.notices("discord", most=1))
    (notice,) = await bench.store.notices("discord", most=9)
    assert notice.until == pytest.approx(bench.discord.clock.now() + STANDS_SECONDS, abs=60.0)
    bench.discord.clock.skip(STANDS_SECONDS)
    await bench.core.notices.put_up(notice.reply_to, "{}", seconds=STANDS_SECONDS)  # so that it looks
    await bench.discord.until(lambda: told.deleted, what="the end of the answer")


@pytest.mark.parametrize("words", ["", "help"])
async def test_who_only_says_our_name_is_told_how_to_ask(
    bench: Bench, anna: Person, channel: Channel, words: str
) -> None:
    await anna.say(channel, f"<@{bench.discord.me['id']}> {words}")
    await bench.discord.posted(channel, lambda post: "/img2img" in post.words)


async def test_a_direct_message_needs_no_mention(bench: Bench, anna: Person) -> None:
    direct = bench.discord.direct(anna.id)
    await anna.say(direct, "a tiger", files={"cat.png": PNG})
    result = await anna.told(lambda post: post.pictures)
    assert "**a tiger**" in result.words
    asked = await anna.command(direct, "img2img", image=PNG, prompt="a lion")
    await bench.discord.shown(asked, lambda post: post.pictures)


async def test_words_that_do_not_name_us_are_not_for_us(bench: Bench, anna: Person, channel: Channel) -> None:
    await anna.say(channel, "a tiger", files={"cat.png": PNG})
    asked = await anna.command(channel, "img2img", image=PNG, prompt="a lion")
    await bench.discord.shown(asked, lambda post: post.pictures)
    assert len(bench.engine.requests) == 1


async def test_a_mention_in_a_thread_is_answered_there(bench: Bench, anna: Person, channel: Channel) -> None:
    del channel
    asked_in = next(each for each in bench.discord.channels.values())
    thread = bench.discord.thread(asked_in)
    assert thread.guild
    await bench.discord.gateway.send("THREAD_CREATE", thread.payload)
    await anna.say(thread, f"<@{bench.discord.me['id']}> a tiger", files={"cat.png": PNG})
    await bench.discord.posted(thread, lambda post: post.pictures)


async def test_a_mention_in_a_thread_that_discord_never_told_us_of_is_answered_there(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    thread = bench.discord.thread(channel)
    await anna.say(thread, f"<@{bench.discord.me['id']}> a tiger", files={"cat.png": PNG})
    await bench.discord.posted(thread, lambda post: post.pictures)
    orphan = bench.discord.thread(bench.discord.channel(channel.guild))
    await bench.discord.gateway.send("THREAD_CREATE", orphan.payload)
    await anna.say(orphan, f"<@{bench.discord.me['id']}> a tiger", files={"cat.png": PNG})
    await bench.discord.posted(orphan, lambda post: post.pictures)


async def test_reactions_act_on_a_result(bench: Bench, anna: Person, ben: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    await ben.react(result, "🔁")
    again = await bench.discord.posted(channel, lambda post: f"<@{ben.id}>" in post.content and post.pictures)
    assert again.payload["message_reference"]["message_id"] == result.id
    await ben.react(result, "✉️")
    sent = await ben.told(lambda post: "Here is your copy" in post.content and bool(post.files))
    assert len(sent.files) == 1
    await ben.react(result, "⭐")
    kept = await ben.told(lambda post: "Saved for you" in post.content)
    await ben.react(result, "❌")
    await ben.react(result, "⭐")  # later than the cross, which by then was looked at
    await ben.told(lambda post: "Saved for you" in post.content and post.id != kept.id)
    assert not result.deleted, "somebody else's cross is an opinion"
    await anna.react(result, "❌")
    await bench.discord.until(lambda: result.deleted, what="the deletion")


async def test_what_a_reaction_asks_for_may_be_as_large_as_its_server_allows(
    discord: DiscordServer, start: Start, anna: Person, ben: Person, channel: Channel
) -> None:
    assert channel.guild
    channel.guild.payload["premium_tier"] = 3
    async with start() as bench:
        result = await result_of(bench, anna, channel)
        await ben.react(result, "🔁")
        await discord.posted(channel, lambda post: f"<@{ben.id}>" in post.content and post.pictures)
        (job,) = await bench.store.jobs_of(f"discord:{ben.id}", limit=5)
        assert address_of(job.reply_to).guild_file_bytes == 100 << 20


async def test_reactions_on_other_messages_are_left_alone(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    photo = await ben.say(channel, "look", files={"cat.png": PNG})
    await anna.react(photo, "🔁")
    await result_of(bench, anna, channel)
    assert len(bench.engine.requests) == 1


async def test_reactions_of_other_bots_are_left_alone(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    robot = bench.discord.user("reactor")
    robot.payload["bot"] = True
    await robot.react(result, "🔁")
    await ben.react(result, "🔁")
    await bench.discord.posted(channel, lambda post: f"<@{ben.id}>" in post.content and post.pictures)
    assert not await bench.store.jobs_of(f"discord:{robot.id}", limit=1)
    assert len(bench.engine.requests) == 2


async def test_a_prompt_cannot_ping_link_or_format(bench: Bench, anna: Person, channel: Channel) -> None:
    prompt = "@everyone <@1> [x](http://evil.example) **b** discord.gg/abc \u202eback"
    result = await result_of(bench, anna, channel, prompt=prompt)
    title = "\\@\u200beveryone \\[x\\]\\(http:\\/\\/evil.example\\) \\*\\*b\\*\\*"
    title += " discord.\u200bgg/abc back"
    assert result.content.splitlines()[0] == f"**{title}** · <@{anna.id}>"


async def test_a_refusal_repeats_words_without_their_effect(bench: Bench, anna: Person, channel: Channel) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, prompt="x", style="[a](https://b) @everyone")
    said = await bench.discord.refused(asked)
    assert r"\[a\]\(https:\/\/b\)" in said
    assert "@everyone" not in said


async def test_a_missing_permission_is_named_before_anything_is_made(bench: Bench, anna: Person) -> None:
    quiet = bench.discord.channel(denied=1 << 15)
    asked = await anna.command(quiet, "img2img", image=PNG, prompt="x")
    assert "Attach Files" in await bench.discord.refused(asked)
    assert not bench.engine.requests


async def test_a_missing_permission_is_named_before_anything_is_published(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, prompt="x", private=True)
    result = await bench.discord.shown(asked, lambda post: post.done)
    channel.denied |= 1 << 15
    assert "Attach Files" in await bench.discord.refused(await anna.press(result, "Publish"))
    assert [post for post in bench.discord.in_channel(channel) if not post.hidden] == []


async def test_a_mention_where_we_may_not_write_is_answered_directly(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    del channel
    assert bench.discord.guilds
    guild = next(iter(bench.discord.guilds.values()))
    mute = bench.discord.channel(guild, denied=1 << 11)
    await bench.discord.gateway.send("CHANNEL_CREATE", mute.payload)
    asked = await anna.say(mute, f"<@{bench.discord.me['id']}> a tiger", files={"cat.png": PNG})
    assert "Send Messages" in (await anna.told()).content
    await bench.discord.until(lambda: asked.signs == ["⚠️"], what="a sign on the message")


async def test_a_private_wish_in_a_mention_is_answered_directly(bench: Bench, anna: Person, channel: Channel) -> None:
    await anna.say(channel, f"<@{bench.discord.me['id']}> a tiger --private", files={"cat.png": PNG})
    await anna.told(lambda post: post.pictures)
    assert not [post for post in bench.discord.in_channel(channel) if post.payload["author"] == bench.discord.me]
