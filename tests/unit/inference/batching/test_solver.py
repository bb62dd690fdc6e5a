"""The matrices read off a scheduler against the scheduler itself, with a cheap model that is no less curved."""

import copy
import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.batching.solver import Solver, shifted, stepped
from inference.batching.strength import start_of
from tests.tiny_models.pipelines import CLIPPED, SCHEDULERS

SOURCE = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
SOLVERS = {name: Solver(make()) for name, make in SCHEDULERS.items()}

STOCHASTIC = {"euler-a", "ddpm", "lcm", "lcm-v", "dpm++2m-sde"}
"""These add noise in proportion to the square root of a step's length."""


def model(sample: torch.Tensor, timestep: float) -> torch.Tensor:
    return torch.tanh(0.7 * sample + 0.3 * sample.roll(1, -1)) + 0.1 * math.sin(timestep / 100)


def by_scheduler(name: str, steps: int, strength: float) -> torch.Tensor:
    """As stock pipelines call it."""
    scheduler = copy.deepcopy(SOLVERS[name].scheduler)
    scheduler.set_timesteps(steps)
    begin = max(steps - min(int(steps * strength), steps), 0) * scheduler.order
    timesteps = scheduler.timesteps[begin:]
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(begin)
    numbers = torch.Generator().manual_seed(3)
    sample: torch.Tensor = scheduler.add_noise(SOURCE, torch.randn(SOURCE.shape, generator=numbers), timesteps[:1])
    for timestep in timesteps:
        output = model(scheduler.scale_model_input(sample, timestep), float(timestep))
        sample = stepped(scheduler, timestep, output, sample, numbers)
    return sample


def by_matrices(name: str, steps: int, strength: float, source: torch.Tensor = SOURCE) -> torch.Tensor:
    plan = SOLVERS[name].plan(steps, start_of(steps, strength), from_noise=strength >= 1)
    numbers = torch.Generator().manual_seed(3)
    signal, noise = plan.begin
    slots = torch.zeros(plan.matrices.shape[1], *source.shape)
    slots[0] = signal * source + noise * torch.randn(source.shape, generator=numbers)
    drawn = torch.stack(
        [torch.zeros_like(source), *(torch.randn(source.shape, generator=numbers) for _ in range(plan.draws))]
    )
    for call in range(plan.calls):
        output = model(slots[0] * plan.scales[call], plan.timesteps[call])
        fresh = torch.tensordot(plan.noise[call], drawn[1:], dims=1)
        slots = torch.tensordot(plan.matrices[call], torch.cat([slots, output[None], fresh[None]]), dims=1)
    return slots[0]


def apart(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).norm() / other.norm())


@pytest.mark.parametrize("name", SCHEDULERS)
@pytest.mark.parametrize(("steps", "strength"), [(20, 0.5), (12, 0.75), (4, 0.5), (8, 0.25), (2, 0.5)])
def test_a_whole_run_is_the_schedulers_own(name: str, steps: int, strength: float) -> None:
    assert apart(by_matrices(name, steps, strength), by_scheduler(name, steps, strength)) < 2e-6


@pytest.mark.parametrize("name", SCHEDULERS)
def test_strength_is_continuous_where_the_number_of_steps_changes(name: str) -> None:
    near = 1e-6
    for strength in (0.125, 0.25, 0.5, 0.625, 0.75, 0.875):
        below, above = (by_matrices(name, 8, strength + side * near) for side in (-1, 1))
        bound = 3 * math.sqrt(8 * near) if name in STOCHASTIC else 3e-4
        assert apart(below, above) < bound


@pytest.mark.parametrize("name", SCHEDULERS)
@settings(max_examples=8)
@given(steps=st.integers(1, 12), one=st.floats(0.02, 0.98), other=st.floats(0.02, 0.98))
def test_two_strengths_are_two_results(name: str, steps: int, one: float, other: float) -> None:
    if abs(one - other) > 1e-3:
        assert apart(by_matrices(name, steps, one), by_matrices(name, steps, other)) > 1e-6


