"""What goes into a row comes out of it, whatever people write."""

import json
import sqlite3
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from adapters.sqlite import codec, store
from adapters.sqlite.migrations import MIGRATIONS
from bot.domain.control import Control
from bot.domain.ids import GenerationId, ImageId, JobId
from bot.domain.job import Generation, Job, Lineage, Recipe
from bot.domain.place import PlaceSettings
from bot.domain.request import ReplyTarget, Requester
from inference.api import ControlKind, Lora
from tests.builders.jobs import a_generation, a_job

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # half surrogate pairs too: a chat may let them through
COLUMN_TEXT = st.text()
WHOLE = st.integers(0, 2**53)
REAL = st.floats(allow_nan=False, allow_infinity=False)

CONTROLS = st.builds(
    Control,
    kind=st.sampled_from(ControlKind),
    map=st.none() | COLUMN_TEXT.map(ImageId),
    scale=REAL,
    start=REAL,
    end=REAL,
)
RECIPES = st.builds(
    Recipe,
    prompt=ANY_TEXT,
    negative_prompt=ANY_TEXT,
    strength=REAL,
    seed=WHOLE,
    steps=WHOLE,
    guidance_scale=REAL,
    style=st.none() | ANY_TEXT,
    loras=st.lists(st.builds(Lora, ANY_TEXT, REAL), max_size=3).map(tuple),
    uses_strength=st.booleans(),
    model=ANY_TEXT,
    control=st.none() | CONTROLS,
    map_only=st.booleans(),
)
# A platform and a user id make the requester's key, a column of its own.
REQUESTERS = st.builds(Requester, platform=COLUMN_TEXT, user=COLUMN_TEXT, space=ANY_TEXT, name=ANY_TEXT)
REPLY_TARGETS = st.builds(ReplyTarget, platform=ANY_TEXT, address=st.dictionaries(ANY_TEXT, ANY_TEXT))
GENERATION_IDS = COLUMN_TEXT.map(GenerationId)
LINEAGES = st.builds(
    Lineage, parent=st.none() | GENERATION_IDS, root=st.none() | GENERATION_IDS, depth=st.integers(1, 99)
)
NOTES = st.lists(ANY_TEXT, max_size=3).map(tuple)
JOBS = st.builds(
    Job,
    id=COLUMN_TEXT.map(JobId),
    requester=REQUESTERS,
    reply_to=REPLY_TARGETS,
    event_id=COLUMN_TEXT,
    source=COLUMN_TEXT.map(ImageId),
    recipes=st.lists(RECIPES, max_size=3).map(tuple),
    lineage=LINEAGES,
    private=st.booleans(),
    locale=COLUMN_TEXT,
    created_at=REAL,
    pixels=WHOLE,
    notes=NOTES,
    attempt=WHOLE,
    strikes=WHOLE,
    lease=COLUMN_TEXT,
    error=COLUMN_TEXT,
    started_at=st.none() | REAL,
    ended_at=st.none() | REAL,
)
GENERATIONS = st.builds(
    Generation,
    id=GENERATION_IDS,
    job=st.just(JobId("the job")),
    index=WHOLE,
    requester=REQUESTERS,
    source=COLUMN_TEXT.map(ImageId),
    image=COLUMN_TEXT.map(ImageId),
    recipe=RECIPES,
    lineage=LINEAGES,
    width=WHOLE,
    height=WHOLE,
    effective_steps=WHOLE,
    seconds=REAL,
    created_at=REAL,
    notes=NOTES,
)


def a_database() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    for step in MIGRATIONS:
        connection.executescript(step)
    return connection


@given(JOBS)
def test_a_job_survives_its_row(job: Job) -> None:
    connection = a_database()
    connection.execute(store._ADD_JOB, codec.job_columns(job))
    back = codec.job_from(connection.execute("SELECT * FROM jobs").fetchone())
    connection.close()
    assert back == job
    assert kinds(back) == kinds(job)


@given(GENERATIONS)
def test_a_generation_survives_its_row(generation: Generation) -> None:
    connection = a_database()
    connection.execute(store._ADD_GENERATION, codec.generation_columns(generation))
    back = codec.generation_from(connection.execute("SELECT * FROM generations").fetchone())
    connection.close()
    assert back == generation
    assert kinds(back) == kinds(generation)


