"""A scheduler's grid of noise levels, and how to begin a run between two of its points.

The level of the first point is changed in the table that the scheduler's own formulas read, in a copy of it.
Everything it computes from then on, multistep corrections included, is computed by diffusers for that level.
"""

import copy
import math
from dataclasses import dataclass
from typing import Any

import torch

LEAST_SIGNAL = 2.0**-24
"""What diffusers itself takes for the last alpha of a schedule with zero terminal signal-to-noise ratio."""


LEAST_SIGMA = 2.0**-24
"""Noise too little to be seen in a picture, and enough for formulas that divide by it."""


@dataclass(frozen=True, slots=True)
class Level:
    """A noise level.

    Attributes:
        timestep: on the training schedule, in [0, 1000) for most; may lie between two of its points.
        sigma: noise over signal, standard deviations.
    """

    timestep: float
    sigma: float

    @property
    def alpha_cumprod(self) -> float:
        """The share of the signal's variance."""
        return 1 / (1 + self.sigma**2)


class Grid:
    """The last `steps` of a scheduler's grid of `of` steps, as stock image-to-image pipelines cut it.

    Raises:
        ValueError: from diffusers, if the scheduler has no grid of so many steps.
    """

    def __init__(self, scheduler: Any, *, of: int, steps: int, is_set: bool = False) -> None:
        """`is_set`: the scheduler's steps are set already, and it is this grid's own."""
        self.scheduler = scheduler
        if not is_set:
            self.scheduler = copy.deepcopy(scheduler)  # `from_config` would lose what pipelines patch
            self.scheduler.set_timesteps(of)
        self.order = int(getattr(scheduler, "order", 1))
        self.begin = (of - steps) * self.order
        self.timesteps = self.scheduler.timesteps[self.begin :]
        if hasattr(self.scheduler, "set_begin_index"):
            self.scheduler.set_begin_index(self.begin)

    def __len__(self) -> int:
        return len(self.timesteps)

    def level(self, place: int) -> Level:
        """The level of a point of this grid; `place` counts from where it begins."""
        timestep = float(self.timesteps[place])
        if self._has_sigmas:
            return Level(timestep, float(self.scheduler.sigmas[self.begin + place]))
        return Level(timestep, _sigma(float(self.scheduler.alphas_cumprod[int(timestep)])))

    def between(self, fraction: float) -> Level:
        """The level at `fraction` of the first step, in [0, 1]: 1 is the first point and 0 the second one.

        Timesteps are interpolated, as strength counts them; sigma follows the training schedule, corrected by what
        the grid's own points are off from it (Karras' grids, rounded timesteps). After the last point comes no noise
        at all, which is less than the schedule's least: that much is taken off on the way.
        """
        first = self.level(0)
        least = self._trained_sigma(0.0)
        second = self.level(1) if len(self) > 1 else Level(0.0, least)
        timestep = second.timestep + fraction * (first.timestep - second.timestep)
        off_first = math.log(first.sigma / self._trained_sigma(first.timestep))
        off_second = math.log(second.sigma / self._trained_sigma(second.timestep))
        off = off_second + fraction * (off_first - off_second)
        sigma = self._trained_sigma(timestep) * math.exp(off)
        return Level(timestep, max(sigma if len(self) > 1 else sigma - (1 - fraction) * least, LEAST_SIGMA))

    def move_start(self, level: Level) -> None:
        """Set the level of this grid's first point in the scheduler's own table."""
        if self._has_sigmas:
            self.scheduler.sigmas = self.scheduler.sigmas.clone()
            self.scheduler.sigmas[self.begin] = level.sigma
        else:
            self.scheduler.alphas_cumprod = self.scheduler.alphas_cumprod.double()  # in float32 little noise is none
            self.scheduler.alphas_cumprod[int(self.timesteps[0])] = min(level.alpha_cumprod, self._most_alpha())

    def mix(self) -> tuple[float, float]:
        """How much of the source and of the noise a run begins with."""
        basis = torch.eye(2, dtype=torch.float64)
        source, noise = (basis[place].view(1, 2, 1, 1) for place in (0, 1))
        mixed = self.scheduler.add_noise(source, noise, self.timesteps[:1])
        return float(mixed[0, 0]), float(mixed[0, 1])

    def _most_alpha(self) -> float:
        """An upper bound of the first point's `alphas_cumprod`: DDIM's next one; 1 for all other schedulers.

        DDIM counts down by whole timesteps and can miss the next point of its own grid by one; beyond where it lands,
        its formula takes the root of a negative number.
        """
        if type(self.scheduler).__name__ != "DDIMScheduler":
            return 1.0
        config = self.scheduler.config
        after = int(self.timesteps[0]) - config.num_train_timesteps // self.scheduler.num_inference_steps
        return float(self.scheduler.alphas_cumprod[after] if after >= 0 else self.scheduler.final_alpha_cumprod)

    @property
    def _has_sigmas(self) -> bool:
        return hasattr(self.scheduler, "sigmas")

    def _trained_sigma(self, timestep: float) -> float:
        """Sigma of the training schedule, log-linear between its points."""
        schedule = self.scheduler.alphas_cumprod
        timestep = min(max(timestep, 0.0), len(schedule) - 1.0)
        below = min(int(timestep), len(schedule) - 2)
        low, high = (math.log(_sigma(float(schedule[place]))) for place in (below, below + 1))
        return math.exp(low + (timestep - below) * (high - low))


def _sigma(alpha_cumprod: float) -> float:
    alpha_cumprod = max(alpha_cumprod, LEAST_SIGNAL)
    return math.sqrt((1 - alpha_cumprod) / alpha_cumprod)
