"""Control networks of flow matching transformers, which take the map as latents."""

from dataclasses import dataclass
from typing import Any, Self

import torch
from PIL import Image

from inference.api import ControlKind
from inference.batching.components import Components, Residuals
from inference.batching.controlnet import alike
from inference.batching.denoiser import Rows
from inference.families.packing import packed, positions, text_positions

FLUX_MODES = {
    ControlKind.CANNY: 0,
    ControlKind.LINEART: 0,
    ControlKind.SCRIBBLE: 0,
    ControlKind.SOFTEDGE: 0,
    ControlKind.DEPTH: 2,
    ControlKind.POSE: 4,
}
"""Numbers of the kinds in union networks of FLUX.1 (huggingface.co/InstantX/FLUX.1-dev-Controlnet-Union); of
lines they know one kind."""


@dataclass(frozen=True, slots=True)
class FlowControlNet:
    """What networks of flow matching families have in common.

    Attributes:
        mode: a union network's number for the kind; None if the network knows one kind only, or takes no number.
    """

    model: Any
    mode: int | None

    @classmethod
    def of(cls, model: Any, kind: ControlKind) -> Self:
        return cls(model, FLUX_MODES[kind] if model.config.get("num_mode") else None)

    @property
    def once(self) -> bool:
        return False

    @property
    def layout(self) -> tuple[int, ...]:
        return ()

    @staticmethod
    def prepare(network: Any, components: Components) -> None:
        """Nothing, for most."""

    def draws(self, drawn: Image.Image, components: Components, generator: torch.Generator) -> torch.Tensor | None:
        return components.draw_sample_noise(drawn, generator)

    def hint(self, drawn: Image.Image, components: Components, noise: torch.Tensor | None) -> torch.Tensor:
        dist = components.encode_picture(drawn.convert("RGB"))
        return components.sample_latents(dist, noise)

    def spread(self, residuals: tuple[torch.Tensor, ...], components: Components) -> Residuals:
        return _each(residuals, len(components.denoiser.transformer_blocks)), ()


