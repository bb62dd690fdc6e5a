"""Scenes: random pictures of seven kinds, drawn with numpy and Pillow, with masks of what is in them.

Nothing is downloaded and no photograph is used. A scene depends on its generators alone. Every scene is drawn twice:
the second drawing has the same layout and is otherwise new (`training/scenes/redrawing.py`).
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.scenes.canvas import SIZE, Array
from training.scenes.redrawing import Redrawing
from training.scenes.repertoire import compose
from training.scenes.scene import Scene, flip, paint, photograph, zoom
from training.scenes.storybook import storybook

SHARES = {
    "landscape": 0.2,
    "city": 0.13,
    "still life": 0.17,
    "portrait": 0.19,
    "shapes": 0.1,
    "drawing": 0.06,
    "storybook": 0.15,
}
SHARD = 128
TRIES = 4

Seed = list[int]


def render(seed: Seed) -> tuple[Scene, Scene]:
    """A scene, and another drawing of it."""
    frame = np.random.default_rng([*seed, 1])
    drawn = list(SHARES)[frame.choice(len(SHARES), p=list(SHARES.values()))]
    zoomed, turned = frame.random() < 0.35 and drawn not in {"drawing", "storybook"}, frame.random() < 0.5

    def draw(u: np.random.Generator, which: int) -> Scene:
        if drawn == "storybook":
            canvas, sketch, kind = storybook(u, np.random.default_rng([*seed, 6, which]))
            scene = Scene.of(canvas, kind, sketch.pixels())
        else:
            scene = Scene.of(*paint(u, drawn))
        if zoomed:
            scene = zoom(np.random.default_rng([*seed, 2]), scene, 130, 250)
        scene = flip(scene) if turned else scene
        if drawn == "drawing":
            return scene
        return replace(scene, picture=photograph(np.random.default_rng([*seed, 4, which]), scene.picture))

    def decisions() -> np.random.Generator:
        return np.random.default_rng([*seed, 3])

    first = draw(decisions(), 0)
    for number in range(1, TRIES):
        again = draw(Redrawing(decisions(), np.random.default_rng([*seed, 5, number])), number)
        if again.kind == first.kind:  # a cat's portrait may come out as a man's, where the two fell out of step
            return first, again
    return first, draw(decisions(), TRIES)


def _bytes(picture: Array) -> npt.NDArray[np.uint8]:
    return (np.clip(picture, 0, 1).transpose(2, 0, 1) * 255 + 0.5).astype(np.uint8)


def render_shard(out: Path, shard: str, seed: int, count: int = SHARD, *, composed: bool = False) -> None:
    """Write `shard`.pictures.npy and .masks.npy (2, count, 3, 256, 256), both drawings of every scene.

    And `shard`.sketches.npy (count, 256, 256), white where a scene has no sketch, and `shard`.json, the scenes'
    kinds. With `composed` the scenes are of the repertoire that is painted from pure noise.
    """
    draw = compose if composed else render
    pairs = [draw([seed, int(shard) * SHARD + index]) for index in range(count)]
    drawings = list(zip(*pairs, strict=True))
    blank = np.full((SIZE, SIZE), 255, np.uint8)
    np.save(out / f"{shard}.pictures.npy", np.stack([[_bytes(scene.picture) for scene in row] for row in drawings]))
    np.save(out / f"{shard}.masks.npy", np.stack([[_bytes(scene.masks) for scene in row] for row in drawings]))
    sketches = [blank if first.sketch is None else first.sketch for first, _ in pairs]
    np.save(out / f"{shard}.sketches.npy", np.stack(sketches))
    (out / f"{shard}.json").write_text(json.dumps([first.kind for first, _ in pairs]))
