"""Another drawing of the same layout: the same decisions, with places, sizes, colours and textures varied.

What strength above 0.7 is to learn: the large shapes stay, and what is in them is invented anew.
"""

from typing import Any

import numpy as np

FREEDOM = 0.1  # deviation of a place or size, as a share of the range that it was drawn from
LARGE = 64  # whole numbers from fewer choices are decisions, from more they are places in a texture


class Redrawing(np.random.Generator):
    """A generator that repeats the decisions of another one and varies its measures.

    As long as both are asked for the same things in the same order, they agree on what is drawn. A size that decides
    how many things follow can end that; what was drawn before, the large shapes, has its place by then.
    """

    def __init__(self, decisions: np.random.Generator, anew: np.random.Generator, freedom: float = FREEDOM) -> None:
        super().__init__(anew.bit_generator)
        self._decisions, self._freedom = decisions, freedom

    def random(self, *args: Any, **how: Any) -> Any:
        return self._decisions.random(*args, **how)

    def choice(self, *args: Any, **how: Any) -> Any:
        return self._decisions.choice(*args, **how)

    def integers(self, low: Any, high: Any = None, *args: Any, **how: Any) -> Any:
        decided = self._decisions.integers(low, high, *args, **how)
        span = low if high is None else high - low
        return super().integers(low, high, *args, **how) if span > LARGE else decided

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        decided = self._decisions.uniform(low, high, size)
        span = abs(high - low)
        varied = decided + self._freedom * span * super().standard_normal(size)
        return np.clip(varied, min(low, high), max(low, high))

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        decided = self._decisions.normal(loc, scale, size)
        return 0.8 * (decided - loc) + 0.6 * super().normal(0.0, scale, size) + loc

    def standard_normal(self, size: Any = None, **how: Any) -> Any:  # type: ignore[override] # numpy overloads it
        self._decisions.standard_normal(size, **how)
        return super().standard_normal(size, **how)
