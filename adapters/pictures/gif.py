"""A GIF (89a) taken apart: its first picture and where on the screen it stands.

Everything outside of that picture is transparent, as in browsers, whatever the file calls the background colour.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.pictures.essentials import Essentials
from bot.domain.errors import PictureRefused

_EXTENSION, _PICTURE, _END = 0x21, 0x2C, 0x3B
_CONTROL = 0xF9
_MOST_BLOCKS = 1_000_000
"""Pieces of up to 255 bytes: as many as the largest file has."""

_SCREEN = 13
_DESCRIPTOR = 10
_HAS_PALETTE = 0x80
_CLEAR = 0x01


@dataclass(frozen=True, slots=True)
class _Picture:
    """From its descriptor to the end of its pixels; `control` is the extension before it."""

    start: int
    end: int
    control: bytes
    whole: bool


def read_gif(content: bytes) -> Essentials:
    """Take one apart.

    Raises:
        PictureRefused: it has too many parts.
        ValueError: there is no picture in it.
    """
    pictures = _pictures(content)
    first = next(pictures, None)
    if first is None:
        raise ValueError("no picture")
    left, top, width, height = (
        int.from_bytes(content[first.start + at : first.start + at + 2], "little") for at in (1, 3, 5, 7)
    )
    screen = tuple(int.from_bytes(content[at : at + 2], "little") for at in (6, 8))
    size = (max(screen[0], left + width), max(screen[1], top + height))
    shared = content[_SCREEN : _SCREEN + _palette(content[10])]
    descriptor = content[first.start : first.start + _DESCRIPTOR]
    alone = (
        content[:6]
        + descriptor[5:9]  # the screen is as large as the picture, which stands at its corner
        + bytes((content[10], 0, 0))
        + shared
        + first.control
        + bytes((_PICTURE, 0, 0, 0, 0))
        + content[first.start + 5 : first.end]
        + bytes((_END,))
    )
    return Essentials(
        content=alone,
        size=size,
        at=(left, top) if (left, top, width, height) != (0, 0, *size) else None,
        moving=next(pictures, None) is not None,
        whole=first.whole,
    )


def _pictures(content: bytes) -> Iterator[_Picture]:
    if len(content) < _SCREEN:
        raise ValueError("no header")
    at, control, left = _SCREEN + _palette(content[10]), b"", _MOST_BLOCKS
    while at < len(content):
        start, kind = at, content[at]
        if kind == _EXTENSION:
            at, whole, left = _behind(content, at + 2, left)
            if whole and content[start + 1] == _CONTROL:
                control = content[start:at]
        elif kind == _PICTURE:
            if at + _DESCRIPTOR >= len(content):
                return
            pixels = at + _DESCRIPTOR + _palette(content[at + 9]) + 1  # how many bits a code begins with
            at, whole, left = _behind(content, pixels, left)
            yield _Picture(start, at, control, whole)
            control = b""
        elif kind == _END:
            return
        else:  # padding
            at += 1


def _palette(flags: int) -> int:
    """Bytes of the colour table that a descriptor announces."""
    return 3 * 2 ** (1 + (flags & 7)) if flags & _HAS_PALETTE else 0


def _behind(content: bytes, at: int, left: int) -> tuple[int, bool, int]:
    """Where a row of blocks ends, whether its end is there, and how many more there may be.

    Raises:
        PictureRefused: there are more.
    """
    while at < len(content):
        length = content[at]
        at += 1 + length
        if not length:
            return at, True, left
        left -= 1
        if not left:
            raise PictureRefused("refused-unusable")
    return len(content), False, left
