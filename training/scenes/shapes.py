"""Dead leaves: shapes of all sizes thrown over each other, whose statistics are those of photographs."""

import numpy as np

from training.scenes.backdrop import wall
from training.scenes.canvas import Canvas, Paint, ellipse, polygon, random_colour, uniform, vary


def shapes(u: np.random.Generator) -> Canvas:
    canvas = wall(u)
    count = int(u.choice([20, 50, 110, 160]))
    palette = [random_colour(u, (0.02, 0.95), (0.05, 0.98)) for _ in range(int(u.integers(2, 8)))]
    flat = u.random() < 0.35
    light = (uniform(u, -0.8, 0.8), uniform(u, -0.8, 0.8))
    mode = u.random()
    for _ in range(count):
        # Sizes follow a power law, as the sizes of things in view do.
        size = min(6 * (u.random() + 1e-3) ** (-0.6), 85) * (1.5 if count <= 20 else 1)
        x, y = uniform(u, -10, 266), uniform(u, -10, 266)
        colour = vary(u, palette[u.integers(len(palette))], 0.08)
        grain = None if flat or u.random() < 0.35 else ("mid", "rough", "fur", "grass", "soft")[u.integers(5)]
        amount = uniform(u, 0.04, 0.35)
        kind = u.random() if mode < 0.5 else mode
        if kind < 0.5:
            radii = (size, size * uniform(u, 0.3, 1))
            angle = uniform(u, 0, 3.1)
            shade = None if flat else ("sphere", "grad")[u.integers(2)]
            paint = Paint(grain=grain, grain_amount=amount, light=light, distance=0.5, soft=uniform(u, 0.8, 4))
            ellipse(canvas, u, (x, y), radii, colour, paint, angle=angle, shade=shade)
            continue
        paint = Paint(grain=grain, grain_amount=amount, light=light, distance=0.5)
        if kind < 0.8:
            corners = int(u.integers(3, 8))
            angles = np.sort(u.uniform(0, 6.28, corners))
            reach = size * u.uniform(0.5, 1.2, corners)
            points = list(zip(x + reach * np.cos(angles), y + reach * np.sin(angles), strict=True))
        else:
            angle = uniform(u, 0, 3.14)
            w, h = size * uniform(u, 0.3, 1.2), size * uniform(u, 0.1, 1)
            c, s = np.cos(angle), np.sin(angle)
            signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
            points = [(x + w * p * c - h * q * s, y + w * p * s + h * q * c) for p, q in signs]
        polygon(canvas, u, points, colour, paint, shade=0 if flat else 0.35)
    return canvas
