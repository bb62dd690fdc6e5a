"""Which colours the picture of a HEIC or AVIF has (ISO/IEC 14496-12, 8.11; 23008-12, 9.3).

Such a file holds several pictures, each with properties of its own: thumbnails, a gain map, the same picture for
screens of high dynamic range. Only what belongs to the one that is shown says anything of its colours.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.pictures.essentials import MOST_PARTS
from bot.domain.errors import PictureRefused


@dataclass(frozen=True, slots=True)
class _Box:
    """`at` is where its body begins in the file."""

    kind: bytes
    at: int
    end: int


def colours_of(content: bytes) -> list[bytes] | None:
    """The `colr` boxes' bodies of the picture that is shown; None if the file does not say which one that is.

    Raises:
        PictureRefused: it has too many parts.
    """
    meta = _first(content, b"meta", 0, len(content))
    if meta is None:
        return None
    inside = (meta.at + 4, meta.end)  # behind version and flags
    main, properties = _first(content, b"pitm", *inside), _first(content, b"iprp", *inside)
    if main is None or properties is None:
        return None
    wide = content[main.at : main.at + 1] > b"\0"
    shown = int.from_bytes(content[main.at + 4 : main.at + (8 if wide else 6)])
    said = _said(content, properties, shown)
    if not said and (references := _first(content, b"iref", *inside)):
        tile = next(_tiles(content, references, shown), None)  # one made of tiles may leave it to them
        said = [] if tile is None else _said(content, properties, tile)
    return said


def _said(content: bytes, properties: _Box, item: int) -> list[bytes]:
    kept = _first(content, b"ipco", properties.at, properties.end)
    if kept is None:
        return []
    known = list(_boxes(content, kept.at, kept.end))
    own = [
        known[place - 1]
        for box in _boxes(content, properties.at, properties.end)
        if box.kind == b"ipma"
        for place in _places(content, box, item)
        if 1 <= place <= len(known)
    ]
    return [content[box.at : box.end] for box in own if box.kind == b"colr"]


def _places(content: bytes, box: _Box, item: int) -> Iterator[int]:
    """Numbers of an item's properties, the first being 1."""
    body = content[box.at : box.end]
    if len(body) < 8:
        return
    id_bytes, place_bytes, at = 4 if body[0] else 2, 2 if body[3] & 1 else 1, 8
    while at + id_bytes < len(body):
        of, count = int.from_bytes(body[at : at + id_bytes]), body[at + id_bytes]
        at += id_bytes + 1
        if of == item:
            for start in range(at, at + count * place_bytes, place_bytes):
                yield int.from_bytes(body[start : start + place_bytes]) & (0x7FFF if place_bytes == 2 else 0x7F)
        at += count * place_bytes


def _tiles(content: bytes, references: _Box, item: int) -> Iterator[int]:
    """What an item is made of."""
    id_bytes = 4 if content[references.at : references.at + 1] > b"\0" else 2
    for box in _boxes(content, references.at + 4, references.end):
        numbers = content[box.at : box.end]
        if box.kind == b"dimg" and int.from_bytes(numbers[:id_bytes]) == item:
            for start in range(id_bytes + 2, len(numbers) - id_bytes + 1, id_bytes):
                yield int.from_bytes(numbers[start : start + id_bytes])


def _first(content: bytes, kind: bytes, at: int, end: int) -> _Box | None:
    return next((box for box in _boxes(content, at, end) if box.kind == kind), None)


def _boxes(content: bytes, at: int, end: int) -> Iterator[_Box]:
    """Those side by side in a part of the file that are all there."""
    for _ in range(MOST_PARTS):
        if at + 8 > end:
            return
        size, body = int.from_bytes(content[at : at + 4]), at + 8
        if size == 1:
            size, body = int.from_bytes(content[at + 8 : at + 16]), at + 16
        elif size == 0:  # to the end
            size = end - at
        if at + size > end or body > at + size:
            return
        yield _Box(content[at + 4 : at + 8], body, at + size)
        at += size
    raise PictureRefused("refused-unusable")
