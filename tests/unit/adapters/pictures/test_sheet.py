"""Sheets: every picture is there, in order, unstretched, with words below it."""

import io
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from adapters.pictures.sheet import contact_sheet, strip
from bot.domain.picture import Tile
from tests.builders.pictures import saved

COLOURS = [(20 + 28 * place, 255 - 25 * place, 90 + 15 * place) for place in range(8)]


def tile(place: int, size: tuple[int, int] = (300, 200), label: str | None = None) -> Tile:
    return Tile(saved(Image.new("RGB", size, COLOURS[place]), "PNG"), f"strength {place}" if label is None else label)


def opened(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as sheet:
        assert (sheet.format, sheet.mode, sheet.info) == ("PNG", "RGB", {})
        return sheet.copy()


def areas(sheet: Image.Image) -> list[tuple[int, int, int, int]]:
    """Where each colour stands: left, top, right, bottom."""
    pixels = np.asarray(sheet)
    boxes = (Image.fromarray((pixels == colour).all(-1)).getbbox() for colour in COLOURS)
    return [box for box in boxes if box]


@settings(max_examples=12, deadline=None)
@given(
    count=st.integers(1, 8), size=st.sampled_from(((300, 200), (200, 300), (128, 128), (400, 100))), way=st.booleans()
)
def test_all_tiles_stand_in_reading_order_at_their_own_size(count: int, size: tuple[int, int], way: bool) -> None:
    tiles = [tile(place, size) for place in range(count)]
    boxes = areas(opened(strip(tiles) if way else contact_sheet(tiles)))
    assert len(boxes) == count
    assert boxes == sorted(boxes, key=lambda box: (box[1], box[0]))
    for left, top, right, bottom in boxes:
        assert math.isclose((right - left) / (bottom - top), size[0] / size[1], rel_tol=0.03)


def test_large_pictures_are_scaled_to_what_chats_show() -> None:
    for make in (contact_sheet, strip):
        sheet = opened(make([tile(place, (1536, 1024)) for place in range(4)]))
        assert max(sheet.size) <= 2200
        assert min(sheet.size) >= 300


def test_pictures_of_unlike_shape_are_fitted_not_stretched() -> None:
    boxes = areas(opened(contact_sheet([tile(0, (300, 200)), tile(1, (200, 300))])))
    assert [(right - left, bottom - top) for left, top, right, bottom in boxes] == [(300, 200), (200, 300)]


@pytest.mark.parametrize("label", ["strength 0.3", "very long " * 30, "crème brûlée", "油絵 🎨", ""])
def test_labels_stay_under_their_own_picture(label: str) -> None:
    """Whatever people write: what does not fit or cannot be drawn goes, the neighbours stay readable."""
    with_label = opened(contact_sheet([tile(0), tile(1, label=label), tile(2)]))
    without = opened(contact_sheet([tile(0), tile(1, label=""), tile(2)]))
    (left, _, right, bottom) = areas(without)[1]
    changed = Image.fromarray((np.asarray(with_label) != np.asarray(without)).any(-1))
    box = changed.getbbox()
    if label in {"strength 0.3", "crème brûlée"}:
        assert box is not None
    if box is not None:
        assert left - 1 <= box[0] < box[2] <= right + 1
        assert box[1] >= bottom


def test_a_strip_shows_the_way_and_a_sheet_does_not() -> None:
    def between(png: bytes) -> int:
        sheet = opened(png)
        (_, top, right, bottom), (left, *_) = areas(sheet)
        colours = sheet.crop((right, top, left, bottom)).getcolors()
        assert colours is not None
        return len(colours)

    assert between(strip([tile(0), tile(1)])) > 1
    assert between(contact_sheet([tile(0), tile(1)])) == 1


def test_no_picture_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs a picture"):
        contact_sheet([])
