"""How long a picture will take is told from what its file claims."""

import io
from typing import Any

import pytest
from PIL import Image

from adapters.pictures.effort import seconds


def saved(size: tuple[int, int], kind: str, **how: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, kind, **how)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_it_grows_with_the_pixels_that_a_small_file_claims(kind: str) -> None:
    small, large = (saved(size, kind) for size in ((300, 200), (6000, 4000)))
    assert seconds(large, enough=1_000_000) > seconds(small, enough=1_000_000) + 0.2
    assert seconds(large, enough=None) > seconds(large, enough=1_000_000) + 1


def test_a_lossless_webp_and_one_with_alpha_are_seen() -> None:
    for how in ({"lossless": True}, {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"}):
        assert seconds(saved((6000, 4000), "WEBP", **how), enough=None) > 2


def test_a_progressive_jpeg_takes_longer() -> None:
    plain, progressive = (saved((4000, 3000), "JPEG", progressive=each) for each in (False, True))
    assert seconds(progressive, enough=1_000_000) > seconds(plain, enough=1_000_000)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8", b"\xff\xd8" + b"\xff" * 5000, b"\x89PNG", b"RIFF1234WEBP", b"x"]
)
def test_what_is_no_picture_is_no_trouble(content: bytes) -> None:
    assert 0 < seconds(content, enough=1_000_000) < 1
