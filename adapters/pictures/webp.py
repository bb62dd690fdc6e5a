"""A WebP (RFC 9649) taken apart: the bitstream of its first picture, and what other chunks say."""

import struct
from collections.abc import Iterator

from adapters.pictures.colours import Colours
from adapters.pictures.essentials import MOST_PARTS, Essentials
from bot.domain.errors import PictureRefused

_ALPHA, _MOVING = 0x10, 0x02  # flags of VP8X
_PIXELS = {b"VP8 ", b"VP8L", b"ALPH", b"ANMF"}


def read_webp(content: bytes) -> Essentials:
    """Take one apart.

    Raises:
        PictureRefused: it has too many parts.
        ValueError: there is no picture in it, or no size.
    """
    chunks = list(_chunks(content))
    said = {kind: body for kind, body, _ in reversed(chunks)}  # the first of a kind counts
    pixels = [(kind, body) for kind, body, _ in chunks if kind in _PIXELS]
    extended = said.get(b"VP8X", b"")
    frames = [(kind, body) for kind, body in pixels if kind == b"ANMF"]
    moving = bool(frames) and len(extended) >= 10 and bool(extended[0] & _MOVING)
    kept = [(b"ANIM", said[b"ANIM"])] if moving and b"ANIM" in said else []
    kept += frames[:1] if moving else [(kind, body) for kind, body in pixels if kind != b"ANMF"]
    if len(extended) >= 10:
        flags = extended[0] & (_ALPHA | _MOVING)
        kept.insert(0, (b"VP8X", bytes((flags,)) + extended[1:]))
    elif not pixels:
        raise ValueError("no picture")
    return Essentials(
        content=_file(kept),
        size=size_of(extended, pixels),
        colours=Colours(profile=said.get(b"ICCP")),
        exif=said.get(b"EXIF", b""),
        moving=len(frames) > 1,
        whole=all(complete for kind, _, complete in chunks if kind in _PIXELS)
        and (bool(pixels) or int.from_bytes(content[4:8], "little") + 8 <= len(content)),
    )


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Kind, body and whether it is all there. One that is cut off counts only if it is pixels."""
    at = 12
    for _ in range(MOST_PARTS):
        if at + 8 > len(content):
            return
        kind, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        body = content[at + 8 : at + 8 + length]
        complete = len(body) == length
        if complete or kind in _PIXELS:
            yield kind, body, complete
        at += 8 + length + length % 2
    raise PictureRefused("refused-unusable")


def size_of(extended: bytes, pixels: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """Of the canvas if there is one, else of the bitstream."""
    if len(extended) >= 10:
        return 1 + int.from_bytes(extended[4:7], "little"), 1 + int.from_bytes(extended[7:10], "little")
    for kind, body in pixels:
        if kind == b"VP8L" and len(body) >= 5:
            bits = int.from_bytes(body[1:5], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        if kind == b"VP8 " and len(body) >= 10:
            width, height = struct.unpack_from("<HH", body, 6)
            return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no room for a size")


def _file(chunks: list[tuple[bytes, bytes]]) -> bytes:
    written = b"".join(kind + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2) for kind, body in chunks)
    return b"RIFF" + (4 + len(written)).to_bytes(4, "little") + b"WEBP" + written
