"""What a file may be, and what it is by its first bytes; nothing is opened or unpacked to find out.

Names and extensions are never looked at: chats lose them, people change them.
"""

import re
from dataclasses import dataclass

from adapters.pictures.bitmaps import HEADERS
from bot.domain.errors import PictureRefused

_TAKEN = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"\0\0\1\0", "ICO"),
    (b"\0\0\2\0", "ICO"),  # a mouse pointer, which is the same but for where it points
)

_PREFIXES = (
    ((b"II*\0\x10\0\0\0CR", b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0"), "raw"),
    ((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "TIFF"),
    ((b"8BPS",), "Photoshop"),
    ((b"gimp xcf",), "GIMP"),
    ((b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"), "JPEG 2000"),
    ((b"\0\0\0\x0cJXL \r\n\x87\n", b"\xff\x0a"), "JPEG XL"),
    ((b"%PDF-",), "PDF"),
    ((b"%!PS", b"\xc5\xd0\xd3\xc6"), "PostScript"),
    ((b"\x8aMNG", b"\x8bJNG"), "MNG"),
    ((b"v/1\x01",), "OpenEXR"),
    ((b"#?RADIANCE", b"#?RGBE"), "Radiance HDR"),
    ((b"DDS ",), "DDS"),
    ((b"qoif",), "QOI"),
    ((b"SIMPLE  =",), "FITS"),
    ((b"BPG\xfb",), "BPG"),
    ((b"\xd7\xcd\xc6\x9a",), "WMF"),
    ((b"PK\3\4",), "ZIP"),
    ((b"Rar!\x1a\7", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b"), "packed"),
    ((b"\x1aE\xdf\xa3", b"FLV\1", b"\0\0\1\xba", b"\0\0\1\xb3"), "video"),
    ((b"OggS", b"fLaC", b"ID3"), "sound-or-video"),
)

_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_PHOTOS = {"AVIF": "AVIF", "HEIC": "HEIF"}
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|title|script)\b", re.IGNORECASE)
_PNM = re.compile(rb"P[1-7]\s+[\d#]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLimits:
    """What a picture may be.

    Attributes:
        max_bytes: of the file as it was sent.
        max_pixels: width times height; memory goes by pixels.
        min_side: shortest side taken, in pixels.
        max_aspect: longest side over shortest side.
    """

    max_bytes: int = 50 * 1024 * 1024
    max_pixels: int = 64_000_000
    min_side: int = 64
    max_aspect: float = 4.0


def check_format(content: bytes) -> str:
    """Find out whether a file claims to be one of the formats taken.

    Returns:
        "PNG", "JPEG", "WEBP", "GIF", "BMP", "ICO", "AVIF" or "HEIF", as Pillow names them. Whether it really is one,
        only decoding tells.

    Raises:
        PictureRefused: naming what it is instead, if that is known.
    """
    for first_bytes, taken in _TAKEN:
        if content.startswith(first_bytes):
            return taken
    if content[:2] == b"BM" and int.from_bytes(content[14:18], "little") in HEADERS:
        return "BMP"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp" and (kind := _PHOTOS.get(_iso_media(content))):
        return kind
    beginning = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if _HTML.match(beginning):
        raise PictureRefused("refused-web-page")
    name = _foreign(content, beginning)
    if name is None:
        raise PictureRefused("refused-no-format")
    raise PictureRefused("refused-format", kind=name)


def _foreign(content: bytes, beginning: bytes) -> str | None:
    """A known format that is not taken, as the catalogue's `format-name` has it."""
    for prefixes, name in _PREFIXES:
        if content.startswith(prefixes):
            return name
    if content[4:8] == b"ftyp":
        return _iso_media(content)
    for recognised, name in (
        (content[:4] == b"RIFF" and content[8:12] == b"AVI ", "video"),
        (content[:4] == b"RIFF" and content[8:12] == b"WAVE", "sound"),
        (_PNM.match(content), "PNM"),
        (beginning.startswith(b"<") and b"<svg" in beginning, "SVG"),
    ):
        if recognised:
            return name
    return None


def _iso_media(content: bytes) -> str:
    """HEIF, AVIF and MP4 share one container; the brands in its first box tell them apart.

    ISO/IEC 14496-12, 4.3: size, "ftyp", major brand, version, compatible brands of four bytes each.
    """
    size = min(int.from_bytes(content[:4]), 256)
    brands = {content[8:12], *(content[start : start + 4] for start in range(16, size, 4))}
    if brands & _AVIF_BRANDS:
        return "AVIF"
    if brands & _HEIF_BRANDS:
        return "HEIC"
    return "raw" if b"crx " in brands else "video"
