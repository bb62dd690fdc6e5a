"""What the step loop needs of a model, as an interface that a family of models implements.

The loop knows nothing of a family: not how its prompts are encoded, what its denoiser is called with, nor how its
levels of noise are counted. Latents are [channels, height, width] between the loop's calls, whatever a denoiser packs
them into. Texts and pictures are encoded in the order and with the random numbers of the family's stock pipeline.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

import torch
from PIL import Image

from inference.api import ControlKind, Img2ImgRequest
from inference.batching.cache import ByteCache
from inference.batching.denoiser import Rows
from inference.batching.solver import Plan
from inference.batching.strength import Start

TEXT_BYTES = 64 << 20
IMAGE_BYTES = 128 << 20


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

    def zeros(self) -> "PromptEmbeds":
        """What some models were trained to take for no prompt."""
        pooled = None if self.pooled is None else torch.zeros_like(self.pooled)
        return PromptEmbeds(torch.zeros_like(self.hidden), pooled)


@dataclass(frozen=True, slots=True)
class LatentDist:
    """An encoded picture before a sample is drawn from it.

    Attributes:
        mean: [1, channels, height, width], as the autoencoder gives it.
        std: of the same shape; None if the autoencoder is deterministic (`AutoencoderTiny`).
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


def prompt_cache() -> ByteCache[PromptEmbeds]:
    """For `Components.prompts`."""
    return ByteCache(TEXT_BYTES, lambda embeds: embeds.nbytes)


def image_cache() -> ByteCache[LatentDist]:
    """For `Components.images`."""
    return ByteCache(IMAGE_BYTES, lambda dist: dist.nbytes)


class Planner(Protocol):
    """Plans runs with one scheduler and its kind of noise levels. Safe to use from several threads.

    Attributes:
        linear: whether its steps are linear maps, so that plans are exact; if not, each request steps with the
            scheduler that `stepper` gives.
    """

    linear: bool

    def plan(self, steps: int, start: Start, *, shape: tuple[int, int, int], from_noise: bool = False) -> Plan:
        """The run over the last `start.steps` of a grid of `steps`, for latents of that shape.

        Raises:
            ValueError: from diffusers, if the scheduler cannot have so many steps.
        """
        ...

    def stepper(self, steps: int, start: Start) -> Any:
        """A grid with a scheduler of its own for one request, begun where `plan` begins; None if `linear`."""
        ...


