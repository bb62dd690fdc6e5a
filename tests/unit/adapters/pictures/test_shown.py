"""What a chat shows of a result: light, marked as made by AI, and not told from the lossless picture by eyes."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from adapters.pictures.export import export_shown
from adapters.pictures.marks import marked, mosaic
from adapters.pictures.wipe import wipe


def lossless(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def grain(amount: float, side: int = 1024) -> Image.Image:
    """A soft picture with so much noise over it, as paintings have."""
    chance = np.random.default_rng(1)
    soft = Image.fromarray(chance.integers(0, 256, (8, 8, 3), dtype=np.uint8)).resize((side, side))
    values = np.asarray(soft.filter(ImageFilter.GaussianBlur(20)), dtype=float)
    return Image.fromarray((values + chance.normal(0, amount, values.shape)).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("kind", ["WEBP", "JPEG"])
@pytest.mark.parametrize("amount", [0.0, 12.0, 24.0])
def test_a_picture_of_1024_pixels_is_light(kind: str, amount: float) -> None:
    shown = export_shown(lossless(grain(amount)), max_bytes=10_000_000, edited=True, kind=kind)
    assert len(shown.content) < 400_000
    assert (shown.width, shown.height) == (1024, 1024)
    assert b"compositeWithTrainedAlgorithmicMedia" in shown.content


@pytest.mark.parametrize("kind", ["WEBP", "JPEG"])
def test_eyes_cannot_tell_it_from_the_stored_picture(kind: str) -> None:
    picture = grain(6.0, side=512)
    shown = export_shown(lossless(picture), max_bytes=10_000_000, edited=None, kind=kind)
    with Image.open(io.BytesIO(shown.content)) as opened:
        away = np.asarray(opened.convert("RGB"), dtype=float) - np.asarray(picture, dtype=float)
    psnr = 20 * np.log10(255 / np.sqrt((away**2).mean()))
    assert psnr > 32


def test_a_file_that_is_too_large_loses_quality_before_pixels_and_says_so_if_it_loses_those() -> None:
    png = lossless(grain(40.0))
    whole = export_shown(png, max_bytes=300_000, edited=True, kind="JPEG")
    assert len(whole.content) <= 300_000
    small = export_shown(png, max_bytes=20_000, edited=True, kind="JPEG")
    assert len(small.content) <= 20_000
    assert small.width < 1024
    assert small.note


def test_a_mark_stands_in_the_corner_and_nowhere_else() -> None:
    plain = Image.new("RGB", (256, 256), "teal")
    shown = marked(plain, "0.7")
    changed = np.argwhere((np.asarray(shown) != np.asarray(plain)).any(axis=2))
    assert len(changed)
    assert changed.max() < 128
    assert marked(plain, "") is plain


@pytest.mark.parametrize(("count", "size"), [(1, (40, 30)), (2, (84, 30)), (4, (84, 64)), (5, (128, 64))])
def test_pictures_stand_side_by_side(count: int, size: tuple[int, int]) -> None:
    assert mosaic([Image.new("RGB", (40, 30), "red")] * count).size == size


def test_a_wipe_begins_with_the_source_and_uncovers_the_result() -> None:
    content = wipe(Image.new("RGB", (64, 64), "red"), Image.new("RGB", (800, 400), "blue"))
    with Image.open(io.BytesIO(content)) as moving:
        assert moving.size == (512, 256)
        frames = moving.n_frames  # type: ignore[attr-defined]  # of WebP
        colours = []
        for place in (0, frames // 2):
            moving.seek(place)
            colours.append(moving.convert("RGB").getpixel((256, 128)))
    assert colours[0][0] > 200 > colours[0][2]  # type: ignore[index]
    assert colours[1][2] > 200 > colours[1][0]  # type: ignore[index]
