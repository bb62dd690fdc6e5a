"""Flow matching models in the step loop against their stock pipelines, with tiny random weights in float32."""

import copy
import inspect
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inference.api import Img2ImgRequest, Lora
from inference.batching.flow_sigmas import FlowSolver
from inference.batching.strength import start_of
from inference.families import components_of
from inference.families.flow import FlowMatching
from inference.models.entry import LoraEntry
from inference.models.loading import quiet
from tests.harness.step_loop import Bench, Caller, error, picture, request
from tests.tiny_models.flow import EDITORS, FAMILIES, flow
from tests.tiny_models.loras import save_lora

quiet()

BOUND = 1e-5
"""Relative error of latents in float32."""


@pytest.fixture(autouse=True)
def small_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources of Qwen-Image-Edit of another size than the results', but of no megapixel."""
    from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit, pipeline_qwenimage_edit_plus

    for told in (pipeline_qwenimage_edit, pipeline_qwenimage_edit_plus):
        whole = told.calculate_dimensions
        monkeypatch.setattr(told, "calculate_dimensions", lambda area, ratio, whole=whole: whole(area / 100, ratio))


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return {name: flow(name) for name in [*FAMILIES, *EDITORS]}


def stock(pipeline: Any, asked: Img2ImgRequest, source: Image.Image, **more: Any) -> torch.Tensor:
    """What the stock pipeline ends with, as the loop counts it, [channels, height, width]."""
    own = copy.copy(pipeline)
    own.scheduler = copy.deepcopy(pipeline.scheduler)
    name = type(pipeline).__name__
    told: dict[str, Any] = {
        "prompt": asked.prompt,
        "negative_prompt": asked.negative_prompt or None,
        "image": source,
        "strength": asked.strength,
        "width": source.width,
        "height": source.height,
        "num_inference_steps": asked.steps,
        "guidance_scale": asked.guidance_scale,
        "max_area": source.width * source.height,
        "_auto_resize": False,
        "generator": torch.Generator().manual_seed(asked.seed),
        "output_type": "latent",
    }
    if name == "FluxImg2ImgPipeline":
        told["true_cfg_scale"] = 1.0 if pipeline.transformer.config.guidance_embeds else asked.guidance_scale
    if name.startswith("QwenImage"):
        told |= {"true_cfg_scale": told.pop("guidance_scale"), "negative_prompt": asked.negative_prompt or " "}
    if name == "Flux2KleinPipeline" and asked.negative_prompt:  # it takes none as text
        told["negative_prompt_embeds"] = pipeline.encode_prompt(asked.negative_prompt)[0]
    told |= more
    takes = inspect.signature(own.__call__).parameters
    latents: torch.Tensor = own(**{key: each for key, each in told.items() if key in takes}).images
    components = components_of(pipeline)
    assert isinstance(components, FlowMatching)
    if name == "Flux2KleinPipeline":
        return components.scaled(latents)[0]  # it hands out unscaled ones
    if name == "Flux2Pipeline":
        return latents[0].mT.reshape(components.latent_shape(source))
    if latents.ndim == 3:
        channels, height, width = components.latent_shape(source)
        latents = pipeline._unpack_latents(latents, source.height, source.width, pipeline.vae_scale_factor)
        return latents.view(channels, height, width)
    return latents[0]


def smallest(name: str) -> tuple[int, int]:
    """The smallest picture that a family's stock pipeline takes, by twos."""
    return (64, 64) if name.startswith("flux2") else (32, 32)


def mixed(size: tuple[int, int] = (32, 32)) -> list[Caller]:
    recipes = [
        request("a", steps=4, strength=0.5, guidance_scale=3.0, seed=1, prompt="an oil painting"),
        request("b", steps=8, strength=0.75, guidance_scale=5.0, seed=2, negative_prompt="ugly", prompt="night"),
        request("c", steps=8, strength=0.25, guidance_scale=1.0, seed=3, prompt=""),
        request("d", steps=2, strength=0.5, guidance_scale=2.0, seed=2**32 - 1, negative_prompt="bad", prompt="a"),
        request("e", steps=5, strength=0.4, guidance_scale=0.0, seed=5, prompt="a cat " * 9),
    ]
    return [Caller(recipe, picture(seed, size)) for seed, recipe in enumerate(recipes)]


def check(pipeline: Any, callers: list[Caller], loras: dict[str, LoraEntry] | None = None) -> None:
    wanted = [stock(pipeline, caller.request, caller.picture) for caller in callers]
    with Bench(pipeline, loras=loras) as bench:
        painted = bench.paint(*callers)
    for got, latents in zip(painted, wanted, strict=True):
        assert isinstance(got.end, Image.Image), got.end
        assert error(got.latents, latents) < BOUND


@pytest.mark.parametrize("name", [*FAMILIES, *EDITORS])
def test_a_mixed_batch_is_what_stock_paints_one_by_one(made: dict[str, Any], name: str) -> None:
    assert components_of(made[name]) is not None
    check(made[name], mixed(smallest(name)))


