"""Flow matching transformers in the step loop: what they have in common, and Stable Diffusion 3."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from PIL import Image

from inference.api import Img2ImgRequest
from inference.batching.components import ControlNet, LatentDist, PromptEmbeds
from inference.batching.denoiser import Rows
from inference.batching.flow_sigmas import FlowSolver, LatentShape
from inference.families.flow_control import StableDiffusion3ControlNet
from inference.families.stable_diffusion import StableDiffusion
from inference.families.token_weights import encoded


class FlowMatching(StableDiffusion):
    """One loaded model; its output is the velocity, noise minus picture (Esser et al. 2024, arXiv:2403.03206, eq. 5).

    Attributes:
        texts_vary: prompts are encoded unpadded, and padded with a mask to share a call.
        edits: the source's latents are an input beside the noisy ones, and the run begins with noise alone.
    """

    networks: Mapping[str, type[ControlNet]] = {}
    is_transformer = True
    texts_vary = False
    edits = False

    def __init__(self, pipeline: Any) -> None:
        super().__init__(pipeline)
        self._shift = float(pipeline.vae.config.get("shift_factor") or 0.0)

    @property
    def guidance_is_input(self) -> bool:
        return bool(self.denoiser.config.get("guidance_embeds"))

    def solver(self) -> FlowSolver:
        return FlowSolver(self.pipeline.scheduler, self.schedule)

    def schedule(self, steps: int, shape: LatentShape) -> Mapping[str, Any]:
        """What the stock pipeline calls `set_timesteps` with."""
        return {
            "num_inference_steps": steps,
            "sigmas": np.linspace(1.0, 1 / steps, steps),
            "mu": self.mu(shape, 1.15),
        }

    def mu(self, shape: LatentShape, usual: float) -> float:
        """The `mu` of dynamic shifting for latents of that shape, of which a token is 2 by 2.

        Args:
            shape: channels, height and width of the latents.
            usual: `max_shift` if the scheduler's configuration has none.
        """
        from diffusers.pipelines.flux.pipeline_flux import calculate_shift

        config = self.pipeline.scheduler.config
        mu: float = calculate_shift(
            (shape[1] // 2) * (shape[2] // 2),
            config.get("base_image_seq_len", 256),
            config.get("max_image_seq_len", 4096),
            config.get("base_shift", 0.5),
            config.get("max_shift", usual),
        )
        return mu

    def draw_sample_noise(self, picture: Image.Image, generator: torch.Generator) -> torch.Tensor | None:
        return None if self.edits else super().draw_sample_noise(picture, generator)

    def sample_latents(self, dist: LatentDist, drawn: torch.Tensor | None) -> torch.Tensor:
        latents = dist.mean
        if dist.std is not None and drawn is not None:
            latents = latents + dist.std * drawn.to(latents.device).view_as(latents)
        return self.scaled(latents.to(self.dtype))

    def scaled(self, latents: torch.Tensor) -> torch.Tensor:
        """Latents of the autoencoder, shifted and scaled as the transformer takes them."""
        return (latents - self._shift) * self._scale

    def unscale(self, latents: torch.Tensor) -> torch.Tensor:
        return latents / self._scale + self._shift

    def is_guided(self, request: Img2ImgRequest) -> bool:
        if self.guidance_is_input:
            return self.true_guidance > 1 and bool(request.negative_prompt)
        return request.guidance_scale > 1

    def guidance_weight(self, guidance_scale: float) -> float:
        return self.true_guidance if self.guidance_is_input else guidance_scale

    def negative(self, request: Img2ImgRequest) -> str:
        """The text of the negative row."""
        return request.negative_prompt

    def embeds(self, text: str, picture: Image.Image) -> PromptEmbeds:
        """The prompt embeds of a text; some families' text encoders take the picture too."""
        del picture
        return self.encode_prompt(text, negative=False)

    def conditions(self, request: Img2ImgRequest, picture: Image.Image, source: torch.Tensor) -> Rows:
        texts = [self.negative(request)] if self.is_guided(request) else []
        embeds = [self.embeds(text, picture) for text in (*texts, request.prompt)]
        rows = Rows.joined(
            [
                Rows(latents=source, timesteps=source.new_zeros(1), hidden=each.hidden, pooled=each.pooled)
                for each in embeds
            ]
        )
        guidance, count = None, len(embeds)
        if self.guidance_is_input:
            guidance = torch.full((count,), request.guidance_scale, device=source.device)
        reference = source.to(self.dtype).expand(count, *source.shape[1:]) if self.edits else None
        return replace(rows, guidance=guidance, reference=reference)

    def predicted(self, sample: torch.Tensor, output: torch.Tensor, mix: tuple[float, float]) -> torch.Tensor:
        return sample - mix[1] * output


class StableDiffusion3(FlowMatching):
    """Stable Diffusion 3 and 3.5."""

    networks: Mapping[str, type[ControlNet]] = {"SD3ControlNetModel": StableDiffusion3ControlNet}

    def schedule(self, steps: int, shape: LatentShape) -> Mapping[str, Any]:
        shifts = self.pipeline.scheduler.config.get("use_dynamic_shifting")
        return {"num_inference_steps": steps} | ({"mu": self.mu(shape, 1.16)} if shifts else {})

    def call(self, model: Any, rows: Rows) -> torch.Tensor:
        output: torch.Tensor = model(
            hidden_states=rows.latents,
            timestep=rows.timesteps,
            encoder_hidden_states=rows.hidden,
            pooled_projections=rows.pooled,
            block_controlnet_hidden_states=rows.residuals or None,
            return_dict=False,
        )[0]
        return output

    def _encode_prompt(self, text: str, *, negative: bool) -> PromptEmbeds:
        del negative
        return encoded(self.pipeline, text, self.device)
