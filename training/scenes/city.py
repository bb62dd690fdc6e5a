"""Houses and towers in rows, a street with cars and people."""

import numpy as np

from training.scenes.backdrop import sky
from training.scenes.canvas import (
    COLUMNS,
    FULL,
    ROWS,
    SIZE,
    Array,
    Canvas,
    Paint,
    blend,
    clip_box,
    ellipse,
    hsv,
    polygon,
    random_colour,
    shadow,
    uniform,
    vary,
)  # fmt: skip
from training.scenes.portrait import skin
from training.scenes.textures import texture


def _person(canvas: Canvas, u: np.random.Generator, x: float, y: float, h: float) -> None:
    coat, trousers = random_colour(u), random_colour(u, (0.1, 0.7), (0.1, 0.6))
    face = skin(u)
    near = Paint(distance=0.1)
    legs = [
        (x - h * 0.1, y), (x - h * 0.02, y), (x, y - h * 0.45), (x + h * 0.02, y), (x + h * 0.1, y),
        (x + h * 0.11, y - h * 0.5), (x - h * 0.11, y - h * 0.5),
    ]  # fmt: skip
    polygon(canvas, u, legs, trousers, near)
    low, high = y - h * 0.45, y - h * 0.8
    body = [(x - h * 0.12, low), (x + h * 0.12, low), (x + h * 0.15, high), (x - h * 0.15, high)]
    polygon(canvas, u, body, coat, near, shade=0.2)
    ellipse(canvas, u, (x, y - h * 0.9), (h * 0.075, h * 0.1), face, near)


def _car(canvas: Canvas, u: np.random.Generator, street: float) -> None:
    y = uniform(u, street + 3, SIZE)
    k = 0.4 + (y - street) / 60
    x = uniform(u, -10, 250)
    colour = random_colour(u, (0.2, 0.95), (0.3, 0.95))
    w, h = 24 * k, 7 * k
    shadow(canvas, (x + w / 2, y), (w * 0.5, 3 * k))
    body = [
        (x, y), (x + w, y), (x + w, y - h), (x + w * 0.8, y - h), (x + w * 0.68, y - h * 1.8),
        (x + w * 0.3, y - h * 1.8), (x + w * 0.15, y - h), (x, y - h),
    ]  # fmt: skip
    polygon(canvas, u, body, colour, Paint(distance=0.1), shade=0.3)
    pane = [
        (x + w * 0.25, y - h), (x + w * 0.72, y - h), (x + w * 0.64, y - h * 1.6), (x + w * 0.34, y - h *
        1.6),
    ]  # fmt: skip
    polygon(canvas, u, pane, [0.2, 0.25, 0.3], Paint(distance=0.1, lamps=0.6))
    for place in (0.22, 0.76):
        wheel = (h * 0.42, h * 0.42)
        ellipse(canvas, u, (x + w * place, y), wheel, [0.08, 0.08, 0.09], Paint(distance=0.1), shade=None)


def _windows(
    canvas: Canvas, u: np.random.Generator, wall: tuple[float, float, float, float], haze: Array, far: float
) -> None:
    """A regular grid of panes, each dark or light, and each perhaps lit at night."""
    x, foot, w, h = wall
    pane_w, pane_h = uniform(u, 2, 5) * (1.6 - far), uniform(u, 3, 7) * (1.6 - far)
    step_x, step_y = pane_w * uniform(u, 1.5, 2.3), pane_h * uniform(u, 1.4, 2.2)
    box = clip_box(x + 2, foot - h + 3, x + w - 2, foot - 2)
    if box is None or u.random() >= 0.92:
        return
    left, top, right, bottom = box
    across = COLUMNS[top:bottom, left:right] - x - 2
    down = ROWS[top:bottom, left:right] - (foot - h) - 3
    inside = ((across % step_x) < pane_w) & ((down % step_y) < pane_h)
    hashed = np.abs(np.sin((across // step_x) * 12.9898 + (down // step_y) * 78.233 + w)) * 43758.5453 % 1
    light = 0.2 + 0.5 * (hashed > 0.5)[..., None] * 1.0
    colour = blend(np.array([0.15, 0.2, 0.28], np.float32), haze, light)
    lamps = (0.15 + 0.85 * (hashed > 0.35)).astype(np.float32)
    canvas.cover(box, inside.astype(np.float32) * 0.9, colour, 0.3 + 0.5 * far, lamps)


def _row(
    canvas: Canvas, u: np.random.Generator, horizon: float, *, far: float, haze: Array, walls: list[Array]
) -> None:
    """One row of buildings from left to right; `far` is 1 for the furthest."""
    depth = Paint(distance=0.3 + 0.5 * far)
    x = uniform(u, -30, 0)
    while x < SIZE:
        w = uniform(u, 14, 46) * (1 + 0.7 * (1 - far))
        h = uniform(u, 25, 150) * (0.6 + 0.5 * far)
        if u.random() < 0.12:
            x += w * 0.6
            continue
        colour = blend(vary(u, walls[u.integers(4)], 0.05), haze, far * 0.65)
        foot = horizon + (1 - far) * 20
        roof = foot - h
        front = [(x, foot), (x + w, foot), (x + w, roof), (x, roof)]
        shade = uniform(u, 0.05, 0.25)
        polygon(
            canvas,
            u,
            front,
            colour,
            Paint(grain="mid", grain_amount=0.06, distance=0.3 + 0.5 * far),
            shade=shade,
        )
        if u.random() < 0.3:
            gable = [(x, roof), (x + w, roof), (x + w * 0.5, roof - uniform(u, 5, 25))]
            polygon(canvas, u, gable, colour * 0.8, depth)
        if u.random() < 0.2:
            mast = [(x + w * 0.48, roof), (x + w * 0.52, roof), (x + w * 0.5, roof - 25)]
            polygon(canvas, u, mast, colour * 0.6, depth)
        _windows(canvas, u, (x, foot, w, h), haze, far)
        x += w + uniform(u, -4, 6)


def city(u: np.random.Generator) -> Canvas:
    horizon = uniform(u, 130, 235)
    canvas, haze = sky(u, horizon)
    rows = int(u.integers(2, 4))
    walls = [random_colour(u, (0.02, 0.5), (0.25, 0.9)) for _ in range(4)]
    for index in range(rows):
        _row(canvas, u, horizon, far=1 - (index + 1) / rows, haze=haze, walls=walls)
    asphalt = hsv(uniform(u, 0.5, 0.7), uniform(u, 0, 0.1), uniform(u, 0.25, 0.55))
    street = horizon + 15
    near = np.clip((ROWS - street) / max(SIZE - street, 1), 0, 1)
    field = texture(u, SIZE, SIZE, "rough")
    fill = np.clip(blend(asphalt * 1.2, asphalt * 0.8, near[..., None]) * (1 + 0.1 * field)[..., None], 0, 1)
    canvas.cover(FULL, np.clip(ROWS - street, 0, 1), fill, 0.3 * (1 - near))
    if street < 240:
        for _ in range(int(u.integers(0, 5))):
            _car(canvas, u, street)
        for _ in range(int(u.integers(0, 5))):
            y = uniform(u, street, SIZE)
            size = 0.5 + (y - street) / 40
            _person(canvas, u, uniform(u, 5, 250), y, 22 * size)
    return canvas
