"""AVIFs with other properties than their encoder gives them (ISO/IEC 14496-12)."""

import struct
from collections.abc import Callable, Iterator

Box = tuple[bytes, int, int]
"""Its kind, where it starts and where it ends."""


def nclx(primaries: int, transfer: int) -> bytes:
    """A box of code points (ITU-T H.273), full range."""
    return struct.pack(">I4s4sHHHB", 19, b"colr", b"nclx", primaries, transfer, 6, 0x80)


def with_properties(avif: bytes, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    """A file of which the list of properties is another; what is added belongs to no picture."""
    meta = _box(avif, b"meta", 0, len(avif))
    among = _box(avif, b"iprp", meta[1] + 12, meta[2])
    kept = _box(avif, b"ipco", among[1] + 8, among[2])
    properties = b"".join(change([avif[start:end] for _, start, end in _boxes(avif, kept[1] + 8, kept[2])]))
    longer = len(properties) - (kept[2] - kept[1] - 8)
    changed = bytearray(avif[: kept[1] + 8] + properties + avif[kept[2] :])
    for _, start, end in (meta, among, kept):
        struct.pack_into(">I", changed, start, end - start + longer)
    _move_pixels(changed, _box(avif, b"iloc", meta[1] + 12, meta[2])[1] + 8, longer)
    return bytes(changed)


def _move_pixels(avif: bytearray, at: int, by: int) -> None:
    """As libavif writes where they are: version 0, offsets of four bytes, no base, lengths of four bytes."""
    assert avif[at : at + 6] == b"\0\0\0\0\x44\0"
    items, at = int.from_bytes(avif[at + 6 : at + 8]), at + 8
    for _ in range(items):
        extents, at = int.from_bytes(avif[at + 4 : at + 6]), at + 6
        for _ in range(extents):
            struct.pack_into(">I", avif, at, int.from_bytes(avif[at : at + 4]) + by)
            at += 8


def _box(content: bytes, kind: bytes, at: int, end: int) -> Box:
    return next(box for box in _boxes(content, at, end) if box[0] == kind)


def _boxes(content: bytes, at: int, end: int) -> Iterator[Box]:
    while at < end:
        size = int.from_bytes(content[at : at + 4])
        yield content[at + 4 : at + 8], at, at + size
        at += size
