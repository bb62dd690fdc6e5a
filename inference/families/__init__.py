"""Which models the step loop runs, by the stock pipeline that they come as."""

from collections.abc import Callable
from typing import Any

from inference.batching.components import Components
from inference.batching.flow_sigmas import solves
from inference.families.flow import StableDiffusion3
from inference.families.flux import Flux, Flux2, Flux2Klein, Kontext
from inference.families.masked_text import QwenImage, QwenImageEdit, QwenImageEditPlus, ZImage
from inference.families.stable_diffusion import StableDiffusion, denoiser_of
from inference.models.schedulers import is_plannable

_FAMILIES: dict[str, tuple[Callable[[Any], Components], str]] = {
    "StableDiffusionImg2ImgPipeline": (StableDiffusion, "UNet2DConditionModel"),
    "StableDiffusionXLImg2ImgPipeline": (StableDiffusion, "UNet2DConditionModel"),
    "StableDiffusion3Img2ImgPipeline": (StableDiffusion3, "SD3Transformer2DModel"),
    "FluxImg2ImgPipeline": (Flux, "FluxTransformer2DModel"),
    "FluxKontextPipeline": (Kontext, "FluxTransformer2DModel"),
    "Flux2Pipeline": (Flux2, "Flux2Transformer2DModel"),
    "Flux2KleinPipeline": (Flux2Klein, "Flux2Transformer2DModel"),
    "ZImageImg2ImgPipeline": (ZImage, "ZImageTransformer2DModel"),
    "QwenImageImg2ImgPipeline": (QwenImage, "QwenImageTransformer2DModel"),
    "QwenImageEditPipeline": (QwenImageEdit, "QwenImageTransformer2DModel"),
    "QwenImageEditPlusPipeline": (QwenImageEditPlus, "QwenImageTransformer2DModel"),
}
"""Stock pipeline -> its components, and the class that its denoiser has to be of."""


def components_of(pipeline: Any) -> Components | None:
    """A loaded pipeline as the step loop uses it; None if no family takes it or its scheduler: stock runs those."""
    family, denoiser = _FAMILIES.get(type(pipeline).__name__, (None, ""))
    if family is None or type(denoiser_of(pipeline)).__name__ != denoiser:
        return None
    scheduler = pipeline.scheduler
    if family is StableDiffusion:
        plannable = is_plannable(type(scheduler).__name__, scheduler.config)
    else:
        plannable = solves(scheduler)
    return family(pipeline) if plannable else None
