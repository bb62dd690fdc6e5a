"""A scheduler's steps as matrices, read off diffusers' own object by probing it.

Whatever formula a scheduler computes, as long as it is linear it is known from what it does to a basis. So each step
is run once on one-hot tensors in place of the sample, what the scheduler remembers of earlier steps, the model's
output and fresh noise; what comes out are the step's coefficients. Requests at different places of different runs
then step together: one small matrix product each, no Python of the scheduler, no formula derived twice.
"""

import inspect
import math
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import torch

from inference.batching.sigmas import Grid, Level
from inference.batching.strength import Start

LEAST_FRACTION = 1 / 1024
"""Multistep formulas divide by the first step's length: a shorter first step is remembered as one of this length."""

_LISTS = {"model_outputs": 4, "ets": 4}
_SINGLES = ("last_sample", "cur_sample", "sample", "prev_derivative")
SLOTS = 1 + sum(_LISTS.values()) + len(_SINGLES)
"""The sample and everything that a scheduler remembers: earlier model outputs, newest last, and single tensors."""

_PROBING = threading.RLock()  # the source of noise is replaced in a module of diffusers while one is probed


@dataclass(frozen=True, slots=True)
class StepMatrix:
    """One step: the next slots are `matrix @ [slots, model output, noise]`.

    Attributes:
        matrix: float64, [slots, slots + 2].
        draws: whether noise was drawn; what it drew may have no weight.
    """

    matrix: torch.Tensor
    draws: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole run, known before it starts.

    Attributes:
        timesteps: the denoiser's timestep, per call.
        scales: what its input is multiplied with, per call.
        begin: how much of the source and of the noise the first sample is made of.
        mixes: share of signal and of noise in the sample, per call.
        matrices: float32, [calls, slots, slots + 2], the slots that this scheduler does not use left out.
        draws: fresh noises to draw, in stock's order.
        noise: float32, [calls, draws]: what of them each step gets.
    """

    timesteps: tuple[float, ...]
    scales: tuple[float, ...]
    begin: tuple[float, float]
    mixes: tuple[tuple[float, float], ...]
    matrices: torch.Tensor
    draws: int
    noise: torch.Tensor

    @property
    def calls(self) -> int:
        """Calls of the denoiser."""
        return len(self.timesteps)


class Solver:
    """Plans for one scheduler. Safe to use from several threads."""

    def __init__(self, scheduler: Any) -> None:
        self.scheduler = scheduler
        self._run = lru_cache(maxsize=64)(self._probed_run)
        self._planned = lru_cache(maxsize=256)(self._plan)
        used = {0}
        with _PROBING:
            matrices = tuple(_probe(Grid(scheduler, of=8, steps=6)))
        for step in matrices:
            used |= set(step.matrix.abs().sum(0)[:SLOTS].nonzero().flatten().tolist())
        self._slots = sorted(used)
        self.linear = _agrees(matrices, Grid(scheduler, of=8, steps=6))

    def stepper(self, steps: int, start: Start) -> Grid | None:
        """A scheduler of its own for one request, begun where `plan` begins, if it is not linear."""
        if self.linear:
            return None
        grid = Grid(self.scheduler, of=steps, steps=start.steps)
        if start.fraction < 1:
            grid.move_start(grid.between(start.fraction))
        return grid

    def plan(
        self, steps: int, start: Start, *, shape: tuple[int, int, int] | None = None, from_noise: bool = False
    ) -> Plan:
        """The run over the grid's last `start.steps` of `steps`.

        Args:
            steps: of the whole grid.
            start: where to begin on it.
            shape: of the latents; these grids do not depend on it.
            from_noise: begin with noise alone, as for a picture from text.

        Raises:
            ValueError: from diffusers, if the scheduler cannot have so many steps.
        """
        del shape
        return self._planned(steps, start, from_noise)

    def _plan(self, steps: int, start: Start, from_noise: bool) -> Plan:
        with _PROBING:
            grid = Grid(self.scheduler, of=steps, steps=start.steps)
            levels = [grid.level(place) for place in range(len(grid))]
            if start.fraction < 1:
                levels[0] = grid.between(start.fraction)
                grid.move_start(levels[0])
                matrices = self._between(steps, start, levels[0])
            else:
                matrices = self._run(steps, start.steps)
            first = grid.mix() if start.fraction == 1 else _mix(grid.mix(), levels[0])
            scales = [float(grid.scheduler.scale_model_input(torch.ones(1), t)) for t in grid.timesteps[:1]]
            scales += [_scale(scales[0], levels[0], level) for level in levels[1:]]
        keep = [*self._slots, SLOTS, SLOTS + 1]
        drawing = [call for call, step in enumerate(matrices) if step.draws]
        noise = torch.zeros(len(matrices), len(drawing))
        noise[drawing] = shifted(len(drawing), 1 - start.fraction)
        return Plan(
            timesteps=tuple(level.timestep for level in levels),
            scales=tuple(scales),
            begin=(0.0, float(grid.scheduler.init_noise_sigma)) if from_noise else first,
            mixes=tuple(_mix(first, level) for level in levels),
            matrices=torch.stack([step.matrix[self._slots][:, keep] for step in matrices]).float(),
            draws=len(drawing),
            noise=noise,
        )

    def _probed_run(self, of: int, steps: int) -> tuple[StepMatrix, ...]:
        """A run that begins on the grid: stock's own."""
        return tuple(_probe(Grid(self.scheduler, of=of, steps=steps)))

    def _between(self, of: int, start: Start, level: Level) -> tuple[StepMatrix, ...]:
        """A run that begins between two points of the grid.

        It has to become stock's run with one step less as the fraction goes to 0. For one-step methods it does
        so by itself. A multistep method would remember a step of no length, so its matrices are blended with those
        of the shorter run; both are consistent methods, so what lies between is one too.
        """
        fraction = start.fraction
        grid = Grid(self.scheduler, of=of, steps=start.steps)
        order = grid.order
        grid.move_start(grid.between(max(fraction, LEAST_FRACTION)))
        matrices = list(_probe(grid))
        if len(matrices) == 1:
            return (self._first(of, start, level)[0],)
        matrices[:order] = self._first(of, start, level)
        shorter = self._run(of, start.steps - 1)
        for call in range(order, len(matrices)):
            blend = (1 - fraction) * shorter[call - order].matrix + fraction * matrices[call].matrix
            matrices[call] = StepMatrix(blend, matrices[call].draws)
        return tuple(matrices)

    def _first(self, of: int, start: Start, level: Level) -> list[StepMatrix]:
        """The matrices of the first step's calls, whose effect vanishes as the fraction goes to 0."""
        grid = Grid(self.scheduler, of=of, steps=start.steps)
        grid.move_start(level)
        first, *rest = islice(_probe(grid), grid.order)
        if len(grid) == 1:
            return [first]
        matrix = first.matrix.clone()
        if type(self.scheduler).__name__ == "LCMScheduler":
            # Each of its steps, however short, predicts the picture and adds fresh noise to it. Keep as much of the
            # present noise as the fraction leaves: signal and noise then have the next level's shares at any of them.
            kept = _deterministic(level, grid.level(1), self.scheduler.config.prediction_type)
            left = math.sqrt(1 - start.fraction**2)
            matrix[0, [0, SLOTS]] += left * (kept - matrix[0, [0, SLOTS]])
            matrix[0, SLOTS + 1] *= start.fraction
            return [StepMatrix(matrix, first.draws)]
        # If a scheduler's next level is off by rounding, or a grid has a level twice, a step of no length still
        # changes the sample; subtract that in proportion to what is missing of the step.
        still = Grid(self.scheduler, of=of, steps=start.steps)
        still.move_start(still.between(0.0))
        matrix[0] -= (1 - start.fraction) * next(_probe(still)).matrix[0]
        matrix[0, 0] += 1 - start.fraction
        return [StepMatrix(matrix, first.draws), *rest]


