"""Whatever is sent, a member gets a usable picture or one sentence, and the bot pays next to nothing."""

import asyncio
import contextlib
import io
import mmap
import re
import resource
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from adapters.pictures.decode import decode
from adapters.pictures.formats import PictureLimits
from adapters.pictures.reader import SandboxedPictureReader
from bot.domain.errors import PictureRefused
from tests.builders.corpus import BOMBS, CORPUS, Odd
from tests.builders.pictures import SECRET, exif, palette_png, quarters, saved

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
BOMB_SECONDS = 0.2
BOMB_BYTES = 20 * 1024**2
CHILD_SECONDS = 1.0  # with the start of the process that a picture has to itself


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


async def until_warm(reader: SandboxedPictureReader) -> None:
    while reader._spares.empty():
        await asyncio.sleep(0.01)


def peak_memory() -> int:
    """The most memory this process ever had resident, in bytes, since `forget_peak`."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def children_seconds() -> float:
    """Processor time of the children that have ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")  # proc(5): resets the peak resident size


@linux
def test_the_measure_sees_what_a_bomb_would_cost() -> None:
    forget_peak()
    before = peak_memory()
    with mmap.mmap(-1, 2 * BOMB_BYTES) as held:  # a bytearray may come out of memory that is resident already
        for page in range(0, len(held), mmap.PAGESIZE):
            held[page] = 1
        assert peak_memory() - before > BOMB_BYTES


@linux
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("bomb", BOMBS, ids=str)
async def test_a_bomb_costs_the_bot_next_to_nothing(bomb: Odd, reader: SandboxedPictureReader) -> None:
    """In processor time, the bot's own and its child's, which other work on the machine hardly changes."""
    content = bomb.build()
    seconds, childs, memory = [], [], []
    for _ in range(3):
        forget_peak()
        before, start, children = peak_memory(), time.process_time(), children_seconds()
        with pytest.raises(PictureRefused):
            await reader.read(content)
        seconds.append(time.process_time() - start)
        childs.append(children_seconds() - children)
        memory.append(peak_memory() - before)
        await until_warm(reader)
    assert min(seconds) < BOMB_SECONDS
    assert min(childs) < CHILD_SECONDS
    assert max(memory) < BOMB_BYTES


SMALL = PictureLimits(max_pixels=1_000_000, max_bytes=1 << 20)
SEEDS = (
    saved(quarters(), "PNG", exif=exif(6)),
    saved(quarters(), "JPEG", exif=exif(6), comment=SECRET),
    saved(quarters(), "JPEG", progressive=True),
    saved(quarters(), "WEBP", exif=exif(6)),
    saved(quarters(), "WEBP", lossless=True),
    saved(quarters(), "PNG", save_all=True, append_images=[quarters()]),
    saved(quarters().convert("CMYK"), "JPEG"),
    palette_png(((1, 2, 3), (4, 5, 6)), clear={0: 9}),
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good file with some bytes changed, then a piece cut out, doubled or left off."""
    content = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 6))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(content))] * 2)))
    return draw(
        st.sampled_from(
            (
                bytes(content),
                bytes(content[:start]),
                bytes(content[:start] + content[end:]),
                bytes(content + content[start:]),
            )
        )
    )


files = st.one_of(
    mutated(),
    st.binary(max_size=2000),
    st.sampled_from(SEEDS).flatmap(lambda seed: st.binary().map(lambda rest: seed[:40] + rest)),
)


@settings(max_examples=150, deadline=None)
@given(files)
def test_any_bytes_at_all_become_a_picture_or_a_sentence(content: bytes) -> None:
    """The decoder by itself, in this process, where hundreds of files take seconds."""
    try:
        png = decode(content, SMALL).png
    except PictureRefused as refusal:
        right = is_one_sentence(str(refusal))
    else:
        right = chunks(png) == {b"IHDR", b"IDAT", b"IEND"}
    assert right


@settings(max_examples=15, deadline=None)
@given(content=files)
@pytest.mark.asyncio(loop_scope="module")
async def test_the_reader_works_on_whatever_came_before(content: bytes, reader: SandboxedPictureReader) -> None:
    with contextlib.suppress(PictureRefused):
        await reader.read(content)
    assert (await reader.read(SEEDS[4])).width == quarters().width
