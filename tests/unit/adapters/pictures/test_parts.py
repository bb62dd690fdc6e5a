"""Files that are odd in their structure, taken apart."""

import io

import pytest
from PIL import Image

from adapters.pictures.decode import decode
from adapters.pictures.formats import PictureLimits
from bot.domain.errors import PictureRefused


def saved(kind: str, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (96, 80)).save(file, kind)
    return file.getvalue()


def test_a_long_run_of_fill_bytes_is_gone_through_once() -> None:
    """Once for each of its bytes would take hours."""
    jpeg, run = saved("JPEG"), b"\xff" * 5_000_000
    assert decode(jpeg[:2] + run + jpeg[2:], PictureLimits()).png
    with pytest.raises(PictureRefused, match="cut off"):
        decode(jpeg[:2] + run, PictureLimits())


def test_a_picture_without_its_colours_is_refused_and_not_black() -> None:
    png = saved("PNG", "P")
    at = png.index(b"PLTE") - 4
    without = png[:at] + png[at + 12 + int.from_bytes(png[at : at + 4]) :]
    with pytest.raises(PictureRefused, match="damaged"):
        decode(without, PictureLimits())