@pytest.mark.parametrize("name", SCHEDULERS)
@pytest.mark.parametrize("steps", [1, 4, 20])
def test_next_to_no_strength_changes_next_to_nothing(name: str, steps: int) -> None:
    for strength in (1e-3, 1e-6, 1e-20):
        assert apart(by_matrices(name, steps, strength), SOURCE) < 0.1


@pytest.mark.parametrize("name", SCHEDULERS)
@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_the_noise_to_begin_with_grows_with_strength(name: str, steps: int) -> None:
    plans = [SOLVERS[name].plan(steps, start_of(steps, part / 20)) for part in range(1, 20)]
    shares = [plan.begin[1] / plan.begin[0] for plan in plans]
    assert all(low <= high * (1 + 1e-6) for low, high in pairwise(shares))
    if name != "pndm":  # its grids have a point twice: what changes there is the step, not the noise
        assert len(set(shares)) == len(shares)


@pytest.mark.parametrize("name", SCHEDULERS)
def test_full_strength_knows_nothing_of_the_source(name: str) -> None:
    assert torch.equal(by_matrices(name, 4, 1.0), by_matrices(name, 4, 1.0, source=SOURCE.flip(-1)))


@pytest.mark.parametrize("spacing", ["leading", "linspace", "trailing"])
@pytest.mark.parametrize("name", SCHEDULERS)
@pytest.mark.parametrize("steps", [1, 4, 20, 30])
def test_full_strength_is_what_stock_makes_of_a_text(name: str, spacing: str, steps: int) -> None:
    own = SOLVERS[name].scheduler
    if "timestep_spacing" not in own.config:
        return
    solver = Solver(type(own).from_config(own.config, timestep_spacing=spacing))
    scheduler = copy.deepcopy(solver.scheduler)
    scheduler.set_timesteps(steps)
    plan = solver.plan(steps, start_of(steps, 1.0), from_noise=True)
    assert plan.begin == pytest.approx((0.0, float(scheduler.init_noise_sigma)))


@pytest.mark.parametrize("name", SCHEDULERS)
def test_full_strength_runs_as_stock_does_from_a_text(name: str) -> None:
    scheduler = copy.deepcopy(SOLVERS[name].scheduler)
    scheduler.set_timesteps(20)
    numbers = torch.Generator().manual_seed(3)
    sample = torch.randn(SOURCE.shape, generator=numbers) * scheduler.init_noise_sigma
    for timestep in scheduler.timesteps:
        output = model(scheduler.scale_model_input(sample, timestep), float(timestep))
        sample = stepped(scheduler, timestep, output, sample, numbers)
    assert apart(by_matrices(name, 20, 1.0), sample) < 2e-6


@pytest.mark.parametrize("name", SCHEDULERS)
def test_every_scheduler_of_the_list_is_linear(name: str) -> None:
    assert SOLVERS[name].linear


@pytest.mark.parametrize("name", CLIPPED)
def test_clipping_is_noticed(name: str) -> None:
    assert not Solver(CLIPPED[name]()).linear


@given(st.integers(1, 40), st.floats(0, 1))
def test_shifted_noises_stay_independent(count: int, by: float) -> None:
    matrix = shifted(count, by)
    assert torch.allclose(matrix @ matrix.T, torch.eye(count), atol=1e-5)


@pytest.mark.parametrize("count", [2, 3, 8, 9])
def test_a_whole_shift_hands_noises_on(count: int) -> None:
    assert torch.allclose(shifted(count, 0), torch.eye(count), atol=1e-6)
    assert torch.allclose(shifted(count, 1)[1:, :-1], torch.eye(count - 1), atol=1e-6)


def test_plans_are_kept() -> None:
    solver = SOLVERS["ddim"]
    assert solver.plan(7, start_of(7, 0.4)) is solver.plan(7, start_of(7, 0.4))
