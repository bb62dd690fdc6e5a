"""Hills, lakes, fields, roads, houses and trees under a sky."""

import numpy as np
import numpy.typing as npt

from training.scenes.backdrop import sky
from training.scenes.canvas import (
    FULL,
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
    vary,
)  # fmt: skip
from training.scenes.textures import texture


def ridge(generator: np.random.Generator, roughness: float = 1.0) -> npt.NDArray[np.float64]:
    """Heights of a hill line, one for each column, about -1 to 1; above roughness 1 the peaks are sharp."""
    columns = np.arange(SIZE)
    line = np.zeros(SIZE)
    for octave in range(1, 7):
        frequency = 2**octave * uniform(generator, 0.6, 1.3)
        wave = np.sin(columns / SIZE * np.pi * frequency + generator.uniform(0, 6.3))
        line += wave / (2 ** (octave * (1.1 if roughness < 1 else 0.85)))
    if roughness > 1:
        line = -np.abs(line) * 1.3 + 0.5
    return line


def tree(
    canvas: Canvas,
    u: np.random.Generator,
    foot: tuple[float, float],
    *,
    height: float,
    colour: Array,
    distance: float,
) -> None:
    x, y = foot
    h = height
    kind = u.random()
    bark = hsv(uniform(u, 0.05, 0.1), uniform(u, 0.3, 0.6), uniform(u, 0.15, 0.4))
    trunk = [(x - h * 0.04, y), (x + h * 0.04, y), (x + h * 0.02, y - h * 0.6), (x - h * 0.02, y - h * 0.6)]
    polygon(canvas, u, trunk, bark, Paint(distance=distance))
    if kind < 0.4:
        tiers = int(u.integers(3, 6))
        for tier in range(tiers):
            w = h * 0.28 * (1 - tier / (tiers + 0.5))
            base = y - h * (0.15 + 0.75 * tier / tiers)
            paint = Paint(grain="rough", grain_amount=0.15, distance=distance)
            points = [(x - w, base), (x + w, base), (x, base - h * 0.38)]
            polygon(canvas, u, points, colour * (0.75 + 0.12 * tier), paint, shade=0.2)
        return
    for _ in range(int(u.integers(8, 22))):
        angle = uniform(u, 0, 6.28)
        reach = np.sqrt(u.random())
        centre = (x + np.cos(angle) * reach * h * 0.28, y - h * 0.65 + np.sin(angle) * reach * h * 0.27)
        radii = (h * uniform(u, 0.06, 0.14), h * uniform(u, 0.05, 0.12))
        leaf = vary(u, colour * uniform(u, 0.7, 1.3), 0.03)
        paint = Paint(grain="rough", grain_amount=0.2, distance=distance)
        ellipse(canvas, u, centre, radii, leaf, paint, shade="sphere" if h > 30 else "grad")


