"""How long a worker may be silent before it counts as hung."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from statistics import median

REMEMBERED = 32
"""Step times kept per model: enough for a median that one hiccup does not move, few enough to follow a change."""


@dataclass(slots=True)
class StepBudget:
    """The rolling median of step times, and the silence it allows.

    Times are kept per pixel, so that a small picture's pace says something about a large one's. A model of which no
    step is known gets the load budget for its first: kernels may be compiled in it.

    Attributes:
        step_seconds: least silence allowed while a model works.
        load_seconds: silence allowed while one loads, or works for the first time.
        factor: silence allowed in median steps.
    """

    step_seconds: float = 30.0
    load_seconds: float = 600.0
    factor: float = 10.0
    _per_pixel: defaultdict[str, deque[float]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=REMEMBERED))
    )

    def note(self, model: str, pixels: int, seconds: float) -> None:
        """A step took so long."""
        self._per_pixel[model].append(seconds / pixels)

    def budget(self, model: str, pixels: int) -> float:
        """Seconds of silence allowed while `model` works on so many pixels; 0 pixels: while it loads."""
        known = self._per_pixel.get(model)
        if not pixels or not known:
            return self.load_seconds
        return max(self.step_seconds, self.factor * median(known) * pixels)
