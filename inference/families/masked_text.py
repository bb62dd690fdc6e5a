"""Z-Image and Qwen-Image in the step loop: their prompts are as long as they are, and share a call by a mask."""

import hashlib
from collections.abc import Mapping
from typing import Any

import torch
from PIL import Image

from inference.api import Img2ImgRequest
from inference.batching.components import ControlNet, LatentDist, PreparedImage, PromptEmbeds
from inference.batching.denoiser import Rows
from inference.families.flow import FlowMatching
from inference.families.flow_control import QwenControlNet
from inference.families.packing import packed, unpacked


class ZImage(FlowMatching):
    """Z-Image and Z-Image-Turbo.

    Their guidance scale counts from 0, as in the stock pipeline: the output is `positive + scale * (positive -
    negative)`, so 0 and not 1 switches guidance off.
    """

    texts_vary = True

    def is_guided(self, request: Img2ImgRequest) -> bool:
        return request.guidance_scale > 0

    def guidance_weight(self, guidance_scale: float) -> float:
        return 1 + guidance_scale

    def call(self, model: Any, rows: Rows) -> torch.Tensor:
        count, longest = rows.hidden.shape[:2]
        lengths = rows.lengths or (longest,) * count
        outputs: list[torch.Tensor] = model(
            list(rows.latents.unsqueeze(2).unbind()),
            (1000 - rows.timesteps) / 1000,
            [text[:length] for text, length in zip(rows.hidden, lengths, strict=True)],
            return_dict=False,
        )[0]
        return -torch.stack(outputs).squeeze(2)

    def _encode_prompt(self, text: str, *, negative: bool) -> PromptEmbeds:
        del negative
        [hidden], _ = self.pipeline.encode_prompt(text, self.device, do_classifier_free_guidance=False)
        return PromptEmbeds(hidden[None], None)


