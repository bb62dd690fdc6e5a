"""What pages show, and what they read back."""

import re
from dataclasses import replace

import pytest
from aiohttp.test_utils import make_mocked_request

from adapters.web.incoming import FormStart, Submitted
from adapters.web.pages import _environment
from adapters.web.views import JobView, Offers, form_view, history, job_view, said_by
from adapters.web.words import locale_of
from bot.domain.errors import InvalidRequest
from bot.domain.ids import GenerationId, JobId, generation_id
from bot.domain.job import JobStatus, Lineage
from bot.domain.options import Options
from bot.domain.safety import Safety
from bot.domain.strength import SWEEP_STRENGTHS
from bot.rendering import render
from bot.results import Description
from bot.texts import LANGUAGES, text
from tests.builders.jobs import a_generation, a_job

OFFERS = Offers(styles={}, models=["pocket"], controls=["canny"])


def submitted(**fields: str) -> Submitted:
    return Submitted(fields=fields, files={})


def test_options_come_back_from_the_form_that_shows_them() -> None:
    options = Options(
        prompt="oil", strengths=(0.55,), seed=7, steps=9, guidance_scale=2.5, style="", negative_prompt="x"
    )
    assert submitted(start="edit", **said_by(options)).options() == options


def test_an_empty_field_says_nothing_of_a_new_picture_and_lets_go_of_what_a_result_had() -> None:
    assert submitted(prompt="oil", style="", seed="", negative_prompt="").options() == Options(prompt="oil")
    assert submitted(start="edit", of="x", prompt="oil", style="", seed="").options() == Options(
        prompt="oil", style=""
    )


def test_a_sweep_has_the_usual_strengths_whatever_the_slider_says() -> None:
    assert submitted(prompt="oil", strengths="0.2", make="sweep").options().strengths == SWEEP_STRENGTHS


def test_a_value_out_of_range_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        submitted(prompt="oil", steps="1000").options()


def test_a_picture_that_is_sent_along_is_what_is_meant() -> None:
    assert Submitted(fields={"start": "chain"}, files={"picture": b"x"}).start is FormStart.UPLOAD
    assert submitted(start="chain").start is FormStart.CHAIN
    assert submitted(start="anything").start is FormStart.UPLOAD


def test_the_same_form_is_the_same_event_and_a_changed_one_is_not() -> None:
    once = submitted(nonce="n", prompt="oil")
    assert once.event_id("ann") == submitted(prompt="oil", nonce="n").event_id("ann")
    others = [submitted(nonce="n", prompt="ink"), submitted(prompt="oil")]
    assert len({once.event_id("ann"), once.event_id("bob"), *(each.event_id("ann") for each in others)}) == 4


def test_a_form_has_a_field_for_every_option_in_every_language() -> None:
    for language in LANGUAGES:
        form = form_view(OFFERS, {}, language, nonce="n")
        assert {"seed", "steps", "guidance_scale", "negative_prompt", "control_scale"} <= {
            box.name for box in form.boxes
        }
        assert all(box.label and box.what for box in form.boxes)
    assert "control_scale" not in {
        box.name for box in form_view(replace(OFFERS, controls=[]), {}, "en", nonce="n").boxes
    }


def test_history_hangs_what_was_made_from_a_result_under_it() -> None:
    root, child, other = (replace(a_job(), id=JobId(letter * 22)) for letter in "ABC")
    child = replace(child, lineage=Lineage(parent=GenerationId(f"{root.id}.0")))
    [first, second] = history([other, child, root], {}, current=child.id, locale="en")
    assert (first.job, second.job) == (other.id, root.id)
    assert [(each.job, each.current) for each in second.children] == [(child.id, True)]
    [alone] = history([child], {}, current=None, locale="en")  # its parent is older than the list
    assert alone.job == child.id


