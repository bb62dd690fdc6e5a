"""A PNG (third edition, W3C 2025) taken apart: the chunks that pixels are made of, and what the others say."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.pictures.colours import Colours
from adapters.pictures.essentials import MOST_PARTS, Essentials
from bot.domain.errors import PictureRefused

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LARGEST_PROFILE = 4 * 1024 * 1024  # of those for printing presses, which are the largest, few have more than 3 MB
_END = b"\0\0\0\0IEND\xaeB`\x82"
_GREY, _COLOUR, _PALETTE = 0, 2, 3
_CHANNELS = {_GREY: 1, _COLOUR: 3}
_WIDTHS = {b"cICP": 4, b"sRGB": 1, b"gAMA": 4, b"cHRM": 32, b"acTL": 8, b"fcTL": 26}
"""Bytes of the chunks that are read here and have a fixed length."""

_IN_FRONT = frozenset({b"PLTE", b"tRNS", b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM"})
"""They stand before the pixels, or say nothing."""

_READ = frozenset({b"PLTE", b"tRNS", b"IDAT", b"iCCP", b"eXIf", *_WIDTHS})


@dataclass(frozen=True, slots=True)
class _Chunk:
    """`raw` has the length in front and the checksum behind."""

    kind: bytes
    raw: bytes

    @property
    def body(self) -> bytes:
        return self.raw[8:-4]

    @property
    def right(self) -> bool:
        """Whether it is what was written."""
        return zlib.crc32(self.raw[4:-4]) == int.from_bytes(self.raw[-4:])


def read_png(content: bytes) -> Essentials:
    """Take one apart.

    Raises:
        PictureRefused: it has too many parts.
        ValueError: it does not begin with a header, or its colours are not there.
    """
    head = content[len(SIGNATURE) : len(SIGNATURE) + 25]
    if len(head) < 25 or head[:8] != b"\0\0\0\x0dIHDR":
        raise ValueError("no header")
    width, height, depth, colour = struct.unpack_from(">IIBB", head, 8)
    kept: list[_Chunk] = []
    pixels: list[bytes] = []
    said: dict[bytes, bytes] = {}
    for kind, start, end in _chunks(content):
        if kind == b"IDAT":
            pixels.append(content[start + 8 : end - 4])
        elif not (pixels and kind in _IN_FRONT):
            chunk = _Chunk(kind, content[start:end])
            if _is_needed(chunk, kept, depth=depth, colour=colour):
                kept.append(_scaled(chunk, depth) if kind == b"tRNS" and colour == _GREY and depth < 8 else chunk)
            elif len(chunk.body) == _WIDTHS.get(kind, len(chunk.body)) and chunk.right:
                said.setdefault(kind, chunk.body)  # the first counts, as with libpng
    if colour == _PALETTE and all(chunk.kind != b"PLTE" for chunk in kept):
        raise ValueError("no palette")
    image = [written(b"IDAT", b"".join(pixels))] if pixels else []  # in one: Pillow takes its time over each
    return Essentials(
        content=b"".join((SIGNATURE, head, *(chunk.raw for chunk in kept), *image, _END)),
        size=(width, height),
        colours=_colours(said),
        exif=said.get(b"eXIf", b""),
        moving=int.from_bytes(said.get(b"acTL", b"")[:4]) > 1 and b"fcTL" in said,
        sixteen_bit=depth == 16,
        whole=b"IEND" in content,
    )


def _chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the chunks that are looked at; of pixels that are cut off what there is."""
    at = len(SIGNATURE) + 25
    for _ in range(MOST_PARTS):
        if at + 8 > len(content):
            return
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if kind == b"IEND" or not kind.isalpha():
            return
        if end <= len(content):
            if kind in _READ:
                yield kind, at, end
        elif kind == b"IDAT":
            yield kind, at, len(content) + 4
        at = end
    raise PictureRefused("refused-unusable")


def written(kind: bytes, body: bytes) -> bytes:
    """A chunk, with its length in front and its checksum behind."""
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def _is_needed(chunk: _Chunk, before: list[_Chunk], *, depth: int, colour: int) -> bool:
    """Whether it is a palette, or says what is transparent, in a way that goes with the picture."""
    kinds = [each.kind for each in before]
    if chunk.kind == b"PLTE":
        return colour == _PALETTE
    if chunk.kind != b"tRNS" or not chunk.right or b"tRNS" in kinds:
        return False
    if colour == _PALETTE:
        return b"PLTE" in kinds and 1 <= len(chunk.body) <= 256
    if colour not in _CHANNELS or len(chunk.body) != 2 * _CHANNELS[colour]:
        return False
    return all(level < 1 << depth for level in struct.unpack(f">{_CHANNELS[colour]}H", chunk.body))


def _scaled(chunk: _Chunk, depth: int) -> _Chunk:
    """What is clear of a grey picture of so few bits, by the levels of the eight bits that Pillow unpacks it to."""
    level = int.from_bytes(chunk.body) * 255 // ((1 << depth) - 1)
    return _Chunk(b"tRNS", written(b"tRNS", level.to_bytes(2)))


def _colours(said: dict[bytes, bytes]) -> Colours:
    coded, points = said.get(b"cICP"), said.get(b"cHRM")
    gamma = int.from_bytes(said.get(b"gAMA", b"")) / 100_000
    return Colours(
        code_points=(coded[0], coded[1], bool(coded[3])) if coded and coded[2] == 0 else None,
        profile=_unpacked(said[b"iCCP"]) if b"iCCP" in said else None,
        srgb=b"sRGB" in said,
        gamma=gamma or None,
        chromaticities=tuple(level / 100_000 for level in struct.unpack(">8I", points)) if points else None,
    )


def _unpacked(body: bytes) -> bytes | None:
    """A profile; None if it is not packed as it should be, or too large to be one."""
    packed = body.partition(b"\0")[2]
    if packed[:1] != b"\0":
        return None
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed[1:], _LARGEST_PROFILE)
    except zlib.error:
        return None
    return profile if unpacker.eof else None
