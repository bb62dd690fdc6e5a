"""Pictures built from nothing, well-formed and not: whatever a member, a phone or an attacker may send."""

import io
import struct
import zlib
from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]

RED, GREEN, BLUE, YELLOW = (200, 30, 30), (30, 160, 60), (40, 60, 200), (230, 200, 40)
SIZE = (96, 64)
CORNERS = {(8, 8): RED, (88, 8): GREEN, (8, 56): BLUE, (88, 56): YELLOW}
"""A point in each quarter of `quarters()` and its colour."""

SECRET = "Kept at 52.5163N 13.3777E by Erika Mustermann"
"""Planted in metadata; must never be found in what comes out."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def quarters(size: tuple[int, int] = SIZE) -> Image.Image:
    """Red, green over blue, yellow: tells every turn and mirror image from every other."""
    width, height = size
    picture = Image.new("RGB", size, RED)
    picture.paste(GREEN, (width // 2, 0, width, height))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    picture.paste(YELLOW, (width // 2, height // 2, width, height))
    return picture


def drawing(size: tuple[int, int] = (64, 64)) -> bytes:
    """A circle in dark lines on light paper, as a PNG: a sketch, and a source that has lines to find."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).ellipse((8, 8, size[0] - 8, size[1] - 8), outline="black", width=3)
    return saved(picture, "PNG")


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    if kind == "JPEG" and picture.mode in {"RGB", "YCbCr"}:
        options = {"quality": 95, "subsampling": 0} | options
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, body: bytes = b"", *, crc: int | None = None) -> bytes:
    """A PNG chunk; with `crc` a wrong checksum can be given."""
    check = zlib.crc32(kind + body) if crc is None else crc
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


def header(width: int, height: int, *, depth: int = 8, colour: int = 2, interlace: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def png(*chunks: bytes) -> bytes:
    return _SIGNATURE + b"".join(chunks) + chunk(b"IEND")


def with_chunk(content: bytes, extra: bytes) -> bytes:
    """A PNG with one more chunk right behind its header."""
    return content[:33] + extra + content[33:]


def in_small_chunks(content: bytes) -> bytes:
    """A PNG of ours with its pixels in chunks of one byte each."""
    at = content.index(b"IDAT") - 4
    length = int.from_bytes(content[at : at + 4])
    pixels = content[at + 8 : at + 8 + length]
    return content[:at] + b"".join(chunk(b"IDAT", bytes((byte,))) for byte in pixels) + content[at + 12 + length :]


def many_scans_jpeg(size: tuple[int, int], scans: int) -> bytes:
    """A grey progressive JPEG with as many scans behind its own that change nothing, ten bytes each."""
    plain = saved(Image.new("L", size, 128), "JPEG", quality=1, progressive=True)
    return plain[:-2] + b"\xff\xda\0\x08\1\1\0\1\x3f\0" * scans + plain[-2:]


def rows_png(
    row: bytes,
    size: tuple[int, int],
    *,
    depth: int,
    colour: int,
    extra: bytes = b"",
) -> bytes:
    """A PNG that repeats one row of packed samples, for the kinds Pillow reads but does not write."""
    width, height = size
    return png(
        header(width, height, depth=depth, colour=colour),
        extra,
        chunk(b"IDAT", zlib.compress((b"\0" + row) * height)),
    )


def zeros(count: int) -> bytes:
    """A zlib stream that unpacks to `count` zero bytes, made without ever holding them."""
    block = 1 << 20
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(block)) + packer.flush(zlib.Z_FULL_FLUSH)  # stands alone, so it can be repeated
    rest = zlib.compressobj(9, zlib.DEFLATED, -15)
    end = rest.compress(bytes(count % block)) + rest.flush()
    return b"\x78\xda" + packed * (count // block) + end + struct.pack(">HH", count % 65521, 1)


def black_png(width: int, height: int, *, depth: int, colour: int) -> bytes:
    """A well-formed PNG, all zero: few bytes, as many pixels as wanted."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = 1 + (width * depth * channels + 7) // 8
    return png(header(width, height, depth=depth, colour=colour), chunk(b"IDAT", zeros(row * height)))


def interlaced_png(size: tuple[int, int], colour: Colour) -> bytes:
    """One colour, in the seven passes of Adam7 (PNG specification, 8.2)."""
    width, height = size
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    rows = b""
    for left, top, right_by, down_by in passes:
        columns, lines = len(range(left, width, right_by)), len(range(top, height, down_by))
        rows += (b"\0" + bytes(colour) * columns) * lines
    return png(header(width, height, interlace=1), chunk(b"IDAT", zlib.compress(rows)))


def hidden_first_apng() -> bytes:
    """An APNG whose plain picture is not one of its two frames."""
    still, frames = quarters(), [Image.new("RGB", SIZE, level) for level in ("black", "white")]
    return saved(still, "PNG", save_all=True, append_images=frames, default_image=True, duration=100)


def exif(orientation: int) -> Image.Exif:
    """As a phone writes it: orientation, place, owner."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x013B] = SECRET
    tags.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 58.7), 3: "E", 4: (13.0, 22.0, 39.7)})
    return tags


