"""An adapter's weights, so that diffusers puts them on as strong as their file means them.

It loses some of that without a word: the metadata of its own files is not seen of tensors that are handed over; of
strengths that differ from layer to layer, as in files that were made smaller, those of a UNet's attention and of text
encoders do not count; nor do those beside diffusers' own names. So each is multiplied into its layer's weights.
"""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from inference.models.hub import CONFIGURATION

_FIRST = re.compile(r"(?P<layer>.+)\.lora_(down|A)(?P<rest>(\.\w+)?\.weight)")
"""A layer's first matrix, in kohya's files and in peft's; the second is called up or B."""

_LAYER = re.compile(r"(lora_up|lora_B|lora\.up|lora_linear_layer\.up)(\.\w+)?\.weight$|\.lokr_w1(_a)?$|\.diff(_b)?$")
"""What each layer has one of, by any program. If it is zero, the layer does nothing."""

_OF_WORDS = re.compile(r"(?:lora_te_|text_encoder\.)(?:text_model[._])?encoder[._]layers[._](\d+)[._]")
"""A layer of the first text encoder, in kohya's files and in diffusers'."""

_PLAIN = ("transformer.", "unet.")
_COMFY = "diffusion_model."
"""Beginnings of the names in diffusers' own files and in ComfyUI's. Others may be known by their strengths."""

_FUSED = re.compile(r"(?P<layer>diffusion_model\..+\.attention)\.(?P<what>qkv|out)")
"""What is one layer in Z-Image's own program and three in diffusers, and one of another name."""

_FLOAT8 = frozenset({torch.float8_e4m3fn, torch.float8_e5m2})


def layers(weights: Mapping[str, torch.Tensor]) -> int:
    """How many layers they change."""
    return sum(_LAYER.search(name) is not None and bool(each.any()) for name, each in weights.items())


def of_layers_in_use(weights: Mapping[str, torch.Tensor], pipeline: Any) -> dict[str, torch.Tensor]:
    """The same without those of the text encoder's last layers that `clip_skip` took away."""
    encoder: Any = getattr(pipeline, "text_encoder", None)
    inside: Any = getattr(getattr(encoder, "text_model", encoder), "encoder", None)
    if not hasattr(inside, "layers"):
        return dict(weights)
    skipped = range(len(inside.layers), encoder.config.num_hidden_layers)
    found = {name: _OF_WORDS.match(name) for name in weights}
    return {name: each for name, each in weights.items() if not ((at := found[name]) and int(at[1]) in skipped)}


def with_strengths(
    weights: Mapping[str, torch.Tensor], metadata: Mapping[str, str], apart: Mapping[str, Any] | None = None
) -> dict[str, torch.Tensor]:
    """The same with every layer at strength 1, and float8, in which nothing is computed, in 16 bit.

    Args:
        weights: by the names in the file.
        metadata: of the file.
        apart: peft's configuration of all layers, from a file of its own.
    """
    configurations = {f"base_model.{name}": each for name, each in (apart or {}).items()} | _configurations(metadata)
    made = {name: each.bfloat16() if each.dtype in _FLOAT8 else each for name, each in weights.items()}
    for name in weights:
        if (found := _FIRST.fullmatch(name)) is None:
            continue
        layer, rest = found["layer"], found["rest"]
        up = f"{layer}.lora_{'up' if found[2] == 'down' else 'B'}{rest}"
        if up not in made:
            continue
        first, second, rank = made[name], made[up], len(made[name])
        alpha = made.pop(f"{layer}.alpha", None)
        strength = _configured(configurations, layer, rank) if alpha is None else float(alpha) / rank
        if strength != 1:  # on both, as the numbers of one in float16 may become too small
            root = math.sqrt(abs(strength))
            made[name] = (first.float() * root).to(first.dtype)
            made[up] = (second.float() * math.copysign(root, strength)).to(second.dtype)
        if layer.startswith(_PLAIN):
            made[f"{layer}.lora_A{rest}"], made[f"{layer}.lora_B{rest}"] = made.pop(name), made.pop(up)
        elif (fused := _FUSED.fullmatch(layer)) is not None:
            parts = ("to_q", "to_k", "to_v") if fused["what"] == "qkv" else ("to_out.0",)
            down, several = made.pop(name), made.pop(up).chunk(len(parts))
            for part, each in zip(parts, several, strict=True):
                made[f"{fused['layer']}.{part}.lora_A{rest}"] = down
                made[f"{fused['layer']}.{part}.lora_B{rest}"] = each
        elif alpha is not None and not layer.startswith(_COMFY):
            made[f"{layer}.alpha"] = torch.tensor(float(rank))  # some are known by it
    return made


def beside(file: Path) -> dict[str, Any]:
    """The configuration that peft writes beside its weights; empty if there is none."""
    try:
        return _object(file.with_name(CONFIGURATION).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _configurations(metadata: Mapping[str, str]) -> dict[str, Any]:
    """peft's, of all components, as diffusers writes them beside its weights."""
    return _object(metadata.get("lora_adapter_metadata", "{}"))


def _object(told: str) -> dict[str, Any]:
    try:
        found = json.loads(told)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _configured(configurations: Mapping[str, Any], layer: str, rank: int) -> float:
    component, _, inside = layer.replace("base_model.model.", "base_model.", 1).partition(".")
    alpha = configurations.get(f"{component}.lora_alpha", rank)
    patterns = configurations.get(f"{component}.alpha_pattern") or {}
    alpha = next((each for pattern, each in patterns.items() if re.fullmatch(rf"(.*\.)?({pattern})", inside)), alpha)
    return float(alpha) / (math.sqrt(rank) if configurations.get(f"{component}.use_rslora") else rank)
