"""What a browser shows of a file is what is taken of it: the same pixels in Chromium and here."""

import base64
import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat
from playwright.sync_api import Page, sync_playwright

from adapters.pictures.decode import decode
from adapters.pictures.formats import PictureLimits
from adapters.pictures.profiles import coded_profile
from tests.builders.iso import nclx, with_properties
from tests.builders.older_formats import SIZE, bmps, gifs, icos
from tests.harness.playground import CHROMIUM

_DRAWN = """async source => {
    const image = new Image(); image.src = source; await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#fff'; pen.fillRect(0, 0, canvas.width, canvas.height); pen.drawImage(image, 0, 0);
    return canvas.toDataURL('image/png');
}"""


def picture() -> Image.Image:
    across, down = (Image.linear_gradient("L").rotate(turn).resize(SIZE) for turn in (90, 0))
    both = Image.merge("RGB", (across, down, ImageChops.difference(across, down)))
    both.paste((64, 128, 200), (20, 20, 60, 60))
    return both


BASE = picture()


def saved(kind: str, image: Image.Image = BASE, **how: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


PNG, JPEG, WEBP = saved("PNG"), saved("JPEG", quality=90), saved("WEBP", lossless=True)
P3_PROFILE = coded_profile(12, 13, full_range=True)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunks(*chunks: tuple[bytes, bytes], behind: bool = False) -> bytes:
    at = len(PNG) - 12 if behind else 33
    return PNG[:at] + b"".join(chunk(*each) for each in chunks) + PNG[at:]


def raw(colour: int, depth: int, row: Callable[[int], bytes], *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG that Pillow would not write."""
    header = struct.pack(">IIBBBBB", *SIZE, depth, colour, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row(y) for y in range(SIZE[1])))
    parts = ((b"IHDR", header), *chunks, (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in parts)


def few_bits(depth: int, y: int) -> bytes:
    return bytes((x * 37 + y) & 255 for x in range(20 * depth))


def exif(turn: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = turn
    return tags


def u32(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)


def shorts(*levels: int) -> bytes:
    return struct.pack(f">{len(levels)}H", *levels)


P3 = u32(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
ADOBE = u32(31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
ANCILLARY: Mapping[str, tuple[bytes, bytes]] = {
    "sBIT short": (b"sBIT", b"\1"),
    "bKGD empty": (b"bKGD", b""),
    "hIST": (b"hIST", b"\0"),
    "tIME wrong": (b"tIME", b"\xff" * 7),
    "sCAL empty": (b"sCAL", b""),
    "eXIf junk": (b"eXIf", b"MM\0*garbage"),
    "cICP short": (b"cICP", b"\1"),
    "cICP sRGB": (b"cICP", b"\x01\x0d\0\1"),
    "cICP P3": (b"cICP", b"\x0c\x0d\0\1"),
    "cICP linear": (b"cICP", b"\x01\x08\0\1"),
    "cICP BT.709": (b"cICP", b"\x01\x01\0\1"),
    "cICP BT.2020": (b"cICP", b"\x09\x0e\0\1"),
    "cICP unknown": (b"cICP", b"\x02\x02\0\1"),
    "gAMA 0": (b"gAMA", u32(0)),
    "gAMA 1": (b"gAMA", u32(100000)),
    "gAMA usual": (b"gAMA", u32(45455)),
    "gAMA 0.55": (b"gAMA", u32(55556)),
    "cHRM 0": (b"cHRM", bytes(32)),
    "cHRM absurd": (b"cHRM", u32(*[4294967295] * 8)),
    "mDCV short": (b"mDCV", b"x"),
    "cLLI empty": (b"cLLI", b""),
    "caBX": (b"caBX", random.Random(1).randbytes(3000)),
    "unknown": (b"zzZZ", b"abc"),
    "sRGB intent 9": (b"sRGB", b"\x09"),
    "iTXt broken": (b"iTXt", b"a"),
}
PNGS: Mapping[str, bytes] = {
    **{f"png {name}": with_chunks(each) for name, each in ANCILLARY.items()},
    **{f"png {name} behind": with_chunks(each, behind=True) for name, each in ANCILLARY.items()},
    "png two gammas": with_chunks((b"gAMA", u32(100000)), (b"gAMA", u32(45455))),
    "png gamma and P3": with_chunks((b"gAMA", u32(45455)), (b"cHRM", P3)),
    "png linear and Adobe RGB": with_chunks((b"gAMA", u32(100000)), (b"cHRM", ADOBE)),
    "png cICP over profile": with_chunks((b"cICP", b"\x0c\x0d\0\1"), (b"iCCP", b"x\0\0" + zlib.compress(SRGB))),
    "png trailing": PNG + bytes(5000),
    "png without end": PNG[:-12],
    "png 1 bit": saved("PNG", BASE.convert("1")),
    "png grey and alpha": saved("PNG", BASE.convert("LA")),
    "png palette": saved("PNG", BASE.quantize(16)),
    "png palette with alpha": saved("PNG", BASE.quantize(16), transparency=bytes([0, 128] + [255] * 14)),
    "png clear colour": saved("PNG", transparency=(64, 128, 200)),
    "png 16 bit": raw(2, 16, lambda y: b"".join(shorts(x * 409, y * 540, 30000) for x in range(160))),
    "png 16 bit alpha": raw(6, 16, lambda y: b"".join(shorts(x * 409, y * 540, 9, x * 409) for x in range(160))),
    "png 16 bit grey alpha": raw(4, 16, lambda y: b"".join(shorts(x * 409, y * 540) for x in range(160))),
    "png 16 bit grey clear": raw(
        0, 16, lambda _: b"".join(shorts(x // 8 * 2570) for x in range(160)), (b"tRNS", shorts(12850))
    ),
    "png 16 bit clear": raw(
        2, 16, lambda _: b"".join(shorts(x // 8 * 2570, 0, 0) for x in range(160)), (b"tRNS", shorts(12850, 0, 0))
    ),
    **{
        f"png {depth} bit grey clear": raw(0, depth, partial(few_bits, depth), (b"tRNS", shorts(1)))
        for depth in (1, 2, 4)
    },
    "png long tRNS": raw(
        3, 8, lambda _: bytes(x % 4 for x in range(160)), (b"PLTE", bytes(range(12))), (b"tRNS", b"\0\x80\xff\xff\7")
    ),
    "png alpha and tRNS": raw(
        6, 8, lambda y: bytes(v for x in range(160) for v in (x, y, 1, 255)), (b"tRNS", shorts(5, 5, 5))
    ),
    **{f"png turned {turn}": saved("PNG", exif=exif(turn)) for turn in range(1, 9)},
}
JPEGS: Mapping[str, bytes] = {
    **{f"jpeg turned {turn}": saved("JPEG", quality=92, exif=exif(turn)) for turn in range(10)},
    "jpeg cmyk": saved("JPEG", BASE.convert("CMYK"), quality=95),
    "jpeg grey": saved("JPEG", BASE.convert("L")),
    "jpeg progressive": saved("JPEG", progressive=True),
    "jpeg 4:2:0": saved("JPEG", subsampling=2),
    "jpeg 4:4:4": saved("JPEG", subsampling=0),
    "jpeg restart markers": saved("JPEG", restart_marker_rows=1),
    "jpeg RGB": saved("JPEG", keep_rgb=True, quality=95),
    "jpeg long comment": JPEG[:2] + b"\xff\xfe\xff\xff" + b"x" * 65533 + JPEG[2:],
    "jpeg empty Exif": JPEG[:2] + b"\xff\xe1\0\x08Exif\0\0" + JPEG[2:],
    "jpeg filled": JPEG[:2] + b"\xff" * 500 + JPEG[2:],
    "jpeg without JFIF": JPEG[:2] + JPEG[20:],
    "jpeg trailing": JPEG + bytes(3000),
    "jpeg broken profile": JPEG[:2] + b"\xff\xe2\0\x20ICC_PROFILE\0\1\1" + b"x" * 16 + JPEG[2:],
    "jpeg part of a profile": JPEG[:2] + b"\xff\xe2\0\x20ICC_PROFILE\0\2\3" + b"x" * 16 + JPEG[2:],
    **{
        f"jpeg Adobe {how}": JPEG[:2] + b"\xff\xee\0\x0eAdobe\0d\0\0\0\0" + bytes([how]) + JPEG[20:]
        for how in range(4)
    },
    "jpeg two pictures": saved("MPO", save_all=True, append_images=[BASE.rotate(90)]),
}
OTHERS: Mapping[str, bytes] = {
    "webp": saved("WEBP", quality=90),
    "webp lossless": WEBP,
    "webp profile": saved("WEBP", lossless=True, icc_profile=SRGB),
    "webp trailing": WEBP + b"x" * 999,
    "webp moving": saved("WEBP", lossless=True, save_all=True, append_images=[BASE.rotate(180)], duration=100),
    "png moving": saved("PNG", save_all=True, append_images=[BASE.rotate(180)], duration=50),
    "avif": saved("AVIF", quality=95),
    "avif 4:2:0": saved("AVIF", quality=90, subsampling="4:2:0"),
    "avif grey": saved("AVIF", BASE.convert("L"), quality=95),
    "avif limited range": saved("AVIF", quality=95, range="limited"),
    "avif profile": saved("AVIF", quality=95, icc_profile=SRGB),
    **{f"avif turned {turn}": saved("AVIF", quality=95, exif=exif(turn)) for turn in range(1, 9)},
    "avif BT.709": saved("AVIF", quality=95).replace(b"colrnclx\0\1\0\x0d", b"colrnclx\0\1\0\1"),
    "avif profile beside code points": with_properties(
        saved("AVIF", quality=95, icc_profile=P3_PROFILE),
        lambda kept: [nclx(1, 13) if each[4:12] == b"colrnclx" else each for each in kept],
    ),
    "avif another picture's code points": with_properties(
        saved("AVIF", quality=95, icc_profile=P3_PROFILE),
        lambda kept: [each.replace(b"colrnclx", b"colr****") for each in kept] + [nclx(12, 16)],
    ),
    "avif P3": saved("AVIF", quality=95).replace(b"colrnclx\0\1\0\x0d", b"colrnclx\0\x0c\0\x0d"),
}
FILES = {**PNGS, **JPEGS, **OTHERS, **gifs(BASE), **bmps(BASE), **icos(BASE)}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--force-color-profile=srgb"]
        )
        yield browser.new_page()
        browser.close()


def test_every_file_looks_as_in_a_browser(page: Page) -> None:
    different = {}
    for name, content in FILES.items():
        shown = page.evaluate(_DRAWN, "data:image/x;base64," + base64.b64encode(content).decode())
        theirs = Image.open(io.BytesIO(base64.b64decode(shown.partition(",")[2]))).convert("RGB")
        ours = Image.open(io.BytesIO(decode(content, PictureLimits()).png))
        if ours.size != theirs.size:
            different[name] = f"{ours.size} here, {theirs.size} there"
        elif (off := max(ImageStat.Stat(ImageChops.difference(ours, theirs)).mean)) > 1.5:
            different[name] = f"{off:.1f} levels on average"
    assert not different
