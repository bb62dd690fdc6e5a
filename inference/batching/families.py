"""Which models the step loop runs, by the stock pipeline that they come as."""

from typing import Any

from inference.batching.components import Parts
from inference.batching.flow import StableDiffusion3
from inference.batching.flow_sigmas import solves
from inference.batching.flux import Flux, Flux2Klein, Kontext
from inference.batching.masked_text import QwenImage, ZImage
from inference.batching.solver import LINEAR

_FAMILIES: dict[str, tuple[type[Parts], str]] = {
    "StableDiffusionImg2ImgPipeline": (Parts, "UNet2DConditionModel"),
    "StableDiffusionXLImg2ImgPipeline": (Parts, "UNet2DConditionModel"),
    "StableDiffusion3Img2ImgPipeline": (StableDiffusion3, "SD3Transformer2DModel"),
    "FluxImg2ImgPipeline": (Flux, "FluxTransformer2DModel"),
    "FluxKontextPipeline": (Kontext, "FluxTransformer2DModel"),
    "Flux2KleinPipeline": (Flux2Klein, "Flux2Transformer2DModel"),
    "ZImageImg2ImgPipeline": (ZImage, "ZImageTransformer2DModel"),
    "QwenImageImg2ImgPipeline": (QwenImage, "QwenImageTransformer2DModel"),
}
"""Stock pipeline -> its parts, and the class that its denoiser has to be of."""


def loops(pipeline: Any) -> bool:
    """Whether the step loop can run this pipeline: its family, its scheduler and nothing attached to it."""
    parts, denoiser = _FAMILIES.get(type(pipeline).__name__, (None, ""))
    if parts is None:
        return False
    if parts is not Parts:
        return type(pipeline.transformer).__name__ == denoiser and solves(pipeline.scheduler)
    scheduler = pipeline.scheduler.config
    return (
        type(pipeline.unet).__name__ == denoiser
        and type(pipeline.scheduler).__name__ in LINEAR
        and not scheduler.get("use_flow_sigmas")
        and scheduler.get("skip_prk_steps", True)  # the Runge-Kutta start of PNDM is not an image-to-image one
    )


def parts_of(pipeline: Any) -> Parts:
    """The parts of a pipeline that loops."""
    return _FAMILIES[type(pipeline).__name__][0](pipeline)
