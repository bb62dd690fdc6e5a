"""What the buttons under a result do, for whom, and for how long."""

import io
from typing import Any

import pytest
from PIL import Image

from bot.domain.ids import JobId
from tests.builders.requests import png
from tests.e2e.discord.conftest import PNG, Bench, Start
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post


async def result_of(bench: Bench, person: Person, channel: Channel, **options: Any) -> Post:
    """A finished result."""
    wish: dict[str, Any] = {"image": PNG, "prompt": "an oil painting", "seed": 7} | options
    asked = await person.command(channel, "img2img", **wish)
    return await bench.discord.shown(asked, lambda post: post.pictures)


async def test_a_rerun_keeps_the_seed_and_brings_all_buttons_again(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    again = await bench.discord.shown(await anna.press(result, "Strong 0.7"), lambda post: post.pictures)
    assert again is not result
    assert "Strong 0.7" in again.words
    assert "seed 7" in again.words
    assert list(again.buttons) == list(result.buttons)
    assert result.pictures, "the first result stays"


async def test_somebody_elses_press_makes_their_own_job(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    again = await bench.discord.shown(await ben.press(result, "Reroll"), lambda post: post.pictures)
    assert f"<@{ben.id}>" in again.content
    assert bench.engine.requests[1].seed != 7
    assert await bench.store.jobs_of(f"discord:{ben.id}", limit=5)


async def test_double_clicks_make_one_job(bench: Bench, anna: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    bench.engine.hold()  # so that it is running for each of them
    presses = [await anna.press(result, "Subtle 0.3") for _ in range(5)]
    for press in presses[1:]:
        assert "running already" in await bench.discord.refused(press)
    await bench.engine.release()
    shown = await bench.discord.shown(presses[0], lambda post: post.pictures)
    assert "Subtle 0.3" in shown.words
    assert len(bench.engine.requests) == 2


async def test_chain_asks_and_goes_on_from_the_result(bench: Bench, anna: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    form = await anna.press(result, "Chain")
    sent = await anna.submit(form, prompt="now in winter", strength="0.7", style="oil")
    chained = await bench.discord.shown(sent, lambda post: post.pictures)
    first, second = bench.engine.requests
    assert second.source != first.source
    assert second.strength == 0.7
    assert second.prompt == "now in winter, oil painting"
    assert "pass 2" in chained.words


async def test_edit_is_prefilled_and_keeps_source_and_seed(bench: Bench, anna: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel, strength=0.4)
    form = await anna.press(result, "Edit")
    sent = await anna.submit(form, prompt="a watercolour")
    await bench.discord.shown(sent, lambda post: post.pictures)
    first, second = bench.engine.requests
    assert (second.source, second.seed, second.strength) == (first.source, 7, 0.4)


@pytest.mark.parametrize("label", ["Edit", "Chain"])
async def test_a_style_can_be_put_on_a_result_and_taken_off_again(
    bench: Bench, anna: Person, channel: Channel, label: str
) -> None:
    result = await result_of(bench, anna, channel)
    sent = await anna.submit(await anna.press(result, label), style="oil")
    styled = await bench.discord.shown(sent, lambda post: post.pictures)
    assert "style oil" in styled.words
    sent = await anna.submit(await anna.press(styled, label), style=None)
    again = await bench.discord.shown(sent, lambda post: post.pictures)
    assert "style oil" in again.words, "left as it stood there"
    sent = await anna.submit(await anna.press(styled, label), style="")
    plain = await bench.discord.shown(sent, lambda post: post.pictures)
    assert "style oil" not in plain.words
    made = [(asked.strength, asked.guidance_scale) for asked in bench.engine.requests]
    assert made == [(0.5, 1.5), (0.6, 1.6), (0.6, 1.6), (0.5, 1.5)]


async def test_a_form_takes_another_picture(bench: Bench, anna: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    sent = await anna.submit(await anna.press(result, "Chain"), upload=png("crimson"))
    await bench.discord.shown(sent, lambda post: post.pictures)
    first, second = bench.engine.requests
    assert second.source != first.source


async def test_a_strength_that_is_none_is_refused(bench: Bench, anna: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    sent = await anna.submit(await anna.press(result, "Edit"), prompt="x --strength very")
    assert "Strength is a number" in await bench.discord.refused(sent)


async def test_a_sweeps_picture_can_be_taken_further(bench: Bench, anna: Person, channel: Channel) -> None:
    asked = await anna.press(await result_of(bench, anna, channel), "Sweep")
    sweep = await bench.discord.shown(asked, lambda post: post.done and len(post.pictures) == 4)
    sent = await anna.submit(await anna.press(sweep, "Chain from 0.7"), prompt="closer")
    await bench.discord.shown(sent, lambda post: post.pictures)
    generations = {f"{g.recipe.strength:g}": g for g in await bench.store.generations(_job(sweep))}
    assert bench.engine.requests[-1].source.name == generations["0.7"].image


async def test_keep_makes_a_result_of_a_sweeps_picture_and_paints_nothing(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    asked = await anna.command(channel, "sweep", image=PNG, prompt="a storm", seed=9)
    sweep = await bench.discord.shown(asked, lambda post: post.done and len(post.pictures) == 4)
    kept = await bench.discord.shown(await ben.press(sweep, "Keep 0.7"), lambda post: post.done)
    assert kept.content.startswith("**a storm**")
    assert f"<@{ben.id}>" in kept.content
    assert "Strong 0.7 · seed 9" in kept.words
    assert kept.chosen == ["Strong 0.7"]
    assert len(bench.engine.requests) == 4, "nothing is painted for it"
    usage = await bench.store.usage(f"discord:{ben.id}", since=0.0)
    assert usage.pictures == 0, "nor does it count"
    assert "already" in await bench.discord.refused(await ben.press(sweep, "Keep 0.7"))
    again = await bench.discord.shown(await ben.press(kept, "Subtle 0.3"), lambda post: post.done)
    assert "Subtle 0.3 · seed 9" in again.words
    await ben.delete(kept)
    await bench.discord.until(lambda: kept.deleted, what="the deletion")
    assert len(await bench.store.generations(_job(sweep))) == 4, "the sweep keeps its own"
    fresh = await bench.discord.shown(await anna.press(sweep, "Keep 0.7"), lambda post: post.done)
    assert fresh.pictures


async def test_details_compare_a_result_with_its_source_and_give_the_lossless_one(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    sent = await anna.submit(await anna.press(result, "Chain"), prompt="now in winter")
    chained = await bench.discord.shown(sent, lambda post: post.done)
    details = await bench.discord.shown(await ben.press(chained, "Details"))
    compared = await bench.discord.shown(await ben.press(details, "Compare"), lambda post: post.pictures)
    assert compared.hidden == ben.id
    with Image.open(io.BytesIO(compared.files["compare.jpg"])) as strip:
        assert strip.width > 2 * strip.height, "the source and both passes in a row"
    with Image.open(io.BytesIO(compared.files["wipe.webp"])) as wipe:
        assert wipe.is_animated  # type: ignore[attr-defined]  # of WebP
    original = await bench.discord.shown(await ben.press(details, "Original"), lambda post: post.pictures)
    assert original.hidden == ben.id
    [(name, content)] = original.files.items()
    assert name.endswith(".png")
    (made,) = await bench.store.generations(_job(chained))
    with Image.open(io.BytesIO(content)) as lossless, Image.open(bench.core.images.path(made.image)) as stored:
        assert lossless.tobytes() == stored.convert("RGB").tobytes()


async def test_the_strength_that_a_result_has_makes_no_second_job(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    assert "That is this one" in await bench.discord.refused(await anna.press(result, "Balanced 0.5"))
    assert len(bench.engine.requests) == 1


async def test_delete_is_for_the_owner_and_for_moderators(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    assert "moderator" in await bench.discord.refused(await ben.press(result, "Delete"))
    assert not result.deleted
    await anna.delete(result)
    await bench.discord.until(lambda: result.deleted, what="the deletion")
    assert not await bench.store.generations(_job(result))
    other = await result_of(bench, ben, channel)
    await bench.discord.moderator("mo").delete(other)
    await bench.discord.until(lambda: other.deleted, what="the moderator's deletion")


async def test_cancel_is_for_the_owner(bench: Bench, anna: Person, ben: Person, channel: Channel) -> None:
    bench.engine.hold()
    asked = await anna.command(channel, "img2img", image=PNG, prompt="x")
    waiting = await bench.discord.shown(asked, lambda post: "Cancel" in post.buttons)
    assert "moderator" in await bench.discord.refused(await ben.press(waiting, "Cancel"))
    await anna.press(waiting, "Cancel")
    await bench.discord.until(lambda: waiting.deleted, what="the end")


async def test_details_are_private(bench: Bench, anna: Person, ben: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    told = await bench.discord.shown(await ben.press(result, "Details"))
    assert told.hidden == ben.id
    assert "> an oil painting" in told.words


async def test_presses_on_a_private_result_stay_private(bench: Bench, anna: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel, private=True)
    again = await bench.discord.shown(await anna.press(result, "Reroll"), lambda post: post.pictures)
    assert again.hidden == anna.id


async def test_buttons_work_after_a_restart(
    discord: DiscordServer, start: Start, anna: Person, channel: Channel
) -> None:
    async with start() as bench:
        result = await result_of(bench, anna, channel)
    discord.clock.skip(30 * 86400)
    async with start() as bench:
        again = await discord.shown(await anna.press(result, "Reimagine 0.9"), lambda post: post.pictures)
        assert "Reimagine 0.9" in again.words


@pytest.mark.parametrize(
    "custom_id",
    [
        "p1:rerun:AAAAAAAAAAAAAAAAAAAAAA.0:s70",
        "p1:chain:AAAAAAAAAAAAAAAAAAAAAA.0",
        "p1:delete:AAAAAAAAAAAAAAAAAAAAAA.0",
        "p9:from:the:future",
    ],
)
async def test_a_made_up_id_finds_nothing(bench: Bench, anna: Person, channel: Channel, custom_id: str) -> None:
    result = await result_of(bench, anna, channel)
    asked = await anna.press_id(result, custom_id)
    await bench.discord.until(lambda: asked.follow_ups or asked.original, what="an answer")
    assert len(bench.engine.requests) == 1
    assert await bench.discord.refused(asked)


def _job(post: Post) -> JobId:
    return JobId(post.buttons["Details"].split(":")[2].partition(".")[0])