def shifted(count: int, by: float) -> torch.Tensor:
    """An orthogonal matrix [count, count] that shifts a sequence of independent noises by a part of a place.

    By 0 it is the identity; by 1 each step gets the noise that the step before it had. So the noises of a run with
    one step more turn into those of the shorter run, and stay independent with variance 1 on the way: it is the
    shift by a fraction of a sample of signal processing, periodic (with a change of sign if `count` is even).
    """
    if count == 0:
        return torch.zeros(0, 0)
    half = 0.0 if count % 2 else 0.5
    frequency = 2 * math.pi * (torch.arange(count, dtype=torch.float64) - count // 2 + half) / count
    place = torch.arange(count, dtype=torch.float64)
    apart = place[:, None] - place[None, :] - by
    return torch.cos(apart[..., None] * frequency).mean(-1).float()


def _deterministic(start: Level, end: Level, prediction: str) -> torch.Tensor:
    """Weights of sample and output in a step without noise (Song et al. 2020, arXiv:2010.02502, eq. 12)."""
    signal, noise = math.sqrt(start.alpha_cumprod), math.sqrt(1 - start.alpha_cumprod)
    x0, epsilon = {  # the predicted picture and noise, as weights of the sample and of the output
        "epsilon": ((1 / signal, -noise / signal), (0.0, 1.0)),
        "v_prediction": ((signal, -noise), (noise, signal)),
        "sample": ((0.0, 1.0), (1 / noise, -signal / noise)),
    }[prediction]
    signal, noise = math.sqrt(end.alpha_cumprod), math.sqrt(1 - end.alpha_cumprod)
    return torch.tensor([signal * x0[each] + noise * epsilon[each] for each in (0, 1)], dtype=torch.float64)


def _mix(first: tuple[float, float], level: Level) -> tuple[float, float]:
    """Shares of signal and noise: schedulers keep either the signal's variance at 1 or that of the sum."""
    signal = 1.0 if first[0] == 1 else math.sqrt(level.alpha_cumprod)
    return signal, signal * level.sigma


def _scale(first: float, start: Level, level: Level) -> float:
    """The factor of the denoiser's input: 1, or what brings the variance of signal and noise to 1."""
    assert first == 1 or math.isclose(first, math.sqrt(start.alpha_cumprod), rel_tol=1e-3)
    return 1.0 if first == 1 else math.sqrt(level.alpha_cumprod)


def _agrees(matrices: tuple[StepMatrix, ...], grid: Grid) -> bool:
    """Whether the matrices give what the scheduler gives, on numbers large enough to be clipped."""
    numbers = torch.Generator().manual_seed(0)
    slots = torch.zeros(SLOTS, 16, dtype=torch.float64)
    slots[0] = 30 * torch.randn(16, generator=numbers, dtype=torch.float64)
    sample = slots[0].view(1, 1, 4, 4)
    for step, timestep in zip(matrices, grid.timesteps, strict=True):
        output = 30 * torch.randn(16, generator=numbers, dtype=torch.float64)
        slots = step.matrix @ torch.cat([slots, output[None], torch.zeros(1, 16, dtype=torch.float64)])
        grid.scheduler.scale_model_input(sample, timestep)
        with _PROBING, _noise_from(grid.scheduler, lambda *_, **__: torch.zeros(1, 1, 4, 4, dtype=torch.float64)):
            sample = stepped(grid.scheduler, timestep, output.view(1, 1, 4, 4), sample)
    return torch.allclose(slots[0], sample.double().flatten(), rtol=1e-3, atol=1e-3 * float(slots[0].abs().max()))


def stepped(
    scheduler: Any,
    timestep: Any,
    output: torch.Tensor,
    sample: torch.Tensor,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """The sample after a step of the scheduler itself, called as the stock pipelines call it."""
    takes = inspect.signature(scheduler.step).parameters
    extra = {name: each for name, each in (("eta", 0.0), ("generator", generator)) if name in takes}
    with _PROBING:  # else it might be given what another one is probed with
        after: torch.Tensor = scheduler.step(output, timestep, sample, **extra, return_dict=False)[0]
    return after


def _probe(grid: Grid) -> Iterator[StepMatrix]:
    """The matrices of a run's calls, one after the other. The lock must be held."""
    scheduler = grid.scheduler
    basis = torch.eye(SLOTS + 2, dtype=torch.float64).view(SLOTS + 2, 1, SLOTS + 2, 1, 1)
    for timestep in grid.timesteps:
        drawn = False

        def draw(*_: Any, **__: Any) -> torch.Tensor:
            nonlocal drawn
            drawn = True
            return basis[SLOTS + 1]

        _remember(scheduler, basis)
        scheduler.scale_model_input(basis[0], timestep)
        with _noise_from(scheduler, draw):
            after = stepped(scheduler, timestep, basis[SLOTS], basis[0])
        yield StepMatrix(
            torch.stack([each.flatten().double() for each in _recall(scheduler, after, basis[0])]), drawn
        )


@contextmanager
def _noise_from(scheduler: Any, draw: Any) -> Iterator[None]:
    module = sys.modules[type(scheduler).__module__]
    if not hasattr(module, "randn_tensor"):
        yield
        return
    before, module.randn_tensor = module.randn_tensor, draw  # type: ignore[attr-defined]
    try:
        yield
    finally:
        module.randn_tensor = before  # type: ignore[attr-defined]


def _remember(scheduler: Any, basis: torch.Tensor) -> None:
    """Put a one-hot tensor in the place of each tensor that a scheduler remembers."""
    place = 1
    for name, room in _LISTS.items():
        kept = getattr(scheduler, name, [])
        for back, each in enumerate(kept):
            if each is not None:
                kept[back] = basis[place + room - len(kept) + back]
        place += room
    for name in _SINGLES:
        if isinstance(getattr(scheduler, name, None), torch.Tensor):
            setattr(scheduler, name, basis[place])
        place += 1


def _recall(scheduler: Any, after: torch.Tensor, before: torch.Tensor) -> list[torch.Tensor]:
    """The slots after a step, as tensors over the basis.

    Nobody reads a slot that a scheduler has left empty, but blends do: it gets what would do in its place, the oldest
    output there is, or the sample before the step.
    """
    slots = [after]
    for name, room in _LISTS.items():
        kept = [each for each in getattr(scheduler, name, []) if each is not None]
        empty = kept[0] if kept else torch.zeros_like(before)
        slots += [empty] * (room - len(kept)) + kept
    for name in _SINGLES:
        kept_one = getattr(scheduler, name, None)
        slots.append(kept_one if isinstance(kept_one, torch.Tensor) else before)
    return slots
