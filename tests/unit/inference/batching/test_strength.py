"""Where a strength begins on a grid."""

from hypothesis import given
from hypothesis import strategies as st

from inference.batching.strength import start_of

STEPS = st.integers(1, 150)
STRENGTHS = st.floats(1e-6, 1.0)


def length(steps: int, strength: float) -> float:
    start = start_of(steps, strength)
    assert 1 <= start.steps <= steps
    assert 0 < start.fraction <= 1
    return start.steps - 1 + start.fraction


@given(STEPS, STRENGTHS)
def test_a_run_is_as_long_as_steps_times_strength(steps: int, strength: float) -> None:
    assert abs(length(steps, strength) - steps * strength) < 1e-6


@given(STEPS, STRENGTHS, STRENGTHS)
def test_more_strength_is_a_longer_run(steps: int, one: float, other: float) -> None:
    low, high = sorted((one, other))
    if high - low > 1e-6:
        assert length(steps, low) < length(steps, high)


@given(STEPS, st.data())
def test_whole_products_begin_on_the_grid(steps: int, data: st.DataObject) -> None:
    whole = data.draw(st.integers(1, steps))
    start = start_of(steps, whole / steps)
    assert (start.steps, start.fraction) == (whole, 1.0)


def test_products_that_floating_point_makes_a_hair_less_are_whole() -> None:
    assert 100 * 0.29 < 29
    assert start_of(100, 0.29) == start_of(29, 1.0)
