"""A member's file becomes an upright sRGB picture without metadata. Runs in the sandbox only.

Everything here may be given hostile bytes: sizes are tested before pixels are unpacked, and whatever Pillow raises
becomes a sentence.
"""

import io
from dataclasses import dataclass

from PIL import (
    Image,
    ImageChops,
    ImageCms,
    ImageStat,
    WebPImagePlugin,  # noqa: F401 - makes WebP known; else Pillow would import every format it has to find it
)

from adapters.pictures.formats import PictureLimits, check_format
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
_PROFILE_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_SRGB = ImageCms.createProfile("sRGB")
_WEBP_HEAD = 30
_AI_MARKS = (b"rainedAlgorithmicMedia", b"tEXtparameters\0")
"""IPTC's `trainedAlgorithmicMedia` and `compositeWithTrainedAlgorithmicMedia`, in XMP and C2PA manifests alike, and
the chunk in which the A1111 web UI and its kin keep a recipe."""

_ANIMATED = "note-animated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A picture and what was learnt of it; see `bot.domain.picture`."""

    png: bytes
    notes: tuple[str, ...]
    contrast: float
    made_by_ai: bool


def decode(content: bytes, limits: PictureLimits, *, alpha: bool = False) -> Decoded:
    """Decode one file; `alpha` as in `bot.ports.PictureReader`.

    Raises:
        PictureRefused: with the sentence for the member.
    """
    kind = check_format(content)
    try:
        if kind == "WEBP":
            _check_size(*_webp_canvas(content), limits)  # Pillow allocates the canvas while opening
        with Image.open(io.BytesIO(content), formats=(kind,)) as image:
            _check_size(*image.size, limits)
            notes = (_ANIMATED,) if kind != "JPEG" and getattr(image, "is_animated", False) else ()
            image.load()  # before the EXIF is looked for, which would load too, and hide what goes wrong there
            turn = _TURNS.get(_orientation(image))
            plain = _plain(image, sixteen_bit=kind == "PNG" and content[24] == 16, alpha=alpha)
        if turn is not None:
            plain = plain.transpose(turn)
        return Decoded(
            png=_png(plain),
            notes=notes,
            contrast=_contrast(plain),
            made_by_ai=any(mark in content for mark in _AI_MARKS),
        )
    except PictureRefused:
        raise
    except MemoryError:
        raise PictureRefused("refused-memory") from None
    except Exception as error:
        raise _unreadable(kind, content, error) from error


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
    return f"{pixels / 1e6:.3g}"


def _webp_canvas(content: bytes) -> tuple[int, int]:
    """Width and height from the first chunk of a WebP (RFC 9649, sections 2.5 to 2.7)."""
    if len(content) < _WEBP_HEAD:
        raise ValueError("no room for a size")
    chunk = content[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(content[26:28], "little") & 0x3FFF, int.from_bytes(content[28:30], "little") & 0x3FFF


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation; 1 where there is none or it cannot be read."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - broken EXIF raises anything; the picture itself may still be good
        return 1


def _plain(image: Image.Image, *, sixteen_bit: bool, alpha: bool) -> Image.Image:
    """The picture as sRGB, in a new image that carries nothing of the old one but its pixels."""
    colour, opacity = _split(image, sixteen_bit=sixteen_bit)
    shown = _srgb(colour, image.info.get("icc_profile"))
    if alpha and opacity is not None:
        return Image.merge("RGBA", (*shown.split(), opacity))
    plain = Image.new("RGB", image.size, "white")
    plain.paste(shown, mask=opacity)
    return plain


def _split(image: Image.Image, *, sixteen_bit: bool) -> tuple[Image.Image, Image.Image | None]:
    """Colour as L, RGB or CMYK, and alpha as L where there is any."""
    clear = image.info.get("transparency")
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


def _srgb(colour: Image.Image, profile: object) -> Image.Image:
    """Colours as a screen shows them. A profile that is broken or of another kind of picture is ignored."""
    if isinstance(profile, bytes):
        try:
            opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            foreign = "srgb" not in ImageCms.getProfileDescription(opened).lower()  # else pixels would shift by one
            if foreign and _PROFILE_MODES.get(opened.profile.xcolor_space) == colour.mode:
                converted = ImageCms.profileToProfile(colour, opened, _SRGB, outputMode="RGB")
                assert converted is not None  # it is None only where done in place
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return colour.convert("RGB")


def _contrast(plain: Image.Image) -> float:
    """Standard deviation of the luma, 0 .. 0.5."""
    return ImageStat.Stat(plain.convert("L")).stddev[0] / 255


def _png(plain: Image.Image) -> bytes:
    buffer = io.BytesIO()
    plain.save(buffer, "PNG", compress_level=1)  # a third of the time of the default for a tenth more bytes
    return buffer.getvalue()


def _unreadable(kind: str, content: bytes, error: Exception) -> PictureRefused:
    """Say what is wrong with a file that starts like a picture and cannot be read."""
    name = "WebP" if kind == "WEBP" else kind
    if isinstance(error, ValueError) and "Decompressed data too large" in str(error):
        return PictureRefused("refused-packed", format=name)
    cut_off = {
        "PNG": b"IEND" not in content,
        "JPEG": not content.rstrip(b"\0").endswith(b"\xff\xd9"),
        "WEBP": int.from_bytes(content[4:8], "little") + 8 > len(content),
    }[kind]
    if cut_off:
        return PictureRefused("refused-cut-off", format=name)
    return PictureRefused("refused-damaged", format=name)
