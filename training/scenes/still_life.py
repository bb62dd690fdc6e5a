"""Things on a table: balls and fruit, boxes, vases and bottles, cups from above."""

from dataclasses import replace

import numpy as np

from training.scenes.backdrop import wall
from training.scenes.canvas import (
    COLUMNS,
    FULL,
    LIGHT,
    ROWS,
    SIZE,
    Array,
    Canvas,
    Light,
    Paint,
    Point,
    blend,
    clip_box,
    ellipse,
    hsv,
    polygon,
    random_colour,
    shadow,
    uniform,
)  # fmt: skip
from training.scenes.textures import texture


def _box(canvas: Canvas, u: np.random.Generator, place: Point, *, size: float, colour: Array, paint: Paint) -> None:
    x, y = place
    w, h = size * uniform(u, 0.6, 1.3), size * uniform(u, 0.6, 1.8)
    dx, dy = size * 0.4, size * 0.3
    roof = y - h
    polygon(canvas, u, [(x - w, y), (x + w, y), (x + w, roof), (x - w, roof)], colour * 0.85, paint, shade=0.15)
    lid = [(x - w, roof), (x + w, roof), (x + w + dx, roof - dy), (x - w + dx, roof - dy)]
    paint = replace(paint, light=LIGHT)
    polygon(canvas, u, lid, np.clip(colour * 1.2, 0, 1), paint, shade=0.1)
    side = [(x + w, y), (x + w + dx, y - dy), (x + w + dx, roof - dy), (x + w, roof)]
    polygon(canvas, u, side, colour * 0.55, paint, shade=0.1)


def _turned(
    canvas: Canvas,
    u: np.random.Generator,
    place: Point,
    *,
    size: float,
    colour: Array,
    light: Light,
    gloss: float,
) -> None:
    """A vase or bottle: a profile turned round the upright axis."""
    x, y = place
    height = size * uniform(u, 1.0, 3.0)
    up = np.linspace(0, 1, 40)
    if u.random() < 0.6:
        wave = np.sin(up * np.pi * uniform(u, 0.8, 2) + uniform(u, 0, 3))
        profile = size * (0.5 + 0.35 * wave * uniform(u, 0.2, 1))
    else:
        profile = size * np.where(up < 0.6, 0.5, 0.5 - 0.35 * np.clip((up - 0.6) / 0.2, 0, 1))
    box = clip_box(x - profile.max() - 2, y - height, x + profile.max() + 2, y + 2)
    if box is None:
        return
    left, top, right, bottom = box
    level = np.clip((y - ROWS[top:bottom, left:right]) / height, 0, 1)
    radius = np.interp(level, up, profile)
    across = (COLUMNS[top:bottom, left:right] - x) / radius
    alpha = np.clip((1 - np.abs(across)) * radius + 0.5, 0, 1).astype(np.float32)
    lit = np.clip(across * light[0] + 0.7 * np.sqrt(np.clip(1 - across * across, 0, 1)), 0, None)
    fill = colour * (0.3 + 0.9 * lit)[..., None] + gloss * np.clip(lit, 0, 1)[..., None] ** 16
    if u.random() < 0.35:
        bands = ((level * uniform(u, 3, 9)) % 1 < 0.3)[..., None]
        fill = np.where(bands, fill * random_colour(u) * 1.5, fill)
    canvas.cover(box, alpha, np.clip(fill, 0, 1).astype(np.float32), 0.1)
    mouth = (float(profile[-1]), float(profile[-1]) * 0.28)
    ellipse(canvas, u, (x, y - height + 1), mouth, colour * 0.5, Paint(distance=0.1), shade="grad")


