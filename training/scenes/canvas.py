"""A canvas of 256x256 pixels with its masks, and the few shapes everything is drawn with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from training.scenes.textures import texture

Array = npt.NDArray[np.floating[Any]]
Colour = Array | Sequence[float]
Box = tuple[int, int, int, int]
Light = tuple[float, float]
Point = tuple[float, float]

SIZE = 256
LIGHT: Light = (-0.5, -0.6)  # from the upper left
_GRID = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
ROWS: Array = _GRID[0]
COLUMNS: Array = _GRID[1]
FULL: Box = (0, 0, SIZE, SIZE)


def uniform(generator: np.random.Generator, low: float, high: float) -> float:
    return float(generator.uniform(low, high))


def hsv(hue: float, saturation: float, value: float) -> Array:
    sector = (hue % 1.0) * 6
    index = int(sector)
    rest = sector - index
    p, q, t = value * (1 - saturation), value * (1 - saturation * rest), value * (1 - saturation * (1 - rest))
    table = [(value, t, p), (q, value, p), (p, value, t), (p, q, value), (t, p, value), (value, p, q)]
    return np.array(table[index % 6], np.float32)


def random_colour(
    generator: np.random.Generator, saturation: Point = (0.1, 0.9), value: Point = (0.15, 0.95)
) -> Array:
    return hsv(generator.random(), uniform(generator, *saturation), uniform(generator, *value))


def vary(generator: np.random.Generator, colour: Array, amount: float = 0.06) -> Array:
    return np.clip(colour + generator.normal(0, amount, 3).astype(np.float32), 0, 1)


def blend(first: Array, second: Array, share: Array | float) -> Array:
    return first * (1 - share) + second * share


class Canvas:
    """`picture` (256, 256, 3) in [0, 1]; `sky`, `lamps`, `distance` (0 near, 1 far) are masks."""

    def __init__(self, picture: Array) -> None:
        self.picture = picture.astype(np.float32)
        self.sky = np.zeros((SIZE, SIZE), np.float32)
        self.lamps = np.zeros((SIZE, SIZE), np.float32)
        self.distance = np.zeros((SIZE, SIZE), np.float32)

    def cover(
        self,
        box: Box,
        alpha: Array,
        colour: Array,
        distance: Array | float | None = None,
        lamps: Array | float = 0.0,
    ) -> None:
        left, top, right, bottom = box
        area = (slice(top, bottom), slice(left, right))
        opaque = alpha[..., None]
        self.picture[area] = self.picture[area] * (1 - opaque) + colour * opaque
        self.sky[area] *= 1 - alpha
        self.lamps[area] = self.lamps[area] * (1 - alpha) + lamps * alpha
        if distance is not None:
            self.distance[area] = self.distance[area] * (1 - alpha) + distance * alpha


def clip_box(left: float, top: float, right: float, bottom: float) -> Box | None:
    """The whole pixels of a rectangle that lie on the canvas, or None."""
    x0, y0 = max(int(np.floor(left)), 0), max(int(np.floor(top)), 0)
    x1, y1 = min(int(np.ceil(right)), SIZE), min(int(np.ceil(bottom)), SIZE)
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _polygon_mask(points: Sequence[Point], box: Box) -> Array:
    left, top, right, bottom = box
    image = Image.new("L", ((right - left) * 3, (bottom - top) * 3), 0)
    ImageDraw.Draw(image).polygon([((x - left) * 3, (y - top) * 3) for x, y in points], fill=255)
    return np.asarray(image.reduce(3), np.float32) / 255


@dataclass(frozen=True)
class Paint:
    """How a shape is filled. `shade`: for an ellipse "sphere", "grad" or None, for a polygon an amount.

    `grain` is a texture's name and `grain_amount` its contrast; `soft` the width of an edge in pixels.
    """

    grain: str | None = None
    grain_amount: float = 0.1
    light: Light = LIGHT
    distance: float | None = None
    lamps: float = 0.0
    soft: float = 1.0
    gloss: float = 0.0
    alpha: float = 1.0
    ambient: float = 0.28


PLAIN = Paint()


def ellipse(  # noqa: PLR0917 - the order of every drawing library: on what, where, how big, what colour
    canvas: Canvas,
    generator: np.random.Generator,
    centre: Point,
    radii: Point,
    colour: Colour,
    paint: Paint = PLAIN,
    *,
    angle: float = 0.0,
    shade: str | None = "sphere",
) -> None:
    (cx, cy), (rx, ry) = centre, radii
    reach = max(rx, ry) + 2
    box = clip_box(cx - reach, cy - reach, cx + reach, cy + reach)
    if box is None:
        return
    left, top, right, bottom = box
    u, v = COLUMNS[top:bottom, left:right] - cx, ROWS[top:bottom, left:right] - cy
    cosine, sine = np.cos(angle), np.sin(angle)
    p, q = (u * cosine + v * sine) / rx, (-u * sine + v * cosine) / ry
    radius = np.sqrt(p * p + q * q)
    alpha = np.clip((1 - radius) * min(rx, ry) / paint.soft + 0.5, 0, 1) * paint.alpha
    fill: Array = np.broadcast_to(np.asarray(colour, np.float32), (*alpha.shape, 3))
    if shade == "sphere":
        z = np.sqrt(np.clip(1 - radius * radius, 0, 1))
        normal_x, normal_y = p * cosine - q * sine, p * sine + q * cosine
        lit = np.clip(normal_x * paint.light[0] + normal_y * paint.light[1] + z * 0.65, 0, None)
        fill = fill * (paint.ambient + (1.23 - paint.ambient) * lit)[..., None]
        if paint.gloss:
            fill = fill + paint.gloss * np.clip(lit, 0, 1.2)[..., None] ** 14
    elif shade == "grad":
        fill = fill * (1 + 0.35 * (p * paint.light[0] + q * paint.light[1]))[..., None]
    if paint.grain:
        fill = (
            fill
            * (1 + paint.grain_amount * texture(generator, alpha.shape[0], alpha.shape[1], paint.grain))[..., None]
        )
    canvas.cover(box, alpha, np.clip(fill, 0, 1), paint.distance, paint.lamps)


def polygon(
    canvas: Canvas,
    generator: np.random.Generator,
    points: Sequence[Point],
    colour: Colour,
    paint: Paint = PLAIN,
    *,
    shade: float | None = None,
) -> None:
    corners = np.asarray(points)
    low, high = corners.min(0) - 1, corners.max(0) + 1
    box = clip_box(low[0], low[1], high[0], high[1])
    if box is None:
        return
    alpha = _polygon_mask(points, box) * paint.alpha
    rows, columns = alpha.shape
    fill: Array = np.broadcast_to(np.asarray(colour, np.float32), (*alpha.shape, 3))
    if shade:
        across = np.linspace(-1, 1, columns, dtype=np.float32)[None] * paint.light[0]
        down = np.linspace(-1, 1, rows, dtype=np.float32)[:, None] * paint.light[1]
        fill = fill * (1 + shade * (across + down))[..., None]
    if paint.grain:
        fill = fill * (1 + paint.grain_amount * texture(generator, rows, columns, paint.grain))[..., None]
    canvas.cover(box, alpha, np.clip(fill, 0, 1), paint.distance, paint.lamps)


def shadow(canvas: Canvas, centre: Point, radii: Point, darkness: float = 0.5) -> None:
    (cx, cy), (rx, ry) = centre, radii
    box = clip_box(cx - 2 * rx, cy - 2 * ry, cx + 2 * rx, cy + 2 * ry)
    if box is None:
        return
    left, top, right, bottom = box
    square = ((COLUMNS[top:bottom, left:right] - cx) / rx) ** 2 + ((ROWS[top:bottom, left:right] - cy) / ry) ** 2
    canvas.picture[top:bottom, left:right] *= (1 - darkness * np.exp(-square))[..., None]