def kinds(value: Job | Generation) -> list[type]:
    """The fields' types: an enum and its text, or True and 1, are equal and yet not alike."""
    recipes = value.recipes if isinstance(value, Job) else (value.recipe,)
    controls = [type(recipe.control.kind) for recipe in recipes if recipe.control]
    return [*(type(getattr(value, each.name)) for each in fields(value)), *controls]


@pytest.mark.parametrize("part", ["recipes", "requester", "reply_to", "action", "status"])
def test_a_part_that_the_classes_do_not_know_is_an_error(part: str) -> None:
    connection = a_database()
    unknown = '[{"colour": 1}]' if part == "recipes" else '{"colour": 1}'
    connection.execute(store._ADD_JOB, codec.job_columns(a_job()) | {part: unknown})
    row = connection.execute("SELECT * FROM jobs").fetchone()
    connection.close()
    with pytest.raises((TypeError, ValueError)):
        codec.job_from(row)


def test_a_part_that_an_older_row_lacks_takes_its_default() -> None:
    connection = a_database()
    job = a_job()
    older = codec.job_columns(job) | {"lineage": "{}", "requester": '{"platform":"console","user":"ada"}'}
    connection.execute(store._ADD_JOB, older)
    back = codec.job_from(connection.execute("SELECT * FROM jobs").fetchone())
    connection.close()
    assert (back.lineage, back.requester) == (Lineage(), Requester(platform="console", user="ada"))


def test_a_recipe_of_before_there_was_control_has_none() -> None:
    connection = a_database()
    [recipe] = json.loads(str(codec.job_columns(a_job())["recipes"]))
    older = {name: value for name, value in recipe.items() if name not in {"control", "map_only"}}
    connection.execute(store._ADD_JOB, codec.job_columns(a_job()) | {"recipes": json.dumps([older])})
    back = codec.job_from(connection.execute("SELECT * FROM jobs").fetchone())
    connection.close()
    assert (back.recipes[0].control, back.recipes[0].map_only) == (None, False)


def test_numbers_that_json_does_not_know_are_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        codec.recipes_column([a_generation(a_job(strengths=(float("nan"),))).recipe])


def test_a_recipe_of_before_there_were_adapters_still_loads() -> None:
    older = json.loads(codec.recipes_column([a_generation(a_job()).recipe]))
    for name in ("loras", "uses_strength"):
        del older[0][name]
    [recipe] = codec.recipes_from(json.dumps(older))
    assert (recipe.loras, recipe.uses_strength) == ((), True)


def test_adapters_survive_their_row() -> None:
    recipe = replace(a_generation(a_job()).recipe, loras=(Lora("ink", 0.8), Lora("clay", -1.0)))
    assert codec.recipes_from(codec.recipes_column([recipe])) == (recipe,)


def test_the_models_of_a_place_survive_their_row() -> None:
    settings = PlaceSettings(models=("pocket", "sdxl"))
    assert codec.place_from(codec.place_column(settings)) == settings


def test_a_recipe_of_a_later_version_opens_without_what_is_not_known() -> None:
    recipe = replace(a_job(number=1).recipes[0], control=Control(kind=ControlKind.CANNY), loras=(Lora("ink", 0.8),))
    [stored] = json.loads(codec.recipes_column([recipe]))
    stored |= {"aspect": "16:9"}
    stored["control"] |= {"guess": True}
    stored["loras"][0] |= {"layers": [1, 2]}
    with capture_logs() as said:
        assert codec.recipes_from(json.dumps([stored])) == (recipe,)
    assert [(each["part"], each["fields"]) for each in said] == [
        ("Recipe", ["aspect"]),
        ("Control", ["guess"]),
        ("Lora", ["layers"]),
    ]


def test_a_job_whose_lineage_is_of_a_later_version_opens_without_what_is_not_known() -> None:
    connection = a_database()
    job = a_job()
    row = codec.job_columns(job)
    later = json.loads(str(row["lineage"])) | {"source_blurred": True}
    connection.execute(store._ADD_JOB, row | {"lineage": json.dumps(later)})
    with capture_logs() as said:
        assert codec.job_from(connection.execute("SELECT * FROM jobs").fetchone()) == job
    connection.close()
    assert [(each["part"], each["fields"]) for each in said] == [("Lineage", ["source_blurred"])]
