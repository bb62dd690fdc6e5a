"""Scenes as people sketch them, a house under hills with a tree and the sun, painted in full; and their sketches.

Every area is what a sketch's reader takes it for: the sky is sky, the roof is tiles. The sketch has the outlines of
the same shapes, drawn by an unsteady hand.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from training.scenes.backdrop import sky
from training.scenes.canvas import FULL, ROWS, SIZE, Array, Canvas, Paint, Point, ellipse, hsv, polygon, uniform, vary
from training.scenes.landscape import ridge
from training.scenes.textures import texture

ZOOM = 2  # of the sketch, drawn larger than it is kept
TREES = (0, 1, 1, 2, 3, 4)


class Sketch:
    """Outlines on white paper; what is nearer covers what is behind it."""

    def __init__(self, hand: np.random.Generator) -> None:
        self._hand = hand
        self._paper = Image.new("L", (SIZE * ZOOM, SIZE * ZOOM), 255)
        self._pen = ImageDraw.Draw(self._paper)
        self._width = round(uniform(hand, 2.5, 7))
        self._unsteady = uniform(hand, 0.2, 1.2) * ZOOM

    def outline(self, points: list[Point], *, closed: bool = True) -> None:
        """A shape with paper in it and a line around it; open at the bottom for hills, whose foot nobody draws."""
        places = [(x * ZOOM, y * ZOOM) for x, y in points]
        self._pen.polygon(places, fill=255)
        self.line([*points, points[0]] if closed else points)

    def line(self, points: list[Point]) -> None:
        dense: list[Point] = []
        for (x0, y0), (x1, y1) in pairwise(points):
            steps = max(1, int(np.hypot(x1 - x0, y1 - y0) / 6))
            dense += [(x0 + (x1 - x0) * k / steps, y0 + (y1 - y0) * k / steps) for k in range(steps)]
        dense.append(points[-1])
        walk = self._hand.standard_normal((len(dense), 2)).cumsum(0)
        walk = (walk - np.linspace(walk[0], walk[-1], len(walk))) * self._unsteady / max(3.0, len(walk) ** 0.5)
        drawn = [(x * ZOOM + a, y * ZOOM + b) for (x, y), (a, b) in zip(dense, walk, strict=True)]
        self._pen.line(drawn, fill=0, width=self._width, joint="curve")

    def circle(self, centre: Point, radii: Point, *, open_below: bool = False) -> None:
        angles = np.linspace(np.pi * 0.95, np.pi * 2.05, 20) if open_below else np.linspace(0, 2 * np.pi, 28)
        self.outline([(centre[0] + radii[0] * np.cos(a), centre[1] + radii[1] * np.sin(a)) for a in angles])

    def pixels(self) -> npt.NDArray[np.uint8]:
        """(256, 256), black lines on white."""
        return np.asarray(self._paper.reduce(ZOOM))


@dataclass(frozen=True)
class Page:
    """The painting and the sketch of it, drawn side by side."""

    canvas: Canvas
    sketch: Sketch

    def area(
        self, u: np.random.Generator, points: list[Point], colour: Array, paint: Paint, shade: float = 0.15
    ) -> None:
        polygon(self.canvas, u, points, colour, paint, shade=shade)
        self.sketch.outline(points)


def _sun_and_clouds(page: Page, u: np.random.Generator, horizon: float) -> None:
    if u.random() < 0.7:
        radius = uniform(u, 12, 24)
        centre = (uniform(u, 25, 231), uniform(u, 22, max(40.0, horizon * 0.5)))
        ellipse(page.canvas, u, centre, (radius, radius), [1, 0.85, 0.3], Paint(soft=3), shade=None)
        page.canvas.sky[:] = 1
        page.sketch.circle(centre, (radius, radius))
        if u.random() < 0.3:
            for ray in range(8):
                a = ray * np.pi / 4
                ends = [(centre[0] + k * radius * np.cos(a), centre[1] + k * radius * np.sin(a)) for k in (1.3, 1.7)]
                page.sketch.line(ends)
    for _ in range(int(u.integers(0, 3))):
        x, y = uniform(u, 20, 236), uniform(u, 18, max(40.0, horizon * 0.6))
        for puff in range(int(u.integers(2, 4))):
            centre = (x + puff * uniform(u, 12, 20), y + uniform(u, -5, 5))
            radii = (uniform(u, 14, 24), uniform(u, 8, 13))
            ellipse(
                page.canvas,
                u,
                centre,
                radii,
                [0.97, 0.97, 0.98],
                Paint(soft=4, grain="soft", grain_amount=0.03),
                shade="grad",
            )
            page.sketch.circle(centre, radii)
    page.canvas.sky[:] = 1


def _hills(page: Page, u: np.random.Generator, horizon: float) -> None:
    for index in range(int(u.integers(0, 3))):
        rocky = u.random() < 0.5
        peaks = int(u.integers(1, 4))
        xs = np.sort(u.uniform(-20, 276, 2 * peaks + 1))
        heights = np.where(np.arange(len(xs)) % 2 == 1, u.uniform(25, 90, len(xs)), u.uniform(0, 25, len(xs)))
        points = [(float(x), float(horizon - h)) for x, h in zip(xs, heights, strict=True)]
        if not rocky:
            along = np.arange(0, SIZE + 8, 8.0)
            line = horizon - 22 - 18 * index + ridge(u, 0.5)[np.minimum(along, SIZE - 1).astype(int)] * 24
            points = list(zip(along.tolist(), line.tolist(), strict=True))
        foot = [(points[-1][0], horizon + 4), (points[0][0], horizon + 4)]
        grey, green = hsv(0.62, uniform(u, 0.1, 0.35), 0.62), hsv(uniform(u, 0.28, 0.4), 0.4, uniform(u, 0.35, 0.6))
        paint = Paint(grain="mid", grain_amount=0.14, distance=0.6)
        polygon(page.canvas, u, [*points, *foot], vary(u, grey if rocky else green, 0.03), paint, shade=0.25)
        page.sketch.outline([*points, *foot], closed=False)
        page.sketch.line(points)


def _ground(page: Page, u: np.random.Generator, horizon: float) -> None:
    near = np.clip((ROWS - horizon) / (SIZE - horizon), 0, 1)
    lake = u.random() < 0.12
    line = horizon + 2 * ridge(u, 0.5)
    colour = hsv(uniform(u, 0.22, 0.34), uniform(u, 0.45, 0.7), uniform(u, 0.45, 0.7))
    if lake:
        colour = hsv(uniform(u, 0.54, 0.6), 0.5, 0.65)
    field = texture(u, SIZE, SIZE, "water" if lake else "grass")
    fill = colour * (0.8 + 0.3 * near)[..., None] * (1 + 0.14 * field * (0.3 + near))[..., None]
    page.canvas.cover(FULL, np.clip(ROWS - line[None], 0, 1), np.clip(fill, 0, 1), 0.5 * (1 - near))
    along = np.arange(0, SIZE, 8)
    points = [(float(x), float(line[x])) for x in along] + [(float(SIZE), float(line[-1]))]
    page.sketch.outline([*points, (SIZE + 9.0, SIZE + 9.0), (-9.0, SIZE + 9.0)], closed=False)
    page.sketch.line(points)
    if not lake and u.random() < 0.35:
        x, foot, w = uniform(u, 70, 186), uniform(u, 20, 236), uniform(u, 25, 60)
        road = [(x - 3, horizon + 2), (x + 3, horizon + 2), (foot + w, float(SIZE)), (foot - w, float(SIZE))]
        page.area(u, road, hsv(0.09, 0.3, 0.72), Paint(grain="rough", grain_amount=0.08, distance=0.2))


def _house(page: Page, u: np.random.Generator, corner: Point, w: float) -> None:
    (x, y), h = corner, w * uniform(u, 0.6, 1.0)
    wall = hsv(uniform(u, 0.06, 0.14), uniform(u, 0.05, 0.35), uniform(u, 0.75, 0.95))
    tiles = hsv(uniform(u, 0.0, 0.05), uniform(u, 0.55, 0.8), uniform(u, 0.5, 0.75))
    near = Paint(grain="mid", grain_amount=0.05, distance=0.3)
    if u.random() < 0.4:
        left, top = x + w * 0.7, y - h * 1.75
        chimney = [(left, y - h), (left + w * 0.12, y - h), (left + w * 0.12, top), (left, top)]
        page.area(u, chimney, tiles * 0.8, near)
    page.area(u, [(x, y), (x + w, y), (x + w, y - h), (x, y - h)], wall, near)
    gable = (x + w / 2, y - h * uniform(u, 1.45, 1.8))
    roof = [(x - w * 0.1, y - h), gable, (x + w * 1.1, y - h)]
    page.area(u, roof, tiles, Paint(grain="rough", grain_amount=0.12, distance=0.3))
    left = x + w * 0.41
    door = [(left, y), (left + w * 0.2, y), (left + w * 0.2, y - h * 0.5), (left, y - h * 0.5)]
    page.area(u, door, hsv(0.07, 0.6, uniform(u, 0.3, 0.5)), Paint(distance=0.3))
    for side in (0.1, 0.7):
        left, low, high = x + w * side, y - h * 0.45, y - h * 0.75
        pane = [(left, low), (left + w * 0.2, low), (left + w * 0.2, high), (left, high)]
        page.area(u, pane, hsv(0.57, 0.35, 0.8), Paint(lamps=1, distance=0.3))


def _tree(page: Page, u: np.random.Generator, foot: Point, h: float) -> None:
    x, y = foot
    bark, leaf = hsv(0.07, 0.5, uniform(u, 0.25, 0.4)), hsv(uniform(u, 0.26, 0.36), 0.6, uniform(u, 0.35, 0.6))
    half = h * uniform(u, 0.04, 0.07)
    trunk = [(x - half, y), (x + half, y), (x + half * 0.8, y - h * 0.5), (x - half * 0.8, y - h * 0.5)]
    page.area(u, trunk, bark, Paint(distance=0.3))
    rough = Paint(grain="rough", grain_amount=0.2, distance=0.3)
    if u.random() < 0.35:
        for tier in range(3):
            w, base = h * (0.3 - 0.07 * tier), y - h * (0.22 + 0.24 * tier)
            page.area(u, [(x - w, base), (x + w, base), (x, base - h * 0.36)], leaf * (0.85 + 0.1 * tier), rough, 0.2)
        return
    centre, radii = (x, y - h * 0.66), (h * uniform(u, 0.26, 0.36), h * uniform(u, 0.3, 0.4))
    ellipse(page.canvas, u, centre, radii, leaf * 0.9, rough)
    for _ in range(12):  # leaves in the light; the sketch has the crown alone
        a, r = uniform(u, 0, 6.28), uniform(u, 0, 0.75)
        tuft = (centre[0] + radii[0] * r * np.cos(a), centre[1] + radii[1] * r * np.sin(a))
        spot = (radii[0] * 0.28, radii[1] * 0.24)
        ellipse(page.canvas, u, tuft, spot, vary(u, leaf, 0.04), rough, shade="sphere")
    page.sketch.circle(centre, radii)


def storybook(u: np.random.Generator, hand: np.random.Generator) -> tuple[Canvas, Sketch, str]:
    """The painting, its sketch, and its kind. `hand` draws the sketch, and nothing of the painting."""
    horizon = uniform(u, 105, 190)
    canvas, _ = sky(u, horizon)
    page = Page(canvas, Sketch(hand))
    _sun_and_clouds(page, u, horizon)
    _hills(page, u, horizon)
    _ground(page, u, horizon)
    houses = int(u.choice([0, 1, 1, 1, 2]))
    trees = TREES[int(u.integers(len(TREES)))]
    things = [("house", uniform(u, horizon + 8, 235), uniform(u, 5, 170)) for _ in range(houses)]
    things += [("tree", uniform(u, horizon + 6, 250), uniform(u, 12, 244)) for _ in range(trees)]
    for what, y, x in sorted(things, key=lambda thing: thing[1]):
        if what == "house":
            _house(page, u, (x, y), uniform(u, 45, 85))
        else:
            _tree(page, u, (x, y), uniform(u, 50, 110))
    return canvas, page.sketch, "village" if houses else "landscape"
