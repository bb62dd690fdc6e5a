"""Forms there and back, and what is wrong with them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import settings as settings_view
from adapters.slack.fields import file_of, id_of, modal, values_of
from adapters.slack.forms import FormContext, context_of, read_form, unfolded_view, view_of
from bot.domain.ids import generation_id
from bot.domain.lora import LoraWish
from bot.domain.options import MAX_SEED, Options
from bot.domain.place import PlaceSettings
from bot.domain.style import Style
from bot.forms import NOTHING_SET, UPLOAD, FormErrors, Menu
from bot.picture_form import Purpose, picture_form
from bot.settings_form import read_settings_form, settings_form
from bot.texts import LANGUAGES
from inference.api import ControlKind
from tests.builders.jobs import a_job
from tests.servers.slack.blocks import view_problems

STYLES = {name: Style(name=name, prompt="x") for name in ("oil", "van gogh")}
MODELS = {"pocket": "pocket (MIT)", "sdxl": "sdxl"}
MENU = Menu(styles=STYLES, models=MODELS, controls=list(ControlKind), loras=True)
GENERATION = generation_id(a_job(number=1).id, 0)

contexts = st.builds(
    FormContext,
    purpose=st.sampled_from(Purpose),
    channel=st.just("C1"),
    thread=st.sampled_from(["", "1.2"]),
    file=st.sampled_from(["", "F1"]),
    generation=st.none() | st.just(GENERATION),
)
words = st.text(max_size=2000)
plain = st.text(st.characters(categories=["L", "N"], include_characters=" .!?"), max_size=2000)
"""Words without anything that a flag or another tool's notation begins with."""

wishes = st.builds(
    Options,
    prompt=words,
    negative_prompt=words,
    strengths=st.none()
    | st.lists(st.sampled_from([0.0, 0.25, 0.7, 1.0]), min_size=1, max_size=4, unique=True).map(tuple),
    seed=st.none() | st.integers(0, MAX_SEED),
    steps=st.none() | st.integers(1, 150),
    guidance_scale=st.none() | st.sampled_from([0.0, 1.5, 7.5]),
    style=st.none() | st.sampled_from([*STYLES, "Oil", "none of ours"]),
    model=st.none() | st.sampled_from(list(MODELS)),
    loras=st.sampled_from([(), (LoraWish("ink"), LoraWish("clay", 0.5))]),
    private=st.booleans(),
)


def form(context: FormContext, wish: Options, *, locale: str = "en", menu: Menu = MENU) -> dict[str, Any]:
    """The view that opens for a context."""
    made = picture_form(
        context.purpose,
        menu,
        locale=locale,
        said=wish,
        pictures=(context.file,) if context.file else (),
        uploads=context.needs_file,
    )
    return view_of(context, made, locale=locale)


def filled(view: dict[str, Any], **typed: str) -> dict[str, Any]:
    """The view as Slack sends it back when nothing but `typed` was changed."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, name = block["element"], block["block_id"]
        values[name] = {
            name: {
                "type": element["type"],
                "value": typed.get(name, element.get("initial_value")),
                "selected_option": element.get("initial_option"),
                "selected_options": element.get("initial_options", []),
                "selected_conversations": element.get("initial_conversations", []),
                "files": [],
            }
        }
    return {**view, "state": {"values": values}}


@settings(max_examples=150, deadline=None)
@given(contexts, wishes, st.booleans(), st.sampled_from(LANGUAGES))
def test_every_form_keeps_to_block_kit_and_brings_its_context_back(
    context: FormContext, wish: Options, open_it: bool, locale: str
) -> None:
    view = form(context, wish, locale=locale)
    if open_it:
        view = unfolded_view({**view, "id": "V1", "hash": "h", "team_id": "T1"}, MENU, locale=locale)
    assert view_problems(view) == []
    assert context_of(view) == context


@settings(max_examples=100, deadline=None)
@given(wishes, plain.filter(lambda prompt: any(map(str.isalnum, prompt))))
def test_an_untouched_form_says_what_it_was_filled_with(wish: Options, prompt: str) -> None:
    wish = replace(wish, prompt=prompt)
    context = FormContext(purpose=Purpose.REMIX, file="F1")
    read = read_form(filled(form(context, wish)))
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
        ("exact_strength", "a lot"),
        ("exact_strength", "1.5"),
        ("seed", "-2"),
        ("seed", "4294967296"),
        ("seed", "²"),
        ("steps", "0"),
        ("steps", "151"),
        ("guidance_scale", "31"),
        ("guidance_scale", "nan"),
    ],
)
def test_a_wrong_value_is_told_at_its_field(field: str, typed: str) -> None:
    view = form(FormContext(purpose=Purpose.REMIX, file="F1"), Options(prompt="x", seed=1))
    with pytest.raises(FormErrors) as wrong:
        read_form(filled(view, **{field: typed}))
    assert list(wrong.value.fields) == [field]


def test_a_form_without_its_picture_says_so() -> None:
    view = form(FormContext(purpose=Purpose.REMIX), Options(prompt="x"))
    with pytest.raises(FormErrors, match="picture") as wrong:
        read_form(filled(view))
    assert [id_of(each) for each in wrong.value.fields] == ["picture"]
    sent = filled(view)
    sent["state"]["values"]["picture"]["picture"]["files"] = [{"id": "F1", "mimetype": "image/png"}]
    assert read_form(sent).prompt == "x"
    assert (file_of(sent, UPLOAD) or {})["id"] == "F1"


@pytest.mark.parametrize("locale", LANGUAGES)
def test_settings_come_back_as_they_were_shown(locale: str) -> None:
    own = PlaceSettings(
        strength=0.7,
        style="oil",
        model="sdxl",
        private=True,
        models=("sdxl",),
        channels=("C1",),
        log="C2",
        blocked=("a", "b c"),
    )
    made = settings_form([own, NOTHING_SET], MENU, in_channel=True, locale=locale)
    view = modal(made, settings_view.CALLBACK, locale=locale)
    assert view_problems(view) == []
    assert read_settings_form(values_of(filled(view))) == (False, own)
    elements = {block["block_id"]: block["element"] for block in view["blocks"]}
    assert (elements["log"]["max_selected_items"], "max_selected_items" in elements["channels"]) == (1, False)
    alone = settings_form([own], Menu(), in_channel=False, locale=locale)
    assert "models" not in {field.name for field in alone.fields}


def test_what_is_chosen_is_offered_however_much_there_is_to_choose_from() -> None:
    names = [f"style {number}" for number in range(150)]
    menu = replace(MENU, styles={name: Style(name=name, prompt="x", theme=name[-1]) for name in names})
    own = PlaceSettings(style=names[-1], blocked=tuple(f"word {number}" for number in range(500)))
    made = settings_form([own], menu, in_channel=False, locale="en")
    view = modal(made, settings_view.CALLBACK, locale="en")
    assert view_problems(view) == []
    _, read = read_settings_form(values_of(filled(view)))
    assert read.style == own.style
    assert set(read.blocked or ()) < set(own.blocked or ()), "no half of a word"
