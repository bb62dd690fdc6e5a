"""Brush strokes along the picture's edges: ridges of noise that is smeared along them.

Where a stroke lies is what a blur and a threshold make of the noise round it, so a small network can paint it at any
strength. Strokes that each have a place and an order of their own are beyond a network of this size.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from training.styles import filters as f


@dataclass(frozen=True)
class Brush:
    """`length` and `width` of a stroke are in pixels.

    `ridge` is how much brighter its middle is than its borders, `relief` how much brighter the side that is lit from
    the upper left is. `sharp` is how fast one stroke ends and the next begins. A stroke takes its colour from `shift`
    pixels beside.
    """

    length: float
    width: float
    ridge: float
    relief: float
    sharp: float
    shift: float = 3.0


def paint(colours: Tensor, direction: tuple[Tensor, Tensor], brush: Brush, noise: Tensor) -> Tensor:
    """Paint `colours` (B, 3, H, W) with strokes along `direction` (the doubled angle's cosine and sine)."""
    bundle = f.streaks(f.grain(noise, colours, brush.width), direction, brush.length, steps=6)
    half = torch.atan2(direction[1], direction[0]) / 2
    aside = brush.shift * bundle
    painted = f.displaced(colours, -torch.sin(half) * aside, torch.cos(half) * aside)
    ridge = torch.tanh(brush.sharp * bundle)
    around = f.pad(f.blur(ridge, 0.7), 1)
    lit = around[:, :, 2:, 2:] - around[:, :, :-2, :-2]
    return painted * (1 + brush.ridge * ridge + brush.relief * lit)
