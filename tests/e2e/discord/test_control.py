"""Structure control as members of a server use it: maps alone, sketches to pictures, and what goes on from them."""

import pytest

from inference.api import Control, ControlKind
from tests.builders.pictures import drawing
from tests.builders.requests import png
from tests.e2e.discord.conftest import PNG, Bench, Start
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel


@pytest.mark.usefixtures("bench")
async def test_only_what_a_model_can_keep_is_offered(discord: DiscordServer) -> None:
    options = {command["name"]: command.get("options", []) for command in discord.commands}
    [control] = [option for option in options["img2img"] if option["name"] == "control"]
    assert [choice["value"] for choice in control["choices"]] == ["canny", "scribble"]
    assert {"image", "control", "prompt"} <= {option["name"] for option in options["map"]}


async def test_a_sketch_becomes_a_picture_that_keeps_its_lines(bench: Bench, anna: Person, channel: Channel) -> None:
    asked = await anna.command(
        channel, "img2img", image=drawing(), prompt="a planet", strength=1.0, seed=3,
        control="scribble", control_scale=0.8, control_start=0.1, control_end=0.9,
    )  # fmt: skip
    result = await bench.discord.shown(asked, lambda post: post.pictures)
    assert "control scribble · control scale 0.8 · control from 0.1 to 0.9 of the steps" in result.words
    [made] = bench.engine.requests
    expected = Control(kind=ControlKind.SCRIBBLE, scale=0.8, start=0.1, end=0.9)
    assert made.control == expected, "without a map: it is drawn from the sketch"
    details = await bench.discord.shown(await anna.press(result, "Details"))
    assert list(details.buttons) == ["Compare", "Original", "Report", "Show map"]


async def test_a_map_of_ones_own_stays_with_everything_that_follows(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, map=drawing(), prompt="a planet", control="canny")
    first = await bench.discord.shown(asked, lambda post: post.pictures)
    assert "control canny, from a given map" in first.words
    asked = await anna.press(first, "Strong 0.7")
    await bench.discord.shown(asked, lambda post: post.pictures)
    asked = await anna.submit(await anna.press(first, "Chain"), prompt="at night")
    await bench.discord.shown(asked, lambda post: post.pictures)
    assert len(bench.engine.requests) == 3
    assert len({made.control.map for made in bench.engine.requests if made.control}) == 1
    asked = await anna.submit(await anna.press(first, "Edit"), control="none")
    edited = await bench.discord.shown(asked, lambda post: post.pictures)
    assert "control" not in edited.words
    assert bench.engine.requests[3].control is None


