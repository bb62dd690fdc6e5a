"""Scenes: random pictures of six kinds, drawn with numpy and Pillow, with masks of what is in them.

Nothing is downloaded and no photograph is used. A scene depends on its generator alone.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.scenes.canvas import Array
from training.scenes.repertoire import compose
from training.scenes.scene import Scene, flip, paint, photograph, zoom

SHARES = {
    "landscape": 0.26,
    "city": 0.15,
    "still life": 0.2,
    "portrait": 0.2,
    "shapes": 0.12,
    "drawing": 0.07,
}
SHARD = 128


def render(u: np.random.Generator) -> Scene:
    drawn = list(SHARES)[u.choice(len(SHARES), p=list(SHARES.values()))]
    canvas, kind = paint(u, drawn)
    scene = Scene.of(canvas, kind)
    if u.random() < 0.35 and drawn != "drawing":
        scene = zoom(u, scene, 130, 250)
    if u.random() < 0.5:
        scene = flip(scene)
    return scene if drawn == "drawing" else replace(scene, picture=photograph(u, scene.picture))


def _bytes(picture: Array) -> npt.NDArray[np.uint8]:
    return (np.clip(picture, 0, 1).transpose(2, 0, 1) * 255 + 0.5).astype(np.uint8)


def render_shard(out: Path, shard: str, seed: int, count: int = SHARD, *, composed: bool = False) -> None:
    """Write `shard`.pictures.npy and .masks.npy (count, 3, 256, 256) and `shard`.json, the scenes' kinds.

    With `composed` the scenes are of the repertoire that is painted from pure noise.
    """
    draw = compose if composed else render
    scenes = [draw(np.random.default_rng([seed, int(shard) * SHARD + index])) for index in range(count)]
    np.save(out / f"{shard}.pictures.npy", np.stack([_bytes(scene.picture) for scene in scenes]))
    np.save(out / f"{shard}.masks.npy", np.stack([_bytes(scene.masks) for scene in scenes]))
    (out / f"{shard}.json").write_text(json.dumps([scene.kind for scene in scenes]))
