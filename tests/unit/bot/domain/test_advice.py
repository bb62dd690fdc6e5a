"""Advice: one line where it helps, silence everywhere else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.advice import LOW_CONTRAST, Advice, Asked, advise, names_a_style
from bot.domain.control import Control
from bot.domain.request import Action
from bot.texts import LANGUAGES, text
from config.styles import load_styles
from inference.api import ControlKind
from tests.builders.jobs import a_recipe

STYLES = load_styles("")
CANNY = Control(kind=ControlKind.CANNY)
PLAIN = "a dog on the beach"


def asked(
    prompt: str = PLAIN,
    strength: float = 0.5,
    *,
    style: str | None = None,
    action: Action = Action.IMG2IMG,
    contrast: float | None = 0.2,
    made_by_ai: bool = False,
) -> Asked:
    recipe = replace(a_recipe(prompt, strength=strength), style=style)
    return Asked(action=action, recipes=(recipe,), contrast=contrast, made_by_ai=made_by_ai)


@pytest.mark.parametrize(
    ("request_", "advice"),
    [
        (asked(), Advice.NO_STYLE),
        (asked(contrast=0.03), Advice.LOW_CONTRAST),
        (asked(contrast=0.03, made_by_ai=True), Advice.LOW_CONTRAST),
        (asked("clean up the dog", made_by_ai=True), Advice.AI_PICTURE),
        (asked("mach ihn schärfer", made_by_ai=True), Advice.AI_PICTURE),
        (asked("an oil painting", 0.1), Advice.FAINT),
        (asked(style="van gogh", strength=0.15), Advice.FAINT),
        (asked("keep the house, oil painting", 0.95), Advice.FIERCE),
        (asked("behalte das Haus", 0.95), Advice.FIERCE),
        (asked("空をそのまま", 0.95), Advice.FIERCE),
    ],
)
def test_what_plainly_could_work_better_is_said(request_: Asked, advice: Advice) -> None:
    assert advise(request_, STYLES) is advice


@pytest.mark.parametrize(
    "request_",
    [
        asked("an oil painting"),
        asked(style="night"),
        asked("An OIL painting", made_by_ai=True),
        asked("make it blue", made_by_ai=True),
        asked("sharper", 0.35, action=Action.REFINE),
        asked("sharper", 0.35, action=Action.REFINE, made_by_ai=True),
        asked("brighter", 0.35, made_by_ai=True),
        asked("brighter", 0.15),
        asked("keep the house, oil painting", 0.9),
        asked("a castle, oil painting", 1.0),
        asked("an oil painting", contrast=None),
        asked(strength=0.0, contrast=0.0),
        replace(asked(), recipes=(a_recipe(strength=0.1), a_recipe(strength=0.9))),
        replace(asked(), recipes=(replace(a_recipe("keep the lines, oil painting", strength=1.0), control=CANNY),)),
    ],
)
def test_nothing_is_said_where_nothing_is_wrong(request_: Asked) -> None:
    assert advise(request_, STYLES) is None


@given(st.text(), st.floats(0, 1), st.sampled_from(Action), st.none() | st.floats(0, 0.5), st.booleans())
def test_any_request_gets_one_piece_of_advice_at_most_and_every_one_can_be_said(
    prompt: str, strength: float, action: Action, contrast: float | None, made_by_ai: bool
) -> None:
    advice = advise(asked(prompt, strength, action=action, contrast=contrast, made_by_ai=made_by_ai), STYLES)
    for language in LANGUAGES:
        assert advice is None or "\n" not in text(language, f"advice-{advice}", strength="0.1", usual="0.5")


@pytest.mark.parametrize("style", STYLES)
def test_every_preset_is_known_by_its_name_and_words(style: str) -> None:
    assert names_a_style(f"a house, {style}", STYLES.values())
    assert names_a_style(f"a house, {STYLES[style].prompt}", STYLES.values())


def test_a_picture_of_photographic_contrast_is_not_pale() -> None:
    assert LOW_CONTRAST < 0.1
