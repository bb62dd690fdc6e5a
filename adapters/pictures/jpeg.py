"""A JPEG (ITU-T T.81) taken apart: the segments that pixels are made of, and what the others say."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from adapters.pictures.colours import Colours
from adapters.pictures.essentials import MOST_PARTS, Essentials
from bot.domain.errors import PictureRefused

END = b"\xff\xd9"
MAX_SCANS = 100
"""What encoders write has ten, and the most careful ones some dozens. Each costs a way through all pixels, however
few bytes it has (libjpeg-turbo issue 284)."""

_MAX_SCANNED = 1_500_000_000
"""Scans times pixels."""

_SCAN, _APP0, _APP1, _APP2, _APP14, _COMMENT = 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_UNREAD_FRAMES = FRAMES - {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
"""Lossless and hierarchical ones, which no browser shows."""

_ALONE = frozenset({0x01, 0xD8, *range(0xD0, 0xD8)})
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")  # of several \xff the last: a run of them is gone through once
_PROFILE = b"ICC_PROFILE\0"
_JFIF_BYTES, _ADOBE_BYTES = 14, 12  # as libjpeg wants them, or it leaves them


@dataclass(slots=True)
class _Header:
    """What was found before the first scan."""

    kept: list[bytes] = field(default_factory=list)
    frame: int = 0
    bits: int = 8
    size: tuple[int, int] | None = None
    exif: bytes = b""
    profile: dict[int, bytes] = field(default_factory=dict)
    profile_parts: int = 0
    seen: set[int] = field(default_factory=set)
    scans_at: int = 0


def read_jpeg(content: bytes) -> Essentials:
    """Take one apart.

    Raises:
        PictureRefused: it is of a kind that cannot be read, or made to keep a reader busy.
        ValueError: there is no picture in it.
    """
    header = _read_header(content)
    if header.bits != 8:
        raise PictureRefused("refused-jpeg-bits", bits=str(header.bits))
    if header.frame in _UNREAD_FRAMES:
        raise PictureRefused("refused-jpeg-kind")
    if header.size is None or not header.scans_at:
        raise ValueError("no picture")
    scans, end = _scans(content, header.scans_at)
    width, height = header.size
    if scans > MAX_SCANS or (scans > 1 and scans * width * height > _MAX_SCANNED):
        raise PictureRefused("refused-jpeg-scans", most=MAX_SCANS)
    parts = range(1, header.profile_parts + 1)
    complete = header.profile_parts and set(parts) <= header.profile.keys()
    return Essentials(
        content=b"".join((b"\xff\xd8", *header.kept, content[header.scans_at : end or len(content)])),
        size=header.size,
        colours=Colours(profile=b"".join(header.profile[part] for part in parts) if complete else None),
        exif=header.exif,
        whole=end is not None,
    )


def _read_header(content: bytes) -> _Header:
    header = _Header()
    for kind, start, end in _segments(content, 2):
        if kind == _SCAN:
            header.scans_at = start
            break
        if _APP0 <= kind <= 0xEF or kind == _COMMENT:
            _read_application(header, kind, content[start:end])
            continue
        header.kept.append(content[start:end])
        if kind in FRAMES and end - start >= 9:
            header.frame = kind
            header.bits, height, width = struct.unpack_from(">BHH", content, start + 4)
            header.size = width, height
    return header


def _segments(content: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Marker, where its segment starts and where it ends; up to the end of the picture, or of the file."""
    for _ in range(MOST_PARTS):
        found = _MARKER.search(content, at)
        if found is None:
            return
        kind, start = found[1][0], found.end() - 2
        if kind == END[1]:
            yield kind, start, start + 2
            return
        if kind in _ALONE:
            at = start + 2
            continue
        length = int.from_bytes(content[start + 2 : start + 4])
        if length < 2:
            at = start + 2
            continue
        at = start + 2 + length
        yield kind, start, at
    raise PictureRefused("refused-unusable")


def _read_application(header: _Header, kind: int, segment: bytes) -> None:
    """JFIF's and Adobe's say how colours are coded; the others are for people and programs."""
    body = segment[4:]
    needed = {_APP0: (b"JFIF\0", _JFIF_BYTES), _APP14: (b"Adobe", _ADOBE_BYTES)}.get(kind)
    if needed and body.startswith(needed[0]) and len(body) >= needed[1] and kind not in header.seen:
        header.seen.add(kind)
        header.kept.append(segment)
    elif kind == _APP1 and body.startswith(b"Exif\0\0") and not header.exif:
        header.exif = body
    elif kind == _APP2 and body.startswith(_PROFILE) and len(body) > len(_PROFILE) + 2:
        number, header.profile_parts = body[len(_PROFILE)], body[len(_PROFILE) + 1]
        header.profile.setdefault(number, body[len(_PROFILE) + 2 :])


def _scans(content: bytes, at: int) -> tuple[int, int | None]:
    """How many there are, counted to one more than allowed, and where the picture ends; None if it does not."""
    scans = 0
    for kind, _, end in _segments(content, at):
        scans += kind == _SCAN
        if kind == END[1]:
            return scans, end
        if scans > MAX_SCANS:
            break
    return scans, None
