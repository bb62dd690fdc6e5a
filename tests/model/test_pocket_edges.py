"""Properties of the weights that ship in inference/pocket-edges, on drawings that they were never trained on."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import ControlNetModel, StableDiffusionControlNetImg2ImgPipeline
from PIL import Image
from torch import Tensor

from inference.api import ControlKind
from tests.builders.sketches import sketch
from training.control_report import held_out_maps
from training.edge_maps import agreement, draw_map
from training.photographs import to_image
from training.speed import fast_dtype

# diffusers asks numpy for torch's tensors the old way.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

FOLDER, EDGES = Path("inference/pocket"), Path("inference/pocket-edges")

FEW = 8
"""Steps, half of the usual ones: what is asked here holds with as few."""


@pytest.fixture(scope="module")
def pipeline() -> Any:
    """In the number format that is fastest on this processor, as in the report."""
    dtype = fast_dtype("cpu")
    control = ControlNetModel.from_pretrained(EDGES, torch_dtype=dtype)
    loaded = StableDiffusionControlNetImg2ImgPipeline.from_pretrained(FOLDER, controlnet=control, dtype=dtype)
    loaded.set_progress_bar_config(disable=True)
    return loaded


def painted(pipeline: Any, lines: Tensor, prompt: str, *, scale: float = 1.0) -> Tensor:
    """From pure noise; the source is a grey card."""
    made: Tensor = pipeline(
        prompt,
        image=Image.new("RGB", (lines.shape[1], lines.shape[0]), (128, 128, 128)),
        control_image=to_image(lines.expand(3, -1, -1)),
        strength=1.0,
        num_inference_steps=FEW,
        guidance_scale=2.0,
        controlnet_conditioning_scale=scale,
        generator=torch.Generator().manual_seed(0),
        output_type="pt",
    ).images[0]
    return made.float()


def sketched() -> Tensor:
    return draw_map(ControlKind.SCRIBBLE, sketch()).float() / 255


def test_it_is_small_and_loads_in_every_dtype() -> None:
    assert sum(path.stat().st_size for path in EDGES.iterdir()) < 12e6
    assert {path.suffix for path in EDGES.iterdir()} == {".json", ".safetensors"}
    for dtype in (torch.float32, torch.float16, torch.bfloat16):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert ControlNetModel.from_pretrained(EDGES, torch_dtype=dtype).dtype is dtype


@pytest.mark.parametrize(
    ("prompt", "first"), [("a cyberpunk neon city", 0), ("a landscape, sunset", 1), ("anime", 0)]
)
def test_lines_of_drawings_and_photographs_are_kept_from_pure_noise(pipeline: Any, prompt: str, first: int) -> None:
    """Every map with one prompt or two: each second of them, from `first` on."""
    every = [*held_out_maps().values(), sketched()][first::2]
    [size] = {lines.shape for lines in every}
    unguided = painted(pipeline, torch.zeros(size), prompt, scale=0.0)  # whatever the lines are
    kept = float(np.mean([agreement(painted(pipeline, lines, prompt), lines) for lines in every]))
    chance = float(np.mean([agreement(unguided, lines) for lines in every]))
    assert kept > chance + 0.15, (kept, chance)


def test_colours_come_from_the_prompt(pipeline: Any) -> None:
    red, _, blue = painted(pipeline, sketched(), "a village, sunset").mean((1, 2))
    assert red > 1.3 * blue
    red, _, blue = painted(pipeline, sketched(), "a village, moonlit night").mean((1, 2))
    assert blue > 1.3 * red
