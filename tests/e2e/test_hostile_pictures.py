"""Whatever is sent, a member gets a usable picture or one sentence, and the bot pays next to nothing."""

import io
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image

from adapters.pictures.reader import SandboxedPictureReader
from bot.domain.errors import PictureRefused
from tests.corpus import CORPUS, Odd
from tests.fakes.pictures import SECRET

BOMB_SECONDS = 0.2
BOMB_BYTES = 20 * 1024**2


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[SandboxedPictureReader]:
    async with SandboxedPictureReader() as reader:
        yield reader


def chunks(png: bytes) -> set[bytes]:
    """The kinds of chunks in a PNG."""
    kinds, at = set(), 8
    while at < len(png):
        kinds.add(png[at + 4 : at + 8])
        at += 12 + int.from_bytes(png[at : at + 4])
    return kinds


def is_one_sentence(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Z][^\n]{20,250}\.", text)) and "Error" not in text


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len({odd.name for odd in CORPUS}) == len(CORPUS) >= 60


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("odd", CORPUS, ids=str)
async def test_each_is_taken_or_refused_as_it_should(odd: Odd, reader: SandboxedPictureReader) -> None:
    content = odd.build()
    if odd.refused is not None:
        with pytest.raises(PictureRefused) as refusal:
            await reader.read(content)
        assert re.search(re.sub(r"([()])", r"\\\1", odd.refused), str(refusal.value))
        assert is_one_sentence(str(refusal.value))
        return
    picture = await reader.read(content)
    assert (picture.width, picture.height) == odd.size
    assert picture.notes == odd.notes
    assert chunks(picture.png) == {b"IHDR", b"IDAT", b"IEND"}
    assert SECRET.encode() not in picture.png
    with Image.open(io.BytesIO(picture.png)) as result:
        assert (result.format, result.mode, result.size) == ("PNG", "RGB", odd.size)
        for point, colour in odd.pixels.items():
            found = result.getpixel(point)
            assert isinstance(found, tuple)
            assert max(abs(a - b) for a, b in zip(found, colour, strict=True)) <= odd.within, (point, found, colour)
