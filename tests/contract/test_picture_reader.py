"""What every `PictureReader` promises: the sandboxed one and the one core tests use."""

import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image

from adapters.pictures.export import export
from adapters.pictures.reader import SandboxedPictureReader
from bot.domain.errors import PictureRefused
from bot.ports import PictureReader
from tests.builders.pictures import CORNERS, SECRET, SIZE, exif, quarters, saved, turned
from tests.fakes.picture_reader import InProcessPictureReader

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sandboxed", "in process"])
async def reader(request: pytest.FixtureRequest) -> AsyncIterator[PictureReader]:
    if request.param == "in process":
        yield InProcessPictureReader()
        return
    async with SandboxedPictureReader() as reader:
        yield reader


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("orientation", [1, 6])
async def test_a_picture_comes_back_upright_and_bare(reader: PictureReader, kind: str, orientation: int) -> None:
    content = saved(turned(orientation), kind, exif=exif(orientation))
    assert SECRET.encode() in content
    picture = await reader.read(content)
    assert (picture.width, picture.height) == SIZE
    assert SECRET.encode() not in picture.png
    with Image.open(io.BytesIO(picture.png), formats=("PNG",)) as result:
        assert (result.mode, result.size, result.info) == ("RGB", SIZE, {})
        for point, colour in CORNERS.items():
            found = result.getpixel(point)
            assert isinstance(found, tuple)
            assert all(abs(a - b) <= 3 for a, b in zip(found, colour, strict=True))


async def test_png_pixels_are_kept_exactly(reader: PictureReader) -> None:
    picture = await reader.read(saved(quarters(), "PNG"))
    with Image.open(io.BytesIO(picture.png)) as result:
        assert result.tobytes() == quarters().tobytes()


@pytest.mark.parametrize("alpha", [True, False])
async def test_what_is_transparent_is_white_or_stays_so(reader: PictureReader, alpha: bool) -> None:
    half = quarters().convert("RGBA")
    half.paste((0, 0, 0, 0), (0, 0, half.width // 2, half.height))
    picture = await reader.read(saved(half, "PNG"), alpha=alpha)
    opaque = await reader.read(saved(quarters(), "PNG"), alpha=alpha)
    with Image.open(io.BytesIO(picture.png)) as result, Image.open(io.BytesIO(opaque.png)) as whole:
        assert (result.mode, result.info, whole.mode) == ("RGBA" if alpha else "RGB", {}, "RGB")
        assert result.getpixel((1, 1)) == ((0, 0, 0, 0) if alpha else (255, 255, 255))
        right = (half.width - 1, 1)
        assert result.convert("RGB").getpixel(right) == quarters().getpixel(right)


@pytest.mark.parametrize(("edited", "marked"), [(True, True), (False, True), (None, False)])
@pytest.mark.parametrize("format_", ["PNG", "JPEG"])
async def test_a_picture_that_says_that_a_model_made_it_is_known(
    reader: PictureReader, format_: str, edited: bool | None, marked: bool
) -> None:
    file = export(saved(quarters(), "PNG"), max_bytes=1 << 20, edited=edited, formats=(format_,))
    assert (await reader.read(file.content)).made_by_ai is marked


async def test_contrast_is_told(reader: PictureReader) -> None:
    halves = Image.new("L", (64, 64), "white")
    halves.paste("black", (0, 0, 32, 64))
    assert (await reader.read(saved(halves, "PNG"))).contrast == pytest.approx(0.5)
    assert (await reader.read(saved(Image.new("RGB", (64, 64), "teal"), "PNG"))).contrast == pytest.approx(0)


@pytest.mark.parametrize("content", [b"", b"no picture", saved(quarters(), "PNG")[:-30], saved(quarters(), "TIFF")])
async def test_what_is_no_picture_is_refused_in_one_sentence(reader: PictureReader, content: bytes) -> None:
    with pytest.raises(PictureRefused) as refusal:
        await reader.read(content)
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)


async def test_a_refusal_does_not_spoil_the_next(reader: PictureReader) -> None:
    for _ in range(2):
        with pytest.raises(PictureRefused):
            await reader.read(b"no picture")
        assert (await reader.read(saved(quarters(), "PNG"))).width == SIZE[0]
