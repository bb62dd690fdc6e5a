"""What people draw themselves: flat fills and lines made of any other scene."""

import numpy as np
from PIL import Image, ImageFilter

from training.scenes.canvas import Canvas, random_colour, uniform


def draw_over(canvas: Canvas, u: np.random.Generator) -> None:
    image = Image.fromarray((np.clip(canvas.picture, 0, 1) * 255).astype(np.uint8))
    if u.random() < 0.5:
        image = image.filter(ImageFilter.MedianFilter(5)).filter(ImageFilter.ModeFilter(7))
    else:
        image = image.filter(ImageFilter.GaussianBlur(1.5))
    smooth = np.asarray(image, np.float32) / 255
    levels = int(u.integers(3, 6))
    filled = np.round(smooth * levels) / levels
    down, right = np.gradient(smooth.mean(-1))
    lines = np.clip(np.sqrt(right * right + down * down) * uniform(u, 10, 22) - 0.35, 0, 1)[..., None]
    ink = random_colour(u, (0, 0.6), (0, 0.3))
    paper = np.clip(1 - u.random(3).astype(np.float32) * 0.12, 0, 1)
    kind = u.random()
    if kind < 0.35:
        out = filled
    elif kind < 0.75:
        out = np.broadcast_to(paper, smooth.shape)
    else:
        out = filled * 0.5 + paper * 0.5
    if kind > 0.2:
        out = out * (1 - lines) + ink * lines
    canvas.picture = np.clip(out, 0, 1).astype(np.float32)
