"""What leaves: a stored result as a file that fits the chat, marked as made by AI, and saying nothing else.

The mark is XMP's `DigitalSourceType` (IPTC Photo Metadata Standard 2025.1), which search engines, social networks and
law (EU AI Act, Article 50(2)) look for.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from adapters.pictures.marks import marked
from adapters.pictures.png import SIGNATURE, written
from bot.domain.picture import Exported
from bot.texts import megabytes, text

_TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'Iptc4xmpExt:DigitalSourceType="{term}"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
_PIXELS_ONLY = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
_EXIF_IFD, _USER_COMMENT = 0x8769, 0x9286  # EXIF 2.32, 4.6.3 and 4.6.5
_FULL_CHROMA = 90  # from this quality on JPEG keeps colours at full resolution
_MEDIA = {"PNG": ("png", "image/png"), "WEBP": ("webp", "image/webp"), "JPEG": ("jpg", "image/jpeg")}
_WEBP_LONGEST, _JPEG_LONGEST = 16383, 65500
_WEBP_HOPE = 2.0  # lossless WebP is a third smaller than PNG on photos; slow to try if twice that is missing
_SHORTEST = 64


def export(
    png: bytes,
    *,
    max_bytes: int,
    edited: bool | None,
    formats: Sequence[str] = ("PNG", "WEBP", "JPEG"),
    recipe: str | None = None,
    locale: str = "en",
) -> Exported:
    """Make the best file that fits: PNG, lossless WebP, JPEG, and only then fewer pixels.

    Takes up to seconds if a large picture does not fit; call it in a thread.

    Args:
        png: a stored result, lossless RGB.
        max_bytes: what the chat takes per file.
        edited: whether somebody's picture is in it (strength below 1); else it is marked as made by AI altogether.
            None if no model touched it (strength 0): it carries no mark.
        formats: what the chat shows, of "PNG", "WEBP", "JPEG".
        recipe: text for the `parameters` field, as the A1111 web UI writes and reads it; None leaves it out.
        locale: of the note.

    Raises:
        ValueError: if nothing fits, not even a thumbnail.
    """
    xmp = _mark(edited=edited)
    with Image.open(io.BytesIO(png), formats=("PNG",)) as picture:
        full = picture.size
        for place, rung in enumerate(_rungs(full, formats, webp_may_fit=len(png) <= max_bytes * _WEBP_HOPE)):
            if rung.kind == "PNG" and rung.size == full:
                content = _marked_png(png, xmp, recipe)  # as it is stored: nothing to compress again
            else:
                content = _encoded(picture, rung, xmp, recipe)
            if len(content) <= max_bytes:
                return _exported(content, rung, None if place == 0 else _note(rung, full, max_bytes, locale))
    raise ValueError(f"no picture fits {max_bytes} bytes")


SHOWN_QUALITY = 90
"""Of WebP and JPEG in a chat: on photographs and paintings eyes find no difference to the lossless picture."""

SHOWN_BYTES = 380_000
"""Of a megapixel in a chat. Where noise needs more at `SHOWN_QUALITY`, it hides what less quality takes away."""


def export_shown(
    png: bytes,
    *,
    max_bytes: int,
    edited: bool | None,
    kind: str,
    recipe: str | None = None,
    mark: str = "",
    locale: str = "en",
) -> Exported:
    """The picture as a chat shows it: lossy, at a quality that eyes cannot tell; the stored one stays lossless.

    Args:
        png: a stored result, lossless RGB.
        max_bytes: what the chat takes per file.
        edited: as in `export`.
        kind: "WEBP" or "JPEG"; JPEG if the picture is too long for WebP.
        recipe: as in `export`.
        mark: drawn into its corner.
        locale: of the note, which there is if it has fewer pixels.

    Raises:
        ValueError: if nothing fits, not even a thumbnail.
    """
    xmp = _mark(edited=edited)
    with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
        picture = marked(opened.convert("RGB"), mark)
    full = picture.size
    if max(full) > _WEBP_LONGEST:
        kind = "JPEG"
    aim = min(max_bytes, round(SHOWN_BYTES * max(1.0, full[0] * full[1] / 1024**2)))
    *ladder, last = (_Rung(kind, quality, full) for quality in (SHOWN_QUALITY, 85, 80, 70, 60))
    smaller = [rung for rung in _rungs(full, (kind,), webp_may_fit=False) if rung.size != full]
    for rung, most in [*((rung, aim) for rung in ladder), *((rung, max_bytes) for rung in (last, *smaller))]:
        content = _encoded(picture, rung, xmp, recipe)
        if len(content) <= most:
            return _exported(content, rung, None if rung.size == full else _note(rung, full, max_bytes, locale))
    raise ValueError(f"no picture fits {max_bytes} bytes")


def _mark(*, edited: bool | None) -> bytes:
    if edited is None:
        return b""
    term = "compositeWithTrainedAlgorithmicMedia" if edited else "trainedAlgorithmicMedia"
    return _XMP.format(term=_TERMS + term).encode()


@dataclass(frozen=True, slots=True)
class _Rung:
    """One way to write a picture; a quality of None is lossless."""

    kind: str
    quality: int | None
    size: tuple[int, int]


def _rungs(full: tuple[int, int], formats: Sequence[str], *, webp_may_fit: bool) -> Iterator[_Rung]:
    """Ever smaller files."""
    if "PNG" in formats:
        yield _Rung("PNG", None, full)
    if "WEBP" in formats and webp_may_fit and max(full) <= _WEBP_LONGEST:
        yield _Rung("WEBP", None, full)
    lossy = next((kind for kind in ("JPEG", "WEBP") if kind in formats), None)
    longest = {"JPEG": _JPEG_LONGEST, "WEBP": _WEBP_LONGEST}.get(lossy or "", 0)
    if lossy and max(full) <= longest:
        for quality in (95, 90, 85, 80):
            yield _Rung(lossy, quality, full)
    width, height = full
    while max(width, height) > _SHORTEST:
        width, height = max(1, round(width * 0.8)), max(1, round(height * 0.8))
        if lossy is None:
            yield _Rung("PNG", None, (width, height))
        elif max(width, height) <= longest:
            yield _Rung(lossy, 80, (width, height))


def _exported(content: bytes, rung: _Rung, note: str | None) -> Exported:
    suffix, media_type = _MEDIA[rung.kind]
    width, height = rung.size
    return Exported(content=content, suffix=suffix, media_type=media_type, width=width, height=height, note=note)


def _note(rung: _Rung, full: tuple[int, int], max_bytes: int, locale: str) -> str:
    kind = "lossless" if rung.kind == "WEBP" and rung.quality is None else rung.kind.replace("WEBP", "WebP")
    most = megabytes(max_bytes)
    if rung.size == full:
        return text(locale, "note-sent-as", format=kind, most=most)
    small, large = (f"{width} x {height}" for width, height in (rung.size, full))
    return text(locale, "note-sent-smaller", format=kind, most=most, size=small, full=large)


def _encoded(picture: Image.Image, rung: _Rung, xmp: bytes, recipe: str | None) -> bytes:
    plain = Image.new("RGB", picture.size)
    plain.paste(picture)  # a new image, which carries no metadata for Pillow to write along
    if rung.size != picture.size:
        plain = plain.resize(rung.size, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    if rung.kind == "PNG":
        plain.save(buffer, "PNG")
        return _marked_png(buffer.getvalue(), xmp, recipe)
    exif = _exif(recipe) if recipe else b""
    if rung.quality is None:
        plain.save(buffer, "WEBP", lossless=True, quality=40, method=2, xmp=xmp, exif=exif)  # effort, not loss
    elif rung.kind == "WEBP":
        plain.save(buffer, "WEBP", quality=rung.quality, use_sharp_yuv=True, xmp=xmp, exif=exif)
    else:
        chroma = "4:4:4" if rung.quality >= _FULL_CHROMA else "4:2:0"
        # Not optimize=True: Pillow gives that a buffer of one byte per pixel, which noisy pictures overrun.
        plain.save(buffer, "JPEG", quality=rung.quality, subsampling=chroma, xmp=xmp, exif=exif)
    return buffer.getvalue()


def _marked_png(png: bytes, xmp: bytes, recipe: str | None) -> bytes:
    """The same compressed pixels with our texts and none of anybody else's."""
    marks = [written(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)] if xmp else []
    if recipe:
        try:
            marks.append(written(b"tEXt", b"parameters\0" + recipe.encode("latin-1")))
        except UnicodeEncodeError:
            marks.append(written(b"iTXt", b"parameters\0\0\0\0\0" + recipe.encode()))
    kept, at = [], len(SIGNATURE)
    while at < len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4])
        if png[at + 4 : at + 8] in _PIXELS_ONLY:
            kept.append(png[at:end])
        at = end
    return b"".join((SIGNATURE, kept[0], *marks, *kept[1:]))


def _exif(recipe: str) -> Image.Exif:
    """The recipe as EXIF UserComment, where the A1111 web UI looks for it in JPEG and WebP."""
    exif = Image.Exif()
    exif.get_ifd(_EXIF_IFD)[_USER_COMMENT] = b"UNICODE\0" + recipe.encode("utf-16-be", "replace")
    return exif
