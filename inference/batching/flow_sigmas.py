"""Plans for flow matching: a level is a share of noise, and the rest of it is the picture.

At level sigma a sample is `(1 - sigma) * picture + sigma * noise` (Lipman et al. 2022, arXiv:2210.02747; Esser et
al. 2024, arXiv:2403.03206). The grid is that of diffusers' own scheduler, with its shifts. Between two of its
points a run starts at the interpolated sigma.
"""

import copy
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import torch

from inference.batching.solver import Plan
from inference.batching.strength import Start

LatentShape = tuple[int, int, int]
Schedule = Callable[[int, LatentShape], Mapping[str, Any]]
"""Steps and shape of the latents -> what the family's stock pipeline calls `set_timesteps` with."""


def solves(scheduler: Any) -> bool:
    """Whether `FlowSolver` can plan for a scheduler: one Euler step after the other, without fresh noise."""
    config = scheduler.config
    return (
        type(scheduler).__name__ == "FlowMatchEulerDiscreteScheduler"
        and not config.get("stochastic_sampling")
        and not config.get("invert_sigmas")
    )


class FlowSolver:
    """Plans for one scheduler of flow matching. Safe to use from several threads.

    Attributes:
        linear: always; so no request needs a scheduler of its own.
    """

    linear = True

    def __init__(self, scheduler: Any, schedule: Schedule) -> None:
        self.scheduler = scheduler
        self._schedule = schedule
        self._planned = lru_cache(maxsize=256)(self._plan)

    def plan(self, steps: int, start: Start, *, shape: LatentShape, from_noise: bool = False) -> Plan:
        """The run over the last `start.steps` of a grid of `steps`, for latents of that shape.

        Raises:
            ValueError: from diffusers, if the scheduler has no grid of so many steps.
        """
        return self._planned(steps, start, shape, from_noise)

    def stepper(self, steps: int, start: Start) -> None:
        """None: plans are exact."""

    def sigmas(self, steps: int, shape: LatentShape) -> torch.Tensor:
        """The grid's levels, [steps + 1], the last one 0."""
        scheduler = self._set(steps, shape)
        sigmas: torch.Tensor = scheduler.sigmas
        return sigmas

    def _set(self, steps: int, shape: LatentShape) -> Any:
        scheduler = copy.deepcopy(self.scheduler)
        if steps == 1 and scheduler.config.get("shift_terminal"):
            # The only level of this grid is its first and its last at once; stretching it divides 0 by 0.
            scheduler.register_to_config(shift_terminal=None)
        scheduler.set_timesteps(**self._schedule(steps, shape))
        return scheduler

    def _plan(self, steps: int, start: Start, shape: LatentShape, from_noise: bool) -> Plan:
        scheduler = self._set(steps, shape)
        begin = steps - start.steps
        first, second = float(scheduler.sigmas[begin]), float(scheduler.sigmas[begin + 1])
        if start.fraction < 1:
            scheduler.sigmas[begin] = second + start.fraction * (first - second)
            scheduler.timesteps[begin] = scheduler.sigmas[begin] * scheduler.config.num_train_timesteps
        levels = scheduler.sigmas[begin:-1].tolist()
        timesteps = scheduler.timesteps[begin:]
        scheduler.set_begin_index(begin)
        basis = torch.eye(2)
        rows = [scheduler.step(basis[1], timestep, basis[0], return_dict=False)[0] for timestep in timesteps]
        matrices = torch.zeros(len(rows), 1, 3)
        matrices[:, 0, :2] = torch.stack(rows)
        return Plan(
            timesteps=tuple(timesteps.tolist()),
            scales=(1.0,) * len(levels),
            begin=(0.0, 1.0) if from_noise else (1 - levels[0], levels[0]),
            mixes=tuple((1 - level, level) for level in levels),
            matrices=matrices,
            draws=0,
            noise=torch.zeros(len(levels), 0),
        )
