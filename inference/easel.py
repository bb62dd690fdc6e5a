"""A loaded model, made ready for the step loop."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import torch

from inference.api import ControlKind
from inference.caps import KneeFile, RowCaps, knee
from inference.control import ControlNets
from inference.denoiser import Denoiser, Rows, seconds
from inference.family import Parts
from inference.packed import pack
from inference.preview import Lens
from inference.solver import Solver


@dataclass(frozen=True, slots=True)
class Easel:
    """A model and all that is derived from it when it is loaded."""

    parts: Parts
    solver: Solver
    denoiser: Denoiser
    lens: Lens
    caps: RowCaps
    controls: ControlNets

    @classmethod
    def of(
        cls,
        pipeline: Any,
        *,
        model: str,
        device: str,
        pixels: int,
        knees: KneeFile,
        controls: Mapping[ControlKind, str] | None = None,
    ) -> Self:
        """Prepare a stock pipeline's parts; changes their memory layout.

        Args:
            pipeline: as the family's stock class loads it.
            model: its id.
            device: the device in words.
            pixels: the model's working area.
            knees: where row counts are kept, by device and model.
            controls: kind of structure -> place of the network that keeps it.
        """
        parts = Parts(pipeline)
        lay_out(parts)
        side = max(8, int(pixels**0.5) // parts.shrink // 8 * 8)
        with torch.inference_mode():
            lens = Lens(parts)
            example = trial(parts, side)
            denoiser = Denoiser(parts.unet)
            if parts.device.type == "cuda":
                denoiser.compile(example)
            found = knees.get(
                (device, model, str(parts.unet.num_parameters()), str(side), torch.__version__),
                lambda: knee(lambda rows: seconds(denoiser, example.padded(rows))),
            )
        nets = ControlNets(parts, controls or {})
        return cls(parts, Solver(pipeline.scheduler), denoiser, lens, RowCaps(found, side * side), nets)


def lay_out(parts: Parts) -> None:
    """Choose how numbers lie in memory.

    Channels last is what tensor cores and the processors' bfloat16 kernels work on: the shipped model's decoder takes
    0.7 of the time with it. In float32 on a processor it pays for the autoencoder only; its UNet takes 1.3 times as
    long at 512x512.
    """
    if parts.device.type in {"cuda", "cpu"}:
        parts.vae.to(memory_format=torch.channels_last)
    if parts.device.type == "cuda" or (parts.device.type == "cpu" and parts.dtype == torch.bfloat16):
        parts.unet.to(memory_format=torch.channels_last)
    if parts.device.type == "cpu" and parts.dtype == torch.bfloat16:
        pack(parts.unet)
        if not parts.upcasts:
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
