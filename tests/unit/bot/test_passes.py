"""A pass after a pass: what it works on, when it keeps the palette, and what advice a member gets."""

import io
from pathlib import Path

from PIL import Image

from bot.domain.actions import Verb
from bot.domain.ids import GenerationId, generation_id
from tests.builders.pictures import saved
from tests.builders.requests import press, request
from tests.harness.core import Bench, bench
from tests.harness.step_loop import picture

SHARP = saved(picture(1), "PNG")
"""A source of ordinary contrast."""


async def made(at: Bench, **changes: object) -> GenerationId:
    receipt = await at.service.submit(request(**changes))  # type: ignore[arg-type]  # checked by Request
    await at.shown(receipt.job.id)
    return generation_id(receipt.job.id, 0)


async def pressed(at: Bench, verb: Verb, on: GenerationId, **changes: object) -> GenerationId:
    receipt = await at.service.press(press(verb, on, **changes))  # type: ignore[arg-type]  # checked by Press
    await at.shown(receipt.job.id)
    return generation_id(receipt.job.id, 0)


async def test_a_pass_works_on_the_stored_lossless_result(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        first = await made(at)
        generation = await at.store.generation(first)
        assert generation
        await pressed(at, Verb.CHAIN, first)
        assert at.engine.requests[1].source == at.images.path(generation.image)
        with Image.open(io.BytesIO(await at.images.get(generation.image))) as stored:
            assert stored.format == "PNG"


async def test_only_more_of_the_same_keeps_the_palette(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        first = await made(at, prompt="a storm", style="oil")
        second = await pressed(at, Verb.CHAIN, first)
        other = await pressed(at, Verb.CHAIN, second, prompt="at night")
        await pressed(at, Verb.RERUN, second, strengths=(0.7,))
        await pressed(at, Verb.RERUN, other, strengths=(0.7,))
        await pressed(at, Verb.EDIT, other, prompt="a storm")
        await pressed(at, Verb.RERUN, first, strengths=(0.7,))
        assert [asked.keep_palette for asked in at.engine.requests] == [False, True, False, True, False, True, False]


async def test_another_picture_in_a_chain_keeps_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        first = await made(at)
        await pressed(at, Verb.CHAIN, first, source=request().source)
        assert not at.engine.requests[1].keep_palette


async def test_the_guard_can_be_turned_off(tmp_path: Path) -> None:
    async with bench(tmp_path, guard_chains=False) as at:
        await pressed(at, Verb.CHAIN, await made(at))
        assert not at.engine.requests[1].keep_palette


async def test_advice_is_one_quiet_line_that_is_not_repeated(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        receipt = await at.service.submit(request(prompt="a dog", source=SHARP))
        card = await at.shown(receipt.job.id)
        assert card.notes == ("Tip: name a style, e.g. oil painting. See /styles.",)
        again = await at.service.submit(request(prompt="a cat", source=SHARP))
        assert (await at.shown(again.job.id)).notes == ()
        pale = await at.service.submit(request(prompt="a cat"))
        assert "contrast" in (await at.shown(pale.job.id)).notes[0]
        others = await at.service.submit(request("ben", prompt="a cat", locale="de", source=SHARP))
        assert (await at.shown(others.job.id)).notes[0].startswith("Tipp:")


async def test_a_chain_without_style_words_is_told_of_less_strength_and_its_reruns_of_nothing(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as at:
        first = await made(at, prompt="an oil painting")
        receipt = await at.service.press(press(Verb.CHAIN, first, prompt="sharper trees"))
        assert "0.35" in (await at.shown(receipt.job.id)).notes[0]
        rerun = await at.service.press(press(Verb.RERUN, generation_id(receipt.job.id, 0), "ben", strengths=(0.9,)))
        assert (await at.shown(rerun.job.id)).notes == ()


async def test_advice_can_be_turned_off(tmp_path: Path) -> None:
    async with bench(tmp_path, advice=False) as at:
        receipt = await at.service.submit(request(prompt="a dog", source=SHARP))
        assert (await at.shown(receipt.job.id)).notes == ()


async def test_a_styles_guidance_holds_where_the_member_gives_none(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        await made(at, prompt="a dog", style="oil")
        await made(at, prompt="a dog", style="oil", guidance_scale=2.0)
        assert [asked.guidance_scale for asked in at.engine.requests] == [1.6, 2.0]
