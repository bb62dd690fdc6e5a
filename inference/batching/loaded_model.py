"""A loaded model, made ready for the step loop."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import torch
from PIL import Image

from inference.acceleration.compile import compile_regions
from inference.acceleration.memory_layout import keep_channels_last, suit_processor
from inference.acceleration.packing import pack
from inference.acceleration.transfer import RunAhead
from inference.api import ControlKind, Img2ImgRequest, Lora
from inference.batching.batch_size import RowCaps, RowCountFile, knee
from inference.batching.components import Parts
from inference.batching.controlnet import ControlNets
from inference.batching.families import parts_of
from inference.batching.preview import LatentPreview
from inference.batching.unet import Denoiser, Rows, seconds
from inference.models.loras import LoraSet

_TRIAL = Img2ImgRequest(
    id="", source=Path(), output=Path(), prompt="", strength=1, steps=1, guidance_scale=0, seed=0, model=""
)

TRIED = 4
"""Rows of the call by which a compiled model is judged: two requests with guidance."""


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model and all that is derived from it when it is loaded.

    Attributes:
        wear: puts on the adapters that it works with; to be called by the owner of the device before the model is.
            Raises `Unsuited` where they do not fit.
    """

    parts: Parts
    solver: Any
    denoiser: Denoiser
    latent_preview: LatentPreview
    caps: RowCaps
    run_ahead: RunAhead
    controls: ControlNets
    wear: Callable[[], None] = lambda: None

    @classmethod
    def of(
        cls,
        pipeline: Any,
        *,
        model: str,
        device: str,
        pixels: int,
        knees: RowCountFile,
        controls: Mapping[ControlKind, str] | None = None,
        make_room: Callable[[int], object] = lambda _nbytes: None,
    ) -> Self:
        """Prepare a stock pipeline's parts; changes their memory layout.

        Args:
            pipeline: as the family's stock class loads it.
            model: its id.
            device: the device in words.
            pixels: the model's working area.
            knees: where row counts are kept, by device and model.
            controls: kind of structure -> place of the network that keeps it.
            make_room: told how many bytes will be needed before a network is loaded.
        """
        parts = parts_of(pipeline)
        lay_out(parts)
        side = max(8, int(pixels**0.5) // parts.shrink // 8 * 8)
        with torch.inference_mode():
            latent_preview = LatentPreview(parts)
            example = trial(parts, side)
            denoiser = Denoiser(parts.denoiser, parts.predict)
            if parts.device.type == "cuda" and denoiser.compile(example.padded(TRIED)):
                compile_regions(getattr(parts.vae, "decoder", None))
                with contextlib.suppress(torch.OutOfMemoryError):  # then they compile in their first use
                    for pictures in (2, 1):  # a compiler takes one for a case of its own
                        parts.draw(example.padded(pictures).latents)
            found = knees.get(
                (device, model, str(parts.denoiser.num_parameters()), str(side), torch.__version__),
                lambda: knee(lambda rows: seconds(denoiser, example.padded(rows))),
            )
            denoiser.forget()  # captured for trials
        return cls(
            parts=parts,
            solver=parts.solver(),
            denoiser=denoiser,
            latent_preview=latent_preview,
            caps=RowCaps(found, side * side),
            run_ahead=RunAhead(parts.device),
            controls=ControlNets(parts, controls or {}, make_room),
        )


def with_loras(loaded: LoadedModel, lora_set: LoraSet, loras: tuple[Lora, ...]) -> LoadedModel:
    """The model with these adapters: another one, so that only requests with the same share its calls."""
    if not loras:
        return loaded
    lora_set.fetch(loras)

    def make() -> LoadedModel:
        twin = lora_set.twin()
        parts = loaded.parts.on(twin, loras)
        denoiser = Denoiser(parts.denoiser, parts.predict)
        return replace(loaded, parts=parts, denoiser=denoiser, wear=lambda: lora_set.wear(loras))

    return lora_set.variant(loras, make)


def lay_out(parts: Parts) -> None:
    """Choose how numbers lie in memory, and kernels that suit it.

    Channels last is what tensor cores and the processors' kernels work on: the shipped model's decoder takes 0.7 of
    the time with it, its UNet 0.9. Packed weights save a quarter more in float32, where packing the autoencoder gains
    nothing.
    """
    if parts.device.type not in {"cuda", "cpu"}:
        return
    for model in (parts.denoiser, parts.vae, parts.exact):
        if not any(isinstance(layer, torch.nn.Conv3d) for layer in model.modules()):  # those have no such layout
            model.to(memory_format=torch.channels_last)
    keep_channels_last(parts.denoiser)
    if parts.device.type == "cpu":
        pack(parts.denoiser)
    if parts.device.type == "cpu" and parts.dtype == torch.bfloat16:
        suit_processor(parts.denoiser)
        if not parts.upcasts:
            suit_processor(parts.vae)
            pack(parts.vae)


def trial(parts: Parts, side: int) -> Rows:
    """A row of noise, of the kind that the model takes, for a square of so many latents along a side."""
    size = side * parts.shrink, side * parts.shrink
    shape = parts.latent_shape(Image.new("RGB", size))
    latents = torch.randn(1, *shape, dtype=parts.dtype, device=parts.device)
    told = parts.conditions(_TRIAL, size, latents)
    return told.told(timesteps=torch.full((len(told.latents),), 500.0, device=parts.device)).only(-1)
