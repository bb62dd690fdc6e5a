"""A scene: what a canvas shows, as a camera sees it, with masks of what is in it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.ndimage import gaussian_filter

from training.scenes.backdrop import wall
from training.scenes.canvas import SIZE, Array, Canvas, uniform
from training.scenes.city import city
from training.scenes.drawing import draw_over
from training.scenes.landscape import landscape
from training.scenes.portrait import paint_head
from training.scenes.shapes import shapes
from training.scenes.still_life import still_life
from training.scenes.textures import texture

DRAWN = {"landscape": 0.25, "city": 0.15, "still life": 0.25, "portrait": 0.25, "shapes": 0.1}


@dataclass(frozen=True)
class Scene:
    """`picture` and `masks` (sky, lamps, distance): (256, 256, 3) in [0, 1]; `kind`: a key of `NOUNS`.

    `sketch` (256, 256): black lines on white, of a scene that somebody might have sketched.
    """

    picture: Array
    masks: Array
    kind: str
    sketch: npt.NDArray[np.uint8] | None = None

    @classmethod
    def of(cls, canvas: Canvas, kind: str, sketch: npt.NDArray[np.uint8] | None = None) -> "Scene":
        masks = np.stack([canvas.sky, np.clip(canvas.lamps, 0, 1), canvas.distance], -1)
        return cls(np.clip(canvas.picture, 0, 1), masks, kind, sketch)


def paint(u: np.random.Generator, kind: str) -> tuple[Canvas, str]:
    """What `kind` asks for, and the kind of what came out: a portrait may be an animal's."""
    if kind == "portrait":
        canvas = (landscape, city)[u.integers(2)](u) if u.random() < 0.3 else wall(u)
        return canvas, "animal" if paint_head(canvas, u) else "portrait"
    if kind == "drawing":
        canvas, _ = paint(u, list(DRAWN)[u.choice(len(DRAWN), p=list(DRAWN.values()))])
        draw_over(canvas, u)
        return canvas, kind
    painters = {"landscape": landscape, "city": city, "still life": still_life, "shapes": shapes}
    return painters[kind](u), kind


def zoom(u: np.random.Generator, scene: Scene, least: float, most: float) -> Scene:
    """A random window of `least` to `most` pixels a side, enlarged to the whole."""
    size = int(uniform(u, least, most))
    top, left = int(uniform(u, 0, SIZE - size)), int(uniform(u, 0, SIZE - size))

    def enlarge(pixels: Array) -> Array:
        part = Image.fromarray((pixels[top : top + size, left : left + size] * 255).astype(np.uint8))
        return np.asarray(part.resize((SIZE, SIZE), Image.Resampling.BICUBIC), np.float32) / 255

    return Scene(enlarge(scene.picture), enlarge(scene.masks), scene.kind)


def flip(scene: Scene) -> Scene:
    sketch = None if scene.sketch is None else scene.sketch[:, ::-1]
    return Scene(scene.picture[:, ::-1], scene.masks[:, ::-1], scene.kind, sketch)


def photograph(u: np.random.Generator, picture: Array) -> Array:
    """Uneven light, gamma, white balance, saturation, blur and noise, as a camera adds them."""
    if u.random() < 0.3:
        picture = picture * np.clip(1 + 0.15 * texture(u, SIZE, SIZE, "soft"), 0.5, 1.5)[..., None]
    picture = np.clip(picture, 0, 1) ** np.exp(u.normal(0, 0.25))
    picture = picture * (1 + u.normal(0, 0.06, 3)) * uniform(u, 0.75, 1.12) + uniform(u, -0.03, 0.06)
    if u.random() < 0.3:
        grey = picture.mean(-1, keepdims=True)
        picture = grey + (picture - grey) * uniform(u, 0.0 if u.random() < 0.2 else 0.5, 1.4)
    if u.random() < 0.35:
        sigma = uniform(u, 0.4, 1.2)
        picture = gaussian_filter(picture, (sigma, sigma, 0))
    if u.random() < 0.4:
        picture = picture + u.standard_normal(picture.shape) * uniform(u, 0.003, 0.02)
    return np.clip(picture, 0, 1).astype(np.float32)
