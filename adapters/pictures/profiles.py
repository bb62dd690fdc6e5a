"""ICC profiles for what files say in fewer words: primaries and a transfer function (ICC.1:2001-04)."""

import math
import struct
from collections.abc import Callable, Sequence
from functools import cache

Curve = Callable[[float], float]
"""From a stored value in [0, 1] to light, relative to diffuse white."""

D65 = (0.3127, 0.3290)
SRGB_PRIMARIES = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_D50 = (0.9642, 1.0, 0.8249)  # what profiles connect through
_C = (0.310, 0.316)
_DCI = (0.314, 0.351)
_WHITES_AND_PRIMARIES = {
    1: (D65, SRGB_PRIMARIES),
    4: (_C, (0.67, 0.33, 0.21, 0.71, 0.14, 0.08)),
    5: (D65, (0.64, 0.33, 0.29, 0.60, 0.15, 0.06)),
    6: (D65, (0.630, 0.340, 0.310, 0.595, 0.155, 0.070)),
    7: (D65, (0.630, 0.340, 0.310, 0.595, 0.155, 0.070)),
    9: (D65, (0.708, 0.292, 0.170, 0.797, 0.131, 0.046)),
    11: (_DCI, (0.680, 0.320, 0.265, 0.690, 0.150, 0.060)),
    12: (D65, (0.680, 0.320, 0.265, 0.690, 0.150, 0.060)),
    22: (D65, (0.630, 0.340, 0.295, 0.605, 0.155, 0.077)),
}
"""ITU-T H.273, table 2."""

_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_ENTRIES = 4096
_KNEE = 0.75
_DIFFUSE_WHITE = 203.0  # cd/m2 of a white sheet in HDR (ITU-R BT.2408)

Matrix = Sequence[Sequence[float]]


@cache
def coded_profile(primaries: int, transfer: int, full_range: bool) -> bytes | None:
    """The profile of code points; None if they say nothing that can be shown."""
    known, curve = _WHITES_AND_PRIMARIES.get(primaries), _TRANSFERS.get(transfer)
    if known is None or curve is None:
        return None
    white, points = known
    if full_range:
        return matrix_profile(white, points, curve)
    return matrix_profile(white, points, lambda stored: curve(min(1.0, max(0.0, (stored * 255 - 16) / 219))))


def matrix_profile(white: Sequence[float], primaries: Sequence[float], curve: Curve) -> bytes | None:
    """A profile of three primaries and one curve for all; None if the chromaticities are of no screen.

    Args:
        white: x and y.
        primaries: x and y of red, green and blue.
        curve: from stored value to light; light above 1 is cut.
    """
    try:
        columns = _columns(white, primaries)
        tags = {name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)}
    except (ZeroDivisionError, OverflowError, struct.error):
        return None
    table = (round(65535 * min(1.0, max(0.0, curve(place / (_ENTRIES - 1))))) for place in range(_ENTRIES))
    trc = b"curv\0\0\0\0" + struct.pack(f">I{_ENTRIES}H", _ENTRIES, *table)
    return _profile(tags | {b"wtpt": _xyz(_D50)} | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), trc))


def _columns(white: Sequence[float], primaries: Sequence[float]) -> list[list[float]]:
    """XYZ of the primaries under D50: scaled to the white, then adapted to it (Lindbloom; Bradford)."""
    points = [_from_xy(*primaries[place : place + 2]) for place in (0, 2, 4)]
    whole = _from_xy(*white)
    shares = _times(_inverse(list(zip(*points, strict=True))), whole)
    there, here = _times(_BRADFORD, whole), _times(_BRADFORD, _D50)
    cones = [
        [axis * after / before for axis in row] for row, after, before in zip(_BRADFORD, here, there, strict=True)
    ]
    adapt = [_times(_inverse(_BRADFORD), column) for column in zip(*cones, strict=True)]
    rows = list(zip(*adapt, strict=True))
    return [_times(rows, [share * axis for axis in point]) for share, point in zip(shares, points, strict=True)]


def _from_xy(x: float, y: float) -> list[float]:
    return [x / y, 1.0, (1 - x - y) / y]


def _times(matrix: Matrix, vector: Sequence[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _inverse(matrix: Matrix) -> list[list[float]]:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    adjugate = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    return [[cell / determinant for cell in row] for row in adjugate]


def _profile(tags: dict[bytes, bytes]) -> bytes:
    start = 128 + 4 + 12 * len(tags)
    table, body, places = struct.pack(">I", len(tags)), b"", dict[bytes, int]()
    for name, tag in tags.items():
        if tag not in places:  # tags of one content share it
            places[tag] = start + len(body)
            body += tag + bytes(-len(tag) % 4)
        table += name + struct.pack(">II", places[tag], len(tag))
    axes = (round(65536 * axis) for axis in _D50)
    header = struct.pack(
        ">I4sI4s4s4s12s4s28s3i48s",
        start + len(body), b"", 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"", b"acsp", b"", *axes, b"",
    )  # fmt: skip
    return header + table + body


def _xyz(axes: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * axis) for axis in axes))


def _srgb(stored: float) -> float:
    """IEC 61966-2-1."""
    return stored / 12.92 if stored <= 0.04045 else ((stored + 0.055) / 1.055) ** 2.4


def _smpte_240(stored: float) -> float:
    return stored / 4 if stored < 0.0912 else ((stored + 0.1115) / 1.1115) ** (1 / 0.45)


def _pq(stored: float) -> float:
    """SMPTE ST 2084."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 4096 * 128, 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = stored ** (1 / m2)
    return _rolled_off(10000 * (max(0.0, power - c1) / (c2 - c3 * power)) ** (1 / m1) / _DIFFUSE_WHITE)


def _hlg(stored: float) -> float:
    """ARIB STD-B67 on a screen of 1000 cd/m2 (ITU-R BT.2100)."""
    scene = stored**2 / 3 if stored <= 0.5 else (math.exp((stored - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return _rolled_off(1000 * scene**1.2 / _DIFFUSE_WHITE)


def _rolled_off(light: float) -> float:
    """Highlights above diffuse white, which sRGB has no room for, come closer and closer to white."""
    return light if light <= _KNEE else _KNEE + (1 - _KNEE) * (1 - math.exp((_KNEE - light) / (1 - _KNEE)))


_TRANSFERS: dict[int, Curve] = {
    **dict.fromkeys((1, 6, 14, 15), lambda stored: stored**2.4),  # BT.709 and its kin, on the screen of BT.1886
    13: _srgb,
    4: lambda stored: stored**2.2,
    5: lambda stored: stored**2.8,
    7: _smpte_240,
    8: lambda stored: stored,
    16: _pq,
    17: lambda stored: stored**2.6,
    18: _hlg,
}
"""ITU-T H.273, table 3."""
