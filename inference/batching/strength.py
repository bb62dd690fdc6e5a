"""Strength as a place on a scheduler's grid.

Stock diffusers runs `int(steps * strength)` steps, so neighbouring strengths give the same picture and small ones
none. Here the first step is started between two points of the grid, at exactly the strength that was asked for.
"""

import math
from dataclasses import dataclass

ROUNDING = 1e-9
"""How far, in steps, `steps * strength` may be from a whole number and still mean it: 100 * 0.29 is
28.999999999999996 in floating point."""


@dataclass(frozen=True, slots=True)
class Start:
    """The point of a grid, or between two, at which a run begins.

    Attributes:
        steps: how many of the grid's last steps are run, at least 1.
        fraction: how much of the first of them, in (0, 1]; 1 if it begins on a point of the grid.
    """

    steps: int
    fraction: float


def start_of(steps: int, strength: float) -> Start:
    """The start of a run over a grid of `steps` at a `strength` in (0, 1].

    The run's length, `Start.steps - 1 + Start.fraction`, is `steps * strength`: continuous and strictly growing.
    """
    exact = steps * strength
    nearest = round(exact)
    if nearest >= 1 and abs(exact - nearest) <= ROUNDING * steps:
        return Start(nearest, 1.0)
    whole = math.ceil(exact)
    return Start(whole, exact - (whole - 1))