@dataclass(frozen=True, slots=True)
class FluxControlNet(FlowControlNet):
    """Of FLUX.1, union networks among them; those that take pixels (XLabs') do not fit."""

    @staticmethod
    def fits(network: Any, components: Components) -> bool:
        config, model = network.config, components.denoiser.config
        has_guidance = config.guidance_embeds <= model.guidance_embeds
        takes_latents = config.conditioning_embedding_channels is None
        return takes_latents and has_guidance and alike(network, components, _ALIKE_FLUX)

    @property
    def layout(self) -> tuple[int, ...]:
        return len(self.model.controlnet_blocks), len(self.model.controlnet_single_blocks)

    def residuals(self, rows: Rows, hints: torch.Tensor, scales: torch.Tensor) -> tuple[torch.Tensor, ...]:
        count, (height, width) = len(rows.latents), rows.latents.shape[2:]
        dtype, device = rows.latents.dtype, rows.latents.device
        double, single = self.model(
            hidden_states=packed(rows.latents),
            controlnet_cond=packed(hints),
            controlnet_mode=None if self.mode is None else torch.full((count, 1), self.mode, device=device),
            conditioning_scale=scales.view(-1, 1, 1).to(dtype),
            timestep=rows.timesteps.to(dtype) / 1000,
            guidance=rows.guidance if self.model.config.guidance_embeds else None,
            pooled_projections=rows.pooled,
            encoder_hidden_states=rows.hidden,
            txt_ids=text_positions(rows.hidden.shape[1], dtype, device),
            img_ids=positions(height // 2, width // 2, doubled=False, dtype=dtype, device=device),
            return_dict=False,
        )
        return (*(double or ()), *(single or ()))

    def spread(self, residuals: tuple[torch.Tensor, ...], components: Components) -> Residuals:
        model, doubles = components.denoiser, self.layout[0]
        layout = len(model.transformer_blocks), len(model.single_transformer_blocks)
        kinds = residuals[:doubles], residuals[doubles:]
        none = torch.zeros_like(residuals[0])
        several = (_each(kind or (none,), blocks) for kind, blocks in zip(kinds, layout, strict=True))
        return tuple(each for kind in several for each in kind), layout


@dataclass(frozen=True, slots=True)
class StableDiffusion3ControlNet(FlowControlNet):
    """Of Stable Diffusion 3 and 3.5."""

    @staticmethod
    def fits(network: Any, components: Components) -> bool:
        width = network.config.joint_attention_dim
        same = width is None or width == components.denoiser.config.joint_attention_dim
        return same and not network.config.extra_conditioning_channels and alike(network, components, _ALIKE_SD3)

    @staticmethod
    def prepare(network: Any, components: Components) -> None:
        """Those of Stable Diffusion 3.5 large come without positional embeddings, and take their model's."""
        if network.pos_embed is None:
            shared = network._get_pos_embed_from_transformer(components.denoiser)  # noqa: SLF001 -- as stock does
            network.pos_embed = shared.to(components.device, components.dtype)

    def hint(self, drawn: Image.Image, components: Components, noise: torch.Tensor | None) -> torch.Tensor:
        latents = FlowControlNet.hint(self, drawn, components, noise)
        if self.model.config.force_zeros_for_pooled_projection:  # InstantX's were trained without the shift
            config = components.vae.config
            latents = latents + (config.shift_factor or 0.0) * config.scaling_factor
        return latents

    def residuals(self, rows: Rows, hints: torch.Tensor, scales: torch.Tensor) -> tuple[torch.Tensor, ...]:
        config = self.model.config
        assert rows.pooled is not None
        found: tuple[torch.Tensor, ...] = self.model(
            hidden_states=rows.latents,
            controlnet_cond=hints,
            conditioning_scale=scales.view(-1, 1, 1).to(rows.latents.dtype),
            encoder_hidden_states=None if config.joint_attention_dim is None else rows.hidden,
            pooled_projections=(
                torch.zeros_like(rows.pooled) if config.force_zeros_for_pooled_projection else rows.pooled
            ),
            timestep=rows.timesteps,
            return_dict=False,
        )[0]
        return tuple(found)


@dataclass(frozen=True, slots=True)
class QwenControlNet(FlowControlNet):
    """Of Qwen-Image. Union networks see the kind in the map."""

    @property
    def once(self) -> bool:
        return True  # as in the stock pipeline

    @staticmethod
    def fits(network: Any, components: Components) -> bool:
        return not network.config.extra_condition_channels and alike(network, components, _ALIKE_QWEN)

    def residuals(self, rows: Rows, hints: torch.Tensor, scales: torch.Tensor) -> tuple[torch.Tensor, ...]:
        count, (height, width) = len(rows.latents), rows.latents.shape[2:]
        found: list[torch.Tensor] = self.model(
            hidden_states=packed(rows.latents),
            controlnet_cond=packed(hints),
            conditioning_scale=scales.view(-1, 1, 1).to(rows.latents.dtype),
            encoder_hidden_states=rows.hidden,
            encoder_hidden_states_mask=rows.mask,
            timestep=rows.timesteps.to(rows.latents.dtype) / 1000,
            img_shapes=[[(1, height // 2, width // 2)]] * count,
            return_dict=False,
        )
        return tuple(found)


_HEADS = ("in_channels", "num_attention_heads", "attention_head_dim")
_ALIKE_FLUX = (*_HEADS, "joint_attention_dim", "pooled_projection_dim")
_ALIKE_SD3 = (*_HEADS, "patch_size", "pooled_projection_dim")
_ALIKE_QWEN = (*_HEADS, "joint_attention_dim", "patch_size")
"""Options in which a network has to equal the transformer that it steers."""


def _each(residuals: tuple[torch.Tensor, ...], blocks: int) -> tuple[torch.Tensor, ...]:
    """One tensor for each block, by the transformers' own rule."""
    every = -(-blocks // len(residuals))
    return tuple(residuals[block // every] for block in range(blocks))
