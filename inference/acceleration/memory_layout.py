"""Layers of a model computed in the way that is fastest for their memory layout and device, with the same results.

Diffusers and torch choose for large models on GPUs. What is changed here are three such choices, each only if it
was measured to be slower, and each in place, so that adapters and compilers find the modules that they know.
"""

from types import MethodType
from typing import Any

import torch
from diffusers.models.attention_processor import Attention, AttnProcessor2_0
from diffusers.models.transformers.transformer_2d import Transformer2DModel
from torch import nn
from torch.nn import functional

FEW_KEYS = 128
"""With so many keys or fewer, two products and a softmax take 0.5 to 0.75 of the time of torch's fused attention on a
processor in bfloat16; a CLIP prompt has 77."""

SMALL_AREA = 1024
FEW_CHANNELS = 16
"""On a processor, torch normalises groups of so many channels or fewer one number at a time if there are fewer
positions than `SMALL_AREA` and channels lie last; with them first, and laid back, it takes 0.5 of the time."""


def keep_channels_last(model: nn.Module) -> None:
    """Have transformers hand on pictures as they got them, channels last.

    Diffusers lays them out anew with channels first, and torch back again where they meet others: 0.92 of the time of
    a call of the shipped model without that.
    """
    for layer in model.modules():
        if isinstance(layer, Transformer2DModel):
            layer._get_output_for_continuous_inputs = MethodType(_output, layer)  # noqa: SLF001 -- where it is done


def suit_processor(model: nn.Module) -> None:
    """Do short attention and small normalisations as a processor does them best in bfloat16."""
    for layer in model.modules():
        if _narrow(layer):
            layer.forward = MethodType(_normalised, layer)
        if isinstance(layer, Attention) and _plain(layer):
            layer.set_processor(ShortAttention())


class ShortAttention(AttnProcessor2_0):  # type: ignore[misc]
    """Attention to a few keys, such as prompt embeds, as two matrix products and a softmax."""

    def __call__(
        self,
        attn: Any,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        *others: Any,
        **more: Any,
    ) -> torch.Tensor:
        keys = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        if attention_mask is not None or hidden_states.ndim != 3 or keys.shape[1] > FEW_KEYS:
            usual: torch.Tensor = super().__call__(
                attn, hidden_states, encoder_hidden_states, attention_mask, *others, **more
            )
            return usual
        query, key, value = (
            each.unflatten(-1, (attn.heads, -1)).transpose(1, 2)
            for each in (attn.to_q(hidden_states), attn.to_k(keys), attn.to_v(keys))
        )
        weights = ((query * query.shape[-1] ** -0.5) @ key.mT).softmax(-1)
        result: torch.Tensor = attn.to_out[0]((weights @ value).transpose(1, 2).flatten(2))
        return result


def _narrow(layer: nn.Module) -> bool:
    return type(layer) is nn.GroupNorm and layer.num_channels // layer.num_groups <= FEW_CHANNELS


def _plain(attention: Any) -> bool:
    """Whether it is nothing but attention."""
    return (
        type(attention.processor) is AttnProcessor2_0
        and not attention.norm_cross
        and not attention.residual_connection
        and attention.rescale_output_factor == 1
        and all(getattr(attention, norm) is None for norm in ("spatial_norm", "group_norm", "norm_q", "norm_k"))
    )


def _output(
    self: Any, *, hidden_states: torch.Tensor, residual: torch.Tensor, height: int, width: int, **_: Any
) -> torch.Tensor:
    rows = self.proj_out(hidden_states) if self.use_linear_projection else hidden_states
    image = rows.unflatten(1, (height, width)).permute(0, 3, 1, 2)
    result: torch.Tensor = (image if self.use_linear_projection else self.proj_out(image)) + residual
    return result


def _normalised(self: Any, image: torch.Tensor) -> torch.Tensor:
    small = image.ndim == 4 and image.shape[-2] * image.shape[-1] < SMALL_AREA
    laid = image.contiguous() if small else image
    result = functional.group_norm(laid, self.num_groups, self.weight, self.bias, self.eps)
    return result.contiguous(memory_format=torch.channels_last) if small else result
