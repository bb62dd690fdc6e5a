"""Scenes: random pictures of six kinds, drawn with numpy and Pillow, with masks of what is in them.

Nothing is downloaded and no photograph is used. A scene depends on its generator alone.
"""

import json
from dataclasses import dataclass
from pathlib import Path

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

SHARES = {
    "landscape": 0.26,
    "city": 0.15,
    "still life": 0.2,
    "portrait": 0.2,
    "shapes": 0.12,
    "drawing": 0.07,
}
DRAWN = {"landscape": 0.25, "city": 0.15, "still life": 0.25, "portrait": 0.25, "shapes": 0.1}
SHARD = 128


@dataclass(frozen=True)
class Scene:
    """`picture` and `masks` (sky, lamps, distance): (256, 256, 3) in [0, 1]; `kind`: a key of `NOUNS`."""

    picture: Array
    masks: Array
    kind: str


def _paint(u: np.random.Generator, kind: str) -> tuple[Canvas, str]:
    if kind == "portrait":
        canvas = (landscape, city)[u.integers(2)](u) if u.random() < 0.3 else wall(u)
        return canvas, "animal" if paint_head(canvas, u) else "portrait"
    if kind == "drawing":
        canvas, _ = _paint(u, list(DRAWN)[u.choice(len(DRAWN), p=list(DRAWN.values()))])
        draw_over(canvas, u)
        return canvas, kind
    painters = {"landscape": landscape, "city": city, "still life": still_life, "shapes": shapes}
    return painters[kind](u), kind


def _zoom(u: np.random.Generator, picture: Array, masks: Array) -> tuple[Array, Array]:
    size = int(uniform(u, 130, 250))
    top, left = int(uniform(u, 0, SIZE - size)), int(uniform(u, 0, SIZE - size))

    def enlarge(pixels: Array) -> Array:
        part = Image.fromarray((pixels[top : top + size, left : left + size] * 255).astype(np.uint8))
        return np.asarray(part.resize((SIZE, SIZE), Image.Resampling.BICUBIC), np.float32) / 255

    return enlarge(picture), enlarge(masks)


def _photograph(u: np.random.Generator, picture: Array) -> Array:
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
    return picture


def render(u: np.random.Generator) -> Scene:
    drawn = list(SHARES)[u.choice(len(SHARES), p=list(SHARES.values()))]
    canvas, kind = _paint(u, drawn)
    picture = np.clip(canvas.picture, 0, 1)
    masks = np.stack([canvas.sky, np.clip(canvas.lamps, 0, 1), canvas.distance], -1)
    if u.random() < 0.35 and drawn != "drawing":
        picture, masks = _zoom(u, picture, masks)
    if u.random() < 0.5:
        picture, masks = picture[:, ::-1], masks[:, ::-1]
    if drawn != "drawing":
        picture = _photograph(u, picture)
    return Scene(np.clip(picture, 0, 1).astype(np.float32), np.clip(masks, 0, 1).astype(np.float32), kind)


def _bytes(picture: Array) -> npt.NDArray[np.uint8]:
    return (picture.transpose(2, 0, 1) * 255 + 0.5).astype(np.uint8)


def render_shard(out: Path, shard: str, seed: int, count: int = SHARD) -> None:
    """Write `shard`.pictures.npy and .masks.npy (count, 3, 256, 256) and `shard`.json, the scenes' kinds."""
    scenes = [render(np.random.default_rng([seed, int(shard) * SHARD + index])) for index in range(count)]
    np.save(out / f"{shard}.pictures.npy", np.stack([_bytes(scene.picture) for scene in scenes]))
    np.save(out / f"{shard}.masks.npy", np.stack([_bytes(scene.masks) for scene in scenes]))
    unfinished = out / f"{shard}.tmp"
    unfinished.write_text(json.dumps([scene.kind for scene in scenes]))
    unfinished.replace(out / f"{shard}.json")  # the last thing written: with it the shard is finished
