"""A member's file becomes an upright sRGB picture without metadata. Runs in the sandbox only.

Everything here may be given hostile bytes: sizes are tested before pixels are unpacked, and whatever Pillow raises
becomes a sentence.
"""

import io
import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from PIL import (  # plugins, which make their formats known; else Pillow would import every one it has to find them
    BmpImagePlugin,  # noqa: F401 - see above
    GifImagePlugin,  # noqa: F401 - see above
    IcoImagePlugin,  # noqa: F401 - see above
    Image,
    ImageChops,
    ImageStat,
    WebPImagePlugin,  # noqa: F401 - see above
)

from adapters.pictures import iso
from adapters.pictures.bitmaps import read_bmp, read_ico
from adapters.pictures.colours import as_shown
from adapters.pictures.essentials import Essentials
from adapters.pictures.formats import PictureLimits, check_format
from adapters.pictures.gif import read_gif
from adapters.pictures.jpeg import END, read_jpeg
from adapters.pictures.png import read_png
from adapters.pictures.webp import read_webp
from bot.domain.errors import PictureRefused

_ORIENTATION = 0x0112  # EXIF 2.32, 4.6.4 A
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_AI_MARKS = (b"rainedAlgorithmicMedia", b"tEXtparameters\0")
"""IPTC's `trainedAlgorithmicMedia` and `compositeWithTrainedAlgorithmicMedia`, in XMP and C2PA manifests alike, and
the chunk in which the A1111 web UI and its kin keep a recipe. Looked for in the file as it came."""

_ANIMATED = "note-animated"
_NAMES = {"WEBP": "WebP", "HEIF": "HEIC"}
_READERS: Mapping[str, Callable[[bytes], Essentials]] = {
    "PNG": read_png,
    "JPEG": read_jpeg,
    "WEBP": read_webp,
    "HEIF": lambda content: iso.read_iso(content, "HEIF"),
    "AVIF": lambda content: iso.read_iso(content, "AVIF"),
    "GIF": read_gif,
    "BMP": read_bmp,
    "ICO": read_ico,
}

_WHOLE = {"GIF", "BMP", "ICO"}
"""Of these Pillow, or we, would take what is cut off."""

_MANY_KINDS = {"BMP", "ICO"}
"""There are more kinds of them than Pillow knows, so one that cannot be read need not be damaged."""

