"""Strength in stock pipelines, on tiny models with random weights."""

import copy
import inspect
from functools import partial
from itertools import pairwise
from typing import Any

import diffusers
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inference.api import Img2ImgRequest, ModelDefaults, Note
from inference.backends.model_cache import CachedModel
from inference.backends.stock import StockBackend
from inference.backends.stock_strength import levels_of
from inference.batching.task import Task
from inference.models.loading import quiet
from inference.models.loras import LoraSet
from inference.models.schedulers import TABLES, levels
from tests.harness.step_loop import picture, request
from tests.tiny_models import flow
from tests.tiny_models.pipelines import stable_diffusion

quiet()

EPSILON = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
EXACT = {
    "edm-euler": diffusers.EDMEulerScheduler(sigma_max=20.0),
    "edm-dpm": diffusers.EDMDPMSolverMultistepScheduler(sigma_max=20.0),
    "lms": diffusers.LMSDiscreteScheduler(**EPSILON),
    "dpm-single": diffusers.DPMSolverSinglestepScheduler(**EPSILON),
    "deis": diffusers.DEISMultistepScheduler(**EPSILON),
    "euler": diffusers.EulerDiscreteScheduler(**EPSILON),
    "euler-karras": diffusers.EulerDiscreteScheduler(**EPSILON, use_karras_sigmas=True),
    "euler-a": diffusers.EulerAncestralDiscreteScheduler(**EPSILON),
    "heun": diffusers.HeunDiscreteScheduler(**EPSILON),
    "dpm++-2m": diffusers.DPMSolverMultistepScheduler(**EPSILON),
    "dpm++-2m-karras": diffusers.DPMSolverMultistepScheduler(**EPSILON, use_karras_sigmas=True),
    "dpm++-2m-sde": diffusers.DPMSolverMultistepScheduler(**EPSILON, algorithm_type="sde-dpmsolver++"),
    "dpm++-3m": diffusers.DPMSolverMultistepScheduler(**EPSILON, solver_order=3),
    "unipc": diffusers.UniPCMultistepScheduler(**EPSILON),
    "unipc-flow": diffusers.UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True),
}
FLOW = {
    "sd3-heun": ("sd3", diffusers.FlowMatchHeunDiscreteScheduler(shift=3.0)),
    "sd3-stochastic": ("sd3", diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0, stochastic_sampling=True)),
    "flux-stochastic": ("flux-dev", diffusers.FlowMatchEulerDiscreteScheduler(stochastic_sampling=True)),
}
STAIRS = {
    "sa": diffusers.SASolverScheduler(**EPSILON),
    "kdpm2": diffusers.KDPM2DiscreteScheduler(**EPSILON),
    "ddim-rescaled": diffusers.DDIMParallelScheduler(**EPSILON, clip_sample=False),
}
STRENGTHS = (0.02, 0.3, 0.3001, 0.5, 0.7, 0.98)


class Painter(StockBackend):
    """The stock backend with one pipeline in it."""

    def __init__(self, pipeline: Any) -> None:
        self.notes: list[Note] = []
        takes = frozenset(inspect.signature(pipeline.__call__).parameters)
        levels = levels_of(pipeline, pipeline.scheduler)
        defaults = ModelDefaults(steps=4, guidance_scale=3.0, max_pixels=64 * 64, multiple=8, levels=levels)
        adapters = LoraSet("tiny", pipeline, {})
        self.cached = CachedModel("tiny", pipeline, pipeline.scheduler, takes, defaults, adapters)

    def paint(self, asked: Img2ImgRequest, source: Image.Image) -> torch.Tensor:
        """The pixels, [height, width, 3]."""
        task = Task(
            request=asked,
            picture=source,
            low_memory=False,
            check=lambda: None,
            step=lambda _step, _of: None,
            preview=None,
            tell=self.notes.append,
        )
        painted = self._generate(task, self.cached)
        return torch.frombuffer(bytearray(painted.tobytes()), dtype=torch.uint8).float()


