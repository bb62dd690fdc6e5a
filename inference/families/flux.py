"""FLUX.1, FLUX.1 Kontext and FLUX.2 in the step loop."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from PIL import Image

from inference.api import Img2ImgRequest
from inference.batching.components import ControlNet, PromptEmbeds
from inference.batching.denoiser import Rows
from inference.batching.flow_sigmas import LatentShape
from inference.families.flow import FlowMatching
from inference.families.flow_control import FluxControlNet
from inference.families.packing import packed, positions, text_positions, unpacked
from inference.families.token_weights import encoded


class Flux(FlowMatching):
    """FLUX.1 dev and schnell."""

    networks: Mapping[str, type[ControlNet]] = {"FluxControlNetModel": FluxControlNet}

    def is_guided(self, request: Img2ImgRequest) -> bool:
        """A second row is for a negative prompt only."""
        return bool(request.negative_prompt) and super().is_guided(request)

    def call(self, model: Any, rows: Rows) -> torch.Tensor:
        height, width = rows.latents.shape[2:]
        tokens = packed(rows.latents)
        all_tokens = tokens if rows.reference is None else torch.cat([tokens, packed(rows.reference)], dim=1)
        dtype, device = rows.latents.dtype, rows.latents.device
        doubles = rows.layout[0] if rows.layout else 0
        output: torch.Tensor = model(
            hidden_states=all_tokens,
            controlnet_block_samples=rows.residuals[:doubles] or None,
            controlnet_single_block_samples=rows.residuals[doubles:] or None,
            timestep=rows.timesteps.to(dtype) / 1000,
            guidance=rows.guidance,
            pooled_projections=rows.pooled,
            encoder_hidden_states=rows.hidden,
            txt_ids=text_positions(rows.hidden.shape[1], dtype, device),
            img_ids=positions(
                height // 2, width // 2, doubled=rows.reference is not None, dtype=dtype, device=device
            ),
            return_dict=False,
        )[0]
        return unpacked(output[:, : tokens.shape[1]], height, width)

    def _encode_prompt(self, text: str, *, negative: bool) -> PromptEmbeds:
        del negative
        return encoded(self.pipeline, text, self.device)


class Kontext(Flux):
    """FLUX.1 Kontext: tokens of the source follow those of the sample."""

    edits = True
    networks: Mapping[str, type[ControlNet]] = {}


class Flux2(FlowMatching):
    """FLUX.2 dev. Its latents are patches of 2 by 2 of the autoencoder's, normalised channel by channel."""

    edits = True
    decodes_previews = False

    def latent_shape(self, picture: Image.Image) -> LatentShape:
        channels, height, width = super().latent_shape(picture)
        return channels * 4, height // 2, width // 2

    def schedule(self, steps: int, shape: LatentShape) -> Mapping[str, Any]:
        from diffusers.pipelines.flux2.pipeline_flux2_klein import compute_empirical_mu

        mu = compute_empirical_mu(image_seq_len=shape[1] * shape[2], num_steps=steps)
        return {"num_inference_steps": steps, "sigmas": np.linspace(1.0, 1 / steps, steps), "mu": mu}

    def scaled(self, latents: torch.Tensor) -> torch.Tensor:
        mean, std = self._mean_and_std(latents)
        patches: torch.Tensor = self.pipeline._patchify_latents(latents)  # noqa: SLF001 -- what knows the order
        return (patches - mean) / std

    def unscale(self, latents: torch.Tensor) -> torch.Tensor:
        mean, std = self._mean_and_std(latents)
        whole: torch.Tensor = self.pipeline._unpatchify_latents(latents * std + mean)  # noqa: SLF001 -- as in `scaled`
        return whole

    def call(self, model: Any, rows: Rows) -> torch.Tensor:
        height, width = rows.latents.shape[2:]
        assert rows.reference is not None
        tokens, device = rows.latents.flatten(2).mT, rows.latents.device
        output: torch.Tensor = model(
            hidden_states=torch.cat([tokens, rows.reference.flatten(2).mT], dim=1),
            timestep=rows.timesteps.to(rows.latents.dtype) / 1000,
            guidance=rows.guidance,
            encoder_hidden_states=rows.hidden,
            txt_ids=_text_positions2(rows.hidden.shape[1], device).expand(len(tokens), -1, -1),
            img_ids=_positions2(height, width, device).expand(len(tokens), -1, -1),
            return_dict=False,
        )[0]
        return output[:, : tokens.shape[1]].mT.reshape(len(tokens), -1, height, width)

    def _mean_and_std(self, latents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        norm = self.vae.bn
        std = torch.sqrt(norm.running_var.view(1, -1, 1, 1) + self.vae.config.batch_norm_eps)
        return norm.running_mean.view(1, -1, 1, 1).to(latents), std.to(latents)

    def _encode_prompt(self, text: str, *, negative: bool) -> PromptEmbeds:
        del negative
        return PromptEmbeds(self.pipeline.encode_prompt(text, device=self.device)[0], None)


class Flux2Klein(Flux2):
    """FLUX.2 klein, which is guided by a second row unless that was distilled into it."""

    def is_guided(self, request: Img2ImgRequest) -> bool:
        return request.guidance_scale > 1 and not self.pipeline.config.is_distilled


def _positions2(height: int, width: int, device: torch.device) -> torch.Tensor:
    """As `positions`, for FLUX.2: [1, tokens, 4], time, row, column and text, 0 here; the source has time 10."""
    times = torch.arange(0, 20, 10, device=device)
    sides = (torch.arange(count, device=device) for count in (height, width, 1))
    return torch.cartesian_prod(times, *sides)[None]


def _text_positions2(tokens: int, device: torch.device) -> torch.Tensor:
    """Positions of prompt embeds, [1, tokens, 4]: 0, 0, 0 and their number."""
    zero = torch.arange(1, device=device)
    return torch.cartesian_prod(zero, zero, zero, torch.arange(tokens, device=device))[None]
