"""A picture's colours as a whole, and giving one picture those of another.

Each pass through an autoencoder and a denoiser moves all colours a little the same way, and over a chain of passes
that adds up to a cast. A pass that is asked for nothing new so takes its source's palette over again.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.float32]

_RGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]],
    np.float32,
)  # IEC 61966-2-1, D65
_WHITE = _RGB_TO_XYZ.sum(1)
_XYZ_TO_RGB = np.linalg.inv(_RGB_TO_XYZ).astype(np.float32)
_KNEE = 6 / 29  # CIE 15:2004, 8.2.1
_STEEPEST = 2.0
_FLAT = 0.5
"""Spread below which a channel has no shape that could be stretched, in units of Lab."""


def palette(picture: Image.Image) -> tuple[Pixels, Pixels]:
    """Mean and standard deviation of L*, a* and b*, each of shape [3]."""
    lab = _lab(picture)
    return lab.mean((0, 1)), lab.std((0, 1))


def with_palette_of(picture: Image.Image, model: Image.Image, *, share: float = 1.0) -> Image.Image:
    """The picture with its palette moved towards another's: mean and spread of each channel of CIELAB.

    Reinhard, Ashikhmin, Gooch & Shirley 2001, "Color Transfer between Images", in CIELAB instead of
    their l-alpha-beta.

    Args:
        picture: RGB.
        model: RGB of any size.
        share: how much of the way, 0 .. 1.
    """
    lab = _lab(picture)
    mean, spread = lab.mean((0, 1)), lab.std((0, 1))
    wanted_mean, wanted_spread = palette(model)
    gain = np.where(spread < _FLAT, 1, wanted_spread / np.maximum(spread, _FLAT)).clip(1 / _STEEPEST, _STEEPEST)
    moved = (lab - mean) * gain + wanted_mean
    return _rgb(lab + np.float32(share) * (moved - lab))


def _lab(picture: Image.Image) -> Pixels:
    values = np.asarray(picture.convert("RGB"), np.float32) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    x, y, z = np.moveaxis(_compressed(linear @ _RGB_TO_XYZ.T / _WHITE), 2, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], 2).astype(np.float32)


def _rgb(lab: Pixels) -> Image.Image:
    lightness, a, b = np.moveaxis(lab, 2, 0)
    y = (lightness + 16) / 116
    roots = np.stack([y + a / 500, y, y - b / 200], 2)
    xyz = np.where(roots > _KNEE, roots**3, 3 * _KNEE**2 * (roots - 4 / 29)) * _WHITE
    linear = (xyz @ _XYZ_TO_RGB.T).clip(0, 1)
    values = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return Image.fromarray((values * 255 + 0.5).astype(np.uint8))


def _compressed(ratio: Pixels) -> Pixels:
    return np.where(ratio > _KNEE**3, np.cbrt(ratio), ratio / (3 * _KNEE**2) + 4 / 29).astype(np.float32)
