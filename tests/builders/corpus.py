"""The corpus: hostile and odd pictures, each with what must become of it."""

import random
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PIL import Image, ImageCms

from tests.builders import icc
from tests.builders.pictures import (
    BLUE,
    CORNERS,
    GREEN,
    RED,
    SECRET,
    SIZE,
    YELLOW,
    Colour,
    black_png,
    chunk,
    exif,
    gif,
    header,
    hidden_first_apng,
    in_small_chunks,
    interlaced_png,
    iso_media,
    jpeg_claiming,
    many_scans_jpeg,
    palette_png,
    png,
    quarters,
    rows_png,
    saved,
    turned,
    vp8l,
    vp8x,
    with_chunk,
    ycck_jpeg,
    zeros,
)

ANIMATED = ("note-animated",)
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
WIDTH, HEIGHT = SIZE
MIDDLE = (WIDTH // 2, HEIGHT // 2)
ZIP = b"PK\3\4" + bytes(200)
SCRIPT = b"<html><script>alert(1)</script></html>"


@dataclass(frozen=True, kw_only=True)
class Odd:
    """One file.

    Attributes:
        refused: a phrase of the sentence it is refused with; None if it is taken.
        pixels: some points of the result and their colours.
        within: how far a channel may be off: 0 for lossless, a little for JPEG and colour arithmetic.
    """

    name: str
    build: Callable[[], bytes]
    refused: str | None = None
    size: tuple[int, int] = SIZE
    pixels: Mapping[tuple[int, int], Colour] = field(default_factory=dict)
    within: int = 0
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


def flat(colour: Colour) -> dict[tuple[int, int], Colour]:
    return {MIDDLE: colour, (1, 1): colour}


def noise(kind: str, **options: object) -> bytes:
    """A picture whose file is long enough to be cut anywhere."""
    return saved(Image.effect_noise((256, 256), 80).convert("RGB"), kind, **options)


def cut(content: bytes, *, keep: float = 1.0, less: int = 0) -> bytes:
    return content[: int(len(content) * keep) - less]


def with_clear(picture: Image.Image, alpha: int) -> Image.Image:
    picture.putalpha(alpha)
    return picture


NOT_PICTURES = (
    Odd(name="empty", build=bytes, refused="empty"),
    Odd(name="one byte", build=lambda: b"\x89", refused="cannot see a picture"),
    Odd(name="random bytes", build=lambda: random.Random(7).randbytes(5000), refused="cannot see a picture"),
    Odd(name="zero bytes", build=lambda: bytes(5000), refused="cannot see a picture"),
    Odd(name="text", build=lambda: b"no picture at all", refused="cannot see a picture"),
    Odd(name="login page", build=lambda: b"\n<!DOCTYPE html><html><title>Sign in</title>", refused="web page"),
    Odd(name="page with byte order mark", build=lambda: b"\xef\xbb\xbf<HTML lang=en>", refused="web page"),
    Odd(name="page that embeds SVG", build=lambda: b"<html><svg></svg></html>", refused="web page"),
    Odd(name="GIF that is a script too", build=lambda: b"GIF89a=1;/*" + SCRIPT, refused="GIF"),
    Odd(name="zip", build=lambda: ZIP, refused="ZIP archive"),
)

FOREIGN = tuple(
    Odd(name=phrase, build=lambda content=content: content, refused=phrase)  # type: ignore[misc]
    for content, phrase in (
        (iso_media(b"heic", b"mif1", b"heic"), "HEIC is damaged"),
        (iso_media(b"heix", b"mif1", b"heic"), "That HEIC is damaged"),
        (iso_media(b"mif1", b"avif", b"miaf"), "AVIF is damaged"),
        (iso_media(b"mp42", b"isom"), "a video"),
        (b"\x1aE\xdf\xa3" + bytes(100), "send one frame of it as PNG"),
        (b"RIFF\x24\0\0\0AVI LIST", "video; I take"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "a sound file"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg width="9e9"/>', "export it as PNG"),
        (saved(quarters(), "TIFF"), "a TIFF"),
        (b"MM\0*\0\0\0\x08", "TIFF or camera raw"),
        (b"II*\0\x10\0\0\0CR\2\0", "a camera raw file"),
        (b"8BPS\0\1" + bytes(20), "a Photoshop file"),
        (saved(quarters(), "JPEG2000"), "a JPEG 2000"),
        (b"\xff\x0a" + bytes(50), "a JPEG XL"),
        (saved(quarters(), "PPM"), "a PNM"),
        (saved(quarters(), "EPS"), "a PostScript file"),
        (saved(quarters(), "PDF"), "a PDF"),
    )
)

BOMBS = (
    Odd(
        name="169 megapixels in half a megabyte",
        build=lambda: black_png(13000, 13000, depth=8, colour=2),
        refused="169 megapixels (13000 x 13000), 64 megapixels is the most",
    ),
    Odd(
        name="174 megapixels of one bit",
        build=lambda: black_png(60000, 2900, depth=1, colour=0),
        refused="174 megapixels",
    ),
    Odd(
        name="two thousand million pixels claimed",
        build=lambda: png(header(50000, 50000), chunk(b"IDAT", zeros(1000))),
        refused="megapixels (50000 x 50000)",
    ),
    Odd(name="largest size PNG can write", build=lambda: png(header(2**31 - 1, 2**31 - 1)), refused="megapixels"),
    Odd(name="WebP canvas of 268 megapixels", build=lambda: vp8x(16384, 16384), refused="268 megapixels"),
    Odd(name="WebP canvas of 2**48 pixels", build=lambda: vp8x(2**24, 2**24), refused="megapixels"),
    Odd(name="lossless WebP of 268 megapixels", build=lambda: vp8l(16384, 16384), refused="268 megapixels"),
    Odd(name="JPEG of 4000 megapixels", build=lambda: jpeg_claiming(65500, 65500), refused="megapixels"),
    Odd(name="JPEG of 65500 empty scans", build=lambda: many_scans_jpeg((6300, 6300), 65_500), refused="passes"),
    Odd(
        name="PNG of two million chunks",
        build=lambda: with_chunk(saved(quarters(), "PNG"), chunk(b"prIV") * 2_000_000),
        refused="cannot be used",
    ),
    Odd(
        name="JPEG of six million comments",
        build=lambda: b"\xff\xd8" + b"\xff\xfe\0\2" * 6_000_000 + saved(quarters(), "JPEG")[2:],
        refused="cannot be used",
    ),
    Odd(name="GIF bomb of 35 bytes", build=lambda: gif(65535, 65535), refused="megapixels (65535 x 65535)"),
    Odd(
        name="GIF of two million pieces",
        build=lambda: saved(quarters(), "GIF")[:-1] + b"\x21\xfe" + b"\1x" * 2_000_000 + b"\0;",
        refused="cannot be used",
    ),
    Odd(
        name="BMP of a thousand million pixels",
        build=lambda: saved(quarters(), "BMP")[:18] + struct.pack("<ii", 40000, 30000) + bytes(5000),
        refused="megapixels (40000 x 30000)",
    ),
    Odd(name="GIF that is cut off", build=lambda: saved(quarters(), "GIF")[:-20], refused="GIF is cut off"),
    Odd(name="BMP that is cut off", build=lambda: saved(quarters(), "BMP")[:-200], refused="BMP is cut off"),
    Odd(
        name="a small icon",
        build=lambda: saved(quarters().resize((32, 32)), "ICO", sizes=[(32, 32)]),
        refused="32 x 32",
    ),
)

STUFFED = (
    Odd(
        name="text that unpacks to 200 MB",
        build=lambda: with_chunk(saved(quarters(), "PNG"), chunk(b"zTXt", b"Comment\0\0" + zeros(200 << 20))),
        pixels=CORNERS,
    ),
    Odd(
        name="international text that unpacks to 200 MB",
        build=lambda: with_chunk(saved(quarters(), "PNG"), chunk(b"iTXt", b"Comment\0\1\0\0\0" + zeros(200 << 20))),
        pixels=CORNERS,
    ),
    Odd(
        name="profile that unpacks to 200 MB",
        build=lambda: with_chunk(saved(quarters(), "PNG"), chunk(b"iCCP", b"Profile\0\0" + zeros(200 << 20))),
        pixels=CORNERS,
    ),
    Odd(
        name="PNG of ninety thousand empty chunks",
        build=lambda: with_chunk(saved(quarters(), "PNG"), chunk(b"prIV") * 90_000),
        pixels=CORNERS,
    ),
    Odd(
        name="PNG in chunks of one byte",
        build=lambda: in_small_chunks(saved(quarters(), "PNG")),
        pixels=CORNERS,
    ),
    Odd(
        name="JPEG with ten thousand comments",
        build=lambda: b"\xff\xd8" + b"\xff\xfe\0\2" * 10_000 + saved(quarters(), "JPEG")[2:],
        pixels=CORNERS,
        within=3,
    ),
)

BROKEN = (
    *(
        Odd(
            name=f"{kind} {options} cut at {keep:.0%} less {less}",
            build=lambda kind=kind, options=options, keep=keep, less=less: cut(  # type: ignore[misc]
                noise(kind, **options), keep=keep, less=less
            ),
            refused=f"That {'WebP' if kind == 'WEBP' else kind} is cut off",
        )
        for kind, options, keep, less in (
            ("PNG", {}, 0.5, 0),
            ("PNG", {}, 1.0, 40),
            ("PNG", {}, 0.01, 0),
            ("JPEG", {}, 0.5, 0),
            ("JPEG", {}, 1.0, 20),
            ("JPEG", {"progressive": True}, 0.3, 0),
            ("JPEG", {}, 0.005, 0),
            ("WEBP", {}, 0.5, 0),
            ("WEBP", {}, 1.0, 20),
            ("WEBP", {"lossless": True}, 0.5, 0),
        )
    ),
    Odd(name="PNG signature alone", build=lambda: b"\x89PNG\r\n\x1a\n", refused="PNG is cut off"),
    Odd(name="JPEG beginning alone", build=lambda: b"\xff\xd8\xff\xe0", refused="JPEG is cut off"),
    Odd(name="WebP beginning alone", build=lambda: b"RIFF\xff\0\0\0WEBP", refused="WebP is cut off"),
    Odd(
        name="PNG larger than its pixels",
        build=lambda: png(header(6000, 6000), chunk(b"IDAT", zlib.compress(bytes(1000)))),
        refused="PNG is damaged",
    ),
    Odd(name="JPEG larger than its pixels", build=lambda: cut(jpeg_claiming(6000, 6000), less=2), refused="cut off"),
    Odd(name="PNG of no width", build=lambda: png(header(0, 100), chunk(b"IDAT", zeros(9))), refused="damaged|needs"),
    Odd(name="PNG without pixels", build=lambda: png(header(100, 100)), refused="PNG is damaged"),
    Odd(
        name="PNG without a palette",
        build=lambda: black_png(100, 100, depth=8, colour=3),
        refused="PNG is damaged",
    ),
    Odd(
        name="PNG of a colour type that is none",
        build=lambda: png(header(100, 100, colour=5), chunk(b"IDAT", zeros(30100))),
        refused="PNG is damaged",
    ),
    Odd(
        name="PNG with a wrong checksum over its pixels",
        build=lambda: png(header(100, 100), chunk(b"IDAT", zeros(30100), crc=7)),
        size=(100, 100),
        pixels={(50, 50): BLACK},
    ),
    Odd(
        name="PNG with a wrong checksum over its header",
        build=lambda: png(chunk(b"IHDR", struct.pack(">IIBBBBB", 100, 100, 8, 2, 0, 0, 0), crc=7)),
        refused="PNG is damaged",
    ),
    Odd(
        name="PNG whose packed pixels are no zlib",
        build=lambda: png(header(100, 100), chunk(b"IDAT", b"nonsense" * 50)),
        refused="PNG is damaged",
    ),
    Odd(
        name="JPEG of nonsense",
        build=lambda: b"\xff\xd8\xff\xe0" + random.Random(3).randbytes(3000) + b"\xff\xd9",
        refused="JPEG is damaged",
    ),
    Odd(name="WebP of nonsense", build=lambda: vp8l(100, 100), refused="WebP is damaged"),
)

WRONG_SHAPE = (
    Odd(name="one pixel", build=lambda: saved(quarters((1, 1)), "PNG"), refused="needs at least 64"),
    Odd(name="63 pixels high", build=lambda: saved(quarters((100, 63)), "JPEG"), refused="100 x 63"),
    Odd(name="60000 times as long", build=lambda: black_png(1, 60000, depth=8, colour=2), refused="at least 64"),
    Odd(
        name="a banner", build=lambda: saved(quarters((400, 99)), "WEBP"), refused="more than 4 times as long as wide"
    ),
    Odd(name="smallest taken", build=lambda: saved(quarters((64, 64)), "PNG"), size=(64, 64), pixels={(5, 5): RED}),
    Odd(name="longest taken", build=lambda: saved(quarters((256, 64)), "PNG"), size=(256, 64), pixels={(5, 5): RED}),
)

TURNED = (
    *(
        Odd(
            name=f"{kind} turned by EXIF {orientation}",
            build=lambda kind=kind, orientation=orientation: saved(  # type: ignore[misc]
                turned(orientation), kind, exif=exif(orientation), **({"lossless": True} if kind == "WEBP" else {})
            ),
            pixels=CORNERS,
            within=3,
        )
        for kind, orientations in (("JPEG", range(1, 9)), ("PNG", (6,)), ("WEBP", (6, 7)))
        for orientation in orientations
    ),
    Odd(name="EXIF of orientation 99", build=lambda: saved(quarters(), "PNG", exif=exif(99)), pixels=CORNERS),
    Odd(
        name="EXIF of 60 kB of nonsense",
        build=lambda: saved(quarters(), "JPEG", exif=b"Exif\0\0" + random.Random(5).randbytes(60000)),
        pixels=CORNERS,
        within=3,
    ),
    Odd(
        name="EXIF that points at itself",
        build=lambda: saved(
            quarters(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0\x08\0\0\0"
        ),
        pixels=CORNERS,
        within=3,
    ),
)

METADATA = (
    Odd(name="JPEG comment", build=lambda: saved(quarters(), "JPEG", comment=SECRET), pixels=CORNERS, within=3),
    Odd(
        name="JPEG with XMP",
        build=lambda: saved(quarters(), "JPEG", xmp=f"<x:xmpmeta>{SECRET}</x:xmpmeta>".encode()),
        pixels=CORNERS,
        within=3,
    ),
    Odd(
        name="PNG with a thousand texts",
        build=lambda: with_chunk(saved(quarters(), "PNG"), chunk(b"tEXt", b"Author\0" + SECRET.encode()) * 1000),
        pixels=CORNERS,
    ),
    Odd(name="PNG that is a ZIP too", build=lambda: saved(quarters(), "PNG") + ZIP + SECRET.encode(), pixels=CORNERS),
    Odd(name="JPEG that is a page too", build=lambda: saved(quarters(), "JPEG") + SCRIPT, pixels=CORNERS, within=3),
    Odd(
        name="sRGB profile leaves pixels alone",
        build=lambda: saved(
            quarters(), "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        ),
        pixels=CORNERS,
    ),
    Odd(name="broken profile", build=lambda: saved(quarters(), "PNG", icc_profile=b"nonsense" * 40), pixels=CORNERS),
    Odd(
        name="profile of a printing press on a photo",
        build=lambda: saved(quarters(), "PNG", icc_profile=icc.ink_profile((250, 128, 128), (100, 60, 128))),
        pixels=CORNERS,
    ),
)

CLEAR = (
    Odd(name="clear red", build=lambda: saved(with_clear(quarters(), 0), "PNG"), pixels=flat(WHITE)),
    Odd(
        name="half clear",
        build=lambda: saved(Image.new("RGBA", SIZE, (200, 0, 100, 128)), "PNG"),
        pixels=flat((227, 127, 177)),
        within=1,
    ),
    Odd(
        name="half clear WebP",
        build=lambda: saved(Image.new("RGBA", SIZE, (200, 0, 100, 128)), "WEBP", lossless=True),
        pixels=flat((227, 127, 177)),
        within=1,
    ),
    Odd(
        name="grey with alpha",
        build=lambda: saved(Image.new("LA", SIZE, (100, 51)), "PNG"),
        pixels=flat((224, 224, 224)),
        within=1,
    ),
    Odd(
        name="palette with alpha",
        build=lambda: palette_png((RED, GREEN, BLUE), clear={0: 0, 1: 128}),
        pixels={(5, 5): WHITE, (40, 30): (142, 207, 157), (80, 30): BLUE},
        within=1,
    ),
    Odd(
        name="palette", build=lambda: palette_png((RED, GREEN, BLUE), clear={}), pixels={(5, 5): RED, (80, 30): BLUE}
    ),
    Odd(
        name="one clear colour",
        build=lambda: saved(quarters(), "PNG", transparency=YELLOW),
        pixels=CORNERS | {(88, 56): WHITE},
    ),
    Odd(
        name="one clear grey",
        build=lambda: rows_png(bytes(50) + bytes([90] * 46), SIZE, depth=8, colour=0, extra=chunk(b"tRNS", b"\0\0")),
        pixels={(5, 5): WHITE, (90, 5): (90, 90, 90)},
    ),
    Odd(
        name="one clear bit",
        build=lambda: rows_png(bytes(6) + b"\xff" * 6, SIZE, depth=1, colour=0, extra=chunk(b"tRNS", b"\0\0")),
        pixels={(5, 5): WHITE, (90, 5): WHITE},
    ),
    Odd(
        name="one clear grey of 16 bits",
        build=lambda: rows_png(
            b"\x12\x34" * 48 + b"\x12\x35" * 48, SIZE, depth=16, colour=0, extra=chunk(b"tRNS", b"\x12\x34")
        ),
        pixels={(5, 5): WHITE, (90, 5): (18, 18, 18)},
    ),
    Odd(
        name="one clear colour of 16 bits",
        build=lambda: rows_png(
            b"\xc8\x01\x1e\x02\x1e\x03" * 48 + b"\x28\0\x3c\0\xc8\0" * 48,
            SIZE,
            depth=16,
            colour=2,
            extra=chunk(b"tRNS", b"\xc8\x01\x1e\x02\x1e\x03"),
        ),
        pixels={(5, 5): WHITE, (90, 5): BLUE},
    ),
)

DEPTHS = (
    Odd(
        name="16 bits of grey",
        build=lambda: rows_png(
            struct.pack(">96H", *([40000] * 48 + [65535] * 24 + [300] * 24)), SIZE, depth=16, colour=0
        ),
        pixels={(5, 5): (156, 156, 156), (60, 5): WHITE, (90, 5): (1, 1, 1)},
        within=1,
    ),
    Odd(
        name="16 bits of grey and alpha",
        build=lambda: rows_png(struct.pack(">HH", 25700, 13107) * 96, SIZE, depth=16, colour=4),
        pixels=flat((224, 224, 224)),
        within=1,
    ),
    Odd(
        name="16 bits of colour",
        build=lambda: rows_png(struct.pack(">3H", 51400, 7710, 257) * 96, SIZE, depth=16, colour=2),
        pixels=flat((200, 30, 1)),
        within=1,
    ),
    Odd(
        name="16 bits of colour and alpha",
        build=lambda: rows_png(struct.pack(">4H", 51400, 0, 25700, 32896) * 96, SIZE, depth=16, colour=6),
        pixels=flat((227, 127, 177)),
        within=1,
    ),
    Odd(
        name="one bit",
        build=lambda: saved(Image.frombytes("1", SIZE, (bytes(6) + b"\xff" * 6) * HEIGHT), "PNG"),
        pixels={(5, 5): BLACK, (90, 5): WHITE},
    ),
    Odd(
        name="two bits of grey",
        build=lambda: rows_png(b"\x00" * 12 + b"\xaa" * 12, SIZE, depth=2, colour=0),
        pixels={(5, 5): BLACK, (90, 5): (170, 170, 170)},
    ),
    Odd(
        name="four bits of palette",
        build=lambda: rows_png(b"\x01" * 48, SIZE, depth=4, colour=3, extra=chunk(b"PLTE", bytes(RED + BLUE))),
        pixels={(0, 5): RED, (1, 5): BLUE},
    ),
    Odd(name="interlaced", build=lambda: interlaced_png(SIZE, GREEN), pixels=flat(GREEN)),
    Odd(
        name="grey JPEG",
        build=lambda: saved(Image.new("L", SIZE, 77), "JPEG"),
        pixels=flat((77, 77, 77)),
        within=2,
    ),
    Odd(
        name="progressive JPEG",
        build=lambda: saved(quarters(), "JPEG", progressive=True),
        pixels=CORNERS,
        within=3,
    ),
    Odd(name="WebP", build=lambda: saved(quarters(), "WEBP", quality=95), pixels=CORNERS, within=12),
    Odd(name="AVIF", build=lambda: saved(quarters(), "AVIF", quality=95), pixels=CORNERS, within=6),
    Odd(name="GIF", build=lambda: saved(quarters(), "GIF"), pixels=CORNERS),
    Odd(
        name="GIF that moves",
        build=lambda: saved(quarters(), "GIF", save_all=True, append_images=[turned(3)]),
        pixels=CORNERS,
        notes=ANIMATED,
    ),
    Odd(name="BMP", build=lambda: saved(quarters(), "BMP"), pixels=CORNERS),
    Odd(name="lossless WebP", build=lambda: saved(quarters(), "WEBP", lossless=True), pixels=CORNERS),
    Odd(
        name="forty megapixels of one bit",
        build=lambda: black_png(8000, 5000, depth=1, colour=0),
        size=(8000, 5000),
        pixels={(4000, 2500): BLACK},
    ),
)

PROFILES = (
    Odd(
        name="CMYK JPEG without a profile",
        build=lambda: saved(Image.new("CMYK", SIZE, (0, 255, 255, 0)), "JPEG", quality=100),
        pixels=flat((255, 0, 0)),
        within=3,
    ),
    Odd(
        name="CMYK JPEG whose profile prints cyan as something else",
        build=lambda: saved(
            Image.new("CMYK", SIZE, (255, 0, 0, 0)),
            "JPEG",
            quality=100,
            icc_profile=icc.ink_profile((250, 128, 128), (150, 190, 160)),
        ),
        pixels=flat(icc.lab_to_srgb((150, 190, 160))),
        within=4,
    ),
    Odd(
        name="CMYK JPEG with a profile for photos",
        build=lambda: saved(
            Image.new("CMYK", SIZE, (0, 255, 255, 0)),
            "JPEG",
            quality=100,
            icc_profile=icc.rgb_profile(icc.ADOBE_RGB, gamma=2.2, name="Adobe RGB (1998)"),
        ),
        pixels=flat((255, 0, 0)),
        within=3,
    ),
    Odd(name="YCCK JPEG", build=lambda: ycck_jpeg((200, 90, 60), 0), pixels=flat((200, 90, 60)), within=4),
    Odd(name="YCCK JPEG with black", build=lambda: ycck_jpeg((200, 90, 60), 255), pixels=flat(BLACK), within=4),
    *(
        Odd(
            name=f"{kind} in {name}",
            build=lambda kind=kind, name=name, primaries=primaries: saved(  # type: ignore[misc]
                Image.new("RGB", SIZE, (200, 110, 60)),
                kind,
                icc_profile=icc.rgb_profile(primaries, gamma=2.2, name=name),
                **({"lossless": True} if kind == "WEBP" else {}),
            ),
            pixels=flat(icc.through(primaries, 2.2, (200, 110, 60))),
            within=3,
        )
        for name, primaries in (("Display P3", icc.DISPLAY_P3), ("Adobe RGB (1998)", icc.ADOBE_RGB))
        for kind in ("PNG", "JPEG", "WEBP")
    ),
    Odd(
        name="palette in Adobe RGB",
        build=lambda: saved(
            Image.new("RGB", SIZE, (200, 110, 60)).quantize(2),
            "PNG",
            icc_profile=icc.rgb_profile(icc.ADOBE_RGB, gamma=2.2, name="Adobe RGB (1998)"),
        ),
        pixels=flat(icc.through(icc.ADOBE_RGB, 2.2, (200, 110, 60))),
        within=3,
    ),
    Odd(
        name="clear picture in Adobe RGB",
        build=lambda: saved(
            Image.new("RGBA", SIZE, (200, 110, 60, 0)),
            "PNG",
            icc_profile=icc.rgb_profile(icc.ADOBE_RGB, gamma=2.2, name="Adobe RGB (1998)"),
        ),
        pixels=flat(WHITE),
    ),
    Odd(
        name="linear grey",
        build=lambda: saved(Image.new("L", SIZE, 55), "PNG", icc_profile=icc.grey_profile(gamma=1.0)),
        pixels=flat((128, 128, 128)),
        within=2,
    ),
    Odd(
        name="linear grey with alpha",
        build=lambda: saved(Image.new("LA", SIZE, (55, 255)), "PNG", icc_profile=icc.grey_profile(gamma=1.0)),
        pixels=flat((128, 128, 128)),
        within=2,
    ),
)

MOVING = (
    Odd(
        name="animated PNG",
        build=lambda: saved(quarters(), "PNG", save_all=True, append_images=[turned(3)] * 29, duration=50),
        pixels=CORNERS,
        notes=ANIMATED,
    ),
    Odd(name="animated PNG with a picture of its own", build=hidden_first_apng, pixels=CORNERS, notes=ANIMATED),
    Odd(
        name="animated WebP",
        build=lambda: saved(
            quarters(), "WEBP", save_all=True, append_images=[turned(3)] * 29, duration=50, lossless=True
        ),
        pixels=CORNERS,
        notes=ANIMATED,
    ),
    Odd(
        name="JPEG of two pictures, as phones write",
        build=lambda: saved(quarters(), "MPO", save_all=True, append_images=[turned(3)], quality=95),
        pixels=CORNERS,
        within=30,
    ),
)

CORPUS = (
    *NOT_PICTURES, *FOREIGN, *BOMBS, *STUFFED, *BROKEN, *WRONG_SHAPE, *TURNED, *METADATA, *CLEAR, *DEPTHS, *PROFILES,
    *MOVING,
)  # fmt: skip
