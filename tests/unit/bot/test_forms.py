"""Forms as values: their fields come from the rows of options, and what is sent is read back by them."""

from dataclasses import replace

import pytest

from bot.domain.actions import Verb
from bot.domain.errors import InvalidRequest
from bot.domain.lora import LoraWish
from bot.domain.options import OPTIONS, YES, Option, OptionKind, Options
from bot.domain.place import PlaceSettings
from bot.domain.style import Style
from bot.forms import MAP, NO_CHOICE, UPLOAD, FieldKind, Form, FormErrors, Menu, Values
from bot.picture_form import EXACT, Purpose, picture_form, read_picture_form, result_form
from bot.settings_form import read_settings_form, settings_form
from bot.texts import LANGUAGES
from inference.api import ControlKind
from tests.builders.jobs import a_generation, a_job

MENU = Menu(
    styles={name: Style(name=name, prompt="x", strength=0.6) for name in ("oil", "ink")},
    models={"pocket": "pocket", "sdxl": "sdxl"},
    controls=list(ControlKind),
    loras=True,
)
SAID = Options(
    prompt="a boat",
    negative_prompt="people",
    strengths=(0.3, 0.7),
    style="ink",
    count=3,
    seed=5,
    steps=20,
    guidance_scale=3.5,
    model="sdxl",
    loras=(LoraWish("ink"), LoraWish("clay", 0.5)),
    control="depth",
    control_scale=0.5,
    control_start=0.25,
    control_end=0.75,
    private=True,
)


THEMED = (("plain", ""), ("neon", "mine"), ("night", "scene"), ("oil", "painting"), ("pastel", "painting"))


def sent(form: Form, **typed: str) -> Values:
    """What an untouched form hands back, but for what is typed."""
    return {field.name: typed.get(field.name, field.value) for field in form.fields}


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_option_has_a_field_that_brings_it_back(locale: str) -> None:
    form = picture_form(Purpose.REMIX, MENU, locale=locale, said=SAID)
    assert {row.name for row in OPTIONS} - {field.name for field in form.fields} == {"strengths"}, (
        "strength, in forms"
    )
    assert read_picture_form(sent(form), Purpose.REMIX) == SAID


@pytest.mark.parametrize("row", OPTIONS, ids=lambda row: row.name)
def test_a_value_is_read_as_it_is_written(row: Option) -> None:
    value = getattr(SAID, row.name)
    assert row.parse(row.written(value)) == value


@pytest.mark.parametrize("purpose", Purpose)
def test_a_form_in_another_language_has_no_word_of_the_english_one(purpose: Purpose) -> None:
    def words(locale: str) -> set[str]:
        form = picture_form(
            purpose, MENU, locale=locale, said=Options(style="ink"), uploads=True, pictures=("a", "b")
        )
        fields = [word for field in form.fields for word in (field.label, field.hint, field.placeholder)]
        labels = [choice.label for field in form.fields if field.kind is FieldKind.CHOICE for choice in field.choices]
        given = {"", "oil", "ink", "pocket", "sdxl", "1: a", "2: b"}
        return {form.title, form.submit, form.about, *fields, *labels} - given

    for locale in LANGUAGES[1:]:
        shared = words(locale) & words("en")
        assert shared <= {"Seed", "Style"}, "which these languages say alike"


def test_what_a_place_takes_is_no_refusal() -> None:
    form = picture_form(
        Purpose.REMIX, MENU, locale="en", usual=PlaceSettings(strength=0.4, style="oil", private=True)
    )
    shown = {field.name: field for field in form.fields}
    assert (shown["style"].value, shown["private"].value, shown["strength"].value) == ("oil", YES, NO_CHOICE)
    assert "0.4" in shown["strength"].choices[0].label


def test_only_what_there_is_is_offered() -> None:
    form = picture_form(Purpose.REMIX, Menu(models={"pocket": "pocket"}), locale="en")
    names = {field.name for field in form.fields}
    assert not names & {"style", "model", "loras", MAP} | {name for name in names if name.startswith("control")}


def test_emptied_fields_say_what_they_stand_for() -> None:
    form = picture_form(Purpose.EDIT, MENU, locale="en", said=SAID)
    emptied = read_picture_form(dict.fromkeys(sent(form), "") | {"prompt": "x"}, Purpose.EDIT)
    nothing = Options(prompt="x", negative_prompt="", strengths=(), style="", control="none", private=False)
    assert emptied == nothing
    unchosen = sent(form, style=NO_CHOICE, control=NO_CHOICE, model=NO_CHOICE)
    read = read_picture_form({**unchosen, "control_scale": "", "control_start": "", "control_end": ""}, Purpose.EDIT)
    assert (read.style, read.control, read.model) == ("", "none", None)


def test_a_form_of_few_fields_leaves_the_rest_unsaid() -> None:
    assert read_picture_form({"prompt": " a boat "}, Purpose.CHAIN) == Options(prompt="a boat")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("prompt", " "),
        ("strength", "a lot"),
        ("seed", "-2"),
        ("steps", "0"),
        ("guidance_scale", "nan"),
        ("loras", "ink:x"),
        ("control_scale", "9"),
        ("control_end", "0.2"),
    ],
)
def test_a_wrong_value_is_told_at_its_field_and_stays_there(field: str, typed: str) -> None:
    form = picture_form(Purpose.REMIX, MENU, locale="en", said=SAID)
    values = sent(form, **{field: typed})
    with pytest.raises(FormErrors) as wrong:
        read_picture_form(values, Purpose.REMIX)
    assert list(wrong.value.fields) == [field]
    assert {each.name: each.value for each in form.filled(values).fields} == dict(values)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(FormErrors) as wrong:
        read_picture_form({"prompt": "", "strength": "2", "seed": "x"}, Purpose.REMIX)
    assert list(wrong.value.fields) == ["strength", "seed", "prompt"]
    assert wrong.value.sentence("de").count("\n") == 2


