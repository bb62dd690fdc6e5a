"""Models in the true configurations of their families with random weights, made on the device in seconds.

What a picture costs does not depend on what the weights say. The `tiny` ones rehearse everything on any machine.
"""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

from inference.models import loading
from inference.models.entry import ModelEntry

SCHEDULE = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Giant:
    """A family's configuration.

    Attributes:
        side: pixels along a side of what it was trained on.
        unet, vae: what their classes are built with.
        texts: configurations of its text encoders; the last one of two projects.
        turbo: made for a step or two.
        tiny: its autoencoder is a tiny one.
    """

    side: int
    unet: dict[str, Any]
    vae: dict[str, Any]
    texts: tuple[dict[str, Any], ...]
    turbo: bool = False
    tiny: bool = False

    @property
    def large(self) -> bool:
        """Whether it is of the SDXL family."""
        return len(self.texts) == 2


def _text(hidden: int, layers: int, heads: int, act: str) -> dict[str, Any]:
    return {
        "hidden_size": hidden,
        "intermediate_size": 4 * hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "projection_dim": hidden,
        "hidden_act": act,
    }


_XL = {
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "addition_embed_type": "text_time",
    "use_linear_projection": True,
}
_KL = {
    "block_out_channels": (128, 256, 512, 512),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "layers_per_block": 2,
}
_SMALL_KL = {**_KL, "block_out_channels": (8, 8, 8, 8), "layers_per_block": 1, "norm_num_groups": 4}
_SMALL = {"block_out_channels": (16, 32, 32), "norm_num_groups": 8, "layers_per_block": 1}
_QUARTER = {
    "sample_size": 32,
    "block_out_channels": (80, 160, 320, 320),
    "norm_num_groups": 16,
    "attention_head_dim": (2, 4, 8, 8),
    "cross_attention_dim": 256,
    "use_linear_projection": True,
}
"""SD-Turbo at a quarter of its width: what a processor paints in a fraction of a second."""
_TURBO = {
    "sample_size": 64,
    "cross_attention_dim": 1024,
    "attention_head_dim": (5, 10, 20, 20),
    "use_linear_projection": True,
}
_TURBO_TEXT = _text(1024, 23, 16, "gelu")
_CLIP_L = _text(768, 12, 12, "quick_gelu")
_SMALL_TEXT = _text(32, 2, 2, "quick_gelu")
_SMALL_UNET = {
    **_SMALL,
    "down_block_types": ("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
    "sample_size": 8,
    "cross_attention_dim": 32,
    "attention_head_dim": 2,
}

GIANTS: dict[str, Giant] = {
    "sd15": Giant(
        side=512,
        unet={"sample_size": 64, "cross_attention_dim": 768, "attention_head_dim": 8},
        vae={**_KL, "sample_size": 512, "scaling_factor": 0.18215},
        texts=(_CLIP_L,),
    ),
    "sdxl": Giant(
        side=1024,
        unet={
            **_XL,
            "sample_size": 128,
            "block_out_channels": (320, 640, 1280),
            "transformer_layers_per_block": (1, 2, 10),
            "attention_head_dim": (5, 10, 20),
            "cross_attention_dim": 2048,
            "addition_time_embed_dim": 256,
            "projection_class_embeddings_input_dim": 2816,
        },
        vae={**_KL, "sample_size": 1024, "scaling_factor": 0.13025, "force_upcast": True},
        texts=(_CLIP_L, _text(1280, 32, 20, "gelu")),
    ),
    "sd-turbo": Giant(side=512, unet=_TURBO, vae={}, texts=(_TURBO_TEXT,), turbo=True, tiny=True),
    "sd-turbo-kl": Giant(
        side=512,
        unet=_TURBO,
        vae={**_KL, "sample_size": 512, "scaling_factor": 0.18215},
        texts=(_TURBO_TEXT,),
        turbo=True,
    ),
    "tiny-sd15": Giant(side=64, unet=_SMALL_UNET, vae={**_SMALL_KL, "sample_size": 64}, texts=(_SMALL_TEXT,)),
    "tiny-sdxl": Giant(
        side=128,
        unet={
            **_XL,
            **_SMALL,
            "sample_size": 16,
            "transformer_layers_per_block": (1, 1, 2),
            "attention_head_dim": (1, 2, 4),
            "cross_attention_dim": 64,
            "addition_time_embed_dim": 8,
            "projection_class_embeddings_input_dim": 32 + 6 * 8,
        },
        vae={**_SMALL_KL, "sample_size": 128, "force_upcast": True},
        texts=(_SMALL_TEXT, _SMALL_TEXT),
    ),
    "tiny-turbo": Giant(
        side=64,
        unet=_SMALL_UNET,
        vae={"encoder_block_out_channels": (8,) * 4, "decoder_block_out_channels": (8,) * 4},
        texts=(_SMALL_TEXT,),
        turbo=True,
        tiny=True,
    ),
    "tiny-turbo-kl": Giant(
        side=64, unet=_SMALL_UNET, vae={**_SMALL_KL, "sample_size": 64}, texts=(_SMALL_TEXT,), turbo=True
    ),
    "quarter-turbo": Giant(
        side=256,
        unet=_QUARTER,
        vae={**_KL, "block_out_channels": (32, 64, 128, 128), "sample_size": 256, "scaling_factor": 0.18215},
        texts=(_text(256, 6, 4, "gelu"),),
        turbo=True,
    ),
    "quarter-turbo-tiny": Giant(
        side=256,
        unet=_QUARTER,
        vae={"encoder_block_out_channels": (16,) * 4, "decoder_block_out_channels": (16,) * 4},
        texts=(_text(256, 6, 4, "gelu"),),
        turbo=True,
        tiny=True,
    ),
}


def folder_of(name: str, where: Path) -> Path:
    """A model folder with as much in it as tells a backend what the model is; it holds no weights."""
    giant = GIANTS[name]
    folder = where / name
    kind = "StableDiffusionXLImg2ImgPipeline" if giant.large else "StableDiffusionImg2ImgPipeline"
    vae = {"block_out_channels": list(giant.vae.get("block_out_channels", (64,) * 4))}
    for part, told in (("", {"_class_name": kind}), ("unet", giant.unet), ("vae", vae)):
        (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / part / ("config.json" if part else "model_index.json")).write_text(json.dumps(told))
    return folder


def build(name: str, device: torch.device, dtype: torch.dtype) -> Any:
    """The stock pipeline of a giant."""
    giant = GIANTS[name]
    torch.manual_seed(0)
    with torch.device(device):
        unet = diffusers.UNet2DConditionModel(**giant.unet)
        vae = diffusers.AutoencoderTiny(**giant.vae) if giant.tiny else diffusers.AutoencoderKL(**giant.vae)
        encoders = [_encoder(told, projects=place == 1) for place, told in enumerate(giant.texts)]
    spacing = "trailing" if giant.turbo else "leading"
    parts: dict[str, Any] = {
        "unet": unet,
        "vae": vae,
        "scheduler": diffusers.EulerDiscreteScheduler(**SCHEDULE, timestep_spacing=spacing),
        "text_encoder": encoders[0],
        "tokenizer": _tokenizer(),
    }
    if giant.large:
        parts |= {"text_encoder_2": encoders[1], "tokenizer_2": _tokenizer(), "add_watermarker": False}
        kind = diffusers.StableDiffusionXLImg2ImgPipeline
    else:
        parts |= {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
        kind = diffusers.StableDiffusionImg2ImgPipeline
    for part in (unet, vae, *encoders):
        part.eval().requires_grad_(requires_grad=False).to(dtype)
    pipeline = kind(**parts)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _tokenizer() -> Any:
    """One token per letter, padded to the 77 that the encoders were made for."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)] + [","]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return transformers.CLIPTokenizer(
        vocab={word: place for place, word in enumerate(words)},
        merges=[],
        model_max_length=77,
        unk_token="<|endoftext|>",  # noqa: S106 -- not that kind of token
        pad_token="<|endoftext|>",  # noqa: S106
    )


def _encoder(told: dict[str, Any], *, projects: bool) -> Any:
    config = transformers.CLIPTextConfig(
        **told, vocab_size=49408, bos_token_id=54, eos_token_id=55, pad_token_id=55, max_position_embeddings=77
    )
    return (transformers.CLIPTextModelWithProjection if projects else transformers.CLIPTextModel)(config)


@contextmanager
def standing_in(*, shared: Callable[[], bool]) -> Iterator[None]:
    """While this lasts, backends that load a giant's folder get one built.

    Args:
        shared: asked at each load; whether it gets the weights of the one before, or weights of its own.
    """
    before = loading.load
    built: dict[tuple[str, torch.dtype], Any] = {}

    def load(place: Path, entry: ModelEntry, model: str, device: torch.device, dtype: torch.dtype, **how: Any) -> Any:
        if place.name not in GIANTS:
            return before(place, entry, model, device, dtype, **how)
        key = (place.name, dtype)
        if not shared():
            return build(place.name, device, dtype)
        if key not in built:
            built[key] = build(place.name, device, dtype)
        return copy.copy(built[key])

    loading.load = load
    try:
        yield
    finally:
        loading.load = before
