"""What members do with commands, and what they see."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from inference.api import Lora
from tests.e2e.discord.conftest import PNG, Bench
from tests.fakes.engine import DEFAULTS, MODEL
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel


async def test_a_picture_and_words_become_a_result_with_its_buttons(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, prompt="an oil painting", strength=0.5, seed=7)
    result = await bench.discord.shown(asked, lambda post: post.done)
    assert asked.fetched_first is False, "it is answered before anything that may take long"
    assert f"<@{anna.id}>" in result.content
    assert result.content.startswith("**an oil painting**")
    assert "Balanced 0.5" in result.words
    assert "seed 7" in result.words
    assert [picture["description"] for picture in result.pictures] == ["an oil painting (AI-generated, strength 0.5)"]
    assert list(result.buttons) == [
        "Subtle 0.3", "Balanced 0.5", "Strong 0.7", "Reimagine 0.9", "Sweep",
        "Chain", "Reroll", "Edit", "Details", "Delete",
    ]  # fmt: skip
    assert result.chosen == ["Balanced 0.5"]
    assert not result.hidden


async def test_a_private_result_is_seen_by_its_owner_only_until_it_is_published(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, prompt="a secret", private=True)
    result = await bench.discord.shown(asked, lambda post: post.done)
    assert result.hidden == anna.id
    assert [post for post in bench.discord.in_channel(channel) if not post.hidden] == []
    published = await anna.press(result, "Publish")
    shown = await bench.discord.shown(published, lambda post: post.pictures)
    assert not shown.hidden
    assert "Publish" not in shown.buttons
    assert shown.pictures[0]["description"] == "a secret (AI-generated, strength 0.5)"
    assert "already" in await bench.discord.refused(await anna.press(result, "Publish"))


async def test_a_result_is_published_before_discord_has_answered_the_edit_that_showed_it(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    answered = asyncio.Event()
    bench.discord.fail("PATCH", r"/messages/@original", held=answered, when=lambda body: "p1:publish" in str(body))
    asked = await anna.command(channel, "img2img", image=PNG, prompt="a secret", private=True)
    result = await bench.discord.shown(asked, lambda post: post.pictures)
    shown = await bench.discord.shown(await anna.press(result, "Publish"), lambda post: post.pictures)
    answered.set()
    assert not shown.hidden
    assert bench.discord.problems == []


async def test_what_is_wrong_is_said_to_the_member_alone_and_leaves_nothing_in_the_channel(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    asked = await anna.command(channel, "img2img", image=b"no picture at all", prompt="an oil painting")
    sentence = await bench.discord.refused(asked)
    assert sentence.startswith("⚠️ ")
    assert [post for post in bench.discord.in_channel(channel) if not post.hidden] == []


async def test_a_sweep_and_a_map_take_a_model(bench: Bench, anna: Person, channel: Channel) -> None:
    wish: dict[str, Any] = {"image": PNG, "prompt": "a storm", "model": "another"}
    asked = await anna.command(channel, "sweep", **wish)
    assert "'another'" in await bench.discord.refused(asked)
    asked = await anna.command(channel, "map", **wish, control="canny")
    assert "'another'" in await bench.discord.refused(asked)
    asked = await anna.command(channel, "sweep", **(wish | {"model": MODEL}), seed=5, negative_prompt="people")
    await bench.discord.shown(asked, lambda post: post.done and len(post.pictures) == 4)
    assert {(made.seed, made.negative_prompt) for made in bench.engine.requests} == {(5, "people")}


async def test_an_unknown_style_is_refused_with_the_nearest(bench: Bench, anna: Person, channel: Channel) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, prompt="x", style="oli")
    assert "oil" in await bench.discord.refused(asked)


async def test_a_sweep_shows_four_pictures_with_a_button_each(bench: Bench, anna: Person, channel: Channel) -> None:
    asked = await anna.command(channel, "sweep", image=PNG, prompt="a storm")
    result = await bench.discord.shown(asked, lambda post: post.done and len(post.pictures) == 4)
    strengths = ("0.3", "0.5", "0.7", "0.9")
    kept, chained = ([f"{word} {each}" for each in strengths] for word in ("Keep", "Chain from"))
    assert list(result.buttons) == [*kept, *chained, "Details", "Delete"]
    assert [picture["description"].partition(":")[0] for picture in result.pictures] == list(strengths)
    assert "strengths 0.3, 0.5, 0.7, 0.9" in result.words


async def test_several_pictures_of_one_wish_stand_side_by_side(bench: Bench, anna: Person, channel: Channel) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, prompt="a storm", count=2, seed=5)
    result = await bench.discord.shown(asked, lambda post: post.done and len(post.pictures) == 2)
    assert "seeds 5, 6" in result.words
    sent = await anna.submit(await anna.press(result, "Chain from #2"), prompt="closer")
    await bench.discord.shown(sent, lambda post: post.pictures)
    await anna.say(channel, f"<@{bench.discord.me['id']}> a storm --count 5", files={"cat.png": PNG})
    await bench.discord.posted(channel, lambda post: "from 1 to 4" in post.content)


async def test_a_sweep_takes_the_strengths_it_is_given(bench: Bench, anna: Person, channel: Channel) -> None:
    asked = await anna.command(channel, "sweep", image=PNG, prompt="a storm", strengths="0.2, 0.4 strong")
    await bench.discord.shown(asked, lambda post: post.done and len(post.pictures) == 3)
    assert [request.strength for request in bench.engine.requests] == [0.2, 0.4, 0.7]


async def test_refine_is_gentle(bench: Bench, anna: Person, channel: Channel) -> None:
    asked = await anna.command(channel, "refine", image=PNG, prompt="sharper")
    await bench.discord.shown(asked, lambda post: post.pictures)
    assert bench.engine.requests[0].strength == 0.35


async def test_every_option_reaches_the_engine(bench: Bench, anna: Person, channel: Channel) -> None:
    asked = await anna.command(
        channel,
        "img2img",
        image=PNG,
        prompt="a cat",
        strength=0.25,
        style="oil",
        negative_prompt="dogs",
        seed=42,
        steps=3,
        guidance_scale=2.5,
        model="fake",
    )
    await bench.discord.shown(asked, lambda post: post.pictures)
    made = bench.engine.requests[0]
    assert (made.strength, made.seed, made.steps, made.guidance_scale) == (0.25, 42, 3, 2.5)
    assert made.prompt == "a cat, oil painting"
    assert made.negative_prompt == "dogs, blurry"


async def test_a_sentence_that_names_more_than_a_message_holds_is_cut(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    bench.engine.offer(**{f"org_{number}/a-checkpoint_with_a_long_name": DEFAULTS for number in range(60)})
    asked = await anna.command(channel, "img2img", image=PNG, prompt="a storm", model="another")
    said = await bench.discord.refused(asked)
    assert said.startswith("⚠️ ")
    assert "'another'" in said
    assert said.endswith("…")


@pytest.mark.usefixtures("bench")
async def test_styles_and_models_are_suggested_while_typing(anna: Person, channel: Channel) -> None:
    assert await anna.type(channel, "img2img", "style", "oi") == ["oil"]
    assert await anna.type(channel, "img2img", "style", "zzz") == []
    assert await anna.type(channel, "img2img", "model", "") == ["fake"]
    assert await anna.type(channel, "settings", "style", "i", sub="set") == ["oil"]


async def test_the_queue_lists_my_jobs_and_cancels_them(bench: Bench, anna: Person, channel: Channel) -> None:
    bench.engine.hold()
    first = await anna.command(channel, "img2img", image=PNG, prompt="first")
    await bench.discord.shown(first, lambda post: "first" in post.words)
    second = await anna.command(channel, "img2img", image=PNG, prompt="second")
    waiting = await bench.discord.shown(second, lambda post: "#1 in line" in post.words)
    listed = await bench.discord.shown(await anna.command(channel, "queue"))
    assert listed.hidden == anna.id
    assert "first: running now" in listed.words
    assert "second: number 1 in line" in listed.words
    assert "1 in the queue" in listed.words
    await anna.press(listed, "Cancel 2")
    await bench.discord.until(lambda: waiting.deleted, what="the end of the cancelled message")
    await bench.engine.release()
    await bench.discord.shown(first, lambda post: post.done)
    empty = await bench.discord.shown(await anna.command(channel, "queue"))
    assert empty.words == "**Your jobs**\n-# The queue is empty."


async def test_info_tells_the_recipe_and_where_it_comes_from(bench: Bench, anna: Person, channel: Channel) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, prompt="a *cat*", seed=5)
    result = await bench.discord.shown(asked, lambda post: post.pictures)
    details = await bench.discord.shown(await anna.press(result, "Details"))
    job = details.words.partition("id `")[2].partition("`")[0]
    told = await bench.discord.shown(await anna.command(channel, "info", job=job))
    assert told.hidden == anna.id
    assert r"> a \*cat\*" in told.words
    assert "seed 5" in told.words
    menu = await bench.discord.shown(await anna.menu(result, "Image info"))
    assert menu.words == told.words
    assert "job ID" in await bench.discord.refused(await anna.command(channel, "info", job="nonsense"))


async def test_help_and_styles_answer_privately(bench: Bench, anna: Person, channel: Channel) -> None:
    help_ = await bench.discord.shown(await anna.command(channel, "help"))
    assert "/img2img" in help_.words
    assert help_.hidden
    styles = await bench.discord.shown(await anna.command(channel, "styles"))
    assert "**oil**: oil painting" in styles.words
    assert styles.hidden
    [sheet] = styles.payload["embeds"]
    assert sheet["image"]["url"].endswith("/styles-1.jpg")
    [file] = styles.payload["attachments"]
    assert file["description"] == "oil"


async def test_the_members_language_is_spoken(bench: Bench, channel: Channel) -> None:
    dora = bench.discord.user("dora", locale="de")
    asked = await dora.command(channel, "img2img", image=PNG, prompt="ein Bild", private=True)
    result = await bench.discord.shown(asked, lambda post: post.pictures)
    assert "mit KI gemacht" in result.words
    assert "Neu würfeln" in result.buttons


async def test_a_refusal_is_in_the_members_language(bench: Bench, channel: Channel) -> None:
    dora = bench.discord.user("dora", locale="de")
    no_picture = await dora.command(channel, "img2img", image=b"BM", prompt="ein Bild")
    assert "In dieser Datei erkenne ich kein Bild" in await bench.discord.refused(no_picture)
    unknown = await dora.command(channel, "img2img", image=PNG, prompt="ein Bild", style="barock")
    assert "Den Stil „barock“ gibt es hier nicht" in await bench.discord.refused(unknown)


async def test_what_could_not_be_chosen_is_not_suggested(bench: Bench, anna: Person, channel: Channel) -> None:
    named = (Lora("short"), Lora("long-" + "x" * 60))
    bench.engine.offer(many=replace(DEFAULTS, loras=named))
    typed = "one-that-has-a-name-of-some-length:0.75 "
    assert await anna.type(channel, "img2img", "loras", typed) == ["short"], "the other has no room behind it"