async def test_a_map_is_shown_before_anything_is_painted_and_then_used(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    asked = await anna.command(channel, "map", image=drawing(), control="canny")
    shown = await bench.discord.shown(asked, lambda post: post.pictures)
    assert "The map" in shown.content
    assert list(shown.buttons) == ["Use map", "Details", "Delete", "Publish"]
    assert shown.hidden
    assert [picture["description"] for picture in shown.pictures] == ["Control map (canny)"]
    assert bench.engine.requests[0].map_only
    asked = await anna.submit(await anna.press(shown, "Use map"), prompt="a planet", strength="0.9")
    await bench.discord.shown(asked, lambda post: post.done)
    made = bench.engine.requests[1]
    assert made.control is not None
    assert made.control.map is not None
    assert (made.prompt, made.strength, made.source) == ("a planet", 0.9, bench.engine.requests[0].source)


async def test_a_map_that_was_asked_for_with_words_is_used_at_once(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    asked = await anna.command(channel, "map", image=drawing(), control="canny", prompt="a planet")
    shown = await bench.discord.shown(asked, lambda post: post.pictures)
    asked = await anna.press(shown, "Use map")
    result = await bench.discord.shown(asked, lambda post: post.done)
    assert "**a planet**" in result.words
    details = await bench.discord.shown(await anna.press(result, "Details"))
    asked = await anna.press(details, "Show map")
    again = await bench.discord.shown(asked, lambda post: post.pictures)
    assert "The map" in again.words
    assert bench.engine.requests[2].map_only


async def test_remix_of_a_picture_and_of_a_map(bench: Bench, anna: Person, channel: Channel) -> None:
    posted = await anna.say(channel, "look", files={"sketch.png": drawing()})
    form = await anna.menu(posted, "Remix image")
    asked = await anna.submit(form, prompt="a planet", control="scribble")
    result = await bench.discord.shown(asked, lambda post: post.pictures)
    assert "control scribble" in result.words
    asked = await anna.command(channel, "map", image=drawing(), control="scribble")
    drawn = await bench.discord.shown(asked, lambda post: post.pictures)
    asked = await anna.submit(await anna.menu(drawn, "Remix image"), prompt="a moon", control="scribble")
    await anna.told(lambda post: post.pictures)  # what descends from a private map is private
    assert bench.engine.requests[-1].control is not None
    assert bench.engine.requests[-1].control.map is not None, "whoever remixes a map means to use it"


async def test_flags_in_a_mention_do_the_same(bench: Bench, anna: Person, channel: Channel) -> None:
    me = f"<@{bench.discord.me['id']}>"
    await anna.say(channel, f"{me} a planet --control canny --control-scale 0,5", files={"a.png": drawing()})
    result = await bench.discord.until(
        lambda: next((post for post in bench.discord.in_channel(channel) if post.done), None),
        what="a result",
    )
    assert "control canny · control scale 0.5" in result.words
    await anna.say(channel, f"{me} --map --control canny", reply_to=result)
    await anna.told(lambda post: "The map" in post.content)
    assert bench.engine.requests[1].map_only
    assert bench.engine.requests[1].source != bench.engine.requests[0].source, "the map of the result itself"


async def test_what_makes_no_sense_is_said_in_one_sentence(bench: Bench, anna: Person, channel: Channel) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, prompt="x", control_scale=0.5)
    assert "Say which control that is for" in await bench.discord.refused(asked)
    asked = await anna.command(
        channel, "img2img", image=PNG, prompt="x", control="canny", control_start=0.5, control_end=0.2
    )
    assert "the start before the end" in await bench.discord.refused(asked)
    asked = await anna.command(channel, "img2img", image=PNG, prompt="x", control="canny", map=b"no picture")
    assert "The control map cannot be used." in await bench.discord.refused(asked)
    await anna.say(channel, f"<@{bench.discord.me['id']}> x --control depth", files={"a.png": png()})
    kinds = "cannot keep depth: choose from canny or scribble"
    await bench.discord.posted(channel, lambda post: kinds in post.content)
    assert bench.engine.requests == []


async def test_a_map_that_shows_nothing_is_told_in_the_places_language(bench: Bench) -> None:
    channel = bench.discord.channel(bench.discord.guild(locale="de"))
    dora = bench.discord.user("dora", locale="de")
    asked = await dora.command(channel, "img2img", image=PNG, map=png("white"), prompt="ein Planet", control="canny")
    told = await bench.discord.shown(asked, lambda post: "leer" in post.content)
    assert "Das Strukturbild für canny ist leer: schick eines, das zeigt, was bleiben soll." in told.content


async def test_details_and_export_know_of_control_and_deleting_takes_the_map_along(
    start: Start, discord: DiscordServer, channel: Channel, anna: Person
) -> None:
    async with start() as bench:
        asked = await anna.command(channel, "img2img", image=PNG, map=drawing(), prompt="x", control="canny")
        result = await discord.shown(asked, lambda post: post.pictures)
        details = await discord.shown(await anna.press(result, "Details"))
        assert "control canny, from a given map" in details.words
        assert len(await bench.store.referenced_images()) == 3
        await anna.delete(result)
        await discord.until(lambda: result.deleted, what="the deletion")
        assert await bench.store.referenced_images() == frozenset()
