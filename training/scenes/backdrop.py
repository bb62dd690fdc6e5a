"""Backdrops: a sky, or a soft wall behind people and things."""

import numpy as np

from training.scenes.canvas import (
    COLUMNS,
    ROWS,
    SIZE,
    Array,
    Canvas,
    Paint,
    blend,
    ellipse,
    hsv,
    polygon,
    random_colour,
    uniform,
)  # fmt: skip
from training.scenes.textures import texture


def sky(generator: np.random.Generator, horizon: float = SIZE) -> tuple[Canvas, Array]:
    """A canvas of sky, blue, grey, evening or any colour, and the colour of the haze at the horizon."""
    kind = generator.random()
    u = generator
    if kind < 0.55:
        top = hsv(uniform(u, 0.55, 0.62), uniform(u, 0.35, 0.85), uniform(u, 0.5, 0.95))
        bottom = hsv(uniform(u, 0.52, 0.6), uniform(u, 0.05, 0.4), uniform(u, 0.8, 1))
    elif kind < 0.75:
        top = hsv(uniform(u, 0.5, 0.65), uniform(u, 0, 0.2), uniform(u, 0.55, 0.85))
        bottom = hsv(uniform(u, 0.1, 0.6), uniform(u, 0, 0.12), uniform(u, 0.75, 0.98))
    elif kind < 0.9:
        top = hsv(uniform(u, 0.55, 0.7), uniform(u, 0.2, 0.6), uniform(u, 0.35, 0.8))
        bottom = hsv(uniform(u, 0.03, 0.12), uniform(u, 0.2, 0.7), uniform(u, 0.8, 1))
    else:
        top, bottom = random_colour(u), random_colour(u)
    down = np.clip(ROWS / max(horizon, 1), 0, 1)[..., None] ** uniform(u, 0.7, 1.6)
    picture = top * (1 - down) + bottom * down
    if u.random() < 0.6:
        field = texture(u, SIZE, SIZE, "cloud" if u.random() < 0.7 else "soft")
        cover = np.clip((field - uniform(u, -0.3, 1.0)) * uniform(u, 0.5, 1.8), 0, 1)[..., None]
        shade = np.clip(0.85 + 0.1 * texture(u, SIZE, SIZE, "soft"), 0.5, 1)[..., None]
        kept = picture * (1 - cover * uniform(u, 0.5, 1))
        picture = kept + shade * cover * uniform(u, 0.6, 1) * np.array([1, 0.99, 0.97])
    canvas = Canvas(np.clip(picture, 0, 1))
    canvas.sky[:] = 1
    canvas.distance[:] = 1
    if u.random() < 0.25:
        centre = (uniform(u, 20, 236), uniform(u, 15, max(20, horizon * 0.7)))
        radius = uniform(u, 6, 18)
        ellipse(canvas, u, centre, (radius, radius), [1, 0.97, 0.85], Paint(soft=4), shade=None)
        canvas.sky[:] = 1
    return canvas, bottom


def wall(generator: np.random.Generator) -> Canvas:
    """Two colours running into each other, now and then with blurred things in it."""
    u = generator
    first, second = random_colour(u, (0.05, 0.7), (0.1, 0.95)), random_colour(u, (0.05, 0.7), (0.1, 0.95))
    ramp = (
        texture(u, SIZE, SIZE, "soft") * (0.5 if u.random() < 0.5 else 0.06)
        + (COLUMNS - 128) / 128 * uniform(u, -0.6, 0.6)
        + (ROWS - 128) / 128 * uniform(u, -0.8, 0.8)
    )
    picture = blend(first, second, (1 / (1 + np.exp(-1.6 * ramp)))[..., None])
    if u.random() < 0.4:
        picture = picture * (1 + uniform(u, 0.03, 0.15) * texture(u, SIZE, SIZE, "mid"))[..., None]
    canvas = Canvas(np.clip(picture, 0, 1))
    canvas.distance[:] = 1
    if u.random() < 0.4:
        for _ in range(int(u.integers(2, 9))):
            if u.random() < 0.5:
                centre = (uniform(u, 0, SIZE), uniform(u, 0, SIZE))
                radii = (uniform(u, 10, 60), uniform(u, 10, 60))
                colour = random_colour(u)
                ellipse(canvas, u, centre, radii, colour, Paint(soft=uniform(u, 2, 14), distance=1), shade="grad")
            else:
                x, width = uniform(u, -20, 240), uniform(u, 10, 70)
                stripe = [(x, 0.0), (x + width, 0.0), (x + width, float(SIZE)), (x, float(SIZE))]
                colour = random_colour(u, (0.05, 0.6))
                paint = Paint(grain="mid", grain_amount=0.05, distance=1)
                polygon(canvas, u, stripe, colour, paint, shade=0.3)
    return canvas
