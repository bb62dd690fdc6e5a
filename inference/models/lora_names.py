"""What other programs call an adapter's layers, as diffusers calls them: it knows the names of some families only."""

import re
from collections.abc import Mapping
from typing import Any

import torch

_MATRIX = re.compile(
    r"(diffusion_model\.|base_model\.model\.|lora_unet_|lora_transformer_)?(?P<layer>.+)"
    r"\.lora_((?P<down>down|A)|up|B)(\.\w+)?\.weight"
)

_SD3 = re.compile(
    r"joint_blocks[._](?P<block>\d+)[._](?P<stream>x|context)_block[._](?P<what>attn2?|mlp|adaLN_modulation)"
    r"[._](?P<part>qkv|proj|fc1|fc2|1)"
)

_SD3_PARTS = {
    ("x", "attn", "qkv"): ("attn.to_q", "attn.to_k", "attn.to_v"),
    ("x", "attn", "proj"): ("attn.to_out.0",),
    ("x", "attn2", "qkv"): ("attn2.to_q", "attn2.to_k", "attn2.to_v"),
    ("x", "attn2", "proj"): ("attn2.to_out.0",),
    ("x", "mlp", "fc1"): ("ff.net.0.proj",),
    ("x", "mlp", "fc2"): ("ff.net.2",),
    ("x", "adaLN_modulation", "1"): ("norm1.linear",),
    ("context", "attn", "qkv"): ("attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj"),
    ("context", "attn", "proj"): ("attn.to_add_out",),
    ("context", "mlp", "fc1"): ("ff_context.net.0.proj",),
    ("context", "mlp", "fc2"): ("ff_context.net.2",),
    ("context", "adaLN_modulation", "1"): ("norm1_context.linear",),
}
"""Layers in Stability's own program for Stable Diffusion 3, by which kohya's trainer names them, and in diffusers."""


def under_diffusers_names(weights: Mapping[str, torch.Tensor], pipeline: Any) -> dict[str, torch.Tensor]:
    """The same under diffusers' names, if all of them are of layers of the pipeline's denoiser; else as they are.

    Args:
        weights: every layer at strength 1.
        pipeline: without adapters, which rename the layers that they are put on.
    """
    component = "unet" if hasattr(pipeline, "unet") else "transformer"
    denoiser = getattr(pipeline, component, None)
    layers = dict(denoiser.named_modules()) if isinstance(denoiser, torch.nn.Module) else {}
    known = {name.replace(".", "_"): name for name in layers} | {name: name for name in layers}
    made: dict[str, torch.Tensor] = {}
    for name, each in weights.items():
        if name.endswith(".alpha"):
            continue  # it is that of strength 1
        found = _MATRIX.fullmatch(name)
        parts = () if found is None else _parts(found["layer"], known)
        if found is None or not parts or not layers.keys() >= set(parts):
            return dict(weights)
        if found["down"]:
            made |= {f"{component}.{part}.lora_A.weight": each for part in parts}
        elif found["layer"] in known:
            made[f"{component}.{parts[0]}.lora_B.weight"] = each
        else:
            several = zip(parts, _rows(each, parts, layers), strict=True)
            made |= {f"{component}.{part}.lora_B.weight": one for part, one in several}
    return made


def _parts(layer: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """The layers of diffusers that one of another program is; () if it is not known."""
    if layer in known:
        return (known[layer],)
    if (found := _SD3.fullmatch(layer)) is None:
        return ()
    inside = _SD3_PARTS.get((found["stream"], found["what"], found["part"]), ())
    return tuple(f"transformer_blocks.{found['block']}.{each}" for each in inside)


def _rows(up: torch.Tensor, parts: tuple[str, ...], layers: Mapping[str, Any]) -> tuple[torch.Tensor, ...]:
    """What of a second matrix by Stability's names belongs to each of these."""
    block, found, _ = parts[0].partition(".norm1_context.")
    if found and layers[block].context_pre_only:  # scale and shift, where Stability has shift and scale
        return (torch.cat(up.chunk(2)[::-1]),)
    return up.tensor_split(len(parts))