def house(canvas: Canvas, u: np.random.Generator, corner: tuple[float, float], width: float, height: float) -> None:
    (x, y), w, h = corner, width, height
    plaster = random_colour(u, (0.05, 0.5), (0.4, 0.95))
    tiles = hsv(uniform(u, 0, 0.1), uniform(u, 0.2, 0.8), uniform(u, 0.25, 0.65))
    front = [(x, y), (x + w, y), (x + w, y - h), (x, y - h)]
    polygon(canvas, u, front, plaster, Paint(grain="mid", grain_amount=0.05, distance=0.3), shade=0.15)
    gable = (x + w * uniform(u, 0.4, 0.6), y - h * uniform(u, 1.4, 1.9))
    roof = [(x - w * 0.1, y - h), (x + w * 1.1, y - h), gable]
    polygon(canvas, u, roof, tiles, Paint(grain="rough", grain_amount=0.1, distance=0.3))
    windows = max(1, int(w // 22))
    for index in range(windows):
        left = x + w * (index + 0.3) / windows
        right, low, high = left + w * 0.35 / windows, y - h * 0.45, y - h * 0.78
        pane = [(left, low), (right, low), (right, high), (left, high)]
        polygon(canvas, u, pane, [0.2, 0.25, 0.32], Paint(lamps=1, distance=0.3))
    left, right, high = x + w * 0.45, x + w * 0.6, y - h * 0.38
    door = [(left, y), (right, y), (right, high), (left, high)]
    polygon(canvas, u, door, random_colour(u, (0.3, 0.7), (0.2, 0.5)), Paint(distance=0.3))


def _hills(canvas: Canvas, u: np.random.Generator, horizon: float, haze: Array) -> None:
    count = int(u.integers(1, 5))
    if u.random() < 0.3:
        base = random_colour(u, (0.15, 0.6), (0.25, 0.7))
    else:
        base = hsv(uniform(u, 0.22, 0.45), uniform(u, 0.2, 0.6), uniform(u, 0.2, 0.6))
    snowy = u.random() < 0.3
    for index in range(count):
        far = 1 - (index + 1) / (count + 1)
        base_line = horizon - (count - index) * uniform(u, 4, 14) - (1 - index / count) * 20
        line = base_line + ridge(u, 2 if u.random() < 0.6 else 0.5) * uniform(u, 10, 45) * (far + 0.2)
        mask = np.clip(ROWS - line[None], 0, 1)
        colour = blend(vary(u, base, 0.05), haze, far * uniform(u, 0.5, 0.95))
        field = texture(u, SIZE, SIZE, "mid")
        fill = colour[None, None] * (1 + (0.22 * (1 - far) + 0.06) * field)[..., None]
        if snowy and index < 2:
            cap = np.clip((uniform(u, 8, 25) - (ROWS - line[None]) + 7 * field) / 5, 0, 1)[..., None]
            fill = fill * (1 - cap) + cap * np.array([0.95, 0.96, 1])
        canvas.cover(FULL, mask, np.clip(fill, 0, 1), far * 0.8 + 0.1)


def _lake(canvas: Canvas, u: np.random.Generator, horizon: float) -> None:
    shore = int(uniform(u, horizon, min(horizon + 30, 235)))
    above = canvas.picture[:shore][::-1]
    rows = SIZE - shore
    mirror = np.resize(above, (rows, SIZE, 3)) if above.shape[0] < rows else above[:rows]
    waves = texture(u, rows, SIZE, "water")
    shift = (waves * np.linspace(1, 5, rows)[:, None]).astype(int)
    column = np.clip(np.arange(SIZE)[None] + shift, 0, SIZE - 1)
    row = np.clip(np.arange(rows)[:, None] + shift // 2, 0, rows - 1)
    water = mirror[row, column] * uniform(u, 0.65, 0.95) + np.array([-0.02, 0, 0.04]) + 0.05 * waves[..., None]
    canvas.picture[shore:] = np.clip(water, 0, 1)
    canvas.sky[shore:] = 0
    canvas.distance[shore:] = np.linspace(0.4, 0, rows)[:, None]


def _field(canvas: Canvas, u: np.random.Generator, horizon: float, haze: Array) -> None:
    grass = hsv(uniform(u, 0.08, 0.4), uniform(u, 0.2, 0.7), uniform(u, 0.25, 0.75))
    near = np.clip((ROWS - horizon) / (SIZE - horizon), 0, 1)
    blades = texture(u, SIZE, SIZE, "grass" if u.random() < 0.6 else "rough")
    fill = blend(blend(grass, haze, 0.35), grass * uniform(u, 0.6, 1), near[..., None])
    fill = fill * (1 + 0.2 * blades * (0.3 + near))[..., None]
    mask = np.clip(ROWS - horizon - 3 * ridge(u, 0.5)[None], 0, 1)
    canvas.cover(FULL, mask, np.clip(fill, 0, 1), 0.5 * (1 - near))
    if u.random() < 0.45:
        x, foot, w = uniform(u, 60, 196), uniform(u, 0, 256), uniform(u, 25, 70)
        middle, half = (x + foot) / 2, (horizon + SIZE) / 2
        road = [
            (x - 2, horizon),
            (x + 2, horizon),
            (middle + w * 0.5, half),
            (foot + w, float(SIZE)),
            (foot - w, float(SIZE)),
            (middle - w * 0.3, half),
        ]
        colour = hsv(uniform(u, 0.05, 0.12), uniform(u, 0.05, 0.35), uniform(u, 0.4, 0.8))
        polygon(canvas, u, road, colour, Paint(grain="rough", grain_amount=0.1, distance=0.2))


def landscape(u: np.random.Generator) -> Canvas:
    horizon = uniform(u, 70, 180)
    canvas, haze = sky(u, horizon)
    _hills(canvas, u, horizon, haze)
    if u.random() < 0.4:
        _lake(canvas, u, horizon)
    else:
        _field(canvas, u, horizon, haze)
    for _ in range(int(u.integers(0, 3))):
        foot = uniform(u, horizon, horizon + 50)
        width = uniform(u, 20, 60)
        house(canvas, u, (uniform(u, 0, 220), foot), width, width * uniform(u, 0.5, 0.9))
    if u.random() < 0.75:
        leaf = hsv(uniform(u, 0.2, 0.4), uniform(u, 0.3, 0.7), uniform(u, 0.2, 0.6))
    else:
        leaf = hsv(uniform(u, 0.02, 0.14), uniform(u, 0.4, 0.9), uniform(u, 0.4, 0.9))
    count = int(u.choice([0, 3, 6, 12, 20]))
    feet = [(uniform(u, horizon - 2, SIZE), uniform(u, -5, 261)) for _ in range(count)]
    for y, x in sorted(feet):
        size = 8 + (y - horizon) * uniform(u, 0.4, 1.1)
        far = 0.35 * (1 - (y - horizon) / SIZE)
        tree(canvas, u, (x, y), height=size, colour=vary(u, leaf, 0.05), distance=far)
    return canvas
