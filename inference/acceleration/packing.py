"""Weights laid out once as the processor's kernels want them, instead of in every call.

oneDNN reorders a convolution's or a linear layer's weights each time that it is called with them, a good part of a
small call, and in float32 torch does not ask it for linear layers at all. The compiler of torch knows the same
operators, but needs minutes and a C++ compiler; here they are called directly.
"""

from collections.abc import Callable

import psutil
import torch
from torch import nn

from inference.models.devices import weight

LIKELY = (4, 64, 64)
"""Rows, height and width that kernels are chosen for; others work too."""

Forward = Callable[[torch.Tensor], torch.Tensor]


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
    return packed


def able() -> bool:
    """Whether this processor gains from it."""
    wide = torch.cpu.get_capabilities().get("avx512_f", False)
    return bool(wide) and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]


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

    def forward(rows: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = call(rows, weight, layer.bias, "none", [], "")
        return result

    return forward
