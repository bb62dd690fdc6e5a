"""Palettes in CIELAB, and giving one picture those of another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from inference.worker.palette import palette, with_palette_of
from tests.harness.step_loop import picture

seeds = st.integers(0, 1000)


def difference(one: Image.Image, other: Image.Image) -> int:
    """The largest of any two pixels' values."""
    return max(ImageChops.difference(one, other).tobytes())


def muted(seed: int, size: tuple[int, int] = (64, 64)) -> Image.Image:
    """Colours that are far from the edge of what RGB can show."""
    return picture(seed, size).point(lambda level: 64 + level // 2)


@pytest.mark.parametrize(
    ("colour", "lab"),
    [("white", (100, 0, 0)), ("black", (0, 0, 0)), ("red", (53.24, 80.09, 67.20)), ("blue", (32.30, 79.19, -107.86))],
)
def test_the_palette_of_one_colour_is_that_colour_in_cielab(colour: str, lab: tuple[float, ...]) -> None:
    """Values of the CIE's formulas for sRGB primaries under D65."""
    mean, spread = palette(Image.new("RGB", (4, 4), colour))
    assert np.allclose(mean, lab, atol=0.1)
    assert np.allclose(spread, 0, atol=1e-3)


@given(seeds, seeds)
def test_mean_and_spread_become_the_others(one: int, other: int) -> None:
    moved = with_palette_of(muted(one), muted(other, (48, 80)))
    assert moved.size == (64, 64)
    for found, wanted in zip(palette(moved), palette(muted(other, (48, 80))), strict=True):
        assert np.allclose(found, wanted, atol=1.5)


@given(seeds)
def test_a_picture_of_the_right_palette_stays_as_it_is(seed: int) -> None:
    assert difference(with_palette_of(picture(seed), picture(seed)), picture(seed)) <= 1


@given(seeds, seeds)
def test_a_share_of_nothing_changes_nothing(one: int, other: int) -> None:
    moved = with_palette_of(picture(one), picture(other), share=0)
    assert difference(moved, picture(one)) <= 1


@pytest.mark.parametrize(("colour", "other"), [("grey", "grey"), ("black", "white"), ("red", "blue")])
def test_flat_pictures_become_flat_pictures(colour: str, other: str) -> None:
    moved = with_palette_of(Image.new("RGB", (8, 8), colour), Image.new("RGB", (8, 8), other))
    assert difference(moved, Image.new("RGB", (8, 8), other)) <= 1


def test_a_flat_picture_is_not_stretched_to_noise() -> None:
    grain = np.random.default_rng(0).integers(127, 129, (32, 32, 3), dtype=np.uint8)
    moved = with_palette_of(Image.fromarray(grain), picture(3))
    assert np.asarray(moved, np.float32).std((0, 1)).max() < 3