@pytest.mark.parametrize("name", ["sd3", "flux-dev", "z-image", "qwen-image"])
def test_bfloat16_is_no_worse_than_stocks(made: dict[str, Any], name: str) -> None:
    """On processors that emulate it, layers then compute in float32, the text encoders' and the autoencoder's too."""
    callers = mixed()
    pipeline = copy.deepcopy(made[name])
    truth = [stock(pipeline, each.request, each.picture) for each in callers]
    pipeline.to(torch.bfloat16)
    theirs = [stock(pipeline, each.request, each.picture) for each in callers]
    with Bench(pipeline) as bench:
        ours = bench.paint(*callers)
    for got, stocks, exact in zip(ours, theirs, truth, strict=True):
        assert error(got.latents, exact) <= 1.5 * error(stocks, exact)


@pytest.mark.parametrize("name", [*FAMILIES, *EDITORS])
def test_pictures_that_are_not_square(made: dict[str, Any], name: str) -> None:
    width, height = smallest(name)
    check(made[name], mixed((3 * width // 2, height))[:2])


@pytest.mark.parametrize("name", ["flux-dev", "kontext"])
def test_true_guidance_is_what_stock_makes_of_a_negative_prompt(made: dict[str, Any], name: str) -> None:
    """Beside others without one, which take one row as ever."""
    callers = mixed()
    wanted = [stock(made[name], each.request, each.picture, true_cfg_scale=2.5) for each in callers]
    with Bench(made[name]) as bench:
        [idle] = bench.paint(callers[1])
        bench.loaded.components.true_guidance = 2.5
        painted = bench.paint(*callers)
    for got, latents in zip(painted, wanted, strict=True):
        assert error(got.latents, latents) < BOUND
    assert error(idle.latents, painted[1].latents) > 1e-3


def test_true_guidance_gives_flux2_dev_a_negative_prompt(made: dict[str, Any]) -> None:
    told = mixed()[1]
    with Bench(made["flux2-dev"]) as bench:
        [without] = bench.paint(told)
        bench.loaded.components.true_guidance = 2.5
        [acts] = bench.paint(Caller(told.request, told.picture))
        other = Caller(replace(told.request, negative_prompt="bright"), told.picture)
        [otherwise] = bench.paint(other)
    assert error(without.latents, acts.latents) > 2e-5
    assert error(otherwise.latents, acts.latents) > 2e-5


OPTIONS = [
    ("sd3", {"shift": 3.0}),
    ("sd3", {"use_dynamic_shifting": True}),
    ("flux-dev", {"shift": 1.0, "use_karras_sigmas": True}),
    ("flux-dev", {"use_dynamic_shifting": True, "time_shift_type": "linear", "use_beta_sigmas": True}),
    ("z-image", {"shift": 6.0}),
    ("qwen-image", {"shift": 3.0, "use_exponential_sigmas": True}),
]


@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_shifts_and_other_grids(name: str, options: dict[str, Any]) -> None:
    check(flow(name, scheduler=diffusers.FlowMatchEulerDiscreteScheduler(**options)), mixed()[:3])


def test_a_tiny_autoencoder_of_its_own() -> None:
    pipeline = flow("flux-dev", tiny_vae=True)
    check(pipeline, mixed((128, 128))[:2])


def test_stable_diffusion_3_without_its_largest_text_encoder() -> None:
    check(flow("sd3", t5_too=False), mixed()[:2])


def test_a_distilled_klein_has_no_guidance() -> None:
    check(flow("flux2-klein", distilled=True), mixed(smallest("flux2-klein"))[:2])


@pytest.mark.parametrize("name", ["sd3", "flux-dev", "z-image", "qwen-image"])
def test_adapters_are_what_they_are_in_stock(made: dict[str, Any], name: str, tmp_path: Path) -> None:
    pipeline = made[name]
    file = save_lora(pipeline, tmp_path / "style.safetensors", seed=1)
    own = copy.deepcopy(pipeline)
    own.load_lora_weights(str(tmp_path), weight_name=file.name, adapter_name="style")
    own.set_adapters(["style"], [0.7])
    plain, styled = (request(name, steps=4, strength=0.5, loras=each) for name, each in (
        ("plain", ()), ("styled", (Lora("style", 0.7),))))  # fmt: skip
    wanted = [stock(pipeline, plain, picture(1)), stock(own, styled, picture(1))]
    assert error(*wanted) > 1e-3
    with Bench(pipeline, loras={"style": LoraEntry(place=str(file))}) as bench:
        painted = bench.paint(Caller(plain, picture(1)), Caller(styled, picture(1)))
    for got, latents in zip(painted, wanted, strict=True):
        assert error(got.latents, latents) < BOUND


@pytest.mark.parametrize("name", FAMILIES)
def test_strengths_are_distinct_at_few_steps_and_continuous(made: dict[str, Any], name: str) -> None:
    strengths = (0.02, 0.3, 0.3001, 0.5, 0.7, 0.98)
    with Bench(made[name]) as bench:
        for steps in (1, 2, 3, 4):
            asked = [
                Caller(request(f"{s}", steps=steps, strength=s, guidance_scale=0.0), picture(1)) for s in strengths
            ]
            painted = [each.latents for each in bench.paint(*asked)]
            assert all(error(one, other) > 1e-6 for one, other in pairwise(painted))
            assert error(painted[1], painted[2]) < 2e-2


@pytest.mark.parametrize("name", FAMILIES)
def test_full_strength_ignores_the_source_at_any_number_of_steps(made: dict[str, Any], name: str) -> None:
    with Bench(made[name]) as bench:
        for steps in (1, 3):
            asked = [Caller(request(f"{n}", steps=steps, strength=1.0), picture(n)) for n in (1, 2)]
            one, two = (
                bench.paint(each)[0] for each in asked
            )  # in company the last bits depend on who shares a call
            assert one.latents is not None
            assert two.latents is not None
            assert one.latents.isfinite().all()
            assert torch.equal(one.latents, two.latents)


def grid(steps: int, shape: tuple[int, int, int]) -> dict[str, Any]:
    return {"sigmas": np.linspace(1.0, 1 / steps, steps), "mu": 0.8 + shape[1] / 1000}


SOLVERS = [
    FlowSolver(diffusers.FlowMatchEulerDiscreteScheduler(**options), grid)
    for options in (
        {"shift": 3.0},
        {"use_dynamic_shifting": True},
        {"use_dynamic_shifting": True, "shift_terminal": 0.02},
    )
]
SHAPE = (4, 32, 32)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SOLVERS), st.integers(1, 30), st.floats(1e-3, 0.999), st.floats(1e-3, 0.999))
def test_more_strength_is_more_noise(solver: FlowSolver, steps: int, one: float, other: float) -> None:
    low, high = sorted((one, other))
    plans = [solver.plan(steps, start_of(steps, each), shape=SHAPE) for each in (low, high)]
    below, above = (plan.begin[1] for plan in plans)
    assert 0 < below <= above <= 1
    if high - low > 1e-3:
        assert below < above
    for plan in plans:
        assert plan.begin[0] == pytest.approx(1 - plan.begin[1])
        moved = sum(float(matrix[0, 1]) for matrix in plan.matrices)
        assert moved == pytest.approx(-plan.begin[1], abs=1e-5), "a run ends without noise"


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(SOLVERS), st.integers(2, 30), st.data())
def test_where_the_number_of_steps_changes_the_start_does_not_jump(
    solver: FlowSolver, steps: int, data: st.DataObject
) -> None:
    whole = data.draw(st.integers(1, steps - 1)) / steps
    at, above = (solver.plan(steps, start_of(steps, each), shape=SHAPE) for each in (whole, whole + 1e-7))
    assert above.calls == at.calls + 1
    assert above.begin[1] == pytest.approx(at.begin[1], abs=1e-5)


