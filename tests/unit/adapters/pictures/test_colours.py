"""What files say about their colours in other ways than by a profile, against values worked out by hand."""

import struct

import pytest
from PIL import Image

from adapters.pictures.colours import Colours, as_shown
from adapters.pictures.png import read_png
from adapters.pictures.profiles import D65, SRGB_PRIMARIES
from tests.builders import icc
from tests.builders.pictures import chunk, quarters, saved, with_chunk

COLOUR = (64, 128, 200)
SRGB = (*D65, *SRGB_PRIMARIES)
P3 = (*D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)


def shown(colours: Colours, colour: tuple[int, int, int] = COLOUR, mode: str = "RGB") -> tuple[int, ...]:
    picture = Image.new("RGB", (4, 4), colour).convert(mode)
    found = as_shown(picture, colours).getpixel((1, 1))
    assert isinstance(found, tuple)
    return found


def near(found: tuple[int, ...], wanted: tuple[int, ...], within: int = 1) -> bool:
    return max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= within


@pytest.mark.parametrize(
    ("colours", "wanted"),
    [
        (Colours(), COLOUR),
        (Colours(gamma=1.0), (137, 188, 229)),
        (Colours(gamma=1.0, chromaticities=SRGB), (137, 188, 229)),
        (Colours(gamma=0.45455), COLOUR),
        (Colours(gamma=0.45455, chromaticities=SRGB), COLOUR),
        (Colours(gamma=1.0, srgb=True), COLOUR),
        (Colours(chromaticities=P3), COLOUR),  # without a gamma browsers leave it, too
        (Colours(gamma=0.45455, chromaticities=P3), icc.through(icc.DISPLAY_P3, 2.2, COLOUR)),
        (Colours(gamma=1.0, chromaticities=(0.0,) * 8), COLOUR),  # of no screen
        (Colours(gamma=99.0), COLOUR),
        (Colours(code_points=(1, 13, True)), COLOUR),
        (Colours(code_points=(1, 1, True)), (54, 121, 197)),  # as Chromium shows a PNG
        (Colours(code_points=(1, 8, True)), (137, 188, 229)),
        (Colours(code_points=(12, 4, True)), icc.through(icc.DISPLAY_P3, 2.2, COLOUR)),
        (Colours(code_points=(12, 4, True), srgb=True), icc.through(icc.DISPLAY_P3, 2.2, COLOUR)),
        (Colours(code_points=(2, 2, True), gamma=1.0), (137, 188, 229)),  # unspecified: on to what is next
        (Colours(profile=b"nonsense", gamma=1.0), (137, 188, 229)),
        (Colours(profile=b"nonsense", srgb=True, gamma=1.0), COLOUR),
    ],
)
def test_a_colour_is_shown_as_browsers_do(colours: Colours, wanted: tuple[int, ...]) -> None:
    assert near(shown(colours), wanted)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_linear_grey_is_shown_light(mode: str) -> None:
    assert near(shown(Colours(gamma=1.0), (128,) * 3, mode), (188,) * 3)


def test_narrow_range_black_and_white_are_black_and_white() -> None:
    assert shown(Colours(code_points=(1, 13, False)), (16,) * 3) == (0, 0, 0)
    assert shown(Colours(code_points=(1, 13, False)), (235,) * 3) == (255, 255, 255)


@pytest.mark.parametrize("transfer", [16, 18])
def test_high_dynamic_range_keeps_greys_in_order_and_neutral(transfer: int) -> None:
    levels = [shown(Colours(code_points=(9, transfer, True)), (level,) * 3) for level in range(0, 256, 15)]
    assert levels == sorted(levels)
    assert all(max(level) - min(level) <= 1 for level in levels)
    assert levels[0] == (0, 0, 0)
    assert min(levels[-1]) >= 250


@pytest.mark.parametrize("name", ["sRGB", "built-in Linear sRGB", "weißer Name", ""])
def test_what_a_profile_is_called_says_nothing(name: str) -> None:
    """A curve of 1.0 is light whatever its name; grey and colour alike."""
    linear = icc.rgb_profile(((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)),
                             gamma=1.0, name=name)  # fmt: skip
    assert near(shown(Colours(profile=linear)), (137, 188, 229))
    assert near(shown(Colours(profile=linear), (128,) * 3, "L"), (188,) * 3)


def test_a_png_is_read_in_the_order_of_its_specification() -> None:
    gamma = chunk(b"gAMA", struct.pack(">I", 100_000))
    coded = chunk(b"cICP", bytes((12, 13, 0, 1)))
    colours = read_png(with_chunk(saved(quarters(), "PNG"), gamma + coded + chunk(b"sRGB", b"\0"))).colours
    assert colours == Colours(code_points=(12, 13, True), srgb=True, gamma=1.0)
