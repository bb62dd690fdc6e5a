"""Adapters with random weights for the tiny models, in the file format that diffusers writes."""

import copy
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model_state_dict

ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
TEXT = ("q_proj", "v_proj")


def save_lora(pipeline: Any, file: Path, *, seed: int, words: bool = False) -> Path:
    """Write an adapter for a model like `pipeline`, with or without a part for its text encoder."""
    name = "unet" if hasattr(pipeline, "unet") else "transformer"
    layers = {f"{name}_lora_layers": _layers(getattr(pipeline, name), ATTENTION, seed)}
    if words:
        layers["text_encoder_lora_layers"] = _layers(pipeline.text_encoder, TEXT, seed)
    type(pipeline).save_lora_weights(str(file.parent), weight_name=file.name, **layers)
    return file


def _layers(module: Any, targets: tuple[str, ...], seed: int) -> dict[str, torch.Tensor]:
    torch.manual_seed(seed)
    own = copy.deepcopy(module)
    own.add_adapter(LoraConfig(r=2, lora_alpha=4, init_lora_weights=False, target_modules=list(targets)))
    return {name: each + 0.1 * torch.randn_like(each) for name, each in get_peft_model_state_dict(own).items()}
