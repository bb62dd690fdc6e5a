"""A style's words and its guidance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidRequest
from bot.domain.options import MAX_GUIDANCE_SCALE
from bot.domain.style import Style, find_style, guidance_of

scales = st.floats(0, MAX_GUIDANCE_SCALE)
factors = st.floats(0, 4)


def style(guidance: float | None) -> Style:
    return Style(name="x", prompt="x", guidance=guidance)


def test_guidance_is_a_factor_on_what_a_model_has_above_one() -> None:
    assert guidance_of(style(1.2), 1.5) == 1.6
    assert guidance_of(style(1.2), 7.5) == 8.8
    assert guidance_of(style(0.8), 7.5) == 6.2


@given(factors, st.floats(0, 1))
def test_a_model_that_runs_without_guidance_stays_so(factor: float, usual: float) -> None:
    assert guidance_of(style(factor), usual) == usual


@given(scales)
def test_no_style_and_one_without_guidance_leave_the_models_own(usual: float) -> None:
    assert guidance_of(None, usual) == guidance_of(style(None), usual) == usual


@given(factors, scales)
def test_guidance_stays_in_the_range_that_members_have(factor: float, usual: float) -> None:
    assert 0 <= guidance_of(style(factor), usual) <= MAX_GUIDANCE_SCALE


PRESETS = {
    name: Style(name=name, prompt="x") for name in ("oil painting", "van gogh", "watercolor", "ink", "blue ink")
}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("van gogh", "van gogh"),
        ("vangogh", "van gogh"),
        ("Van-Gogh", "van gogh"),
        ("vangohg", "van gogh"),
        ("watercolour", "watercolor"),
        ("oil", "oil painting"),
        ("painting", "oil painting"),
        ("ink", "ink"),
    ],
)
def test_a_name_that_can_only_mean_one_style_is_taken_for_it(written: str, meant: str) -> None:
    found = find_style(PRESETS, written)
    assert found is not None
    assert found.name == meant


@pytest.mark.parametrize("written", ["in", "impressionism", "oi", "paintings of oil"])
def test_a_name_that_may_mean_several_styles_or_none_is_refused_with_the_nearest(written: str) -> None:
    with pytest.raises(InvalidRequest, match="Did you mean"):
        find_style(PRESETS, written)
