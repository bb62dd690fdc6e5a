"""BMP and ICO, which hold the same bitmaps: where their pixels are and how large they say to be."""

import struct
from dataclasses import replace

from adapters.pictures.colours import Colours
from adapters.pictures.essentials import Essentials
from adapters.pictures.png import SIGNATURE, read_png

_FILE_HEADER = 14
_CORE, _SHORT = 12, 40
_PALETTE_BITS = 8
HEADERS = (_CORE, 16, _SHORT, 52, 56, 64, 108, 124)
"""Sizes of the headers that bitmaps have, from OS/2's to Windows 98's; a file of another is none."""

_PACKED = {1, 2, 4, 5}
"""Ways of packing of which only the decoder knows where they end: run lengths, JPEG and PNG."""

_FIELDS, _FIELDS_AND_ALPHA = 3, 6
_ICON = b"\0\0\1\0\1\0"  # of one picture; a mouse pointer is read like it
_ENTRY = 16
_MOST_ENTRIES = 1000


def read_bmp(content: bytes) -> Essentials:
    """Take one apart.

    Raises:
        ValueError: its header is not there.
    """
    width, height = _size(content, _FILE_HEADER)
    start = int.from_bytes(content[10:14], "little")
    bits, packing = _packing(content[_FILE_HEADER:])
    return Essentials(
        content=content,
        size=(width, abs(height)),
        colours=_profile(content),
        whole=packing in _PACKED or start + _row(width, bits) * abs(height) <= len(content),
    )


def read_ico(content: bytes) -> Essentials:
    """Take one apart: its largest picture, of equal ones the one with the most colours, as browsers choose.

    Raises:
        ValueError: there is no picture in it.
    """
    count = min(int.from_bytes(content[4:6], "little"), _MOST_ENTRIES)
    entries = [content[at : at + _ENTRY] for at in range(6, 6 + count * _ENTRY, _ENTRY)]
    best = max((each for each in entries if len(each) == _ENTRY), key=_worth)
    length, start = struct.unpack_from("<II", best, 8)
    picture = content[start : start + length]
    if picture.startswith(SIGNATURE):
        return replace(read_png(picture), kind="PNG")
    width, height = _size(picture, 0)
    height = abs(height) // 2
    bits, _ = _packing(picture)
    pixels_end = _in_front(picture) + _row(width, bits) * height
    end = pixels_end + _row(width, 1) * height  # of a bit for each pixel that is transparent, if it is there
    alone = picture[:end].ljust(end, b"\0") if pixels_end <= len(picture) else picture
    return Essentials(
        content=_ICON + best[:8] + struct.pack("<II", len(alone), len(_ICON) + _ENTRY) + alone,
        size=(width, height),
        whole=pixels_end <= len(picture),
    )


def _worth(entry: bytes) -> tuple[int, int]:
    width, height = (side or 256 for side in entry[:2])
    return width * height, int.from_bytes(entry[6:8], "little")


def _size(content: bytes, at: int) -> tuple[int, int]:
    length = int.from_bytes(content[at : at + 4], "little")
    if length == _CORE:
        width, height = struct.unpack_from("<HH", content, at + 4)
    else:
        width, height = struct.unpack_from("<ii", content, at + 4)
    if width <= 0 or not height:
        raise ValueError("no size")
    return width, height


def _packing(header: bytes) -> tuple[int, int]:
    """Bits of a pixel, and how rows are packed: 0 is not at all."""
    if header[:4] == bytes((_CORE, 0, 0, 0)):
        return int.from_bytes(header[10:12], "little"), 0
    return int.from_bytes(header[14:16], "little"), int.from_bytes(header[16:20], "little")


def _in_front(header: bytes) -> int:
    """Bytes before the pixels: the header, masks of colours behind a short one, the palette."""
    length = int.from_bytes(header[:4], "little")
    bits, packing = _packing(header)
    masks = {_FIELDS: 12, _FIELDS_AND_ALPHA: 16}.get(packing, 0) if length == _SHORT else 0
    colours = 0 if bits > _PALETTE_BITS else 2**bits
    if length == _CORE:
        return length + 3 * colours
    used = int.from_bytes(header[32:36], "little") if length >= _SHORT else 0
    return length + masks + 4 * min(used or colours, colours)


def _row(width: int, bits: int) -> int:
    return (width * bits + 31) // 32 * 4


def _profile(content: bytes) -> Colours:
    """The profile that the last of the headers may name."""
    header = content[_FILE_HEADER : _FILE_HEADER + 124]
    if len(header) < 124 or header[:4] != b"\x7c\0\0\0" or header[56:60] != b"DEBM":  # PROFILE_EMBEDDED
        return Colours()
    start, length = struct.unpack_from("<II", header, 112)
    return Colours(profile=content[_FILE_HEADER + start : _FILE_HEADER + start + length])
