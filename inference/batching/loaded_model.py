"""A loaded model, made ready for the step loop."""

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import torch
from diffusers import ModelMixin
from PIL import Image

from inference.acceleration.attention import choose, takes_kernels, use
from inference.acceleration.compile import compile_regions
from inference.acceleration.emulated import widen
from inference.acceleration.memory_layout import keep_channels_last, suit_processor
from inference.acceleration.packing import pack
from inference.acceleration.rotary import turn_by_products
from inference.acceleration.transfer import RunAhead
from inference.api import ControlKind, Img2ImgRequest, Lora, ModelUnavailable
from inference.batching.batch_size import ROW_COUNTS, RowCaps, RowCountFile, knee
from inference.batching.components import Components, Planner
from inference.batching.controlnet import ControlNets
from inference.batching.denoiser import Denoiser, Rows, seconds
from inference.batching.preview import LatentPreview
from inference.batching.step_cache import StepCache
from inference.models.devices import emulated
from inference.models.loras import LoraSet
from inference.models.memory_plan import MemoryPlan, Quantize
from inference.models.quantized import is_quantized

_TRIAL = Img2ImgRequest(
    id="", source=Path(), output=Path(), prompt="", strength=1, steps=1, guidance_scale=0, seed=0, model=""
)

TRIED = 4
"""Rows of the call by which a compiled model is judged: two requests with guidance."""


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model and all that is derived from it on loading.

    Attributes:
        apply_loras: makes the adapters active that it works with; to be called by the owner of the device before
            the model is. Raises `Unsuited` if they do not fit.
    """

    components: Components
    solver: Planner
    denoiser: Denoiser
    latent_preview: LatentPreview
    caps: RowCaps
    run_ahead: RunAhead
    controls: ControlNets
    apply_loras: Callable[[], None] = lambda: None
    step_cache: StepCache | None = None

    @classmethod
    def of(
        cls,
        components: Components,
        *,
        model: str,
        device: str,
        pixels: int,
        row_counts: RowCountFile,
        controls: Mapping[ControlKind, str] | None = None,
        make_room: Callable[[int], object] = lambda _nbytes: None,
        planned: MemoryPlan | None = None,
        step_cache: float = 0.0,
        attention: str = "",
    ) -> Self:
        """Prepare a model's components; changes their memory layout.

        Args:
            components: of the model, as its family makes them.
            model: its id.
            device: the device in words.
            pixels: the model's working area.
            row_counts: the file of row counts found before, by device and model.
            controls: kind of structure -> hub id or folder of the control network for it.
            make_room: called with the bytes that a network needs, before it is loaded.
            planned: the memory plan by which it was loaded; None if all weights are on the device, unquantised.
            step_cache: threshold of `StepCache`; 0 does without.
            attention: diffusers' name of the kernel; empty takes the fastest on a CUDA device.

        Raises:
            ModelUnavailable: the model takes no step cache, or that kernel cannot compute its attention.
        """
        plain = (planned is not None and not planned.is_plain) or is_quantized(components.denoiser)
        components.tiled = planned is not None and planned.tiled
        lay_out(components, plain=plain)
        side = max(8, int(pixels**0.5) // components.vae_scale_factor // 8 * 8)
        with torch.inference_mode():
            latent_preview = LatentPreview(components)
            choose_attention(components, attention, side, model)
            cache = cache_of(components, step_cache, model)
            # A step cache decides in each call what to leave out. Float8 is computed in, not unpacked in each call;
            # it is slower than 16 bit before its blocks are compiled.
            in_float8 = planned is not None and planned.quantize is Quantize.FLOAT8
            compiles = cache is None and (not plain or in_float8)
            captured = compiles and components.captured
            denoiser = Denoiser(components.denoiser, components.call, captured=captured)
            if (components.is_transformer and components.device.type == "cpu") or cache is not None:
                found = ROW_COUNTS[0]  # more rows cost in proportion there, and a trial of FLUX.1 takes minutes
            else:
                example = trial(components, side)
                if components.device.type == "cuda" and compiles:
                    tried = TRIED if planned is None else max(ROW_COUNTS[0], min(TRIED, planned.rows))
                    _compile(components, denoiser, example, rows=tried)
                found = row_counts.get(
                    (device, architecture(components.denoiser, planned), str(side), torch.__version__),
                    lambda: knee(lambda rows: seconds(denoiser, example.padded(rows))),
                )
            denoiser.forget()  # captured for trials
        return cls(
            components=components,
            solver=components.solver(),
            denoiser=denoiser,
            latent_preview=latent_preview,
            caps=RowCaps(found if planned is None else min(found, planned.rows), side * side),
            run_ahead=RunAhead(components.device),
            controls=ControlNets(components, controls or {}, make_room),
            step_cache=cache,
        )


def _compile(components: Components, denoiser: Denoiser, example: Rows, *, rows: int) -> None:
    """Compile the denoiser, for calls of so many rows, and if it can be, what decodes its results."""
    several = example.padded(rows)
    masked = [with_padded_text(several)] if components.texts_vary else []
    if not denoiser.compile(several, *masked):
        return
    compile_regions(getattr(components.vae, "decoder", None))
    with contextlib.suppress(torch.OutOfMemoryError):  # then they compile in their first use
        for pictures in (2, 1):  # a compiler takes one for a case of its own
            components.decode(example.padded(pictures).latents)


def with_loras(loaded: LoadedModel, lora_set: LoraSet, loras: tuple[Lora, ...]) -> LoadedModel:
    """The model with these adapters: another one, so that only requests with the same share its calls."""
    if not loras:
        return loaded
    lora_set.fetch(loras)

    def make() -> LoadedModel:
        adapted = lora_set.adapted()
        components = loaded.components.with_adapters(adapted, loras)
        cache = None
        if loaded.step_cache is not None:
            cache = StepCache(components.denoiser, loaded.step_cache.threshold)
        denoiser = Denoiser(components.denoiser, components.call, captured=loaded.denoiser.captured)
        return replace(
            loaded,
            components=components,
            denoiser=denoiser,
            apply_loras=lambda: lora_set.apply(loras),
            step_cache=cache,
        )

    return lora_set.variant(loras, make)


def architecture(network: ModelMixin, planned: MemoryPlan | None) -> str:
    """What decides a network's speed: the same for all checkpoints of a family whose weights are kept in one way."""
    settings = {name: value for name, value in network.config.items() if not name.startswith("_")}
    kept = "" if planned is None else f"{planned.quantize} {planned.offload}"
    name, count = type(network).__name__, network.num_parameters()
    return f"{name} {count} {kept} {json.dumps(settings, sort_keys=True, default=str)}"


