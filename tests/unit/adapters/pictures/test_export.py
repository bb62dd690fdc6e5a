"""What leaves fits, keeps its pixels as long as it can, says that AI made it, and nothing else."""

import io
import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from adapters.pictures.export import export
from bot.domain.picture import Exported
from tests.builders.pictures import SECRET, chunk, exif, quarters, saved, with_chunk

PLENTY = 10 * 1024**2
RECIPE = "oil painting\nNegative prompt: blurry\nSteps: 20, Seed: 7, Denoising strength: 0.5"


def noisy(width: int = 300, height: int = 200) -> Image.Image:
    """Packs as badly as a photo."""
    return ImageChops.add(quarters((width, height)), Image.effect_noise((width, height), 40).convert("RGB"), 1, -128)


NOISY = saved(noisy(), "PNG")


def opened(exported: Exported) -> Image.Image:
    picture = Image.open(io.BytesIO(exported.content))
    picture.load()
    return picture


def xmp_of(picture: Image.Image) -> str:
    """The packet as each format keeps it."""
    packet = picture.info["xmp"]
    assert isinstance(packet, bytes)
    return packet.decode()


def recipe_of(picture: Image.Image) -> str | None:
    """As the A1111 web UI reads it."""
    if picture.format == "PNG":
        text = picture.info.get("parameters")
        assert text is None or isinstance(text, str)
        return text
    comment = picture.getexif().get_ifd(0x8769).get(0x9286)
    return comment.removeprefix(b"UNICODE\0").decode("utf-16-be") if comment else None


EACH_FORMAT = pytest.mark.parametrize(
    ("formats", "kind"), [(("PNG",), "PNG"), (("WEBP",), "WEBP"), (("JPEG",), "JPEG")], ids=["PNG", "WebP", "JPEG"]
)


@EACH_FORMAT
@pytest.mark.parametrize(
    ("edited", "term"), [(True, "compositeWithTrainedAlgorithmicMedia"), (False, "trainedAlgorithmicMedia")]
)
def test_every_format_carries_the_mark(formats: Sequence[str], kind: str, edited: bool, term: str) -> None:
    exported = export(NOISY, max_bytes=PLENTY, edited=edited, formats=formats)
    assert exported.note is None
    with opened(exported) as picture:
        assert picture.format == kind
        found = re.search(r'Iptc4xmpExt:DigitalSourceType="([^"]+)"', xmp_of(picture))
        assert found is not None
        assert found[1] == f"http://cv.iptc.org/newscodes/digitalsourcetype/{term}"


@EACH_FORMAT
@pytest.mark.parametrize("recipe", [RECIPE, "油絵 · huile 🎨", None])
def test_the_recipe_leaves_only_where_given(formats: Sequence[str], kind: str, recipe: str | None) -> None:
    with opened(export(NOISY, max_bytes=PLENTY, edited=True, formats=formats, recipe=recipe)) as picture:
        assert picture.format == kind
        assert recipe_of(picture) == recipe


@EACH_FORMAT
def test_nothing_else_leaves(formats: Sequence[str], kind: str) -> None:
    """Even if a stored file should carry something."""
    stored = with_chunk(
        saved(noisy(), "PNG", exif=exif(1), icc_profile=b"x"), chunk(b"tEXt", b"Author\0" + SECRET.encode())
    )
    assert SECRET.encode() in stored
    exported = export(stored, max_bytes=PLENTY, edited=True, formats=formats)
    assert SECRET.encode() not in exported.content
    with opened(exported) as picture:
        assert picture.format == kind
        of_the_format = {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "loop",
            "background",
            "duration",
            "timestamp",
        }
        assert set(picture.info) - of_the_format <= {"xmp", "XML:com.adobe.xmp"}
        assert not dict(picture.getexif())


def test_png_goes_out_with_its_very_pixels() -> None:
    exported = export(NOISY, max_bytes=PLENTY, edited=True)
    assert (exported.suffix, exported.media_type, exported.width, exported.height) == ("png", "image/png", 300, 200)
    with opened(exported) as picture, Image.open(io.BytesIO(NOISY)) as stored:
        assert picture.tobytes() == stored.tobytes()


def test_too_large_a_png_goes_out_as_lossless_webp_where_that_fits() -> None:
    webp = len(export(NOISY, max_bytes=PLENTY, edited=True, formats=("WEBP",)).content)
    assert webp < len(NOISY)
    exported = export(NOISY, max_bytes=(webp + len(NOISY)) // 2, edited=True)
    assert exported.suffix == "webp"
    assert exported.note is not None
    assert exported.note.startswith("Sent as lossless WebP to fit the")
    with opened(exported) as picture, Image.open(io.BytesIO(NOISY)) as stored:
        assert picture.tobytes() == stored.tobytes()


def test_slack_gets_jpeg_instead_with_all_pixels() -> None:
    exported = export(NOISY, max_bytes=len(NOISY) - 1, edited=True, formats=("PNG", "JPEG"))
    assert (exported.suffix, exported.media_type, exported.width, exported.height) == ("jpg", "image/jpeg", 300, 200)
    assert exported.note == f"Sent as JPEG to fit the {(len(NOISY) - 1) / 1024**2:.3g} MB a file may have here."


def test_fourteen_megabytes_fit_ten() -> None:
    stored = saved(Image.effect_noise((2200, 2100), 120).convert("RGB"), "PNG", compress_level=0)
    assert len(stored) > 13 * 1024**2
    exported = export(stored, max_bytes=PLENTY, edited=True)
    assert len(exported.content) <= PLENTY
    assert (exported.width, exported.height) == (2200, 2100)
    assert exported.note is not None
    assert "10 MB" in exported.note


def test_pixels_go_last_and_the_note_says_so() -> None:
    exported = export(NOISY, max_bytes=9000, edited=True)
    assert len(exported.content) <= 9000
    assert exported.width < 300
    assert exported.note is not None
    assert f"{exported.width} x {exported.height} instead of 300 x 200 pixels" in exported.note


def test_what_can_never_fit_is_an_error() -> None:
    with pytest.raises(ValueError, match="no picture fits 100 bytes"):
        export(NOISY, max_bytes=100, edited=True)


@settings(max_examples=30, deadline=None)
@given(
    limit=st.integers(20_000, 400_000),
    formats=st.lists(st.sampled_from(("PNG", "WEBP", "JPEG")), min_size=1, unique=True),
)
def test_it_always_fits_and_is_what_it_says(limit: int, formats: list[str]) -> None:
    exported = export(NOISY, max_bytes=limit, edited=True, formats=formats)
    assert len(exported.content) <= limit
    with opened(exported) as picture:
        assert picture.format in formats
        assert picture.size == (exported.width, exported.height)
        assert Image.MIME[picture.format or ""] == exported.media_type
        assert abs(picture.width / picture.height - 1.5) < 0.05
        assert "trainedAlgorithmicMedia" in xmp_of(picture).replace("With", "").replace("T", "t")
