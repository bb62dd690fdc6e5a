"""What the core does with structure control: which it admits, what it costs, which pictures it keeps for it."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.actions import Verb
from bot.domain.card import Card
from bot.domain.control import Control
from bot.domain.errors import Gone, InvalidRequest, PictureRefused
from bot.domain.ids import GenerationId, ImageId, generation_id
from bot.domain.job import JobStatus
from bot.domain.request import Action, Request
from bot.pages import details_page
from inference.api import ControlKind, ModelDefaults
from tests.builders.jobs import a_job
from tests.builders.pictures import drawing
from tests.builders.requests import asker, press, request, requester
from tests.fakes.engine import DEFAULTS, MODEL
from tests.harness.core import Bench, bench

CANNY = Control(kind=ControlKind.CANNY)


async def finished(at: Bench, wish: Request) -> tuple[GenerationId, Card]:
    receipt = await at.service.submit(wish)
    return generation_id(receipt.job.id, 0), await at.shown(receipt.job.id)


async def test_a_given_map_reaches_the_engine_decoded_and_is_repeated_by_a_rerun(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        first, card = await finished(at, request(control=CANNY, control_map=drawing((32, 48))))
        rerun = await at.service.press(press(Verb.RERUN, first, strengths=(0.9,)))
        await at.shown(rerun.job.id)

        assert "control canny, from a given map" in card.facts
        one, other = (made.control for made in at.engine.requests)
        assert one == other
        assert one is not None
        assert one.map is not None
        assert one.map.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("models", "sentence"),
    [
        ({MODEL: DEFAULTS}, "The model 'fake' cannot keep pose: choose from canny or scribble."),
        (
            {MODEL: replace(DEFAULTS, controls=())},
            (
                "The model 'fake' can't keep structure. Leave control out, or ask the bot's owner for a model of the "
                "families Stable Diffusion, FLUX.1 or Qwen-Image with ControlNets."
            ),
        ),
        (
            {MODEL: DEFAULTS, "big": replace(DEFAULTS, controls=(ControlKind.POSE,))},
            "The model 'fake' cannot keep pose: choose the model big for that.",
        ),
    ],
)
async def test_a_kind_that_the_model_lacks_is_refused_with_the_way_out(
    tmp_path: Path, models: dict[str, ModelDefaults], sentence: str
) -> None:
    async with bench(tmp_path) as at:
        at.engine.offer(**models)
        with pytest.raises(InvalidRequest) as refusal:
            await at.service.submit(request(control=Control(kind=ControlKind.POSE)))
        assert str(refusal.value) == sentence


async def test_a_map_that_is_no_picture_or_is_gone_is_refused_and_nothing_is_stored(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        with pytest.raises(PictureRefused, match=r"^The control map cannot be used\. "):
            await at.service.submit(request(control=CANNY, control_map=b"no picture"))
        with pytest.raises(Gone, match="control map is not kept"):
            await at.service.submit(request(control=replace(CANNY, map=ImageId("0" * 64))))
        assert await at.store.jobs_of("fake:ann", limit=9) == []


async def test_a_map_alone_needs_no_words_but_a_kind(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        drawn, card = await finished(at, request(action=Action.MAP, prompt="", control=CANNY, source=drawing()))

        assert card.headline == "The map"
        assert card.facts == ("control canny",)
        assert card.pictures[0].alt == "Control map (canny)"
        assert [[button.verb for button in row] for row in card.buttons] == [
            [Verb.ASK_MAP, Verb.DETAILS, Verb.DELETE]
        ]
        with pytest.raises(InvalidRequest, match="Say which control map to draw"):
            request(action=Action.MAP, prompt="")
        used = await at.service.press(press(Verb.USE_MAP, drawn, prompt="a boat"))
        card = await at.shown(used.job.id)
        assert card.headline == "Done"
        page = details_page(await at.service.results.describe(used.job.id, by=asker()), now=0.0, locale="en")
        assert [button.verb for button in page.buttons] == [Verb.COMPARE, Verb.ORIGINAL, Verb.REPORT, Verb.SHOW_MAP]
        made = await at.store.generation(drawn)
        assert made is not None
        assert used.job.recipes[0].control == replace(CANNY, map=made.image)
        assert used.job.source == made.source


async def test_a_map_waits_for_no_picture(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.hold()
        running = await at.service.submit(request())
        await at.shown(running.job.id, JobStatus.RUNNING)
        looked = await at.service.submit(request("ben", action=Action.MAP, control=CANNY, source=drawing()))
        assert (await at.shown(looked.job.id)).headline == "The map"
        assert [made.map_only for made in at.engine.requests] == [False, True]
        await at.engine.release()
        await at.shown(running.job.id)


async def test_a_map_goes_before_the_members_own_pictures(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.hold()
        running = await at.service.submit(request())
        await at.shown(running.job.id, JobStatus.RUNNING)
        waiting = [await at.service.submit(request()) for _ in range(2)]
        looked = await at.service.submit(request(action=Action.MAP, control=CANNY, source=drawing()))
        assert looked.waiting is not None
        assert looked.waiting.position == 1
        await at.engine.release()
        await at.shown(waiting[-1].job.id)
        assert [made.map_only for made in at.engine.requests] == [False, True, False, False]


async def test_two_presses_that_differ_in_control_are_two_wishes(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        first, _ = await finished(at, request(control=CANNY, source=drawing()))
        at.engine.hold()
        plain = await at.service.press(press(Verb.EDIT, first))
        same = await at.service.press(press(Verb.EDIT, first))
        other = await at.service.press(press(Verb.EDIT, first, control_scale=0.5))
        assert same.job.id == plain.job.id
        assert other.job.id != plain.job.id
        await at.engine.release()


async def test_a_given_map_is_exported_kept_and_forgotten_with_its_job(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        _, _ = await finished(at, request(control=CANNY, control_map=drawing((32, 48))))
        [job] = await at.store.jobs_of("fake:ann", limit=9)
        control = job.recipes[0].control
        assert control is not None
        assert control.map in await at.store.referenced_images()
        with zipfile.ZipFile(io.BytesIO(await at.service.export(requester(), max_bytes=10_000_000))) as file:
            assert f"pictures/{control.map}.png" in file.namelist()
            [told] = json.loads(file.read("jobs.json"))["jobs"]
            assert told["recipes"][0]["control"]["kind"] == "canny"
        await at.service.removal.forget(requester())
        assert await at.store.referenced_images() == frozenset()


def test_control_costs_a_little_more_and_a_map_next_to_nothing() -> None:
    plain = a_job()
    [recipe] = plain.recipes
    controlled = replace(plain, recipes=(replace(recipe, control=CANNY),))
    halfway = replace(plain, recipes=(replace(recipe, control=replace(CANNY, end=0.5)),))
    drawn = replace(plain, recipes=(replace(recipe, control=CANNY, map_only=True),))
    assert plain.unit_cost(0) < halfway.unit_cost(0) < controlled.unit_cost(0) < 1.5 * plain.unit_cost(0)
    assert 0 < drawn.unit_cost(0) < plain.unit_cost(0) / 100
