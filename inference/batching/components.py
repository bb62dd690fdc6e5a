"""What the step loop needs of a model, for the families of Stable Diffusion 1.x, 2.x and XL.

Everything is done with the stock pipeline's own parts and methods, in the order in which it does it. Turbo and
Lightning models, and those with a latent consistency adapter merged in, come as pipelines of these families.
"""

import copy
import hashlib
import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from PIL import Image

from inference.acceleration.transfer import to_device
from inference.api import Img2ImgRequest
from inference.batching.cache import ByteCache
from inference.batching.solver import Solver
from inference.batching.unet import Rows, call_unet

_AESTHETIC_SCORES = (6.0, 2.5)
"""What SDXL's refiner is told about the picture and about its opposite: the stock pipeline's defaults."""

TEXT_BYTES = 64 << 20
PICTURE_BYTES = 128 << 20


@dataclass(frozen=True, slots=True)
class PromptEmbeds:
    """An encoded text.

    Attributes:
        hidden: [1, tokens, width].
        pooled: [1, width] for SDXL, else None.
    """

    hidden: torch.Tensor
    pooled: torch.Tensor | None

    @property
    def nbytes(self) -> int:
        return self.hidden.nbytes + (0 if self.pooled is None else self.pooled.nbytes)


@dataclass(frozen=True, slots=True)
class LatentDist:
    """An encoded picture before a sample is drawn from it.

    Attributes:
        mean: [1, channels, height, width], as the autoencoder gives it.
        std: of the same shape; None where the autoencoder is certain (`AutoencoderTiny`).
    """

    mean: torch.Tensor
    std: torch.Tensor | None

    @property
    def nbytes(self) -> int:
        return self.mean.nbytes + (0 if self.std is None else self.std.nbytes)


@dataclass(frozen=True, slots=True)
class PreparedImage:
    """A picture on the host, ready to be encoded.

    Attributes:
        key: equal for equal pictures only.
        pixels: [1, 3, height, width], in the model's number format.
    """

    key: Hashable
    pixels: torch.Tensor


