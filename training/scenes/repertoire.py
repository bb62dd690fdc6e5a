"""The few compositions that the model paints from pure noise.

At strength 1 there is no source, and a network this small cannot learn every scene that could be there. It can
learn some by heart: for each kind a handful, chosen by eye, seen from slightly different places and in different
light. What comes from noise is then one of them, or a blend, in the asked style.
"""

from dataclasses import replace
from functools import cache

import numpy as np

from training.scenes.scene import Scene, flip, paint, photograph, zoom

# Seeds of `paint` by kind. They mean what they mean as long as the painters do not change.
COMPOSITIONS: dict[str, tuple[int, ...]] = {
    "landscape": (8, 41, 19, 14, 6, 55),
    "city": (19, 31, 41, 43, 51, 55),
    "still life": (24, 26, 21, 59, 3, 8),
    "portrait": (4, 14, 24, 43, 54, 58),
    "animal": (0, 13, 20, 29, 38, 59),
    "shapes": (14, 24, 44),
    "drawing": (0, 10, 16, 22, 27),
}
_STREAM = 77
SMALLEST = 226  # pixels of the window that a composition is seen through


@cache
def composition(kind: str, seed: int) -> Scene:
    painted_as = "portrait" if kind == "animal" else kind
    canvas, painted = paint(np.random.default_rng([_STREAM, seed]), painted_as)
    if painted != kind:
        raise ValueError(f"composition {seed} of {kind} shows {painted}: the painters have changed, choose anew")
    return Scene.of(canvas, kind)


def compose(u: np.random.Generator) -> Scene:
    """One of the compositions, moved, mirrored and lit at random."""
    kind = list(COMPOSITIONS)[int(u.integers(len(COMPOSITIONS)))]
    seeds = COMPOSITIONS[kind]
    scene = composition(kind, seeds[int(u.integers(len(seeds)))])
    scene = zoom(u, scene, SMALLEST, 256)
    if u.random() < 0.5:
        scene = flip(scene)
    return replace(scene, picture=photograph(u, scene.picture) if kind != "drawing" else scene.picture)
