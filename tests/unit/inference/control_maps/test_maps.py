"""Control maps. The pictures in `tests/golden/maps` were looked at.

`python -m tests.unit.inference.control_maps.test_maps` draws them anew.
"""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from inference.api import ControlKind
from inference.control_maps.maps import draw_lines, fit_map, label, read_map
from inference.errors import Unsuited
from inference.models.entry import LINES

ROOT = Path(__file__).parents[4]
GOLDEN = ROOT / "tests/golden/maps"
PHOTOS = ("photo", "second-photo")
KINDS = sorted(LINES)


def _photo(name: str) -> Image.Image:
    with Image.open(ROOT / f"docs/demo/{name}.jpg") as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((256, 256))
    return picture


def _difference(one: Image.Image, other: Image.Image) -> float:
    """Mean, in levels of 255."""
    return float(np.abs(np.asarray(one, dtype=float) - np.asarray(other, dtype=float)).mean())


def _sketch(size: tuple[int, int] = (200, 100), paper: int = 255, ink: int = 0) -> Image.Image:
    sketch = Image.new("RGB", size, (paper,) * 3)
    ImageDraw.Draw(sketch).ellipse((20, 20, 80, 80), outline=(ink,) * 3, width=3)
    return sketch


@pytest.mark.parametrize("photo", PHOTOS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_lines_of_a_photograph_are_those_that_were_looked_at(kind: ControlKind, photo: str) -> None:
    drawn = draw_lines(kind, _photo(photo))
    with Image.open(GOLDEN / f"{photo}-{kind.value}.png") as golden:
        assert drawn.size == golden.size
        assert _difference(drawn, golden.convert("RGB")) < 2


@pytest.mark.parametrize("kind", KINDS)
def test_lines_are_white_and_everything_else_is_black(kind: ControlKind) -> None:
    levels = np.asarray(draw_lines(kind, _sketch()).convert("L"))
    assert levels.max() > 200
    assert np.median(levels) == 0
    assert levels[50, 10:30].max() > 100  # the left end of the circle
    assert levels[50, 40:60].max() == 0  # its middle


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_without_lines_is_refused(kind: ControlKind) -> None:
    with pytest.raises(Unsuited, match=f"no lines for {kind.value}"):
        draw_lines(kind, Image.new("RGB", (80, 80), "grey"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_map_that_was_drawn_here_comes_back_as_it_is(kind: ControlKind) -> None:
    drawn = draw_lines(kind, _photo("photo"))
    assert fit_map(kind, drawn, drawn.size).tobytes() == drawn.tobytes()


def test_a_map_that_was_drawn_here_is_known_by_its_label_however_light_it_is(tmp_path: Path) -> None:
    grain = Image.frombytes("RGB", (64, 64), random.Random(1).randbytes(3 * 64 * 64))
    drawn = draw_lines(ControlKind.SOFTEDGE, grain)
    assert np.median(np.asarray(drawn)) >= 128
    for name, labelled in (("ours", label(drawn)), ("theirs", None)):
        drawn.save(tmp_path / name, "PNG", pnginfo=labelled)
        again = fit_map(ControlKind.SOFTEDGE, read_map(tmp_path / name, ControlKind.SOFTEDGE), drawn.size)
        assert (again.tobytes() == drawn.tobytes()) is (name == "ours")


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (200, 90), (0, 255)])
def test_a_drawing_becomes_white_on_black_whatever_paper_it_is_on(paper: int, ink: int) -> None:
    fitted = fit_map(ControlKind.SCRIBBLE, _sketch(paper=paper, ink=ink), (200, 100))
    assert _difference(fitted, _sketch(paper=0, ink=255)) < 1


def test_the_colours_of_a_pose_and_the_light_of_a_depth_map_stay() -> None:
    bright = Image.new("RGB", (40, 40), (250, 200, 180))
    ImageDraw.Draw(bright).line((0, 0, 39, 39), fill=(255, 0, 0), width=4)
    assert fit_map(ControlKind.POSE, bright, (40, 40)).tobytes() == bright.tobytes()
    grey = bright.convert("L").convert("RGB")
    assert fit_map(ControlKind.DEPTH, bright, (40, 40)).tobytes() == grey.tobytes()


@given(st.integers(2, 300), st.integers(2, 300), st.integers(1, 300), st.integers(1, 300))
def test_a_map_is_fitted_and_never_stretched(width: int, height: int, wanted_width: int, wanted_height: int) -> None:
    drawn = Image.new("L", (width, height), 255)
    drawn.putpixel((0, 0), 0)
    wanted = wanted_width, wanted_height
    fitted = fit_map(ControlKind.DEPTH, drawn, wanted)
    assert fitted.size == wanted
    left, top, right, bottom = fitted.convert("L").point(lambda level: 255 * (level > 20)).getbbox() or (0, 0, 1, 1)
    share = min(wanted_width / width, wanted_height / height)
    assert abs((right - left) - width * share) <= 2
    assert abs((bottom - top) - height * share) <= 2
    assert abs(left - (wanted_width - right)) <= 2
    assert abs(top - (wanted_height - bottom)) <= 2


@pytest.mark.parametrize("kind", list(ControlKind))
def test_a_blank_map_is_refused(kind: ControlKind) -> None:
    for shade in ("white", "black", "#808080"):
        with pytest.raises(Unsuited, match="blank"):
            fit_map(kind, Image.new("RGB", (64, 64), shade), (64, 64))


def test_a_map_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + b"?" * 50)
    for path in (broken, tmp_path / "missing.png"):
        with pytest.raises(Unsuited, match="could not be read"):
            read_map(path, ControlKind.CANNY)


def test_what_is_transparent_in_a_drawing_is_paper(tmp_path: Path) -> None:
    sketch = _sketch().convert("L")
    ink = Image.new("RGBA", sketch.size, "black")
    ink.putalpha(sketch.point(lambda level: 255 - level))
    ink.save(tmp_path / "ink.png")
    assert _difference(read_map(tmp_path / "ink.png", ControlKind.SCRIBBLE), _sketch()) == 0


if __name__ == "__main__":
    for photo in PHOTOS:
        for kind in KINDS:
            draw_lines(kind, _photo(photo)).save(GOLDEN / f"{photo}-{kind.value}.png")
