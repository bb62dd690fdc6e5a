"""Make drawn scenes more like what people send: detail at every size, black and white, pressed by JPEG."""

import io
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Pixels = npt.NDArray[np.uint8]
Field = npt.NDArray[np.float32]

LEAVES = 2500
SMALLEST, LARGEST = 1.5, 40.0
"""Radii of leaves in pixels of a picture of 256."""


@dataclass(frozen=True)
class SourceSettings:
    """Shares of the scenes."""

    rough: float = 0.45  # overlaid with leaves; their other drawing stays smooth
    grey: float = 0.12  # black and white, both drawings
    degraded: float = 0.1  # the source is worse than the picture that its targets are made of


AS_DRAWN = SourceSettings(rough=0.0, grey=0.0, degraded=0.0)


def make_photographic(generator: np.random.Generator, drawings: Pixels, settings: SourceSettings) -> Pixels:
    """Of scenes' drawings (2, n, 3, H, W), some rough and some grey.

    The second drawing is what a run of high strength is to invent. It stays smooth: what cannot be seen under that
    much noise would be painted as its mean.
    """
    out = drawings.copy()
    for place in range(drawings.shape[1]):
        if generator.random() < settings.rough:
            out[0, place] = roughen(generator, out[0, place])
        if generator.random() < settings.grey:
            out[:, place] = without_colour(out[:, place])
    return out


def dead_leaves(generator: np.random.Generator, side: int) -> Field:
    """Shapes of random grey that hide each other, as many of each size as in a photograph: (side, side) in [-1, 1].

    Radii are distributed as r^-3, which makes the picture look alike at every scale: Lee, Mumford and Huang,
    "Occlusion models for natural images" (2001). All are stretched and turned alike, as blades and hairs are.
    """
    smallest, largest = (radius * side / 256 for radius in (SMALLEST, LARGEST))
    spread = smallest**-2 - largest**-2
    radii = (smallest**-2 - spread * generator.random(LEAVES)) ** -0.5
    room = math.ceil(side * 1.5)  # a square that can be turned and still fills the picture
    centres = generator.random((LEAVES, 2)) * room
    greys = generator.integers(0, 256, LEAVES)
    longer = float(generator.uniform(1.0, 3.0)) ** 0.5
    field = Image.new("L", (room, room), 128)
    pen = ImageDraw.Draw(field)
    reach = radii[:, None] * [longer, 1 / longer]
    boxes = np.concatenate([centres - reach, centres + reach], 1)
    for box, grey in zip(boxes.tolist(), greys.tolist(), strict=True):
        pen.ellipse(box, fill=grey)
    turned = field.rotate(float(generator.uniform(0, 360)), Image.Resampling.BICUBIC)
    edge = (room - side) // 2
    cut = turned.crop((edge, edge, edge + side, edge + side))
    return np.asarray(cut, np.float32) / 127.5 - 1


def _roughness(generator: np.random.Generator, side: int) -> Field:
    """How rough surfaces are: (side, side) in [0, 1], changing over a quarter of the picture."""
    coarse = Image.fromarray(generator.uniform(-0.5, 1.5, (5, 5)).astype(np.float32))
    smooth: Field = np.asarray(coarse.resize((side, side), Image.Resampling.BICUBIC))
    return smooth.clip(0, 1)


def roughen(generator: np.random.Generator, picture: Pixels) -> Pixels:
    """A picture (3, H, W) whose surfaces have leaves on them: brighter, darker, and a little of another hue."""
    side = picture.shape[-1]
    bright, tinted = dead_leaves(generator, side), dead_leaves(generator, side)
    contrast, hue = generator.uniform(0.1, 0.5), generator.uniform(0, 0.15)
    colour = generator.standard_normal(3).astype(np.float32)[:, None, None]
    gain = 1 + _roughness(generator, side) * (contrast * bright + hue * tinted * (colour - colour.mean()))
    changed: Field = picture * gain
    return (changed + 0.5).clip(0, 255).astype(np.uint8)


def without_colour(pictures: Pixels) -> Pixels:
    """Pictures (..., 3, H, W) in black and white, by the weights of BT.709."""
    weights = np.array([0.2126, 0.7152, 0.0722], np.float32)
    grey = np.tensordot(weights, pictures.astype(np.float32), (0, -3))[..., None, :, :]
    return np.broadcast_to(np.clip(grey + 0.5, 0, 255).astype(np.uint8), pictures.shape).copy()


def degrade(generator: np.random.Generator, picture: Pixels) -> Pixels:
    """A worse copy (3, H, W): scaled down and up again, pressed by JPEG."""
    image = Image.fromarray(picture.transpose(1, 2, 0))
    size = int(generator.integers(100, 230))
    if generator.random() < 0.6:
        image = image.resize((size, size), Image.Resampling.BILINEAR).resize(image.size, Image.Resampling.BICUBIC)
    pressed = io.BytesIO()
    image.save(pressed, "JPEG", quality=int(generator.integers(15, 70)))
    return np.asarray(Image.open(pressed)).transpose(2, 0, 1)