class QwenImage(FlowMatching):
    """Qwen-Image. Its autoencoder is one of videos: a picture is a video of one frame.

    Its calls are not captured: diffusers keeps positions of 128 sizes, and a graph would go on reading those that it
    drops. Models that tell their reference that it has no noise (2511) make a table of that on the host besides.
    """

    texts_vary = True
    captured = False
    networks: Mapping[str, type[ControlNet]] = {"QwenImageControlNetModel": QwenControlNet}

    def latent_shape(self, picture: Image.Image) -> tuple[int, int, int]:
        return self.vae.config.z_dim, picture.height // self.vae_scale_factor, picture.width // self.vae_scale_factor

    def scaled(self, latents: torch.Tensor) -> torch.Tensor:
        mean, std = self._by_channel(latents)
        return (latents - mean) * (1.0 / std)

    def unscale(self, latents: torch.Tensor) -> torch.Tensor:
        mean, std = self._by_channel(latents)
        return latents / (1.0 / std) + mean

    def negative(self, request: Img2ImgRequest) -> str:
        """What the family's page recommends for none: its guidance needs a text."""
        return request.negative_prompt or " "

    def guide(self, negative: torch.Tensor, positive: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
        """Classifier-free guidance that leaves each token as long as it was."""
        height, width = positive.shape[2:]
        tokens = packed(super().guide(negative, positive, scales))
        long = tokens.norm(dim=-1, keepdim=True)
        wanted = packed(positive).norm(dim=-1, keepdim=True)
        return unpacked(torch.where(long > 0, tokens * (wanted / long), tokens), height, width)

    def call(self, model: Any, rows: Rows) -> torch.Tensor:
        count, (height, width) = len(rows.latents), rows.latents.shape[2:]
        output: torch.Tensor = model(
            hidden_states=packed(rows.latents),
            timestep=rows.timesteps.to(rows.latents.dtype) / 1000,
            encoder_hidden_states_mask=rows.mask,
            encoder_hidden_states=rows.hidden,
            img_shapes=[[(1, height // 2, width // 2)]] * count,
            controlnet_block_samples=rows.residuals or None,
            return_dict=False,
        )[0]
        return unpacked(output, height, width)

    def _encode_image(self, pixels: torch.Tensor) -> LatentDist:
        dist = super()._encode_image(pixels.unsqueeze(2))
        return LatentDist(dist.mean.squeeze(2), None if dist.std is None else dist.std.squeeze(2))

    def _decode(self, vae: Any, latents: torch.Tensor) -> torch.Tensor:
        pixels: torch.Tensor = vae.decode(latents.unsqueeze(2), return_dict=False)[0][:, :, 0]
        return pixels

    def _by_channel(self, latents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        config = self.vae.config
        mean, std = (
            torch.tensor(each).view(1, -1, 1, 1).to(latents) for each in (config.latents_mean, config.latents_std)
        )
        return mean, std

    def _encode_prompt(self, text: str, *, negative: bool) -> PromptEmbeds:
        del negative
        return PromptEmbeds(self.pipeline.encode_prompt(text, device=self.device)[0], None)


class QwenImageEdit(QwenImage):
    """Qwen-Image-Edit: its text encoder sees the source, and tokens of the source follow those of the sample.

    Both see it at sizes of their own, whatever the size of the result is, as in the stock pipeline.
    """

    edits = True
    networks: Mapping[str, type[ControlNet]] = {}

    def encoder_picture(self, picture: Image.Image) -> Any:
        """The picture as the text encoder takes it."""
        width, height = self._reference_size(picture)
        return self.pipeline.image_processor.resize(picture, height, width)

    def prepare_image(self, picture: Image.Image) -> PreparedImage:
        digest = hashlib.sha256(picture.tobytes()).digest()
        width, height = self._reference_size(picture)
        pixels = self.pipeline.image_processor.preprocess(picture, height, width)
        return PreparedImage((picture.size, digest), pixels.to(self.dtype))

    def embeds(self, text: str, picture: Image.Image) -> PromptEmbeds:
        key = (self.lora_key, text, picture.size, hashlib.sha256(picture.tobytes()).digest())
        return self.prompts.get(key, lambda: self._encode_edit(text, picture))

    def call(self, model: Any, rows: Rows) -> torch.Tensor:
        assert rows.reference is not None
        count, (height, width) = len(rows.latents), rows.latents.shape[2:]
        places = [(1, side // 2, other // 2) for side, other in ((height, width), rows.reference.shape[2:])]
        tokens = packed(rows.latents)
        output: torch.Tensor = model(
            hidden_states=torch.cat([tokens, packed(rows.reference)], dim=1),
            timestep=rows.timesteps.to(rows.latents.dtype) / 1000,
            encoder_hidden_states_mask=rows.mask,
            encoder_hidden_states=rows.hidden,
            img_shapes=[places] * count,
            return_dict=False,
        )[0]
        return unpacked(output[:, : tokens.shape[1]], height, width)

    def _encode_edit(self, text: str, picture: Image.Image) -> PromptEmbeds:
        hidden, _ = self.pipeline.encode_prompt(text, image=self.encoder_picture(picture), device=self.device)
        return PromptEmbeds(hidden, None)

    def _reference_size(self, picture: Image.Image) -> tuple[int, int]:
        """Width and height at which the transformer sees a picture: about a megapixel."""
        from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit

        width, height, _ = pipeline_qwenimage_edit.calculate_dimensions(1024 * 1024, picture.width / picture.height)
        return width, height


class QwenImageEditPlus(QwenImageEdit):
    """Qwen-Image-Edit 2509 and 2511, whose text encoder sees a smaller picture."""

    def encoder_picture(self, picture: Image.Image) -> Any:
        from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit_plus as stock

        width, height = stock.calculate_dimensions(stock.CONDITION_IMAGE_SIZE, picture.width / picture.height)
        return [self.pipeline.image_processor.resize(picture, height, width)]