class Parts:
    """One loaded model. Not safe to use from several threads, except for its attributes and caches.

    Other families override what they do otherwise.

    Attributes:
        steerable: whether control networks can steer it.
        texts_vary: texts are of any length, and are padded with a mask to share a call.
        edits: it edits by instruction, and a run begins with noise alone.
        sizes: whether its UNet wants a pooled embedding and sizes besides the words.
    """

    steerable = True
    texts_vary = False
    edits = False

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline
        self.denoiser = denoiser_of(pipeline)
        self.vae = pipeline.vae
        self.dtype: torch.dtype = self.denoiser.dtype
        self.device: torch.device = self.denoiser.device
        self.sizes = type(pipeline).__name__ == "StableDiffusionXLImg2ImgPipeline"
        self.certain = type(pipeline.vae).__name__ == "AutoencoderTiny"
        self.sketcher: Any = pipeline.vae if self.certain else None
        self.exact = self._exact_vae()
        self._ids = lru_cache(maxsize=64)(self._time_ids)
        self._scale = float(pipeline.vae.config.get("scaling_factor", 1.0))
        self.shrink = int(pipeline.vae_scale_factor)
        self.lora_key: Hashable = None
        self.words: ByteCache[PromptEmbeds] = ByteCache(TEXT_BYTES, lambda words: words.nbytes)
        self.pictures: ByteCache[LatentDist] = ByteCache(PICTURE_BYTES, lambda dist: dist.nbytes)

    def on(self, twin: Any, lora_key: Hashable) -> "Parts":
        """The same with the denoiser and the text encoders of a pipeline whose autoencoder is this one.

        They share the caches; `lora_key` tells the texts that this one encodes from those of others.
        """
        other = copy.copy(self)
        other.pipeline, other.denoiser, other.lora_key = twin, denoiser_of(twin), lora_key
        return other

    @property
    def guided_inside(self) -> bool:
        """Whether guidance is an input of the model rather than a second row."""
        return self.denoiser.config.time_cond_proj_dim is not None

    @property
    def draws_at_once(self) -> bool:
        """Whether decoding costs so little that a preview may be decoded: with a tiny autoencoder on a GPU."""
        return self.sketcher is not None and self.device.type == "cuda"

    @property
    def upcasts(self) -> bool:
        """Whether the autoencoder changes to float32 to encode, as SDXL's own does."""
        return self.sizes and bool(self.vae.config.force_upcast)

    def read(self, text: str, *, negative: bool) -> PromptEmbeds:
        """Encode a text; one that nobody wrote is what the model was trained to take for none."""
        key = (self.lora_key, text, negative and not text)
        return self.words.get(key, lambda: self._read(text, negative=negative))

    def look(self, picture: Image.Image) -> LatentDist:
        """Encode an RGB picture whose sides the model takes."""
        return self.encoded(self.scan(picture))

    def scan(self, picture: Image.Image) -> PreparedImage:
        """What of encoding a picture needs no device; safe in any thread."""
        digest = hashlib.sha256(picture.tobytes()).digest()
        return PreparedImage((picture.size, digest), self.pipeline.image_processor.preprocess(picture).to(self.dtype))

    def encoded(self, scan: PreparedImage) -> LatentDist:
        """Its latent distribution, from the cache or the autoencoder."""
        return self.pictures.get(scan.key, lambda: self._encode(scan.pixels))

    def drawn(self, picture: Image.Image, generator: torch.Generator) -> torch.Tensor | None:
        """The numbers that stock draws first, for the sample of the picture; None where it draws none."""
        if self.certain:
            return None
        number_format = torch.float32 if self.upcasts else self.dtype
        return torch.randn((1, *self.latent_shape(picture)), generator=generator, dtype=number_format)

    def latent_shape(self, picture: Image.Image) -> tuple[int, int, int]:
        """Of the latents of a picture."""
        return self.vae.config.latent_channels, picture.height // self.shrink, picture.width // self.shrink

    def latents(self, dist: LatentDist, drawn: torch.Tensor | None) -> torch.Tensor:
        """The sample that `drawn` makes of the distribution, scaled as the UNet takes it."""
        latents = dist.mean
        if dist.std is not None and drawn is not None:
            latents = latents + dist.std * to_device(drawn, self.device)
        latents = latents.to(self.dtype)
        if (normal := self._normal(latents)) is not None:
            mean, std = normal
            return (latents - mean) * self._scale / std
        return self._scale * latents

    def unscaled(self, latents: torch.Tensor) -> torch.Tensor:
        """Latents as the autoencoder takes them."""
        if (normal := self._normal(latents)) is not None:
            mean, std = normal
            return latents * std / self._scale + mean
        return latents / self._scale

    def draw(self, latents: torch.Tensor) -> torch.Tensor:
        """Decode scaled latents [n, channels, h, w] to pixels [n, height, width, 3], uint8, on the device."""
        vae = self.exact if self.dtype == torch.float16 else self.vae
        latents = latents.to(self.dtype).to(vae.dtype)
        pixels = self._decode(vae, self.unscaled(latents))
        if getattr(self.pipeline, "watermark", None) is not None:
            pixels = self.pipeline.watermark.apply_watermark(pixels)
        return _shades(pixels)

    def sketch(self, latents: torch.Tensor) -> torch.Tensor:
        """Decode as `draw` does, with the tiny autoencoder."""
        if self.certain:
            return self.draw(latents)
        scaled = latents.to(self.sketcher.dtype) / self.sketcher.config.scaling_factor
        return _shades(self.sketcher.decode(scaled, return_dict=False)[0])

    def solver(self) -> Any:
        """What plans its runs: `Solver`, or one with the same methods."""
        return Solver(self.pipeline.scheduler)

    def conditions(self, request: Img2ImgRequest, size: tuple[int, int], source: torch.Tensor) -> Rows:
        """What the model is told besides the sample and its time: one row, or the negative and the positive.

        Args:
            request: whose texts and guidance count.
            size: of the picture, width and height in pixels.
            source: its latents, [1, channels, height, width].
        """
        guided = request.guidance_scale > 1 and not self.guided_inside
        texts = [(request.negative_prompt, True)] if guided else []
        words = [self.read(text, negative=negative) for text, negative in [*texts, (request.prompt, False)]]
        rows = len(words)
        sizes = self.time_ids(*size)[-rows:] if self.sizes else None
        return Rows(
            latents=source.expand(rows, *source.shape[1:]),
            timesteps=torch.zeros(rows, device=source.device),
            hidden=torch.cat([each.hidden for each in words]),
            pooled=torch.cat([each.pooled for each in words if each.pooled is not None]) if self.sizes else None,
            sizes=None if sizes is None else torch.cat(sizes),
            guidance=self.guidance_embedding(request.guidance_scale) if self.guided_inside else None,
        )

    def predict(self, model: Any, rows: Rows) -> torch.Tensor:
        """One call of the denoiser: its outputs, [rows, channels, height, width]."""
        return call_unet(model, rows)

    def weight(self, guidance_scale: float) -> float:
        """What `guided` is given for a request's guidance scale."""
        return guidance_scale

    def guided(self, negative: torch.Tensor, positive: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
        """Classifier-free guidance, Ho & Salimans 2022, arXiv:2207.12598, eq. 6; for one row both are the same.

        Args:
            negative: float32, [runs, channels, height, width].
            positive: of the same shape.
            scales: [runs, 1, 1, 1].
        """
        return negative + scales * (positive - negative)

    def predicted(self, sample: torch.Tensor, output: torch.Tensor, mix: tuple[float, float]) -> torch.Tensor:
        """The picture that the model has in mind, as scaled latents; `mix` is the sample's signal and noise."""
        return predicted(sample, output, mix, self.pipeline.scheduler.config.prediction_type)

    def time_ids(self, width: int, height: int) -> tuple[torch.Tensor, torch.Tensor]:
        """What SDXL is told about sizes, [1, numbers] for the negative and for the positive row."""
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

    def spare(self, *, low_memory: bool) -> None:
        """Have the autoencoder work on tiles, one picture after the other, or not."""
        for saving in ("slicing", "tiling"):
            for vae in (self.vae, self.exact):
                getattr(vae, f"{'enable' if low_memory else 'disable'}_{saving}", lambda: None)()

    def _read(self, text: str, *, negative: bool) -> PromptEmbeds:
        if not self.sizes:
            return PromptEmbeds(self.pipeline.encode_prompt(text, self.device, 1, False, None)[0], None)
        hidden, _, pooled, _ = self.pipeline.encode_prompt(
            text, device=self.device, num_images_per_prompt=1, do_classifier_free_guidance=False
        )
        if negative and not text and self.pipeline.config.force_zeros_for_empty_prompt:
            return PromptEmbeds(torch.zeros_like(hidden), torch.zeros_like(pooled))
        return PromptEmbeds(hidden, pooled)

    def _encode(self, pixels: torch.Tensor) -> LatentDist:
        encoded = self.exact.encode(to_device(pixels, self.device).to(self.exact.dtype))
        if hasattr(encoded, "latents"):
            return LatentDist(encoded.latents, None)
        # The mean is a view of half a tensor, which would be kept whole.
        return LatentDist(encoded.latent_dist.mean.clone(), encoded.latent_dist.std)

    def _decode(self, vae: Any, latents: torch.Tensor) -> torch.Tensor:
        pixels: torch.Tensor = vae.decode(latents, return_dict=False)[0]
        return pixels

    def _exact_vae(self) -> Any:
        """The autoencoder that encodes, and in float16 decodes too: in float32 where stock changes it to that.

        A copy of its own, for changing back and forth takes longer than encoding. In bfloat16 stock decodes as it is.
        """
        if not self.upcasts or self.dtype == torch.float32:
            return self.vae
        exact = copy.deepcopy(self.vae)
        if self.dtype != torch.float16:
            exact.decoder = None
        return exact.to(torch.float32)

    def _normal(self, latents: torch.Tensor) -> Sequence[torch.Tensor] | None:
        """Mean and deviation by channel, where SDXL's autoencoder states them."""
        config = self.vae.config
        if not self.sizes or config.get("latents_mean") is None or config.get("latents_std") is None:
            return None
        return [
            torch.tensor(each).view(1, -1, 1, 1).to(latents) for each in (config.latents_mean, config.latents_std)
        ]


def denoiser_of(pipeline: Any) -> Any:
    """A pipeline's UNet or transformer."""
    return pipeline.unet if hasattr(pipeline, "unet") else pipeline.transformer


def predicted(sample: torch.Tensor, output: torch.Tensor, mix: tuple[float, float], prediction: str) -> torch.Tensor:
    """The picture that a model's output speaks of (Salimans & Ho 2022, arXiv:2202.00512, appendix D).

    Args:
        sample: what the model was asked about, before its input was scaled.
        output: what it said.
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


def _shades(pixels: torch.Tensor) -> torch.Tensor:
    """Pixels [n, 3, height, width] in -1 .. 1 as uint8, channels last."""
    shades: torch.Tensor = (pixels.float() * 0.5 + 0.5).clamp(0, 1) * 255
    return shades.round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()
