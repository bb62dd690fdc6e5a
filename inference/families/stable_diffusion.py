"""Stable Diffusion 1.x, 2.x and XL: a UNet and CLIP's text encoders.

Everything is done with the stock pipeline's own parts and methods, in the order in which it does it. Turbo and
Lightning models, and those with a latent consistency adapter merged in, come as pipelines of these families.
"""

import copy
import hashlib
import math
import sys
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Self

import torch
from PIL import Image

from inference.acceleration.transfer import to_device
from inference.api import Img2ImgRequest
from inference.batching.components import (
    ControlNet,
    LatentDist,
    Planner,
    PreparedImage,
    PromptEmbeds,
    image_cache,
    prompt_cache,
)
from inference.batching.controlnet import UNetControlNet
from inference.batching.denoiser import Rows, call_unet
from inference.batching.solver import Solver
from inference.families.clip_text import encoded, lengthened, needs_chunks
from inference.models.devices import WIDENED
from inference.weighted_prompts import weighted

_AESTHETIC_SCORES = (6.0, 2.5)
"""Aesthetic scores given to SDXL's refiner for the positive and the negative row: the stock pipeline's defaults."""


class StableDiffusion:
    """`Components` of a UNet; families of transformers override what they do otherwise.

    Attributes:
        is_xl: whether its UNet wants a pooled embedding and sizes besides the prompt.
    """

    is_transformer = False
    networks: Mapping[str, type[ControlNet]] = {
        "ControlNetModel": UNetControlNet,
        "ControlNetUnionModel": UNetControlNet,
    }
    texts_vary = False
    captured = True
    edits = False
    tiled = False
    true_guidance = 1.0
    model = ""

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline
        self.denoiser = denoiser_of(pipeline)
        self.vae = pipeline.vae
        self.dtype: torch.dtype = self.denoiser.dtype
        # The device of a denoiser that is streamed is the host.
        self.device: torch.device = getattr(pipeline, "_execution_device", self.denoiser.device)
        self.is_xl = type(pipeline).__name__ == "StableDiffusionXLImg2ImgPipeline"
        self.has_tiny_vae = type(pipeline.vae).__name__ == "AutoencoderTiny"
        self.preview_decoder: Any = pipeline.vae if self.has_tiny_vae else None
        self.exact_vae = self._exact_vae()
        self._ids = lru_cache(maxsize=64)(self._time_ids)
        self._scale = float(pipeline.vae.config.get("scaling_factor", 1.0))
        self.vae_scale_factor = int(pipeline.vae_scale_factor)
        self.lora_key: Hashable = None
        self.prompts = prompt_cache()
        self.images = image_cache()

    def with_adapters(self, adapted: Any, lora_key: Hashable) -> Self:
        """The same with the denoiser and the text encoders of a pipeline whose autoencoder is this one.

        They share the caches; `lora_key` tells apart the prompts that each has encoded.
        """
        other = copy.copy(self)
        other.pipeline, other.denoiser, other.lora_key = adapted, denoiser_of(adapted), lora_key
        return other

    @property
    def guidance_is_input(self) -> bool:
        """Whether guidance is an input of the model rather than a second row."""
        return self.denoiser.config.time_cond_proj_dim is not None

    @property
    def decodes_previews(self) -> bool:
        """Whether decoding costs so little that a preview may be decoded: with a tiny autoencoder on a GPU."""
        return self.preview_decoder is not None and self.device.type == "cuda"

    @property
    def upcasts(self) -> bool:
        """Whether the autoencoder changes to float32 to encode, as SDXL's own does."""
        return self.is_xl and bool(self.vae.config.force_upcast)

    def encode_prompt(self, text: str, *, negative: bool) -> PromptEmbeds:
        """Encode a text; one that nobody wrote is what the model was trained to take for none."""
        key = (self.lora_key, text, negative and not text)
        return self.prompts.get(key, lambda: self._encode_prompt(text, negative=negative))

    def encode_picture(self, picture: Image.Image) -> LatentDist:
        """Encode an RGB picture whose sides the model takes."""
        return self.encode_image(self.prepare_image(picture))

    def prepare_image(self, picture: Image.Image) -> PreparedImage:
        """What of encoding a picture needs no device; safe in any thread."""
        digest = hashlib.sha256(picture.tobytes()).digest()
        return PreparedImage((picture.size, digest), self.pipeline.image_processor.preprocess(picture).to(self.dtype))

    def encode_image(self, prepared: PreparedImage) -> LatentDist:
        """Its latent distribution, from the cache or the autoencoder."""

        def encode() -> LatentDist:
            dist = self._encode_image(prepared.pixels)
            if self._overflows(self.exact_vae, prepared.pixels, dist.mean):
                dist = self._encode_image(prepared.pixels)
            return dist

        return self.images.get(prepared.key, encode)

    def draw_sample_noise(self, picture: Image.Image, generator: torch.Generator) -> torch.Tensor | None:
        """The numbers that stock draws first, for the sample of the picture; None if it draws none."""
        if self.has_tiny_vae:
            return None
        number_format = torch.float32 if self.upcasts else self.dtype
        return torch.randn((1, *self.latent_shape(picture)), generator=generator, dtype=number_format)

    def latent_shape(self, picture: Image.Image) -> tuple[int, int, int]:
        """Of the latents of a picture."""
        return (
            self.vae.config.latent_channels,
            picture.height // self.vae_scale_factor,
            picture.width // self.vae_scale_factor,
        )

    def sample_latents(self, dist: LatentDist, drawn: torch.Tensor | None) -> torch.Tensor:
        """The sample that `drawn` makes of the distribution, scaled as the UNet takes it."""
        latents = dist.mean
        if dist.std is not None and drawn is not None:
            latents = latents + dist.std * to_device(drawn, self.device)
        latents = latents.to(self.dtype)
        if (normal := self._normal(latents)) is not None:
            mean, std = normal
            return (latents - mean) * self._scale / std
        return self._scale * latents

    def unscale(self, latents: torch.Tensor) -> torch.Tensor:
        """Latents as the autoencoder takes them."""
        if (normal := self._normal(latents)) is not None:
            mean, std = normal
            return latents * std / self._scale + mean
        return latents / self._scale

    def decode(self, latents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Decode scaled latents [n, channels, h, w] to pixels [n, height, width, 3], uint8, on the device.

        Returns:
            The pixels, and bool [n]: whether each picture's were numbers, which uint8 cannot tell any more.
        """
        vae = self.exact_vae if self.dtype == torch.float16 else self.vae
        latents = latents.to(self.dtype)
        pixels = self._decode(vae, self.unscale(latents.to(vae.dtype)))
        if self._overflows(vae, latents, pixels):
            pixels = self._decode(vae, self.unscale(latents.to(vae.dtype)))
        if getattr(self.pipeline, "watermark", None) is not None:
            pixels = self.pipeline.watermark.apply_watermark(pixels)
        return to_bytes(pixels), _finite(pixels)

    def decode_preview(self, latents: torch.Tensor) -> torch.Tensor:
        """Decode as `decode` does, with the tiny autoencoder."""
        if self.has_tiny_vae:
            return self.decode(latents)[0]
        scaled = latents.to(self.preview_decoder.dtype) / self.preview_decoder.config.scaling_factor
        return to_bytes(self.preview_decoder.decode(scaled, return_dict=False)[0])

    def solver(self) -> Planner:
        """What plans its runs."""
        return Solver(self.pipeline.scheduler)

    def conditions(self, request: Img2ImgRequest, picture: Image.Image, source: torch.Tensor) -> Rows:
        """As `Components.conditions`.

        Args:
            request: whose texts and guidance count.
            picture: with sides that the model takes.
            source: its latents, [1, channels, height, width].
        """
        texts = [(request.negative_prompt, True)] if self.is_guided(request) else []
        embeds = self._encode_alike([*texts, (request.prompt, False)])
        rows = len(embeds)
        sizes = self.time_ids(*picture.size)[-rows:] if self.is_xl else None
        return Rows(
            latents=source.expand(rows, *source.shape[1:]),
            timesteps=torch.zeros(rows, device=source.device),
            hidden=torch.cat([each.hidden for each in embeds]),
            pooled=torch.cat([each.pooled for each in embeds if each.pooled is not None]) if self.is_xl else None,
            sizes=None if sizes is None else torch.cat(sizes),
            guidance=self.guidance_embedding(request.guidance_scale) if self.guidance_is_input else None,
        )

    def call(self, model: Any, rows: Rows) -> torch.Tensor:
        """One call of the denoiser: its outputs, [rows, channels, height, width]."""
        return call_unet(model, rows)

    def is_guided(self, request: Img2ImgRequest) -> bool:
        """As `Components.is_guided`."""
        return request.guidance_scale > 1 and not self.guidance_is_input

    def guidance_weight(self, guidance_scale: float) -> float:
        """What `guide` is given for a request's guidance scale."""
        return guidance_scale

    def guide(self, negative: torch.Tensor, positive: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
        """Classifier-free guidance, Ho & Salimans 2022, arXiv:2207.12598, eq. 6; for one row both are the same.

        Args:
            negative: float32, [runs, channels, height, width].
            positive: of the same shape.
            scales: [runs, 1, 1, 1].
        """
        return negative + scales * (positive - negative)

    def predicted(self, sample: torch.Tensor, output: torch.Tensor, mix: tuple[float, float]) -> torch.Tensor:
        """As `Components.predicted`."""
        return predicted(sample, output, mix, self.pipeline.scheduler.config.prediction_type)

    def time_ids(self, width: int, height: int) -> tuple[torch.Tensor, torch.Tensor]:
        """SDXL's `time_ids`, [1, numbers], for the negative and for the positive row."""
        return self._ids(width, height)

    def _time_ids(self, width: int, height: int) -> tuple[torch.Tensor, torch.Tensor]:
        size = (height, width)
        good, bad = _AESTHETIC_SCORES
        projected = getattr(self.pipeline.text_encoder_2, "config", None)
        width_of_pooled = projected.projection_dim if projected is not None else None
        positive, negative = self.pipeline._get_add_time_ids(  # noqa: SLF001 -- the only place that knows the numbers
            size, (0, 0), size, good, bad, size, (0, 0), size, self.dtype, width_of_pooled
        )
        return to_device(negative, self.device), to_device(positive, self.device)

    def guidance_embedding(self, scale: float) -> torch.Tensor:
        """Guidance as an input of the model, [1, width]."""
        embedded: torch.Tensor = self.pipeline.get_guidance_scale_embedding(
            torch.tensor([scale - 1.0]), embedding_dim=self.denoiser.config.time_cond_proj_dim
        )
        return to_device(embedded.to(self.dtype), self.device)

    def set_low_memory(self, *, low_memory: bool) -> None:
        """Have the autoencoder work on tiles, one picture after the other, or not."""
        for saving in ("slicing", "tiling"):
            for vae in (self.vae, self.exact_vae):
                switch = "enable" if low_memory or self.tiled else "disable"
                getattr(vae, f"{switch}_{saving}", lambda: None)()

    def _encode_alike(self, texts: Sequence[tuple[str, bool]]) -> list[PromptEmbeds]:
        """Texts, each with whether it is the negative one, encoded to one length: a call has one for all its rows."""
        embeds = [self.encode_prompt(text, negative=negative) for text, negative in texts]
        longest = max(each.hidden.shape[1] for each in embeds)
        fillers = [partial(self._nothing, negative=negative and not text) for text, negative in texts]
        return [lengthened(each, longest, filler) for each, filler in zip(embeds, fillers, strict=True)]

    def _nothing(self, *, negative: bool) -> torch.Tensor:
        return self.encode_prompt("", negative=negative).hidden

    def _encode_prompt(self, text: str, *, negative: bool) -> PromptEmbeds:
        if needs_chunks(self.pipeline, text):
            return encoded(self.pipeline, text, self.device)
        text = weighted(text).plain
        if not self.is_xl:
            return PromptEmbeds(self.pipeline.encode_prompt(text, self.device, 1, False, None)[0], None)
        hidden, _, pooled, _ = self.pipeline.encode_prompt(
            text, device=self.device, num_images_per_prompt=1, do_classifier_free_guidance=False
        )
        if negative and not text and self.pipeline.config.force_zeros_for_empty_prompt:
            return PromptEmbeds(hidden, pooled).zeros()
        return PromptEmbeds(hidden, pooled)

    def _encode_image(self, pixels: torch.Tensor) -> LatentDist:
        encoded = self.exact_vae.encode(to_device(pixels, self.device).to(self.exact_vae.dtype))
        if hasattr(encoded, "latents"):
            return LatentDist(encoded.latents, None)
        # The mean is a view of half a tensor, which would be kept whole.
        return LatentDist(encoded.latent_dist.mean.clone(), encoded.latent_dist.std)

    def _decode(self, vae: Any, latents: torch.Tensor) -> torch.Tensor:
        pixels: torch.Tensor = vae.decode(latents, return_dict=False)[0]
        return pixels

    def _exact_vae(self) -> Any:
        """The autoencoder that encodes, and in float16 decodes too: in float32 if stock changes it to that.

        A copy of its own, for changing back and forth takes longer than encoding. In bfloat16 stock decodes as it is.
        """
        if not self.upcasts or self.dtype == torch.float32:
            return self.vae
        exact = copy.deepcopy(self.vae)
        if self.dtype != torch.float16:
            exact.decoder = None
        return exact.to(torch.float32)

    def _overflows(self, vae: Any, inputs: torch.Tensor, outputs: torch.Tensor) -> bool:
        """Whether the autoencoder in float16 made no numbers of some; from then on it is in float32, as in A1111.

        Nothing is asked of a device with another number format: that would wait for all of its work.
        """
        if vae.dtype != torch.float16 or not (_finite(inputs).to(outputs.device) & ~_finite(outputs)).any():
            return False
        print(f"{self.model}: {WIDENED}", file=sys.stderr)  # noqa: T201 -- the parent logs what a worker prints
        with torch.inference_mode(mode=False):
            vae.to(torch.float32)
        return True

    def _normal(self, latents: torch.Tensor) -> Sequence[torch.Tensor] | None:
        """Mean and deviation by channel, if SDXL's autoencoder states them."""
        config = self.vae.config
        if not self.is_xl or config.get("latents_mean") is None or config.get("latents_std") is None:
            return None
        return [
            torch.tensor(each).view(1, -1, 1, 1).to(latents) for each in (config.latents_mean, config.latents_std)
        ]


def denoiser_of(pipeline: Any) -> Any:
    """A pipeline's UNet or transformer."""
    return pipeline.unet if hasattr(pipeline, "unet") else pipeline.transformer


def predicted(sample: torch.Tensor, output: torch.Tensor, mix: tuple[float, float], prediction: str) -> torch.Tensor:
    """The predicted picture (x0) of a model's output (Salimans & Ho 2022, arXiv:2202.00512, appendix D).

    Args:
        sample: the noisy sample, before its scaling to the model's input.
        output: the model's, after guidance.
        mix: shares of signal and noise in the sample.
        prediction: what the model puts out: "epsilon", "v_prediction" or "sample".
    """
    signal, noise = mix
    if prediction == "epsilon":
        return (sample - noise * output) / signal
    if prediction == "v_prediction":
        size = math.hypot(signal, noise)
        return (signal / size**2) * sample - (noise / size) * output
    return output


def _finite(several: torch.Tensor) -> torch.Tensor:
    """Bool [n]: whether all numbers of each are finite."""
    return several.isfinite().flatten(1).all(1)


def to_bytes(pixels: torch.Tensor) -> torch.Tensor:
    """Pixels [n, 3, height, width] in -1 .. 1 as uint8, channels last."""
    shades: torch.Tensor = (pixels.float() * 0.5 + 0.5).clamp(0, 1) * 255
    return shades.round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()
