"""A style's words and its guidance."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.options import MAX_GUIDANCE_SCALE
from bot.domain.style import Style, guidance_of

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