def turned(orientation: int) -> Image.Image:
    """`quarters()` as a camera with this EXIF orientation stores it."""
    stored = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return quarters().transpose(stored[orientation]) if orientation in stored else quarters()


def ycck_jpeg(colour: Colour, key: int) -> bytes:
    """A flat four-channel JPEG whose first three channels are YCbCr, as Photoshop writes CMYK.

    Args:
        colour: how it looks where there is no black ink.
        key: black ink, 0 none to 255 full.
    """
    red, green, blue = (255 - level for level in colour)  # that is cyan, magenta, yellow: stored inverted, as CMYK is
    y = 0.299 * red + 0.587 * green + 0.114 * blue
    channels = (y, 128 + 0.564 * (blue - y), 128 + 0.713 * (red - y), 255 - key)  # ITU-T T.871, 7
    stored = tuple(255 - round(level) for level in channels)  # Pillow inverts what it writes, as Adobe does
    plain = saved(Image.new("CMYK", SIZE, stored), "JPEG", quality=100)
    adobe = plain.index(b"Adobe")
    return plain[: adobe + 11] + b"\2" + plain[adobe + 12 :]


def vp8x(width: int, height: int) -> bytes:
    """The beginning of an extended WebP that claims a canvas of this size."""
    body = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return _riff(b"VP8X" + struct.pack("<I", len(body)) + body + b"VP8L" + struct.pack("<I", 1000) + bytes(1000))


def vp8l(width: int, height: int) -> bytes:
    """The beginning of a lossless WebP that claims this size."""
    body = b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + bytes(100)
    return _riff(b"VP8L" + struct.pack("<I", len(body)) + body)


def _riff(body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def gif(width: int, height: int) -> bytes:
    """35 bytes: a screen of this size with one frame of one pixel."""
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


def iso_media(major: bytes, *compatible: bytes) -> bytes:
    """The first box of a HEIC, AVIF or MP4."""
    brands = major + b"\0\0\0\0" + b"".join(compatible)
    return struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands + bytes(200)


def jpeg_claiming(width: int, height: int) -> bytes:
    """A JPEG whose frame header lies about its size."""
    plain = saved(quarters(), "JPEG")
    frame = plain.index(b"\xff\xc0")
    return plain[: frame + 5] + struct.pack(">HH", height, width) + plain[frame + 9 :]


def palette_png(colours: Sequence[Colour], *, clear: Mapping[int, int], size: tuple[int, int] = SIZE) -> bytes:
    """Vertical stripes of a palette; `clear` gives the alpha of some of its entries."""
    width, height = size
    stripe = width // len(colours)
    picture = Image.frombytes("P", size, b"".join(bytes([place]) * stripe for place in range(len(colours))) * height)
    picture.putpalette([level for colour in colours for level in colour])
    alphas = bytes(clear.get(place, 255) for place in range(len(colours)))
    return saved(picture, "PNG", transparency=alphas) if clear else saved(picture, "PNG")
