"""Weights laid out once as the processor's kernels want them, instead of in every call.

oneDNN reorders a convolution's or a linear layer's weights each time that it is called with them, a good part of a
small call, and in float32 torch does not ask it for linear layers at all. The compiler of torch knows the same
operators, but needs minutes and a C++ compiler; here they are called directly.

They also compute a GELU with the product before it: of 1536 rows that 768 by 3072 weights make in bfloat16, both take
37 to 39 ms instead of 44 to 46.
"""

from collections.abc import Callable
from types import MethodType
from typing import Any

import psutil
import torch
from diffusers.models.activations import GELU
from torch import nn
from torch.nn import functional

from inference.models.devices import instructions, weight

LIKELY = (4, 64, 64)
"""Rows, height and width that kernels are chosen for; others work too."""

_SINGLE_BLOCK = "FluxSingleTransformerBlock"
"""By its name, as importing it takes longer than many a start that has no use for it."""

Forward = Callable[..., torch.Tensor]


def pack(model: nn.Module) -> int:
    """Pack a model's convolutions and linear layers for the CPU; their own weights stay for whoever looks at them.

    Only for a model whose weights will not change any more, nor their number format. Nothing is done if memory
    would get scarce, nor on processors without 512-bit vectors: they have no kernels for bfloat16, and in float32
    those for packed weights take up to 1.7 times as long.

    Returns:
        How many layers were packed.
    """
    size = weight(model)
    if not able() or psutil.virtual_memory().available < 4 * size:
        return 0
    packed = 0
    for layer in model.modules():
        if forward := _forward(layer):
            layer.forward = forward
            layer.copied_bytes = layer.weight.nbytes  # type: ignore[assignment]  # torch declares tensors and modules
            packed += 1
    for layer in model.modules():
        _fuse(layer)
    return packed


def able() -> bool:
    """Whether this processor gains from it."""
    return bool(instructions().get("avx512_f")) and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]


def _forward(layer: nn.Module) -> Forward | None:
    """What to call in place of the layer; None if it is of another kind or torch does not offer this."""
    try:
        if type(layer) is nn.Conv2d and layer.padding_mode == "zeros" and isinstance(layer.padding, tuple):
            return _convolution(layer)
        if type(layer) is nn.Linear:
            return _linear(layer)
    except (AttributeError, RuntimeError):  # the operators are not of torch's public face and may go
        return None
    return None


def _convolution(layer: nn.Conv2d) -> Forward:
    rows, height, width = LIKELY
    how = (layer.padding, layer.stride, layer.dilation, layer.groups)
    weight = torch.ops.mkldnn._reorder_convolution_weight(  # noqa: SLF001 -- see the module
        layer.weight.detach(), *how, [rows, layer.in_channels, height, width]
    )
    call = torch.ops.mkldnn._convolution_pointwise  # noqa: SLF001

    def forward(image: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = call(image, weight, layer.bias, *how, "none", [], "")
        return result

    return forward


def _linear(layer: nn.Linear) -> Forward:
    weight = torch.ops.mkldnn._reorder_linear_weight(layer.weight.detach(), None)  # noqa: SLF001
    call = torch.ops.mkldnn._linear_pointwise  # noqa: SLF001

    def forward(rows: torch.Tensor, then: str = "none", how: str = "") -> torch.Tensor:
        result: torch.Tensor = call(rows, weight, layer.bias, then, [], how)
        return result

    return forward


def _fuse(layer: Any) -> None:
    """Have a GELU computed with the packed layer before it, if this is a layer of both."""
    if type(layer) is GELU and hasattr(layer.proj, "copied_bytes"):
        layer.forward = MethodType(_activated, layer)
    if type(layer).__name__ == _SINGLE_BLOCK and hasattr(layer.proj_mlp, "copied_bytes"):
        layer.packed_mlp = layer.proj_mlp.forward
        layer.proj_mlp.forward = MethodType(_block_projected, layer)
        layer.act_mlp.forward = MethodType(_block_activated, layer)


def _activated(self: Any, rows: torch.Tensor) -> torch.Tensor:
    """In place of `GELU.forward`."""
    fused = _fuses(self.proj)
    result: torch.Tensor = self.proj.forward(rows, "gelu", self.approximate) if fused else self.gelu(self.proj(rows))
    return result


def _block_projected(self: Any, rows: torch.Tensor) -> torch.Tensor:
    """In place of the forward of a block's `proj_mlp`, with what its `act_mlp` does."""
    act: tuple[str, ...] = ("gelu", self.act_mlp.approximate) if _fuses(self.proj_mlp) else ()
    result: torch.Tensor = self.packed_mlp(rows, *act)
    return result


def _block_activated(self: Any, rows: torch.Tensor) -> torch.Tensor:
    """In place of the forward of `act_mlp`."""
    return rows if _fuses(self.proj_mlp) else functional.gelu(rows, approximate=self.act_mlp.approximate)


def _fuses(layer: nn.Module) -> bool:
    """Whether nothing is added to a layer's output before the activation, as an adapter on a copy of it does."""
    return type(layer) is nn.Linear
