"""What Stable Diffusion gives the step loop."""

import torch

from inference.families import components_of
from inference.families.stable_diffusion import StableDiffusion
from tests.harness.step_loop import picture
from tests.tiny_models.pipelines import scheduler, stable_diffusion, stable_diffusion_xl


def test_a_sweep_encodes_its_source_and_words_once() -> None:
    components = StableDiffusion(stable_diffusion("ddim"))
    with torch.inference_mode():
        for _ in range(4):
            components.encode_picture(picture(1))
            components.encode_prompt("night", negative=False)
            components.encode_prompt("", negative=True)
    assert (components.images.hits, components.images.misses) == (3, 1)
    assert (components.prompts.hits, components.prompts.misses) == (6, 2)


def test_only_what_the_loop_can_run_is_run_by_it() -> None:
    pipeline = stable_diffusion("euler")
    assert components_of(pipeline) is not None
    assert components_of(stable_diffusion_xl()) is not None
    for other in ("LMSDiscreteScheduler", "KDPM2DiscreteScheduler"):
        pipeline.scheduler = scheduler(other)
        assert components_of(pipeline) is None