def made(name: str) -> Any:
    if name in FLOW:
        family, scheduler = FLOW[name]
        return flow.flow(family, scheduler=copy.deepcopy(scheduler))
    pipeline = stable_diffusion()
    pipeline.scheduler = copy.deepcopy({**EXACT, **STAIRS}[name])
    return pipeline


def apart(one: torch.Tensor, other: torch.Tensor) -> float:
    """Levels of 255, on average."""
    return float((one - other).abs().mean())


@pytest.mark.parametrize("name", [*EXACT, *FLOW])
def test_strength_is_continuous_and_distinct_at_few_steps(name: str) -> None:
    painter = Painter(made(name))
    for steps in (1, 4):
        asked = partial(request, steps=steps, guidance_scale=1.0)
        shown = [painter.paint(asked(strength=each), picture(1)) for each in STRENGTHS]
        assert all(apart(one, other) > 0 for one, other in pairwise(shown) if one is not shown[1])
        assert apart(shown[1], shown[2]) < 1
        assert apart(shown[0], shown[5]) > 1
    assert not painter.notes
    assert painter.cached.defaults.used_strength(0.3, 4) == 0.3


def test_all_that_are_said_to_be_exact_are_tried() -> None:
    tried = {type(each).__name__ for each in (*EXACT.values(), *(scheduler for _, scheduler in FLOW.values()))}
    assert tried == TABLES


@pytest.mark.parametrize("name", [*EXACT, *FLOW, *STAIRS])
def test_what_is_foreseen_is_what_the_loaded_model_does(name: str) -> None:
    pipeline = made(name)
    scheduler = pipeline.scheduler
    foreseen = levels(type(pipeline).__name__, type(scheduler).__name__, scheduler.config)
    assert foreseen == levels_of(pipeline, scheduler)


@pytest.mark.parametrize("name", [*EXACT, *FLOW])
def test_whole_steps_are_what_the_pipeline_makes_of_them(name: str) -> None:
    pipeline = made(name)
    shown = Painter(pipeline).paint(request(steps=4, strength=0.5), picture(1))
    takes = inspect.signature(pipeline.__call__).parameters
    torch.manual_seed(1)
    told = {"height": 32, "width": 32, "generator": torch.Generator().manual_seed(1)}
    wanted = pipeline(
        prompt="an oil painting",
        image=picture(1),
        strength=0.5,
        num_inference_steps=4,
        guidance_scale=3.0,
        **{key: each for key, each in told.items() if key in takes},
    ).images[0]
    wanted = torch.frombuffer(bytearray(wanted.tobytes()), dtype=torch.uint8).float()
    assert apart(shown, wanted) == 0


@pytest.mark.parametrize("name", [*EXACT, *FLOW])
def test_full_strength_ignores_the_source(name: str) -> None:
    painter = Painter(made(name))
    for steps in (1, 4):
        one, other = (painter.paint(request(steps=steps, strength=1.0), picture(seed)) for seed in (1, 2))
        assert apart(one, other) == 0


@pytest.mark.parametrize("name", STAIRS)
def test_a_staircase_says_which_strength_was_used(name: str) -> None:
    painter = Painter(made(name))
    assert painter.cached.defaults.levels == 0
    one, other = (painter.paint(request(steps=4, strength=each), picture(1)) for each in (0.5, 0.45))
    assert apart(one, other) == 0
    [note] = painter.notes
    assert (note.cause, note.values) == ("strength-used", {"strength": "0.5", "wanted": "0.45"})


@given(st.integers(1, 100), st.floats(1e-6, 1, exclude_max=True), st.sampled_from([0, 50]))
def test_the_strength_that_is_used_is_the_nearest_whole_one(steps: int, strength: float, levels: int) -> None:
    defaults = ModelDefaults(steps=1, guidance_scale=1.0, max_pixels=1, multiple=1, levels=levels)
    used = defaults.used_strength(strength, steps)
    of = levels or steps
    assert used == pytest.approx(round(of * used) / of)
    assert 0 < used <= 1
    assert abs(used - strength) <= max(0.5 / of, 1 / of - strength) + 1e-9
