"""The compositions that the model paints from pure noise.

At strength 1 there is no source, and a network this small cannot learn every scene that could be there. It can
learn one by heart for each thing that a caption may name, chosen by eye and seen in different light and from places
a few steps apart. What comes from noise is then that scene in the asked style; the seed decides its colours and
details.
"""

from dataclasses import replace
from functools import cache

import numpy as np

from training.scenes.redrawing import Redrawing
from training.scenes.scene import Scene, paint, photograph, zoom

# For each kind of `NOUNS`, what `paint` is asked for and the seed. Seeds mean what they mean as long as the painters
# do not change.
COMPOSITIONS: dict[str, tuple[str, int]] = {
    "landscape": ("landscape", 8),
    "city": ("city", 31),
    "still life": ("still life", 8),
    "portrait": ("portrait", 14),
    "animal": ("portrait", 13),
    "shapes": ("shapes", 14),
    "drawing": ("drawing", 16),
    "lake": ("landscape", 19),
    "village": ("landscape", 41),
    "cup": ("still life", 26),
    "vase": ("still life", 59),
    "woman": ("portrait", 4),
}
_STREAM = 77
VARIANTS = 6
VARIATION = 0.05  # less freedom than scenes have: what is learnt by heart must stay what it is
SMALLEST = 244  # pixels of the window that a composition is seen through


@cache
def composition(kind: str) -> Scene:
    asked, seed = COMPOSITIONS[kind]
    canvas, _ = paint(np.random.default_rng([_STREAM, seed]), asked)
    return Scene.of(canvas, kind)


@cache
def _variant(kind: str, number: int) -> Scene:
    """The composition with its measures varied."""
    asked, seed = COMPOSITIONS[kind]
    decisions, anew = np.random.default_rng([_STREAM, seed]), np.random.default_rng([_STREAM, seed, number])
    canvas, _ = paint(Redrawing(decisions, anew, VARIATION), asked)
    return Scene.of(canvas, kind)


def compose(seed: list[int]) -> tuple[Scene, Scene]:
    """One of the compositions, moved and lit at random, and another drawing of it."""
    u = np.random.default_rng(seed)
    kind = list(COMPOSITIONS)[int(u.integers(len(COMPOSITIONS)))]
    first = _seen(u, composition(kind))
    return first, _seen(np.random.default_rng([*seed, 1]), _variant(kind, 1 + int(u.integers(VARIANTS))))


def _seen(u: np.random.Generator, composed: Scene) -> Scene:
    scene = zoom(u, composed, SMALLEST, 256)
    return scene if scene.kind == "drawing" else replace(scene, picture=photograph(u, scene.picture))
