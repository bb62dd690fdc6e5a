"""Colours of an AVIF are those of the picture in it that is shown, as Chromium shows the same files."""

import io
from collections.abc import Callable

import pytest
from PIL import Image

from adapters.pictures.decode import decode
from adapters.pictures.formats import PictureLimits
from adapters.pictures.items import colours_of
from adapters.pictures.profiles import coded_profile
from tests.builders.iso import nclx, with_properties
from tests.builders.pictures import saved

COLOUR = (64, 128, 200)
PLAIN = Image.new("RGB", (96, 80), COLOUR)
P3 = (12, 13)
PQ = (12, 16)
P3_PROFILE = coded_profile(*P3, full_range=True)
IN_P3 = (32, 130, 204)


def shown(avif: bytes) -> tuple[int, ...]:
    found = Image.open(io.BytesIO(decode(avif, PictureLimits()).png)).getpixel((40, 40))
    assert isinstance(found, tuple)
    return found


def instead(*points: int) -> Callable[[list[bytes]], list[bytes]]:
    """The picture's own code points are others."""
    return lambda properties: [nclx(*points) if each[4:12] == b"colrnclx" else each for each in properties]


def beside(*points: int) -> Callable[[list[bytes]], list[bytes]]:
    """The picture has no code points; another one in the file does."""
    return lambda properties: [each.replace(b"colrnclx", b"colr****") for each in properties] + [nclx(*points)]


@pytest.mark.parametrize("points", [(1, 13), PQ])
def test_a_profile_counts_before_code_points_of_the_same_picture(points: tuple[int, int]) -> None:
    avif = with_properties(saved(PLAIN, "AVIF", quality=100, icc_profile=P3_PROFILE), instead(*points))
    assert max(abs(a - b) for a, b in zip(shown(avif), IN_P3, strict=True)) <= 4


def test_code_points_without_a_profile_count() -> None:
    avif = with_properties(saved(PLAIN, "AVIF", quality=100), instead(*P3))
    assert max(abs(a - b) for a, b in zip(shown(avif), IN_P3, strict=True)) <= 4


@pytest.mark.parametrize(("profile", "wanted"), [(P3_PROFILE, IN_P3), (None, COLOUR)])
def test_what_another_picture_in_the_file_says_of_its_colours_is_left(
    profile: bytes | None, wanted: tuple[int, int, int]
) -> None:
    """As a gain map's, or the same picture's for screens of high dynamic range."""
    how = {} if profile is None else {"icc_profile": profile}
    avif = with_properties(saved(PLAIN, "AVIF", quality=100, **how), beside(*PQ))
    assert max(abs(a - b) for a, b in zip(shown(avif), wanted, strict=True)) <= 4


def test_a_picture_made_of_tiles_has_the_colours_of_the_first() -> None:
    def box(kind: bytes, body: bytes) -> bytes:
        return (8 + len(body)).to_bytes(4) + kind + body

    main = box(b"pitm", b"\0\0\0\0\0\1")
    made_of = box(b"iref", b"\0\0\0\0" + box(b"dimg", b"\0\1\0\2\0\3\0\2"))
    owned = box(b"ipma", b"\0\0\0\0\0\0\0\2" + b"\0\2\1\x82" + b"\0\3\1\1")
    properties = box(b"iprp", box(b"ipco", nclx(*P3) + nclx(*PQ)) + owned)
    file = box(b"ftyp", b"heic\0\0\0\0") + box(b"meta", b"\0\0\0\0" + main + made_of + properties)
    assert colours_of(file) == [nclx(*P3)[8:]]


def test_of_a_file_whose_boxes_are_cut_or_lie_nothing_is_raised() -> None:
    whole = saved(PLAIN, "AVIF")
    for length in range(0, len(whole), 3):
        colours_of(whole[:length])
        colours_of(whole[:length] + b"\0\0\0\1" + whole[length + 4 :])
        colours_of(whole[:length] + b"\xff" + whole[length + 1 :])