def test_a_picture_that_is_missing_or_none_is_told() -> None:
    for files in ((), ("text/plain",)):
        with pytest.raises(FormErrors) as wrong:
            read_picture_form({"prompt": "x", UPLOAD: files}, Purpose.REMIX, uploads=True)
        assert list(wrong.value.fields) == [UPLOAD]
    assert read_picture_form({"prompt": "x", UPLOAD: ("",)}, Purpose.REMIX, uploads=True) == Options(prompt="x")


def test_a_map_has_a_kind() -> None:
    form = picture_form(Purpose.MAP, MENU, locale="en")
    assert read_picture_form(sent(form), Purpose.MAP).control == next(iter(ControlKind))
    with pytest.raises(FormErrors):
        read_picture_form({"prompt": "x", "control": NO_CHOICE, MAP: ("image/png",)}, Purpose.REMIX)


def test_a_result_s_form_opens_with_its_recipe_and_leaves_open_what_is_kept() -> None:
    parent = a_generation(a_job())
    parent = replace(parent, recipe=replace(parent.recipe, strength=0.3, style="ink", negative_prompt="people"))
    for verb, strength in ((Verb.EDIT, "0.3"), (Verb.CHAIN, NO_CHOICE)):
        form = result_form(verb, parent, MENU, usual=PlaceSettings(style="oil"), locale="en")
        shown = {field.name: field.value for field in form.fields}
        assert (shown["prompt"], shown["style"], shown["strength"]) == (parent.recipe.prompt, "ink", strength)
        assert (shown["negative_prompt"], shown["seed"], shown["steps"]) == ("people", "", "")


def test_a_strength_that_is_the_usual_one_is_left_open() -> None:
    parent = a_generation(a_job())
    for style, usual, strength in (("ink", None, 0.6), ("", 0.4, 0.4), ("", None, 0.5)):
        made = replace(parent, recipe=replace(parent.recipe, strength=strength, style=style or None))
        form = result_form(Verb.EDIT, made, MENU, usual=PlaceSettings(strength=usual), locale="en")
        assert next(field.value for field in form.fields if field.name == "strength") == NO_CHOICE


def test_a_strength_is_chosen_and_one_without_a_word_is_a_choice_of_its_own() -> None:
    form = picture_form(Purpose.EDIT, MENU, locale="en", said=Options(prompt="x", strengths=(0.62,)))
    field = next(field for field in form.fields if field.name == "strength")
    assert [choice.value for choice in field.choices] == [NO_CHOICE, "0.3", "0.5", "0.62", "0.7", "0.9"]
    assert (field.value, field.choices[3].about) == ("0.62", "as it was")


@pytest.mark.parametrize(
    ("values", "strength", "style"),
    [
        ({"prompt": "x --strength 0.42", "strength": "0.7"}, 0.42, None),
        ({"prompt": "x", "strength": "0.7", EXACT: "0.11"}, 0.11, None),
        ({"prompt": "x --style ink", "strength": NO_CHOICE, "style": "oil"}, None, "ink"),
    ],
)
def test_what_is_written_out_goes_before_what_stands_chosen(
    values: Values, strength: float | None, style: str | None
) -> None:
    read = read_picture_form(values, Purpose.REMIX, styles=["oil", "ink"])
    assert (read.strengths or None, read.style) == ((strength,) if strength else None, style)


def test_styles_stand_under_their_themes_and_those_first_that_the_member_took_last() -> None:
    menu = replace(MENU, styles={name: Style(name=name, prompt="x", theme=theme) for name, theme in THEMED})
    form = picture_form(Purpose.REMIX, menu, locale="en")
    field = next(field for field in form.fields if field.name == "style")
    assert [(choice.label, choice.group) for choice in field.choices[1:]] == [
        ("oil", "Painting"),
        ("pastel", "Painting"),
        ("night", "Light and places"),
        ("neon", "mine"),
        ("plain", "More"),
    ]
    form = picture_form(Purpose.REMIX, menu, locale="en", recent=["neon", "gone", "night"])
    field = next(field for field in form.fields if field.name == "style")
    assert [choice.value for choice in field.choices[:4]] == [NO_CHOICE, "neon", "night", "oil"]


def test_a_new_row_stands_in_every_form_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Option(name="steps", kind=OptionKind.WHOLE, aliases=("count",), least=1, most=4, usual=1)
    monkeypatch.setattr("bot.picture_form.OPTIONS", (row,))
    (field,) = picture_form(Purpose.REMIX, Menu(), locale="en", said=Options(steps=3)).fields
    assert (field.value, field.placeholder, field.folded) == ("3", "1 to 4", True)
    with pytest.raises(InvalidRequest):
        read_picture_form({"count": "5"}, Purpose.MAP)


@pytest.mark.parametrize(("field", "typed"), [("strength", "much"), ("blocked", "*")])
def test_settings_that_are_wrong_are_told_at_their_field(field: str, typed: str) -> None:
    form = settings_form([PlaceSettings()], MENU, in_channel=True, locale="fr")
    with pytest.raises(FormErrors) as wrong:
        read_settings_form(sent(form, **{field: typed}))
    assert list(wrong.value.fields) == [field]


def test_a_settings_form_of_an_earlier_version_sets_nothing_that_was_left_as_above() -> None:
    of_old = {
        "scope": "channel",
        "style": "as-above",
        "model": "as-above",
        "private": "as-above",
        "remix": "as-above",
    }
    assert read_settings_form(of_old) == (True, PlaceSettings())
