"""Strength in stock pipelines, which count it in whole steps.

They run the last `strength` of a grid of steps. A scheduler that keeps its levels of noise in a table, as most do,
is made to begin between two of them: its table is changed when the pipeline has it set its steps. With others, and in
pipelines that cut their grid in another way, strength acts in whole steps, and a note tells the member which strength
was used.
"""

import functools
import math
from typing import Any

import torch

from inference.batching.sigmas import Grid
from inference.batching.strength import Start
from inference.models.schedulers import OWN_SCHEDULES, TABLES


def is_exact(pipeline: Any, scheduler: Any) -> bool:
    """Whether a pipeline can begin between two steps."""
    return (
        type(scheduler).__name__ in TABLES
        and not type(pipeline).__name__.startswith(OWN_SCHEDULES)
        and not scheduler.config.get("invert_sigmas")
    )


def levels_of(pipeline: Any, scheduler: Any) -> int | None:
    """`ModelDefaults.levels` of a stock pipeline."""
    if is_exact(pipeline, scheduler):
        return None
    fine = scheduler.config.get("original_inference_steps")
    return int(fine) if fine and type(pipeline).__name__.startswith("LatentConsistency") else 0


def whole(pipeline: Any, steps: int, wanted: int) -> float:
    """A strength of which a pipeline makes just `wanted` of so many steps.

    Those of a UNet run floor(steps * strength) of them, those of a transformer leave out floor(steps - steps *
    strength); so the number that floating point makes of it may be off in one direction only.
    """
    has_unet = hasattr(pipeline, "unet")
    strength = min(1.0, wanted / steps)
    while has_unet and steps * strength < wanted:
        strength = math.nextafter(strength, 2)
    while not has_unet and int(steps - steps * strength) < steps - wanted:
        strength = math.nextafter(strength, 0)
    return strength


def begin_at(scheduler: Any, start: Start, *, steps: int) -> None:
    """Make the run over a grid's last `start.steps` begin at `start.fraction` of the first of them.

    Args:
        scheduler: a copy that is used for nothing else; the pipeline sets its steps.
        start: where to begin.
        steps: of the whole grid.
    """
    if start.fraction == 1:
        return
    set_whole = scheduler.set_timesteps

    @functools.wraps(set_whole)  # diffusers looks at what it takes
    def set_timesteps(*args: Any, **kwargs: Any) -> None:
        set_whole(*args, **kwargs)
        scheduler.sigmas = scheduler.sigmas.clone()
        scheduler.timesteps = scheduler.timesteps.to(torch.float32)
        _move(Grid(scheduler, of=steps, steps=start.steps, is_set=True), start.fraction)

    scheduler.set_timesteps = set_timesteps


def _move(grid: Grid, fraction: float) -> None:
    """Make a grid begin at that fraction of its first step."""
    scheduler, begin = grid.scheduler, grid.begin
    first, second = (float(each) for each in scheduler.sigmas[begin:][:2])
    sigma = second + fraction * (first - second)
    if type(scheduler).__name__.startswith("FlowMatch") or scheduler.config.get("use_flow_sigmas"):
        timestep = sigma * scheduler.config.num_train_timesteps
    elif type(scheduler).__name__.startswith("EDM"):
        timestep = float(scheduler.precondition_noise(torch.tensor(sigma)))
    else:
        level = grid.between(fraction)
        sigma, timestep = level.sigma, level.timestep
    scheduler.sigmas[begin], scheduler.timesteps[begin] = sigma, timestep
