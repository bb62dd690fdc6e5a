"""Layers of 16-bit models on a processor that has no instructions for 16-bit products, computed in float32.

Torch and oneDNN emulate such products there, at a ninth to a quarter of float32's pace. Here a layer's weights stay
in 16 bits in memory; for each call they and the layer's input are converted to float32, and the result is rounded
back. The emulation computes the same: it too adds up in float32 and rounds once. Only the order of the sums differs
(0.02 % of a layer's bfloat16 outputs do, by one rounding).
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from inference.models.devices import emulated

FEW = 8
"""Vectors in an input: with fewer, converting a linear layer's weights takes longer than emulating its products. With
288, a layer of 1024 by 6144 takes a quarter of the time in bfloat16 and a tenth in float16 (a core with AVX-512)."""


def widen(*models: Any) -> int:
    """Have linear layers and convolutions compute in float32 if the processor emulates their number format.

    A layer looks its weights up in each call, so they may still change. Layers in other formats stay as they are.

    Returns:
        How many layers were changed.
    """
    several = [layer for model in models for layer in model.modules() if _takes(layer)]
    for layer in several:
        # The forwards of a convolution's subclasses add to its own, which calls `_conv_forward`.
        name, make = ("forward", _linear) if type(layer) is nn.Linear else ("_conv_forward", _convolution)
        setattr(layer, name, make(layer))
    return len(several)


def _takes(layer: nn.Module) -> bool:
    """Whether it is such a layer: a plain linear one, for its subclasses are quantised, or any convolution."""
    plain = type(layer) is nn.Linear or isinstance(layer, nn.Conv2d | nn.Conv3d)
    return plain and emulated(layer.weight.dtype)  # type: ignore[arg-type]  # torch declares tensors and modules


def _linear(layer: nn.Linear) -> Any:
    def forward(vectors: torch.Tensor) -> torch.Tensor:
        if vectors.numel() < FEW * layer.in_features:
            return functional.linear(vectors, layer.weight, layer.bias)
        return functional.linear(vectors.float(), layer.weight.float(), _wide(layer.bias)).to(vectors.dtype)

    return forward


def _convolution(layer: nn.Conv2d | nn.Conv3d) -> Any:
    plain: Any = layer._conv_forward  # noqa: SLF001 -- what `forward` calls

    def forward(image: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        result: torch.Tensor = plain(image.float(), weight.float(), _wide(bias))
        return result.to(image.dtype)

    return forward


def _wide(bias: torch.Tensor | None) -> torch.Tensor | None:
    return None if bias is None else bias.float()
