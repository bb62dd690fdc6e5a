"""About how long a picture will take, by what its file claims.

That is for the order of those that wait, so it need not be right. The factors were measured by
`python -m benchmarks.pictures`. Nothing is unpacked or searched through.
"""

import struct

from adapters.pictures.jpeg import FRAMES, PROGRESSIVE
from adapters.pictures.webp import size_of

_START = 0.15  # seconds, of the process
_A_BYTE = 4e-8
_A_PIXEL, _A_SCALED_PIXEL, _A_KEPT_PIXEL = 5e-8, 1.2e-8, 9e-8
"""Decoded; of a JPEG of which a fraction is decoded; and written if all of them are kept."""

_TIMES_PROGRESSIVE = 3.0
_MOST_SEGMENTS = 200


def seconds(content: bytes, *, enough: int | None) -> float:
    """Of a processor; `enough` as in `bot.ports.PictureReader`."""
    a_pixel, times = _A_PIXEL, 1.0
    if content.startswith(b"\xff\xd8"):
        width, height, progressive = _jpeg(content)
        times = _TIMES_PROGRESSIVE if progressive else 1.0
        a_pixel = _A_PIXEL if enough is None else _A_SCALED_PIXEL
    else:
        width, height = _others(content)
    pixels = width * height
    kept = pixels if enough is None else 0
    return _START + times * (len(content) * _A_BYTE + pixels * a_pixel) + kept * _A_KEPT_PIXEL


def _jpeg(content: bytes) -> tuple[int, int, bool]:
    """Width, height and whether it is progressive; nothing if that does not stand where it should."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if at + 9 > len(content) or content[at] != 0xFF:
            break
        kind, length, _, height, width = struct.unpack_from(">BHBHH", content, at + 1)
        if kind in FRAMES:
            return width, height, kind in PROGRESSIVE
        at += 2 + length
    return 0, 0, False


def _others(content: bytes) -> tuple[int, int]:
    if content.startswith(b"\x89PNG") and len(content) >= 24:
        width, height = struct.unpack_from(">II", content, 16)
        return width, height
    if content.startswith(b"RIFF"):
        kind, body = content[12:16], content[20:30]
        try:
            return size_of(body if kind == b"VP8X" else b"", [(kind, body)])
        except ValueError:
            pass
    if content.startswith(b"GIF8") and len(content) >= 10:
        width, height = struct.unpack_from("<HH", content, 6)
        return width, height
    if content.startswith(b"BM") and len(content) >= 26:
        width, height = struct.unpack_from("<ii", content, 18)
        return abs(width), abs(height)
    return 0, 0  # as far as is known here