def test_history_shows_the_pictures_that_are_kept_and_nothing_of_deleted_results() -> None:
    swept, kept, deleted = (replace(a_job(), status=JobStatus.SUCCEEDED) for _ in range(3))
    made = {swept.id: None, kept.id: a_generation(kept)}
    shown = history([swept, kept, deleted], made, current=None, locale="en")
    assert {each.job: each.picture for each in shown} == {swept.id: None, kept.id: generation_id(kept.id, 0)}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("pt,fr;q=0.4,ja;q=0.6", "ja"),
        ("", "en"),
        ("xx;q=odd, es", "es"),
        ("en; q=0.2, fr ; q=0.9", "fr"),
        ("zh", "en"),
    ],
)
def test_the_language_is_the_browsers(header: str, language: str) -> None:
    assert locale_of(make_mocked_request("GET", "/", headers={"Accept-Language": header})) == language


@pytest.mark.parametrize("spoiler", [False, True])
def test_pictures_of_a_spoiler_are_blurred_until_who_looks_on_says_otherwise(spoiler: bool) -> None:
    job = replace(a_job(), status=JobStatus.SUCCEEDED, lineage=Lineage(spoiler=spoiler))
    made = [replace(a_generation(job), lineage=job.lineage)]
    described = Description(job=job, generations=made, ancestors=())
    view = job_view(described, render(job, made), index=0, locale="en")
    page = staged(view)
    assert view.spoiler is spoiler
    assert ("Show the spoiler" in page) is spoiler
    assert len(re.findall(r'<img class="(?:before|after) spoiler"', page)) == 2 * spoiler
    [branch] = history([job], {job.id: made[0]}, current=None, locale="en")
    assert branch.spoiler is spoiler


def staged(view: JobView) -> str:
    shown = _environment().from_string('{% from "stage.html" import stage %}{{ stage(job, t, nonce, goes) }}')
    values = {"job": view, "nonce": "n", "goes": ""}
    return shown.render(values, t=lambda key, **said: text("en", key, **said), stamp=str)


def test_what_the_classifier_wants_blurred_is_blurred_in_the_history_too() -> None:
    job = replace(a_job(), status=JobStatus.SUCCEEDED)
    made = replace(a_generation(job), safety=Safety(spoiler=True))
    [branch] = history([job], {job.id: made}, current=None, locale="en")
    assert branch.spoiler


def test_an_unsafe_source_beside_a_safe_result_is_blurred_alone() -> None:
    job = replace(a_job(), status=JobStatus.SUCCEEDED)
    made = [replace(a_generation(job), safety=Safety(source_hidden=True))]
    described = Description(job=job, generations=made, ancestors=())
    page = staged(job_view(described, render(job, made), index=0, locale="en"))
    assert re.findall(r'<img class="(before|after)( spoiler)?"', page) == [("before", " spoiler"), ("after", "")]
    assert "Show the spoiler" in page


def test_a_tip_names_no_command_that_pages_lack() -> None:
    job = replace(a_job(), status=JobStatus.SUCCEEDED, notes=(text("en", "advice-no-style"),))
    made = [a_generation(job)]
    described = Description(job=job, generations=made, ancestors=())
    page = staged(job_view(described, render(job, made), index=0, locale="en"))
    assert "See “Styles”." in page
    assert "/styles" not in page


def test_numbers_are_written_as_the_language_writes_them() -> None:
    job = a_job(strengths=(0.35,))
    made = [replace(a_generation(job), seconds=3.25)]
    described = Description(job=job, generations=made, ancestors=())
    view = job_view(described, render(job, made), index=0, locale="de")
    assert [view.details[1], dict(view.details)["Sekunden"]] == [("Stärke", "0,35"), "3,2"]


def test_strength_is_explained_away_for_a_model_that_follows_instructions() -> None:
    offers = Offers(styles={}, models=["pocket", "editor"], controls=[], editors=frozenset({"editor"}))
    form = form_view(offers, {"model": "editor"}, "en", nonce="n")
    assert (form.editing, [each.edits for each in form.models]) == (True, [False, True])
    assert not form_view(offers, {}, "en", nonce="n").editing
