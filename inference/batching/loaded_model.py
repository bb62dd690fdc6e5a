"""A loaded model, made ready for the step loop."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import torch

from inference.acceleration.compile import compile_regions
from inference.acceleration.memory_layout import keep_channels_last, suit_processor
from inference.acceleration.packing import pack
from inference.acceleration.transfer import RunAhead
from inference.api import ControlKind, Lora
from inference.batching.batch_size import RowCaps, RowCountFile, knee
from inference.batching.components import Parts
from inference.batching.controlnet import ControlNets
from inference.batching.preview import LatentPreview
from inference.batching.solver import Solver
from inference.batching.unet import Denoiser, Rows, seconds
from inference.models.loras import LoraSet

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
    solver: Solver
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
        parts = Parts(pipeline)
        lay_out(parts)
        side = max(8, int(pixels**0.5) // parts.shrink // 8 * 8)
        with torch.inference_mode():
            latent_preview = LatentPreview(parts)
            example = trial(parts, side)
            denoiser = Denoiser(parts.unet)
            if parts.device.type == "cuda" and denoiser.compile(example.padded(TRIED)):
                compile_regions(getattr(parts.vae, "decoder", None))
                with contextlib.suppress(torch.OutOfMemoryError):  # then they compile in their first use
                    for pictures in (2, 1):  # a compiler takes one for a case of its own
                        parts.draw(example.padded(pictures).latents)
            found = knees.get(
                (device, model, str(parts.unet.num_parameters()), str(side), torch.__version__),
                lambda: knee(lambda rows: seconds(denoiser, example.padded(rows))),
            )
            denoiser.forget()  # captured for trials
        return cls(
            parts=parts,
            solver=Solver(pipeline.scheduler),
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
        return replace(
            loaded,
            parts=loaded.parts.on(twin, loras),
            denoiser=Denoiser(twin.unet),
            wear=lambda: lora_set.wear(loras),
        )

    return lora_set.variant(loras, make)


def lay_out(parts: Parts) -> None:
    """Choose how numbers lie in memory, and kernels that suit it.

    Channels last is what tensor cores and the processors' kernels work on: the shipped model's decoder takes 0.7 of
    the time with it, its UNet 0.9. Packed weights save a quarter more in float32, where packing the autoencoder gains
    nothing.
    """
    if parts.device.type not in {"cuda", "cpu"}:
        return
    for model in (parts.unet, parts.vae, parts.exact):
        model.to(memory_format=torch.channels_last)
    keep_channels_last(parts.unet)
    if parts.device.type == "cpu":
        pack(parts.unet)
    if parts.device.type == "cpu" and parts.dtype == torch.bfloat16:
        suit_processor(parts.unet)
        if not parts.upcasts:
            suit_processor(parts.vae)
            pack(parts.vae)


def trial(parts: Parts, side: int) -> Rows:
    """A row of noise, of the kind that the model takes, for a square of so many latents along a side."""
    words = parts.read("", negative=False)
    latents = torch.randn(1, parts.unet.config.in_channels, side, side, dtype=parts.dtype, device=parts.device)
    return Rows(
        latents=latents,
        timesteps=torch.full((1,), 500.0, device=parts.device),
        hidden=words.hidden,
        pooled=words.pooled,
        sizes=parts.time_ids(side * parts.shrink, side * parts.shrink)[1] if parts.sizes else None,
        guidance=parts.guidance_embedding(7.5) if parts.guided_inside else None,
    )
