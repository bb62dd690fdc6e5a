"""Rotary position embeddings of FLUX as products of complex numbers.

Diffusers turns the pairs of a query by six operations, each of which writes a tensor in float32, and torch stacks
pairs one number at a time. That takes a processor 4.1 ms for 2 rows of 768 tokens with 6 heads of 128 numbers in
bfloat16, and 14 ms where glibc gives the memory of large tensors back; one product takes 0.9 ms.
"""

from functools import lru_cache
from types import FunctionType
from typing import Any

import torch
from diffusers.models import embeddings
from torch import nn

PROCESSORS = ("FluxAttnProcessor", "Flux2AttnProcessor", "Flux2ParallelSelfAttnProcessor")
"""Attention of diffusers that calls `apply_rotary_emb` with the same angle for both numbers of a pair.

By their names, as importing them takes longer than many a start that has no use for them.
"""


def turn_by_products(model: nn.Module) -> int:
    """Have a model's attention turn queries and keys so; for others than FLUX nothing changes.

    Returns:
        How many layers were changed.
    """
    several: list[Any] = [layer for layer in model.modules() if _is_turned_by_diffusers(layer)]
    for layer in several:
        processor = layer.processor
        processor.__class__ = _turning(processor.__class__)  # in place: it may know of a chosen kernel
    return len(several)


def _is_turned_by_diffusers(layer: nn.Module) -> bool:
    kind = type(getattr(layer, "processor", None))
    return kind.__name__ in PROCESSORS and kind.__module__.startswith("diffusers.")


def turned(
    numbers: torch.Tensor, angles: tuple[torch.Tensor, torch.Tensor], *, sequence_dim: int = 2
) -> torch.Tensor:
    """As diffusers' `apply_rotary_emb`.

    Args:
        numbers: [rows, tokens, heads, width], or with tokens and heads exchanged.
        angles: cosines and sines, each [tokens, width], alike for both numbers of a pair.
        sequence_dim: which dimension of `numbers` is tokens.
    """
    cosines, sines = (each[:, ::2].to(numbers.device, torch.float32) for each in angles)
    factors = torch.complex(cosines, sines).unsqueeze(2 - sequence_dim)
    pairs = torch.view_as_complex(numbers.float().reshape(*numbers.shape[:-1], -1, 2))
    return torch.view_as_real(pairs * factors).flatten(-2).to(numbers.dtype)


@lru_cache
def _turning(kind: Any) -> Any:
    """The same processor with another function in place of `apply_rotary_emb`."""
    code = kind.__call__
    assert code.__globals__["apply_rotary_emb"] is embeddings.apply_rotary_emb
    call = FunctionType(code.__code__, {**code.__globals__, "apply_rotary_emb": turned}, argdefs=code.__defaults__)
    return type(kind.__name__, (kind,), {"__call__": call})
