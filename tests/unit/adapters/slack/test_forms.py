"""Forms there and back, and what is wrong with them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.fields import FormErrors
from adapters.slack.forms import Errand, errand_of, form, read_form, unfolded
from adapters.slack.members import Place, Team
from adapters.slack.settings import read_settings, settings_form
from bot.domain.ids import generation_id
from bot.domain.lora import LoraWish
from bot.domain.options import MAX_SEED, Options
from bot.domain.place import PlaceSettings
from bot.domain.request import Action
from tests.builders.jobs import a_job
from tests.servers.slack.blocks import view_problems

STYLES, MODELS = ["oil", "van gogh"], {"pocket": "pocket (MIT)", "sdxl": "sdxl"}
GENERATION = generation_id(a_job(number=1).id, 0)

errands = st.builds(
    Errand,
    action=st.sampled_from(Action),
    channel=st.just("C1"),
    thread=st.sampled_from(["", "1.2"]),
    file=st.sampled_from(["", "F1"]),
    generation=st.none() | st.just(GENERATION),
)
words = st.text(max_size=2000)
wishes = st.builds(
    Options,
    prompt=words,
    negative_prompt=words,
    strengths=st.none() | st.lists(st.sampled_from([0.0, 0.25, 0.7, 1.0]), min_size=1, max_size=8).map(tuple),
    seed=st.none() | st.integers(0, MAX_SEED),
    steps=st.none() | st.integers(1, 150),
    guidance_scale=st.none() | st.sampled_from([0.0, 1.5, 7.5]),
    style=st.none() | st.sampled_from([*STYLES, "Oil", "none of ours"]),
    model=st.none() | st.sampled_from(list(MODELS)),
    loras=st.sampled_from([(), (LoraWish("ink"), LoraWish("clay", 0.5))]),
    private=st.booleans(),
)


def filled(view: dict[str, Any], **typed: str) -> dict[str, Any]:
    """The view as Slack sends it back when nothing but `typed` was changed."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, name = block["element"], block["block_id"]
        values[name] = {
            name: {
                "value": typed.get(name, element.get("initial_value")),
                "selected_option": element.get("initial_option"),
                "selected_options": element.get("initial_options", []),
                "files": [],
            }
        }
    return {**view, "state": {"values": values}}


@settings(max_examples=150, deadline=None)
@given(errands, wishes, st.booleans())
def test_every_form_keeps_to_block_kit_and_brings_its_errand_back(
    errand: Errand, wish: Options, open_it: bool
) -> None:
    view = form(errand, wish, styles=STYLES, models=MODELS, about="x")
    if open_it:
        view = unfolded({**view, "id": "V1", "hash": "h", "team_id": "T1"}, models=MODELS)
    assert view_problems(view) == []
    assert errand_of(view) == errand


@settings(max_examples=100, deadline=None)
@given(wishes.filter(lambda wish: (wish.prompt or "").strip() and len(wish.strengths or ()) < 2))
def test_an_untouched_form_says_what_it_was_filled_with(wish: Options) -> None:
    errand = Errand(action=Action.IMG2IMG, file="F1")
    read = read_form(filled(form(errand, wish, styles=STYLES, models=MODELS))).wishes
    assert (read.prompt, read.seed, read.steps, read.loras, read.private) == (
        (wish.prompt or "").strip(),
        wish.seed,
        wish.steps,
        wish.loras or None,
        wish.private,
    )
    assert (read.strengths or None) == wish.strengths, "left open, style and place decide"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("prompt", "  "),
        ("strength", "a lot"),
        ("strength", "1.5"),
        ("seed", "-1"),
        ("seed", "4294967296"),
        ("seed", "²"),
        ("steps", "0"),
        ("steps", "151"),
        ("guidance_scale", "31"),
        ("guidance_scale", "nan"),
    ],
)
def test_a_wrong_value_is_told_at_its_field(field: str, typed: str) -> None:
    view = form(Errand(action=Action.IMG2IMG, file="F1"), Options(prompt="x", seed=1), styles=STYLES, models=MODELS)
    with pytest.raises(FormErrors) as wrong:
        read_form(filled(view, **{field: typed}))
    assert list(wrong.value.fields) == [field]


def test_a_form_without_its_picture_says_so() -> None:
    view = form(Errand(action=Action.IMG2IMG), Options(prompt="x"), styles=STYLES, models=MODELS)
    with pytest.raises(FormErrors, match="picture"):
        read_form(filled(view))


def test_the_models_that_may_be_used_come_back_from_the_settings_as_they_were_shown() -> None:
    place = Place(team=Team("T1"), user="U1", channel="C1")
    own = PlaceSettings(model="sdxl", models=("sdxl",))
    view = settings_form(place, [own], styles=STYLES, models=MODELS)
    assert view_problems(view) == []
    assert read_settings(filled(view)) == (False, own)
    assert "models" not in {
        block["block_id"] for block in settings_form(place, [own], styles=[], models={})["blocks"]
    }