class Components(Protocol):
    """One loaded model.

    Not safe to use from several threads, except for its attributes, its caches and `prepare_image`.

    Attributes:
        pipeline: the stock pipeline, which LoRAs are loaded into.
        denoiser: the module that is called at every step: a UNet or a transformer.
        vae, exact_vae: the autoencoder; the one that encodes, a copy if the first has a narrower number format.
        vae_scale_factor: pixels per latent, along a side.
        preview_decoder: a tiny autoencoder, or None.
        prompts, images: what was encoded before.
        is_transformer: whether the denoiser is a transformer and not a UNet.
        networks: class of diffusers -> what makes a control network of it that steers this family; empty if none can.
        texts_vary: prompts are of any length, and are padded with a mask to share a call.
        captured: a call of it can become a CUDA graph, as it copies nothing from the host and reads nothing that
            a cache may drop.
        edits: it edits by instruction: strength does not apply, and a run begins with noise alone.
        tiled: the autoencoder works on tiles, whatever `set_low_memory` says.
        true_guidance: if guidance is an input of the model, how much a negative prompt weighs; 1 leaves it out.
        model: its name, for the log.
    """

    pipeline: Any
    denoiser: Any
    vae: Any
    exact_vae: Any
    vae_scale_factor: int
    dtype: torch.dtype
    device: torch.device
    preview_decoder: Any
    prompts: ByteCache[PromptEmbeds]
    images: ByteCache[LatentDist]
    is_transformer: bool
    networks: Mapping[str, type["ControlNet"]]
    texts_vary: bool
    captured: bool
    edits: bool
    tiled: bool
    true_guidance: float
    model: str

    @property
    def decodes_previews(self) -> bool:
        """Whether previews are cheap enough to be decoded by `decode_preview`."""
        ...

    @property
    def upcasts(self) -> bool:
        """Whether the autoencoder has to encode in float32."""
        ...

    def with_adapters(self, adapted: Any, lora_key: Hashable) -> Self:
        """The same with the denoiser and the text encoders of a pipeline that has LoRAs and the same autoencoder.

        They share the caches; `lora_key` tells apart the prompts that each has encoded.
        """
        ...

    def solver(self) -> Planner:
        """What plans runs with the model's scheduler."""
        ...

    def call(self, model: Any, rows: Rows) -> torch.Tensor:
        """One plain call of a denoiser: its output, [rows, channels, height, width]."""
        ...

    def is_guided(self, request: Img2ImgRequest) -> bool:
        """Whether a request takes two rows, for classifier-free guidance: its negative prompt's and its prompt's."""
        ...

    def guidance_weight(self, guidance_scale: float) -> float:
        """What `guide` is given for a request's guidance scale."""
        ...

    def guide(self, negative: torch.Tensor, positive: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
        """Guidance from the outputs of two rows.

        Args:
            negative: float32, [requests, channels, height, width].
            positive: of the same shape; equal to `negative` for a request with one row.
            scales: [requests, 1, 1, 1].
        """
        ...

    def predicted(self, sample: torch.Tensor, output: torch.Tensor, mix: tuple[float, float]) -> torch.Tensor:
        """The predicted picture (x0) as scaled latents; `mix` is the sample's shares of signal and noise."""
        ...

    def conditions(self, request: Img2ImgRequest, picture: Image.Image, source: torch.Tensor) -> Rows:
        """The denoiser's inputs besides latents and timestep: one row, or the negative and the positive one.

        Args:
            request: for its prompts and its guidance scale.
            picture: the padded one; its size is an input of some families, its pixels of others' text encoders.
            source: its latents, [1, channels, height, width], for families that take them as reference tokens.
        """
        ...

    def encode_prompt(self, text: str, *, negative: bool) -> PromptEmbeds:
        """Encode a prompt, or take it from the cache; an empty one as the model was trained to take none."""
        ...

    def encode_picture(self, picture: Image.Image) -> LatentDist:
        """Encode an RGB picture whose sides the model takes."""
        ...

    def prepare_image(self, picture: Image.Image) -> PreparedImage:
        """The part of encoding a picture that needs no device: hashing and converting it. Safe in any thread."""
        ...

    def encode_image(self, prepared: PreparedImage) -> LatentDist:
        """Encode a prepared picture, or take it from the cache."""
        ...

    def draw_sample_noise(self, picture: Image.Image, generator: torch.Generator) -> torch.Tensor | None:
        """The random numbers that stock draws first, to sample the encoded picture; None if it draws none."""
        ...

    def latent_shape(self, picture: Image.Image) -> tuple[int, int, int]:
        """Channels, height and width of the latents of a picture."""
        ...

    def sample_latents(self, dist: LatentDist, drawn: torch.Tensor | None) -> torch.Tensor:
        """The sample that `drawn` makes of a distribution, [1, channels, height, width], scaled for the denoiser."""
        ...

    def unscale(self, latents: torch.Tensor) -> torch.Tensor:
        """Latents as the autoencoder takes them."""
        ...

    def decode(self, latents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Pixels [n, height, width, 3], uint8, of scaled latents [n, channels, height, width], on the device.

        With them bool [n]: whether all of a picture's values were finite, which uint8 does not show.
        """
        ...

    def decode_preview(self, latents: torch.Tensor) -> torch.Tensor:
        """Pixels as `decode` gives them, by `preview_decoder`."""
        ...

    def set_low_memory(self, *, low_memory: bool) -> None:
        """Have the autoencoder work on tiles, one picture after the other, or not."""
        ...


Residuals = tuple[tuple[torch.Tensor, ...], tuple[int, ...]]
"""The tensors that a control network adds, and their layout; see `Rows`."""


class ControlNet(Protocol):
    """A control network on the device, used for one kind; equal to others that give the same for the same rows.

    Attributes:
        once: it is called for a request's positive row only, and its residuals are added to the negative one too.
    """

    @property
    def once(self) -> bool: ...

    @property
    def model(self) -> Any: ...

    @property
    def layout(self) -> tuple[int, ...]:
        """See `Rows.layout`."""
        ...

    @classmethod
    def of(cls, model: Any, kind: ControlKind) -> Self: ...

    @staticmethod
    def fits(network: Any, components: Components) -> bool:
        """Whether a network of that configuration can steer a model."""
        ...

    @staticmethod
    def prepare(network: Any, components: Components) -> None:
        """Give a network that was just loaded the modules that it shares with its model."""
        ...

    def draws(self, drawn: Image.Image, components: Components, generator: torch.Generator) -> torch.Tensor | None:
        """The random numbers that stock draws first, to sample the encoded map; None if it draws none."""
        ...

    def hint(self, drawn: Image.Image, components: Components, noise: torch.Tensor | None) -> torch.Tensor:
        """A map as the network takes it, one row, on the device; `noise` is what `draws` gave."""
        ...

    def residuals(self, rows: Rows, hints: torch.Tensor, scales: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The residuals for some rows, see `Rows.residuals`.

        Args:
            rows: those that it steers.
            hints: their maps, one row each.
            scales: float32, [rows].
        """
        ...

    def spread(self, residuals: tuple[torch.Tensor, ...], components: Components) -> Residuals:
        """The same with a tensor for each block of the model, for a call with networks of another layout."""
        ...