iso.set_up()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A picture and what was learnt of it; see `bot.domain.picture`."""

    png: bytes
    notes: tuple[str, ...]
    contrast: float
    made_by_ai: bool
    scaled: bool


def decode(content: bytes, limits: PictureLimits, *, alpha: bool = False, enough: int | None = None) -> Decoded:
    """Decode one file; `alpha` and `enough` as in `bot.ports.PictureReader`.

    Raises:
        PictureRefused: with the sentence for the member.
    """
    kind = check_format(content)
    parts = None
    try:
        parts = _READERS[kind](content)
        if parts.size is not None:
            _check_size(*parts.size, limits)  # before opening: Pillow allocates the canvas of a WebP then
        image, size = _loaded(parts.kind or kind, parts, limits, enough)
        turn = _TURNS.get(_orientation(image, parts.exif))
        plain = _plain(image, parts, alpha=alpha, enough=enough)
        if turn is not None:
            plain = plain.transpose(turn)
        return Decoded(
            png=_png(plain),
            notes=(_ANIMATED,) if parts.moving or (kind == "AVIF" and image.is_animated) else (),  # type: ignore[attr-defined]
            contrast=_contrast(plain),
            made_by_ai=any(mark in content for mark in _AI_MARKS),
            scaled=plain.width * plain.height < size[0] * size[1],
        )
    except PictureRefused:
        raise
    except MemoryError:
        raise PictureRefused("refused-memory") from None
    except Exception as error:
        name = _NAMES.get(kind, kind)
        if _is_cut_off(kind, content, parts):
            raise PictureRefused("refused-cut-off", format=name) from error
        if kind in _MANY_KINDS:
            raise PictureRefused("refused-unusable") from error
        raise PictureRefused("refused-damaged", format=name) from error


def _is_cut_off(kind: str, content: bytes, parts: Essentials | None) -> bool:
    """Whether the end of a file that cannot be read is missing."""
    if parts is not None:
        return not parts.whole and not (kind == "JPEG" and content.endswith(END))
    return {
        "PNG": b"IEND" not in content,
        "JPEG": not content.rstrip(b"\0").endswith(END),
        "WEBP": int.from_bytes(content[4:8], "little") + 8 > len(content),
    }.get(kind, False)


def _check_size(width: int, height: int, limits: PictureLimits) -> None:
    size = f"{width} x {height}"
    if width * height > limits.max_pixels:
        most = _megapixels(limits.max_pixels)
        raise PictureRefused("refused-pixels", size=size, megapixels=_megapixels(width * height), most=most)
    short, long = sorted((width, height))
    if short < limits.min_side:
        raise PictureRefused("refused-small", size=size, least=limits.min_side)
    if long > short * limits.max_aspect:
        raise PictureRefused("refused-narrow", size=size, most=f"{limits.max_aspect:g}")


def _megapixels(pixels: int) -> str:
    return f"{pixels / 1e6:.3g}" if pixels < 999e6 else f"{pixels / 1e6:.0f}"


_Loaded = tuple[Image.Image, tuple[int, int]]


def _loaded(kind: str, parts: Essentials, limits: PictureLimits, enough: int | None) -> _Loaded:
    """The pixels, unpacked, and the size of the file; of a JPEG only a fraction of them if that is enough."""
    if kind in _WHOLE and not parts.whole:
        raise EOFError("pixels are missing")
    if parts.at is not None and parts.size is not None:
        shown = Image.new("RGBA", parts.size)
        shown.paste(_opened(kind, parts.content, None, None)[0].convert("RGBA"), parts.at)
        return shown, parts.size
    if kind != "JPEG" or parts.whole:
        return _opened(kind, parts.content, limits, enough)
    # The end is missing: it is whole if the pixels are the same whatever could have followed.
    ends = (END, b"\x5a" * 16 + END)
    begun = parts.content.removesuffix(END[:1])  # half of the mark of the end
    (first, size), (second, _) = (_opened(kind, begun + end, limits, enough) for end in ends)
    if ImageChops.difference(first, second).getbbox(alpha_only=False):
        raise EOFError("pixels are missing")
    return first, size


def _opened(kind: str, content: bytes, limits: PictureLimits | None, enough: int | None) -> _Loaded:
    with Image.open(io.BytesIO(content), formats=(kind,)) as image:
        size = image.size
        if limits is not None:
            _check_size(*size, limits)
        if enough is not None:
            image.draft(None, _reduced(image.size, enough))
        image.load()
        return image, size


def _reduced(size: tuple[int, int], enough: int) -> tuple[int, int]:
    """The size of about `enough` pixels with the same aspect ratio; `size` if that is no more."""
    width, height = size
    if width * height <= enough:
        return size
    scale = math.sqrt(enough / (width * height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _orientation(image: Image.Image, exif: bytes) -> int:
    """The EXIF orientation; 1 if there is none or it cannot be read."""
    try:
        if not exif:
            return int(image.getexif().get(_ORIENTATION, 1))
        tags = Image.Exif()
        tags.load(exif)
        return int(tags.get(_ORIENTATION, 1))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - broken EXIF raises anything; the picture itself may still be good
        return 1


def _plain(image: Image.Image, parts: Essentials, *, alpha: bool, enough: int | None) -> Image.Image:
    """The picture as sRGB, in a new image that carries nothing of the old one but its pixels."""
    size = image.size if enough is None else _reduced(image.size, enough)
    colour, opacity = _split(image, sixteen_bit=parts.sixteen_bit)
    if opacity is None:  # else what is transparent would bleed into its neighbours
        colour = _resized(colour, size)
    colours = replace(parts.colours, profile=parts.colours.profile or image.info.get("icc_profile"))
    shown = as_shown(colour, colours)
    if alpha and opacity is not None:
        merged = Image.merge("RGBA", (*shown.split(), opacity))
        merged.info.clear()
        return _resized(merged, size)
    plain = Image.new("RGB", shown.size, "white")
    plain.paste(shown, mask=opacity)
    return _resized(plain, size)


def _resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scaled down with what a sharp picture needs; by whole numbers first, for the time it takes."""
    return picture if picture.size == size else picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)


def _split(image: Image.Image, *, sixteen_bit: bool) -> tuple[Image.Image, Image.Image | None]:
    """Colour as L, RGB or CMYK, and alpha as L if there is any."""
    clear = image.info.get("transparency")
    if image.format == "ICO" and image.getextrema()[-1] == (0, 0):  # the byte of alpha of a program that knew of none
        image = image.convert("RGB")
    if image.mode == "I;16":  # Pillow's own conversion to 8 bits cuts everything above 255 off
        raw = image.tobytes("raw", "I;16")
        grey = Image.frombytes("L", image.size, raw, "raw", "L;16")
        if clear is None:
            return grey, None
        low = Image.frombytes("L", image.size, raw[::2])
        seen = (
            half.point(lambda level, key=key: 255 * (level != key))
            for half, key in ((grey, clear >> 8), (low, clear & 255))
        )
        return grey, ImageChops.lighter(*seen)
    if clear is not None and image.mode == "RGB" and sixteen_bit:  # pixels came as 8 bits, their clear colour as 16
        image.info["transparency"] = tuple(level >> 8 for level in clear)
    if clear is not None or "A" in image.getbands():
        grey_only = image.mode in {"1", "L", "LA"}
        image = image.convert("RGBA")
        return image.convert("L" if grey_only else "RGB"), image.getchannel("A")
    if image.mode in {"L", "RGB", "CMYK"}:
        return image, None
    return image.convert("L" if image.mode == "1" else "RGB"), None


def _contrast(plain: Image.Image) -> float:
    """Standard deviation of the luma, 0 .. 0.5."""
    return ImageStat.Stat(plain.convert("L")).stddev[0] / 255


def _png(plain: Image.Image) -> bytes:
    buffer = io.BytesIO()
    # A quarter of the time of the default; photos get no larger, and what is flat stays small.
    plain.save(buffer, "PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return buffer.getvalue()
