"""Small colour profiles, written by hand (ICC.1:2001-04), and what they make of a colour, worked out by hand too."""

import struct
from collections.abc import Sequence
from itertools import product

Colour = tuple[int, int, int]

ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
DISPLAY_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
_SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
_WHITE = (0.9642, 1.0, 0.8249)  # D50, what profiles connect through


def rgb_profile(primaries: Sequence[Sequence[float]], *, gamma: float, name: str) -> bytes:
    """A profile of three primaries (XYZ under D50, as red, green, blue) and one gamma."""
    columns = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(_xyz, primaries), strict=True))
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _curve(gamma))
    return _profile(b"mntr", b"RGB ", b"XYZ ", {b"desc": _text(name), b"wtpt": _xyz(_WHITE)} | columns | curves)


def grey_profile(*, gamma: float) -> bytes:
    return _profile(
        b"mntr", b"GRAY", b"XYZ ", {b"desc": _text("Grey"), b"wtpt": _xyz(_WHITE), b"kTRC": _curve(gamma)}
    )


def ink_profile(paper: Colour, cyan_ink: Colour) -> bytes:
    """A CMYK profile for a strange press: paper of one colour, any cyan prints another, all else prints black.

    Colours are Lab, 8 bit as ICC writes it: L times 2.55, a and b plus 128.
    """
    nodes: dict[tuple[int, ...], Colour] = {(0, 0, 0, 0): paper, (1, 0, 0, 0): cyan_ink}
    grid = b"".join(bytes(nodes.get(node, (0, 128, 128))) for node in product((0, 1), repeat=4))
    identity = struct.pack(">9i", *(65536 if place % 4 == 0 else 0 for place in range(9)))
    ramp = bytes(range(256))
    table = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + identity + ramp * 4 + grid + ramp * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"desc": _text("Press"), b"wtpt": _xyz(_WHITE), b"A2B0": table})


def through(primaries: Sequence[Sequence[float]], gamma: float, colour: Colour) -> Colour:
    """What a colour of an RGB profile is in sRGB."""
    linear = [(level / 255) ** gamma for level in colour]
    xyz = [sum(primaries[channel][axis] * linear[channel] for channel in range(3)) for axis in range(3)]
    return xyz_to_srgb(xyz)


def lab_to_srgb(lab: Colour) -> Colour:
    """What an 8-bit ICC Lab colour is in sRGB."""
    lightness, a, b = lab[0] / 2.55, lab[1] - 128, lab[2] - 128
    middle = (lightness + 16) / 116
    steps = (middle + a / 500, middle, middle - b / 200)
    xyz = [
        white * (t**3 if t > 6 / 29 else 3 * (6 / 29) ** 2 * (t - 4 / 29))
        for white, t in zip(_WHITE, steps, strict=True)
    ]
    return xyz_to_srgb(xyz)


def xyz_to_srgb(xyz: Sequence[float]) -> Colour:
    (a, d, g), (b, e, h), (c, f, i) = _SRGB
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    inverse = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    red, green, blue = (
        _encode(sum(weight * axis for weight, axis in zip(row, xyz, strict=True)) / determinant) for row in inverse
    )
    return red, green, blue


def _encode(linear: float) -> int:
    """IEC 61966-2-1."""
    linear = min(1.0, max(0.0, linear))
    return round(255 * (12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055))


def _profile(device: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    start = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, tag in tags.items():
        table += name + struct.pack(">II", start + len(body), len(tag))
        body += tag + bytes(-len(tag) % 4)
    header = struct.pack(
        ">I4sI4s4s4s12s4s28s3i48s",
        start + len(body), b"", 0x02400000, device, space, connection, b"", b"acsp", b"",
        *(round(65536 * axis) for axis in _WHITE), b"",
    )  # fmt: skip
    return header + table + body


def _xyz(axes: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * axis) for axis in axes))


def _curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(256 * gamma))


def _text(text: str) -> bytes:
    written = text.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(written)) + written + bytes(4 + 4 + 2 + 1 + 67)
