"""What members look up, as values."""

from dataclasses import replace

import pytest

from bot.domain.card import Waiting
from bot.domain.control import Control
from bot.domain.job import Recipe
from bot.domain.options import OPTIONS
from bot.domain.place import PlaceSettings, RemixPolicy
from bot.domain.style import Style
from bot.pages import Ink, Page, Part, details_page, help_page, queue_page, recent_page, settings_page, worded
from bot.rendering import facts
from bot.results import Description
from bot.service import QueueView
from bot.style_pages import styles_page
from bot.texts import LANGUAGES
from inference.api import ControlKind, Lora
from tests.builders.jobs import a_generation, a_job

NOW = 1000.0
SHOUT = "**@everyone** <#C1> `x`"


def read(page: Page) -> str:
    """A page as plain text."""
    return "\n".join("".join(part.text for part in row.parts) for row in page.rows)


def details(description: Description, locale: str = "en") -> str:
    return read(details_page(description, now=NOW, locale=locale))


def test_strength_is_told_only_if_it_means_something() -> None:
    job = a_job()
    made, above = a_generation(job), a_generation(a_job())
    told = details(Description(job=job, generations=[made], ancestors=[above]))
    assert "Balanced 0.5 · seed 7" in told
    assert "Balanced 0.5: 512x384" in told
    assert "an oil painting (0.5), " in told
    editor = replace(job.recipes[0], uses_strength=False)
    edited, above = replace(job, recipes=(editor,)), replace(above, recipe=editor)
    told = details(Description(job=edited, generations=[replace(made, recipe=editor)], ancestors=[above]), "de")
    assert "bearbeitet nach Anweisung · Seed 7" in told
    assert "0.5" not in told


def test_details_tell_every_option_of_a_recipe() -> None:
    recipe = replace(
        a_job().recipes[0],
        negative_prompt="people",
        style="ink",
        loras=(Lora("clay", 0.5),),
        control=Control(kind=ControlKind.DEPTH, scale=0.5, start=0.25),
    )
    told = details(Description(job=replace(a_job(), recipes=(recipe,)), generations=[], ancestors=[]))
    for said in ("people", "ink", "clay:0.5", "depth", "0.5", "0.25", recipe.model, "seed 7", f"{recipe.steps}"):
        assert said in told


def test_a_card_leaves_to_details_what_its_small_print_has() -> None:
    recipe = a_job().recipes[0]
    assert facts((recipe,), "en") == ("Balanced 0.5", "seed 7")
    more = {row.name for row in OPTIONS if row.detail}
    assert more == {"steps", "guidance_scale", "model"}
    assert len(facts((recipe,), "en", every=True)) == 2 + len(more)


def test_a_map_tells_its_structure_alone() -> None:
    recipe: Recipe = replace(a_job().recipes[0], map_only=True, prompt="", control=Control(kind=ControlKind.POSE))
    assert facts((recipe,), "en") == ("control pose",)


def test_what_others_may_not_see_has_no_words_and_no_id() -> None:
    job = a_job()
    told = details_page(Description(job=job, generations=[], ancestors=[None]), now=NOW, locale="en")
    assert "".join(part.text for part in told.rows[-1].parts) == "another member's picture"


def test_people_s_words_are_parts_of_their_own() -> None:
    job = replace(a_job(), recipes=(replace(a_job().recipes[0], prompt=SHOUT, negative_prompt=SHOUT),), error=SHOUT)
    view = QueueView(mine=[(job, None)], jobs=1)
    pages = [
        details_page(Description(job=job, generations=[], ancestors=[a_generation(job)]), now=NOW, locale="en"),
        queue_page(view, now=NOW, locale="en", most=5),
        recent_page([job], "en"),
        styles_page({"x": Style(name="x", prompt=SHOUT)}, "en"),
        settings_page(PlaceSettings(style=SHOUT, blocked=(SHOUT,)), Part("here"), locale="en"),
    ]
    for page in pages:
        found = [part for row in page.rows for part in row.parts if "@everyone" in part.text]
        assert found
        assert {part.ink for part in found} == {Ink.WORDS}


def test_a_private_mark_in_people_s_words_is_theirs() -> None:
    parts = worded("en", "info-status", status="done", when=Part("now"), name=Part("\ue000\ue001", Ink.WORDS))
    assert parts == (
        Part("done", Ink.STRONG),
        Part(" · asked "),
        Part("now"),
        Part(" by "),
        Part("\ue000\ue001", Ink.WORDS),
    )


def test_the_queue_says_when() -> None:
    job = a_job()
    waits = Waiting(position=2, expected_at=NOW + 90, expected_late=None)
    page = queue_page(QueueView(mine=[(job, waits), (job, None)], jobs=3), now=NOW, locale="en", most=5)
    assert read(page).splitlines() == [
        "an oil painting: number 2 in line, ready in about 2 minutes",
        "an oil painting: running now",
        "3 in the queue",
    ]
    moment = next(part for part in page.rows[0].parts if part.ink is Ink.MOMENT)
    assert moment.at == NOW + 90
    assert [row.button.label for row in page.rows if row.button] == ["Cancel", "Cancel"]


def test_the_queue_says_how_many_devices_work_if_there_are_several() -> None:
    def last(devices: int, working: int) -> str:
        view = QueueView(mine=[], jobs=3, devices=devices, working=working)
        return read(queue_page(view, now=NOW, locale="en", most=5)).splitlines()[-1]

    assert "devices" not in last(1, 1)
    assert last(4, 3) == "3 of 4 devices make pictures."
    assert last(1, 0) == "No device makes pictures right now; what waits is kept and made when one is back."


def test_no_more_jobs_are_listed_than_there_is_room_for() -> None:
    view = QueueView(mine=[(a_job(number=number), None) for number in range(4)], jobs=4)
    page = queue_page(view, now=NOW, locale="en", most=5, uncollected=[a_job(number=number) for number in (7, 8, 9)])
    assert [row.button.label for row in page.rows if row.button] == ["Cancel"] * 4 + ["Collect"]


@pytest.mark.parametrize("locale", LANGUAGES[1:])
def test_a_page_in_another_language_has_no_line_of_the_english_one(locale: str) -> None:
    job = a_job()
    settings = PlaceSettings(
        strength=0.5, style="ink", model="m", private=True, remix=RemixPolicy.OWN, channels=("C1",), roles=("R1",)
    )

    def lines(locale: str) -> set[str]:
        pages = [
            details_page(
                Description(job=job, generations=[a_generation(job)], ancestors=[None]), now=NOW, locale=locale
            ),
            queue_page(QueueView(mine=[(job, None)], jobs=1), now=NOW, locale=locale, most=5),
            queue_page(QueueView(mine=[], jobs=0), now=NOW, locale=locale, most=5),
            recent_page([job], locale),
            recent_page([], locale),
            styles_page({}, locale),
            help_page(locale, "help", maps=True),
            help_page(locale, "slack-help", maps=True),
            settings_page(settings, Part("C1", Ink.CHANNEL), locale=locale),
            settings_page(PlaceSettings(), Part("C1", Ink.CHANNEL), locale=locale),
        ]
        return {page.title for page in pages} | {line for page in pages for line in read(page).splitlines()}

    shared = lines(locale) & lines("en") - {"Styles", "an oil painting"}
    assert not {line for line in shared if not line.startswith(("id ", "/queue", "/sweep", "style ", "`/sweep`"))}
