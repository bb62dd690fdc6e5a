"""The step loop against the stock pipelines, on tiny models with random weights."""

import copy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.families import components_of
from inference.models.catalog import POCKET, locate
from inference.models.devices import choose_device
from inference.models.entry import ModelEntry
from inference.models.loading import load, quiet
from tests.harness.step_loop import Bench, Caller, Ended, error, picture, request, stock, worst
from tests.tiny_models.pipelines import CLIPPED, SCHEDULERS, stable_diffusion, stable_diffusion_xl

BOUND = 1e-5
"""Relative error of latents in float32."""

quiet()


LARGER = (64, 64)
"""For the shipped model, whose latents have an eighth of a picture's sides."""


def mixed(size: tuple[int, int] = (32, 32)) -> list[Caller]:
    """Requests that have nothing in common but their size, at strengths that stock knows too."""
    recipes = [
        request("a", steps=4, strength=0.5, guidance_scale=3.0, seed=1),
        request("b", steps=8, strength=0.75, guidance_scale=5.0, seed=2, negative_prompt="ugly", prompt="night"),
        request("c", steps=12, strength=0.25, guidance_scale=1.0, seed=3, prompt=""),
        request("d", steps=2, strength=0.5, guidance_scale=2.0, seed=2**32 - 1, negative_prompt="bad", prompt=""),
        request("e", steps=10, strength=0.4, guidance_scale=7.5, seed=5, prompt="a cat"),
    ]
    return [Caller(recipe, picture(seed, size)) for seed, recipe in enumerate(recipes)]


def check(pipeline: Any, callers: list[Caller], bound: float = BOUND) -> list[Ended]:
    wanted = [stock(pipeline, caller.request, caller.picture) for caller in callers]
    with Bench(pipeline) as bench:
        painted = bench.paint(*callers)
        assert bench.loaded.components.pipeline is not pipeline
    assert worst(painted, wanted) < bound
    return painted


KINDS = ("ddim-v", "dpm++2m-sde", "heun")
"""One scheduler of each kind: one step and v-prediction, several steps and noise, two calls a step. What a scheduler
does depends on no family: `test_solver.py` compares all of them alone, and all run with one family below."""


@pytest.mark.slow
@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_mixed_batch_is_what_stock_paints_one_by_one(name: str) -> None:
    check(stable_diffusion(name), mixed())


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_a_mixed_batch_of_xl_is_what_stock_paints_one_by_one(name: str) -> None:
    check(stable_diffusion_xl(name), mixed())


@pytest.mark.parametrize("name", CLIPPED)
def test_schedulers_that_clip_step_by_themselves(name: str) -> None:
    pipeline = stable_diffusion("ddim")
    pipeline.scheduler = CLIPPED[name]()
    with Bench(pipeline) as bench:
        assert not bench.loaded.solver.linear
    # A clipped picture is divided by little noise in the last steps, which magnifies what rounding there is.
    check(pipeline, mixed(), 1e-4)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: stable_diffusion("ddim"), id="sd"),
        pytest.param(lambda: stable_diffusion("ddim-v", tiny_vae=True), id="sd-tiny-autoencoder"),
        pytest.param(lambda: stable_diffusion("lcm", time_cond_proj_dim=8), id="sd-guidance-as-input"),
        pytest.param(lambda: stable_diffusion_xl("euler"), id="sdxl"),
        pytest.param(lambda: stable_diffusion_xl("euler-turbo"), id="sdxl-turbo"),
        pytest.param(lambda: stable_diffusion_xl("euler", refiner=True), id="sdxl-refiner"),
    ],
)
def test_every_family_paints_what_stock_paints(make: Any) -> None:
    check(make(), mixed())


def test_a_turbo_model_takes_one_step_at_any_strength() -> None:
    with Bench(stable_diffusion("euler-turbo")) as bench:
        strengths = (0.05, 0.3, 0.31, 0.9, 1.0)
        callers = [
            Caller(request(f"r{strength}", steps=1, strength=strength, guidance_scale=1.0), picture(1))
            for strength in strengths
        ]
        painted = bench.paint(*callers)
    assert [caller.steps for caller in callers] == [[(1, 1)]] * len(strengths)
    for one, other in pairwise(painted):
        assert error(one.latents, other.latents) > 1e-3


def test_full_strength_ignores_the_source_and_begins_with_noise() -> None:
    with Bench(stable_diffusion("ddim")) as bench:
        grey, other = (Caller(request(strength=1.0), picture(seed)) for seed in (1, 2))
        one, two = bench.paint(grey, other)
    assert one.latents is not None
    assert two.latents is not None
    assert error(one.latents, two.latents) < 1e-5  # rows of one call need not equal each other in bits


def test_a_scheduler_without_so_many_steps_says_so() -> None:
    with Bench(stable_diffusion("lcm")) as bench:
        (painted,) = bench.paint(Caller(request(steps=60), picture(1)))
    assert "60 steps" in str(painted.end)


@pytest.mark.parametrize("dtype", [torch.bfloat16])
def test_half_precision_is_no_worse_than_stocks(dtype: torch.dtype) -> None:
    """Stock rounds the sample at every step; ours keeps it in float32, so it may only be nearer to the truth."""
    callers = mixed()
    pipeline = stable_diffusion("ddim")
    truth = [stock(pipeline, caller.request, caller.picture) for caller in callers]
    pipeline.to(dtype)
    theirs = [stock(pipeline, caller.request, caller.picture) for caller in callers]
    with Bench(pipeline) as bench:
        ours = bench.paint(*callers)
    for painted, stocks, exact in zip(ours, theirs, truth, strict=True):
        assert error(painted.latents, exact) <= 1.5 * error(stocks, exact)


def _pocket(dtype: torch.dtype) -> Any:
    folder = locate(POCKET)
    assert folder is not None
    return load(Path(folder), ModelEntry(id=POCKET), POCKET, choose_device("cpu"), dtype)


@pytest.fixture(scope="module")
def pocket() -> Any:
    return _pocket(torch.float32)


@pytest.mark.slow
def test_the_shipped_model_paints_what_stock_paints(pocket: Any) -> None:
    assert components_of(pocket) is not None
    check(pocket, mixed(LARGER))


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_the_shipped_model_paints_what_stock_paints_with_each_kind_of_scheduler(pocket: Any, name: str) -> None:
    own = copy.copy(pocket)
    own.scheduler = SCHEDULERS[name]()
    longer = Caller(request("f", steps=8, strength=0.5, seed=6, prompt="night"), picture(6))
    check(own, [mixed(LARGER)[0], longer])


@pytest.mark.slow
def test_the_shipped_model_in_bfloat16_is_no_worse_than_stock(pocket: Any) -> None:
    callers = mixed(LARGER)
    truth = [stock(pocket, caller.request, caller.picture) for caller in callers]
    pipeline = _pocket(torch.bfloat16)
    theirs = [stock(pipeline, caller.request, caller.picture) for caller in callers]
    with Bench(pipeline) as bench:
        ours = bench.paint(*callers)
    for painted, stocks, exact in zip(ours, theirs, truth, strict=True):
        assert error(painted.latents, exact) <= 1.5 * error(stocks, exact)
