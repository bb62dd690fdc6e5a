"""The compositions that the model paints from pure noise.

At strength 1 there is no source, and a network this small cannot learn every scene that could be there. It can
learn one by heart for each thing that a caption may name, chosen by eye and seen in different light and from places
a few steps apart. What comes from noise is then that scene in the asked style; the seed decides its colours and
details.
"""

from dataclasses import replace
from functools import cache

import numpy as np

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
SMALLEST = 244  # pixels of the window that a composition is seen through


@cache
def composition(kind: str) -> Scene:
    asked, seed = COMPOSITIONS[kind]
    canvas, _ = paint(np.random.default_rng([_STREAM, seed]), asked)
    return Scene.of(canvas, kind)


def compose(u: np.random.Generator) -> Scene:
    """One of the compositions, moved and lit at random."""
    scene = zoom(u, composition(list(COMPOSITIONS)[int(u.integers(len(COMPOSITIONS)))]), SMALLEST, 256)
    return scene if scene.kind == "drawing" else replace(scene, picture=photograph(u, scene.picture))
