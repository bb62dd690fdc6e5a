"""Flow matching models in their true configurations with random weights, made on the device.

The configurations are those of `benchmarks.sizes`. The `tiny` ones rehearse everything on any machine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import diffusers
import torch
import transformers

from benchmarks.giants import _tokenizer
from benchmarks.sizes import MODELS, QWEN_VL_7B
from tests.tiny_models.flow import flow, qwen_tokenizer


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowGiant:
    """A model of these families.

    Attributes:
        make: the pipeline, on torch's default device and in its default number format.
        pipeline: the class that its folder names.
        side: pixels along a side of its pictures.
        steps, guidance: what it is asked with.
    """

    make: Callable[[], Any]
    pipeline: str
    side: int
    steps: int
    guidance: float


def _made(id_: str, kind: Any, scheduler: dict[str, Any], **more: Any) -> Any:
    """The pipeline of a public model's configurations."""
    parts: dict[str, Any] = {}
    for name, (class_name, told) in MODELS[id_].items():
        if hasattr(diffusers, class_name):
            parts[name] = getattr(diffusers, class_name)(**told)
        elif told is QWEN_VL_7B[1]:
            text = {
                **told,
                "rope_scaling": {"mrope_section": [16, 24, 24], "rope_type": "default", "type": "default"},
            }
            parts[name] = transformers.Qwen2_5_VLForConditionalGeneration(
                transformers.Qwen2_5_VLConfig(text_config=text)
            )
        else:
            maker = getattr(transformers, class_name)
            parts[name] = maker(maker.config_class(**told))
        if name.startswith("text_encoder"):
            reads_letters = class_name.startswith(("CLIP", "T5"))
            parts[name.replace("text_encoder", "tokenizer")] = _tokenizer() if reads_letters else qwen_tokenizer()
    if kind is diffusers.FluxImg2ImgPipeline or kind is diffusers.StableDiffusion3Img2ImgPipeline:
        parts["vae"].register_to_config(shift_factor=0.1159, scaling_factor=0.3611)
    return kind(**parts, scheduler=diffusers.FlowMatchEulerDiscreteScheduler(**scheduler), **more)


_SHIFTS = {"shift": 3.0, "use_dynamic_shifting": True}

REAL: dict[str, FlowGiant] = {
    "sd3.5-medium": FlowGiant(
        make=partial(
            _made,
            "stabilityai/stable-diffusion-3.5-medium",
            diffusers.StableDiffusion3Img2ImgPipeline,
            {"shift": 3.0},
        ),
        pipeline="StableDiffusion3Pipeline",
        side=1024,
        steps=28,
        guidance=4.5,
    ),
    "flux2-klein-4b": FlowGiant(
        make=partial(
            _made,
            "black-forest-labs/FLUX.2-klein-4B",
            diffusers.Flux2KleinPipeline,
            _SHIFTS,
            is_distilled=True,
        ),
        pipeline="Flux2KleinPipeline",
        side=1024,
        steps=4,
        guidance=1.0,
    ),
    "z-image-turbo": FlowGiant(
        make=partial(_made, "Tongyi-MAI/Z-Image-Turbo", diffusers.ZImageImg2ImgPipeline, {"shift": 3.0}),
        pipeline="ZImagePipeline",
        side=1024,
        steps=9,
        guidance=0.0,
    ),
    "flux-dev": FlowGiant(
        make=partial(_made, "black-forest-labs/FLUX.1-dev", diffusers.FluxImg2ImgPipeline, _SHIFTS),
        pipeline="FluxPipeline",
        side=1024,
        steps=28,
        guidance=3.5,
    ),
    "qwen-image": FlowGiant(
        make=partial(
            _made,
            "Qwen/Qwen-Image",
            diffusers.QwenImageImg2ImgPipeline,
            {
                "use_dynamic_shifting": True,
                "base_shift": 0.5,
                "max_shift": 0.9,
                "max_image_seq_len": 8192,
                "shift_terminal": 0.02,
            },
        ),
        pipeline="QwenImagePipeline",
        side=1024,
        steps=50,
        guidance=4.0,
    ),
}
"""The smallest first: what fits is measured."""

TINY: dict[str, FlowGiant] = {
    name: FlowGiant(
        make=partial(flow, family), pipeline=REAL[name].pipeline, side=64, steps=4, guidance=REAL[name].guidance
    )
    for name, family in {
        "sd3.5-medium": "sd3",
        "flux2-klein-4b": "flux2-klein",
        "z-image-turbo": "z-image",
        "flux-dev": "flux-dev",
        "qwen-image": "qwen-image",
    }.items()
}


def build(giant: FlowGiant, device: torch.device, dtype: torch.dtype) -> Any:
    """The pipeline with random weights, nothing of it larger than it has to be at any time."""
    torch.manual_seed(0)
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device):
            pipeline = giant.make()
    finally:
        torch.set_default_dtype(before)
    for part in pipeline.components.values():
        if isinstance(part, torch.nn.Module):
            part.eval().requires_grad_(requires_grad=False).to(device, dtype)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