def choose_attention(components: Components, kernel: str, side: int, model: str) -> None:
    """Have a transformer use that kernel for its attention, or without a name the fastest on a CUDA device.

    Raises:
        ModelUnavailable: it cannot be used.
    """
    if not takes_kernels(components.denoiser) or not (kernel or components.device.type == "cuda"):
        if kernel:
            raise ModelUnavailable(f"The model {model!r} has no choice of attention: leave `attention` out.")
        return
    if not kernel and not components.is_transformer:
        return
    rows = trial(components, side)
    if components.texts_vary:  # kernels have to take a mask
        rows = with_padded_text(rows)

    def took() -> float:
        return seconds(lambda rows: components.call(components.denoiser, rows), rows)

    try:
        if kernel:
            use(components.denoiser, kernel, took)
        else:
            choose(components.denoiser, took)
    except ValueError as error:
        raise ModelUnavailable(
            f"The model {model!r} cannot use the attention {kernel!r} ({error}): leave it out or choose another."
        ) from None


def cache_of(components: Components, threshold: float, model: str) -> StepCache | None:
    """The step cache of a model, if there is to be one.

    Raises:
        ModelUnavailable: diffusers has none for it.
    """
    if not threshold:
        return None
    if not StepCache.takes(components.denoiser):
        raise ModelUnavailable(f"The model {model!r} takes no step cache: leave `step_cache` out.")
    return StepCache(components.denoiser, threshold)


def lay_out(components: Components, *, plain: bool = False) -> None:
    """Choose the memory layout of weights, and kernels for it.

    Channels last is what tensor cores and the processors' kernels work on: the shipped model's decoder takes 0.7 of
    the time with it, its UNet 0.9. Packed weights save a quarter more of a UNet's in float32; packing the autoencoder
    gains nothing then, nor does packing a transformer: a quarter-size FLUX.1 takes 1.06 of the time, a Z-Image 0.98.
    In 16 bits that a processor emulates, packed layers are as slow as plain ones, and widened ones (`emulated.widen`)
    take 0.26 to 0.38 of the time.

    Args:
        components: of the model.
        plain: its denoiser stays as it came, because its weights move or are packed already.
    """
    if components.device.type not in {"cuda", "cpu"}:
        return
    denoisers = () if plain else (components.denoiser,)
    for model in (*denoisers, components.vae, components.exact_vae):
        if not any(isinstance(layer, torch.nn.Conv3d) for layer in model.modules()):  # those have no such layout
            model.to(memory_format=torch.channels_last)
    if components.device.type == "cpu":
        turn_by_products(components.denoiser)
    widens = components.device.type == "cpu" and emulated(components.dtype)
    if widens:
        parts = [part for part in components.pipeline.components.values() if isinstance(part, torch.nn.Module)]
        widen(*(part for part in parts if not (plain and part is components.denoiser)))
    if plain:
        return
    keep_channels_last(components.denoiser)
    if widens:
        return
    if components.device.type == "cpu":
        _suit(components)


def _suit(components: Components) -> None:
    """What is done for a processor that computes in the model's format."""
    if not (components.is_transformer and components.dtype == torch.float32):
        pack(components.denoiser)
    if components.dtype == torch.bfloat16:
        suit_processor(components.denoiser)
        if not components.upcasts:
            suit_processor(components.vae)
            pack(components.vae)


def with_padded_text(rows: Rows) -> Rows:
    """As requests with prompts of other lengths share a call with others, or with their own negative prompt."""
    return rows.lengthened(rows.hidden.shape[1] + 8)


def trial(components: Components, side: int) -> Rows:
    """A row of noise, of the kind that the model takes, for a square of so many latents along a side."""
    picture = Image.new("RGB", (side * components.vae_scale_factor,) * 2)
    shape = components.latent_shape(picture)
    latents = torch.randn(1, *shape, dtype=components.dtype, device=components.device)
    source = components.sample_latents(components.encode_picture(picture), None) if components.edits else latents
    conditions = components.conditions(_TRIAL, picture, source).only(-1)
    return replace(conditions, latents=latents, timesteps=torch.full((1,), 500.0, device=components.device))