def _cup(
    canvas: Canvas,
    u: np.random.Generator,
    place: Point,
    *,
    size: float,
    colour: Array,
    light: Light,
    gloss: float,
) -> None:
    """A cup on its saucer, seen from above; `flat` is how much of a circle is left of a circle."""
    x, y = place
    flat = uniform(u, 0.3, 0.95)
    outer = Paint(light=light, distance=0.1)
    inner = Paint(light=(-light[0], -light[1]), distance=0.1)
    ellipse(canvas, u, (x, y), (size * 1.5, size * 1.5 * flat), np.clip(colour * 1.05, 0, 1), outer, shade="grad")
    ellipse(canvas, u, (x, y - 2), (size * 1.1, size * 1.1 * flat), colour * 0.85, inner, shade="grad")
    shadow(canvas, (x - light[0] * size * 0.4, y), (size, size * flat), 0.4)
    h = size * (1 - flat) * 1.1
    body = Paint(light=light, distance=0.1, gloss=gloss)
    ellipse(canvas, u, (x, y - h * 0.3), (size * 0.85, size * 0.85 * flat + h * 0.3), colour, body)
    rim = (size * 0.85, size * 0.85 * flat)
    ellipse(canvas, u, (x, y - h), rim, np.clip(colour * 1.1, 0, 1), outer, shade="grad")
    drink = hsv(uniform(u, 0.02, 0.13), uniform(u, 0.4, 0.9), uniform(u, 0.12, 0.8))
    surface = Paint(light=inner.light, distance=0.1, soft=2)
    ellipse(canvas, u, (x, y - h + 1), (size * 0.75, size * 0.75 * flat), drink, surface, shade="grad")
    if u.random() < 0.5:
        for ring in range(3):
            centre = (x + uniform(u, -0.2, 0.2) * size, y - h + uniform(u, -0.2, 0.2) * size * flat)
            radii = (size * (0.45 - 0.13 * ring), size * (0.4 - 0.12 * ring) * flat)
            foam = blend(drink, np.array([1, 0.95, 0.85]), 0.3 + 0.2 * ring)
            ellipse(canvas, u, centre, radii, foam, Paint(soft=3, distance=0.1), shade=None)


def still_life(u: np.random.Generator) -> Canvas:
    canvas = wall(u)
    edge = uniform(u, 80, 200)
    if u.random() < 0.7:
        wood = hsv(uniform(u, 0.04, 0.13), uniform(u, 0.1, 0.7), uniform(u, 0.2, 0.9))
    else:
        wood = random_colour(u)
    if u.random() < 0.25:  # seen from above: the table is everywhere
        edge = -5
    field = texture(u, SIZE, SIZE, ("grass", "water", "mid")[u.integers(3)])
    near = np.clip((ROWS - edge) / max(SIZE - edge, 1), 0, 1)
    table = wood * (0.85 + 0.25 * near)[..., None] * (1 + uniform(u, 0.03, 0.2) * field)[..., None]
    canvas.cover(FULL, np.clip(ROWS - edge, 0, 1), np.clip(table, 0, 1), 0.3)
    light = (uniform(u, -0.7, 0.7), uniform(u, -0.8, -0.3))
    count = int(u.integers(1, 8))
    places = sorted([(uniform(u, max(edge + 15, 60), 235), uniform(u, 15, 240)) for _ in range(count)])
    for y, x in places:
        size = uniform(u, 12, 50) * (0.6 + 0.6 * (y / SIZE))
        kind = u.random()
        colour = random_colour(u, (0.1, 0.95), (0.25, 0.97))
        # The amount is drawn before it is known whether there is any.
        gloss = uniform(u, 0, 0.8) if u.random() < 0.6 else 0
        grain = (None, "mid", "rough", "fur")[u.integers(4)]
        shadow(canvas, (x - light[0] * size * 0.7, y), (size * 1.1, size * 0.35), uniform(u, 0.3, 0.7))
        if kind < 0.35:
            radii = (size, size * uniform(u, 0.75, 1.1))
            turn = uniform(u, -0.4, 0.4)
            paint = Paint(grain=grain, light=light, distance=0.1, gloss=gloss)
            ellipse(canvas, u, (x, y - size * 0.8), radii, colour, paint, angle=turn)
        elif kind < 0.5:
            paint = Paint(grain=grain, grain_amount=0.08, distance=0.1, light=light)
            _box(canvas, u, (x, y), size=size, colour=colour, paint=paint)
        elif kind < 0.75:
            _turned(canvas, u, (x, y), size=size, colour=colour, light=light, gloss=gloss)
        else:
            _cup(canvas, u, (x, y), size=size, colour=colour, light=light, gloss=gloss)
    return canvas
