import asyncio
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.actions import Verb
from bot.domain.errors import Gone, InvalidRequest, LimitReached, NotAllowed, PictureRefused
from bot.domain.ids import GenerationId, generation_id
from bot.domain.job import Job, JobStatus
from bot.domain.limits import Limits
from bot.domain.lora import LoraWish
from bot.domain.options import MAX_SEED
from bot.domain.place import PlaceSettings
from bot.domain.request import Action
from bot.domain.rules import with_defaults
from inference.api import Lora
from tests.builders.places import set_to
from tests.builders.requests import asker, press, request, requester
from tests.fakes.engine import DEFAULTS, MODEL
from tests.harness.core import Bench, bench


async def finished(at: Bench, **changes: object) -> GenerationId:
    receipt = await at.service.submit(request(**changes))  # type: ignore[arg-type]  # checked by Request
    await at.shown(receipt.job.id)
    return generation_id(receipt.job.id, 0)


async def test_a_request_becomes_a_picture_in_the_message_it_was_promised_in(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        receipt = await at.service.submit(request(prompt="a  watercolour\u202e\n", strengths=(0.7,), seed=5))
        card = await at.shown(receipt.job.id)

        assert card.prompt == "a watercolour"
        assert card.mention
        assert "Strong 0.7" in card.facts
        assert "seed 5" in card.facts
        assert len(card.pictures) == 1
        assert len(await at.images.get(card.pictures[0].image)) > 100
        assert "a watercolour" in card.pictures[0].alt
        [message] = at.chat.of(receipt.job.id)
        assert message.cards[0].status in {JobStatus.QUEUED, JobStatus.RUNNING}
        labels = [button.label for row in card.buttons for button in row]
        assert labels == [
            "Subtle 0.3",
            "Balanced 0.5",
            "Strong 0.7",
            "Reimagine 0.9",
            "Sweep",
            "Chain",
            "Reroll",
            "Edit",
            "Details",
            "Delete",
        ]


async def test_the_same_event_makes_one_job(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        first = await at.service.submit(request(event="fake:once"))
        again = await at.service.submit(request(event="fake:once"))

        assert again.duplicate
        assert again.job.id == first.job.id
        await at.shown(first.job.id)
        assert len(at.engine.requests) == 1


async def test_five_clicks_make_one_job_and_a_later_one_makes_another(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        parent = await finished(at)
        at.engine.hold()
        clicks = await asyncio.gather(
            *(at.service.press(press(Verb.RERUN, parent, strengths=(0.7,))) for _ in range(5)),
        )
        other = await at.service.press(press(Verb.RERUN, parent, strengths=(0.9,)))
        somebody = await at.service.press(press(Verb.RERUN, parent, "bob", strengths=(0.7,)))

        assert len({click.job.id for click in clicks}) == 1
        assert [click.duplicate for click in clicks].count(False) == 1
        assert not other.duplicate
        assert not somebody.duplicate
        assert somebody.job.requester.user == "bob"
        await at.engine.release()
        await at.shown(somebody.job.id)


@pytest.mark.parametrize(
    "changes",
    [
        {"negative_prompt": "people"},
        {"style": "oil"},
        {"seed": 8},
        {"private": True},
        {"steps": 7},
        {"guidance_scale": 3.0},
    ],
    ids=str,
)
async def test_an_edit_of_anything_is_no_second_click(tmp_path: Path, changes: dict[str, object]) -> None:
    async with bench(tmp_path) as at:
        parent = await finished(at, seed=7)
        at.engine.hold()
        plain = await at.service.press(press(Verb.EDIT, parent, prompt="at night"))
        edited = await at.service.press(press(Verb.EDIT, parent, prompt="at night", **changes))  # type: ignore[arg-type]  # checked by Press
        again = await at.service.press(press(Verb.EDIT, parent, prompt="at night", **changes))  # type: ignore[arg-type]  # checked by Press

        assert edited.job.id != plain.job.id
        assert again.job.id == edited.job.id
        await at.engine.release()
        await at.shown(edited.job.id)


async def test_rerun_keeps_the_seed_reroll_does_not_and_a_chain_starts_from_the_result(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        parent = await finished(at, seed=7)
        stored = await at.store.generation(parent)
        assert stored is not None

        rerun = (await at.service.press(press(Verb.RERUN, parent, strengths=(0.9,)))).job
        reroll = (await at.service.press(press(Verb.REROLL, parent))).job
        chain = (await at.service.press(press(Verb.CHAIN, parent, prompt="at night"))).job

        assert (rerun.source, rerun.recipes[0].seed, rerun.recipes[0].strength) == (stored.source, 7, 0.9)
        assert reroll.recipes[0].seed != 7
        assert (chain.source, chain.recipes[0].prompt) == (stored.image, "at night")
        assert [job.lineage.depth for job in (rerun, reroll, chain)] == [1, 1, 2]
        assert all(job.lineage.root == parent for job in (rerun, reroll, chain))
        await at.shown(chain.id)
        described = await at.service.results.describe(chain.id, by=asker())
        assert [ancestor and ancestor.id for ancestor in described.ancestors] == [parent]


async def test_a_sweep_shows_one_picture_per_strength_from_one_seed(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        receipt = await at.service.submit(request(action=Action.SWEEP))
        card = await at.shown(receipt.job.id)

        assert [picture.label for picture in card.pictures] == [f"strength {s}" for s in (0.3, 0.5, 0.7, 0.9)]
        assert len({picture.image for picture in card.pictures}) == 4
        assert len({asked.seed for asked in at.engine.requests}) == 1
        assert all(picture.button and picture.button.verb is Verb.KEEP for picture in card.pictures)


async def test_several_pictures_of_one_wish_count_their_seeds_up_and_each_is_gone_on_from(tmp_path: Path) -> None:
    async with bench(tmp_path, limits=Limits(per_user_per_day=5)) as at:
        receipt = await at.service.submit(request(count=3, seed=MAX_SEED - 1, strengths=(0.5,)))
        card = await at.shown(receipt.job.id)

        assert [asked.seed for asked in at.engine.requests] == [MAX_SEED - 1, MAX_SEED, 0]
        assert [picture.label for picture in card.pictures] == [
            f"{number}: seed {seed}" for number, seed in ((1, MAX_SEED - 1), (2, MAX_SEED), (3, 0))
        ]
        assert f"seeds {MAX_SEED - 1}, {MAX_SEED}, 0" in card.facts
        assert "Balanced 0.5" in card.facts
        assert [each.button and each.button.label for each in card.pictures] == ["Keep #1", "Keep #2", "Keep #3"]
        again = await at.service.press(press(Verb.RERUN, card.pictures[1].generation, strengths=(0.9,)))
        assert [(each.seed, each.strength) for each in again.job.recipes] == [(MAX_SEED, 0.9)]
        with pytest.raises(LimitReached):  # each of them is one of the day's
            await at.service.submit(request(count=2))


async def test_strengths_and_several_pictures_go_together_within_the_owners_bound(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False, limits=Limits(per_request=4)) as at:
        job = (await at.service.submit(request(count=2, seed=1, strengths=(0.3, 0.7)))).job
        assert [(each.strength, each.seed) for each in job.recipes] == [(0.3, 1), (0.3, 2), (0.7, 1), (0.7, 2)]
        with pytest.raises(LimitReached, match="4 pictures at most"):
            await at.service.submit(request(count=3, strengths=(0.3, 0.7)))


async def test_refine_is_gentle_unless_told_otherwise(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False) as at:
        assert (await at.service.submit(request(action=Action.REFINE))).job.recipes[0].strength == 0.35
        told = await at.service.submit(request(action=Action.REFINE, strengths=(0.2,)))
        assert told.job.recipes[0].strength == 0.2


async def test_a_picture_that_cannot_be_read_leaves_nothing_behind(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False) as at:
        with pytest.raises(PictureRefused):
            await at.service.submit(request(source=b"no picture"))

        assert await at.store.open_jobs() == []
        assert len(at.core.queue) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": " "},
        {"prompt": "\u200b\u202e"},
        {"prompt": "x" * 2001},
        {"strengths": (1.5,)},
        {"strengths": (float("nan"),)},
        {"seed": -2},
        {"steps": 0},
        {"guidance_scale": 99.0},
        {"model": "unheard-of"},
        {"style": "unheard-of"},
        {"strengths": (0.5,) * 9},
    ],
)
async def test_what_is_out_of_range_is_refused_in_one_sentence(tmp_path: Path, changes: dict[str, object]) -> None:
    async with bench(tmp_path, start=False) as at:
        with pytest.raises(InvalidRequest) as refusal:
            await at.service.submit(request(**changes))  # type: ignore[arg-type]  # wrong on purpose

        assert "\n" not in str(refusal.value)
        assert str(refusal.value).endswith(".")


async def test_a_member_has_only_so_many_jobs_waiting_even_when_asking_all_at_once(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False, limits=Limits(pending_per_user=3, per_user_per_day=0)) as at:
        answers = await asyncio.gather(*(at.service.submit(request()) for _ in range(10)), return_exceptions=True)

        refused = [answer for answer in answers if isinstance(answer, LimitReached)]
        assert len(refused) == 7
        assert "3" in str(refused[0])
        await at.service.submit(request("bob"))


async def test_the_daily_quota_counts_pictures_and_gives_back_what_was_cancelled(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False, limits=Limits(pending_per_user=9, per_user_per_day=5)) as at:
        sweep = await at.service.submit(request(action=Action.SWEEP))
        await at.service.submit(request())
        with pytest.raises(LimitReached, match="24 hours"):
            await at.service.submit(request())

        await at.service.removal.cancel(sweep.job.id, by=asker())
        await at.service.submit(request(action=Action.SWEEP))


async def test_a_full_queue_refuses_before_anything_is_written(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False, max_jobs=2) as at:
        for user in ("ann", "bob"):
            await at.service.submit(request(user))
        with pytest.raises(LimitReached, match="full"):
            await at.service.submit(request("cat"))

        assert len(await at.store.open_jobs()) == 2


async def test_a_waiting_job_is_cancelled_at_once_and_never_runs(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.hold()
        first = (await at.service.submit(request("bob"))).job
        waiting = (await at.service.submit(request())).job
        await at.service.removal.cancel(waiting.id, by=asker())
        await at.shown(waiting.id, JobStatus.CANCELLED)
        await at.engine.release()
        await at.shown(first.id)

        assert len(at.engine.requests) == 1
        with pytest.raises(Gone, match="ended already"):
            await at.service.removal.cancel(waiting.id, by=asker())


async def test_a_running_job_is_cancelled_within_a_step(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.hold()
        job = (await at.service.submit(request(action=Action.SWEEP))).job
        await at.engine.until_running(f"{generation_id(job.id, 0)}-1")
        await at.service.removal.cancel(job.id, by=asker())
        card = await at.shown(job.id, JobStatus.CANCELLED)
        after = (await at.service.submit(request())).job
        await at.engine.release()
        await at.shown(after.id)

        assert card.pictures == ()
        assert len(at.engine.requests) == 2
        stored = await at.store.job(job.id)
        assert stored is not None
        assert stored.status is JobStatus.CANCELLED


async def test_a_job_that_is_deleted_while_it_runs_is_stopped(tmp_path: Path) -> None:
    """A sweep whose first picture went would never have all of them, and so never end."""
    async with bench(tmp_path) as at:
        job = (await at.service.submit(request(action=Action.SWEEP))).job
        while not await at.store.generations(job.id):
            await asyncio.sleep(0)
        at.engine.hold()
        await at.service.removal.delete(generation_id(job.id, 0), by=asker())
        await at.engine.release()
        await at.shown(job.id, JobStatus.CANCELLED)

        assert await at.store.generations(job.id) == []


async def test_only_the_owner_or_a_moderator_stops_a_job(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False) as at:
        job = (await at.service.submit(request())).job
        with pytest.raises(NotAllowed):
            await at.service.removal.cancel(job.id, by=asker("bob"))
        await at.service.removal.cancel(job.id, by=asker("bob", moderates=True))


async def test_a_result_that_is_gone_says_what_to_do(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False) as at:
        with pytest.raises(Gone, match="send the picture again"):
            await at.service.press(press(Verb.RERUN, GenerationId("x" * 22 + ".0")))


async def test_deleting_a_result_counts_what_others_made_from_it(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        parent = await finished(at)
        mine = (await at.service.press(press(Verb.RERUN, parent, strengths=(0.9,)))).job
        await at.shown(mine.id)
        theirs = (await at.service.press(press(Verb.CHAIN, parent, "bob"))).job
        await at.shown(theirs.id)
        assert await at.service.removal.delete(generation_id(mine.id, 0), by=asker()) == 0
        assert await at.service.removal.delete(parent, by=asker()) == 1


async def test_a_member_who_wants_to_be_forgotten_is(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        parent = await finished(at)
        at.engine.hold()
        running = (await at.service.submit(request())).job
        others = (await at.service.submit(request("bob"))).job
        await at.service.removal.forget(requester())
        await at.engine.release()
        await at.shown(others.id)

        assert list(await at.service.recent(requester())) == []
        while at.chat.of(running.id):  # its message is taken away
            await asyncio.sleep(0.01)
        with pytest.raises(Gone):
            await at.service.press(press(Verb.RERUN, parent))


async def test_a_job_that_ends_by_itself_just_now_does_not_keep_its_member_from_being_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(tmp_path) as at:
        at.engine.hold()
        job = (await at.service.submit(request())).job
        open_jobs = await at.store.open_jobs()
        await at.engine.release()
        await at.shown(job.id)

        async def as_they_were(_member: str) -> list[Job]:
            return list(open_jobs)

        monkeypatch.setattr(at.store, "open_jobs_of", as_they_were)
        assert (await at.service.removal.forget(requester())).jobs == 1


async def test_position_and_expectation_are_known_while_waiting(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        await finished(at)
        at.engine.hold()
        running = (await at.service.submit(request())).job
        await at.engine.until_running(f"{generation_id(running.id, 0)}-1")
        asked_at = at.core.clock.now()
        second = await at.service.submit(request())
        third = await at.service.submit(request())

        assert second.waiting is not None
        assert third.waiting is not None
        assert (second.waiting.position, third.waiting.position) == (1, 2)
        assert second.waiting.expected_at is not None
        assert third.waiting.expected_at is not None
        assert asked_at < second.waiting.expected_at < third.waiting.expected_at
        view = await at.service.status(requester())
        assert [job.id for job, _ in view.mine] == [running.id, second.job.id, third.job.id]
        assert view.jobs == 2
        await at.engine.release()
        await at.shown(third.job.id)


async def test_a_style_brings_its_words_and_its_strength(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        plain = (await at.service.submit(request(prompt="a cat", style="Oil"))).job
        await at.shown(plain.id)
        firm = (await at.service.submit(request(prompt="a cat", style="oil", strengths=(0.2,)))).job
        await at.shown(firm.id)

        assert [asked.prompt for asked in at.engine.requests] == ["a cat, oil painting"] * 2
        assert at.engine.requests[0].negative_prompt == "blurry"
        assert [asked.strength for asked in at.engine.requests] == [0.6, 0.2]
        assert (plain.recipes[0].prompt, plain.recipes[0].style) == ("a cat", "oil")


async def test_a_channel_overrides_its_server_and_only_what_exists_can_be_set(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False) as at:
        await at.service.places.change("server", set_to(PlaceSettings(strength=0.4, style="Oil", private=True)))
        await at.service.places.change("channel", set_to(PlaceSettings(strength=0.8, private=False)))

        holds = await at.service.places.settings("server", "channel")
        assert holds == PlaceSettings(strength=0.8, style="oil", private=False)
        for wrong in (PlaceSettings(strength=2.0), PlaceSettings(style="nope"), PlaceSettings(model="nope")):
            with pytest.raises(InvalidRequest):
                await at.service.places.change("server", set_to(wrong))


async def test_a_member_who_asks_for_one_picture_waits_for_the_running_one_only(tmp_path: Path) -> None:
    """One member submits a hundred jobs; another's single one runs right after what is on the device."""
    async with bench(tmp_path, max_jobs=200) as at:
        at.engine.hold()
        first = (await at.service.submit(request("hog"))).job
        await at.engine.until_running(f"{generation_id(first.id, 0)}-1")
        for _ in range(99):
            await at.service.submit(request("hog"))
        polite = (await at.service.submit(request("bob", prompt="mine"))).job
        assert polite.status is JobStatus.QUEUED
        await at.engine.release()
        await at.shown(polite.id)

        assert [asked.prompt for asked in at.engine.requests].index("mine") == 1


async def test_a_member_gets_everything_that_is_stored_about_them_and_nothing_of_others(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        mine = await finished(at, prompt="my words", seed=3)
        await at.shown((await at.service.submit(request("bob", prompt="his words"))).job.id)
        exported = await at.service.export(requester(), max_bytes=10_000_000)
        small = await at.service.export(requester(), max_bytes=5_000)

    with zipfile.ZipFile(io.BytesIO(exported)) as file:
        words = json.loads(file.read("jobs.json"))
        names = file.namelist()
    assert [job["recipes"][0]["prompt"] for job in words["jobs"]] == ["my words"]
    assert words["jobs"][0]["results"][0]["id"] == mine
    assert f"pictures/{words['jobs'][0]['results'][0]['image']}.png" in names
    assert words["pictures_left_out"] == []
    assert len(small) <= 5_000
    with zipfile.ZipFile(io.BytesIO(small)) as file:
        assert json.loads(file.read("jobs.json"))["pictures_left_out"]


ADAPTED = replace(DEFAULTS, loras=(Lora("ink", 0.7), Lora("clay")), licence="MIT")


async def test_adapters_get_their_usual_weight_and_are_shown_and_kept(tmp_path: Path) -> None:
    async with bench(tmp_path, defaults=ADAPTED) as at:
        wishes = (LoraWish("ink"), LoraWish("clay", 0.4))
        job = (await at.service.submit(request(loras=wishes))).job
        card = await at.shown(job.id)
        again = (await at.service.press(press(Verb.REROLL, generation_id(job.id, 0)))).job
        await at.shown(again.id)

        loras = (Lora("ink", 0.7), Lora("clay", 0.4))
        assert job.recipes[0].loras == again.recipes[0].loras == loras
        assert [asked.loras for asked in at.engine.requests] == [loras, loras]
        assert "adapters ink:0.7 clay:0.4" in card.facts


async def test_another_model_paints_a_result_with_its_own_steps_and_guidance(tmp_path: Path) -> None:
    turbo = replace(DEFAULTS, steps=2, guidance_scale=0.0)
    async with bench(tmp_path) as at:
        at.engine.offer(turbo=turbo)
        parent = await finished(at, steps=30, guidance_scale=5.0, style="oil")
        at.engine.hold()
        first = await at.service.press(press(Verb.EDIT, parent, model="turbo"))
        again = await at.service.press(press(Verb.EDIT, parent, model="turbo"))
        told = await at.service.press(press(Verb.EDIT, parent, model="turbo", steps=9))

        recipe = first.job.recipes[0]
        assert (recipe.model, recipe.steps, recipe.guidance_scale) == ("turbo", 2, 0.0)
        assert told.job.recipes[0].steps == 9
        assert again.duplicate, "what the model has by itself is the same wish"
        for job in (first.job, told.job):
            await at.service.removal.cancel(job.id, by=asker())
        await at.engine.release()


async def test_another_style_paints_a_result_with_its_own_guidance_and_strength(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        parent = await finished(at)
        edited = (await at.service.press(press(Verb.EDIT, parent, style="oil"))).job
        await at.shown(edited.id)
        chained = (await at.service.press(press(Verb.CHAIN, generation_id(edited.id, 0)))).job
        plain = (await at.service.press(press(Verb.EDIT, generation_id(edited.id, 0), style=""))).job

        made = [(job.recipes[0].strength, job.recipes[0].guidance_scale) for job in (edited, chained, plain)]
        assert made == [(0.6, 1.6), (0.6, 1.6), (0.5, 1.5)]
        await at.shown(plain.id)


async def test_an_unknown_adapter_is_refused_with_those_there_are(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False, defaults=ADAPTED) as at:
        with pytest.raises(InvalidRequest, match="no adapter 'silk': there is ink or clay"):
            await at.service.submit(request(loras=(LoraWish("silk"),)))


async def test_a_model_without_adapters_says_so(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False) as at:
        with pytest.raises(InvalidRequest, match="has no adapters: leave them out"):
            await at.service.submit(request(loras=(LoraWish("ink"),)))


async def test_a_model_that_edits_by_instruction_says_that_strength_does_not_apply(tmp_path: Path) -> None:
    async with bench(tmp_path, defaults=replace(DEFAULTS, uses_strength=False)) as at:
        job = (await at.service.submit(request(strengths=(0.3,)))).job
        card = await at.shown(job.id)
        copied = await at.shown((await at.service.submit(request(strengths=(0.0,)))).job.id)
        with pytest.raises(InvalidRequest, match="edits by instruction"):
            await at.service.submit(request(strengths=(0.3, 0.7)))

        assert "edited by instruction" in card.facts
        assert not any("strength 0.3" in fact for fact in card.facts)
        labels = [button.label for row in card.buttons for button in row]
        assert labels == ["Chain", "Reroll", "Edit", "Details", "Delete"]
        assert "Subtle 0" in copied.facts


async def test_a_sweep_of_strengths_that_a_model_does_not_tell_apart_is_refused(tmp_path: Path) -> None:
    async with bench(tmp_path, defaults=replace(DEFAULTS, levels=0), start=False) as at:
        with pytest.raises(InvalidRequest, match="at 2 steps some of these strengths make the same picture"):
            await at.service.submit(request(strengths=(0.3, 0.5, 0.9), steps=2))
        await at.service.submit(request(strengths=(0.3, 0.5, 0.7, 0.9), steps=4))


async def test_what_is_learnt_of_a_model_when_it_loads_holds_from_the_next_request_on(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.learn(slots=1, defaults=replace(DEFAULTS, steps=9, guidance_scale=3.0, controls=()))
        guessed = (await at.service.submit(request())).job
        await at.shown(guessed.id)
        known = (await at.service.submit(request())).job

        assert (guessed.recipes[0].steps, guessed.recipes[0].guidance_scale) == (4, 1.5)
        assert (known.recipes[0].steps, known.recipes[0].guidance_scale) == (9, 3.0)
        assert at.service.models[MODEL].controls == at.service.controls() == ()


async def test_a_place_may_allow_some_models_only(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False) as at:
        with pytest.raises(InvalidRequest, match="No model 'nope' here"):
            await at.service.places.change("server", set_to(PlaceSettings(models=("nope",))))
        await at.service.places.change("server", set_to(PlaceSettings(models=(MODEL,))))

        settings = await at.service.places.settings("server")
        assert with_defaults(request(), settings).options.model == MODEL
        with pytest.raises(NotAllowed, match=f"'other' isn't allowed here. Available: {MODEL}"):
            with_defaults(request(model="other"), settings)


def test_a_places_defaults_fill_what_was_left_open_and_nothing_else() -> None:
    settings = PlaceSettings(strength=0.8, style="oil")
    filled = with_defaults(request(), settings).options
    assert (filled.strengths, filled.style) == ((0.8,), "oil")
    assert with_defaults(request(style=""), settings).options.style == "", "no style was chosen"
    for action in (Action.SWEEP, Action.REFINE):
        assert with_defaults(request(action=action), settings).options.strengths is None, (
            "they have strengths of their own"
        )