def test_larger_pictures_begin_their_grids_with_more_noise() -> None:
    small, large = (SOLVERS[1].sigmas(8, (4, side, side)) for side in (32, 128))
    assert (large[1:-1] > small[1:-1]).all()


def test_previews_of_flow_models_are_alike_the_result(made: dict[str, Any]) -> None:
    for name in (*FAMILIES, *EDITORS):
        previews: list[Image.Image] = []
        asked = request(steps=16, strength=0.4, guidance_scale=1.0)
        with Bench(made[name]) as bench:
            bench.paint(Caller(asked, picture(1, (128, 64)), previews=previews))
        assert 1 <= len(previews) <= 3
        assert {preview.size for preview in previews} == {(128, 64)}, "as large as the result"


@pytest.mark.parametrize("name", [*FAMILIES, *EDITORS])
def test_cancelling_between_two_steps_and_saving_memory(made: dict[str, Any], name: str) -> None:
    asked = request(steps=8, strength=0.5)
    with Bench(made[name]) as bench:
        leaving, normal = Caller(asked, picture(1), leave_after=2), Caller(asked, picture(1))
        _, whole = bench.paint(leaving, normal)
        assert len(leaving.steps) == 2
        (frugal,) = bench.paint(Caller(asked, picture(1), low_memory=True))
    assert error(frugal.latents, whole.latents) < BOUND


def test_schedulers_that_it_cannot_plan_for_stay_stock() -> None:
    assert components_of(flow("sd3", scheduler=diffusers.FlowMatchHeunDiscreteScheduler())) is None
    stochastic = diffusers.FlowMatchEulerDiscreteScheduler(stochastic_sampling=True)
    assert components_of(flow("flux-dev", scheduler=stochastic)) is None
