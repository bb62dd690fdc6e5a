"""Compiles the blocks that diffusion models are made of, one kind at a time instead of a whole model.

A UNet repeats two blocks some dozens of times, in a few shapes. Compiled apart, each shape is compiled once: in
seconds, while the whole takes minutes, for the same kernels. All sizes that a request can bring are left open, so no
request ever waits for a compiler; what Python costs between blocks is gone in a captured graph anyway.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.fx.experimental import _config as shapes

REGIONS = frozenset(
    {
        "BasicTransformerBlock",
        "Flux2SingleTransformerBlock",
        "Flux2TransformerBlock",
        "FluxSingleTransformerBlock",
        "FluxTransformerBlock",
        "JointTransformerBlock",
        "QwenImageTransformerBlock",
        "ResnetBlock2D",
        "ZImageTransformerBlock",
    }
)
SHAPES = 128
"""Of one kind of block in a model; Stable Diffusion 1.5 has 42 with its autoencoder, half of them for one row."""


def compile_regions(*models: Any) -> int:
    """Have the blocks of models compiled when they are called first; `restore` undoes it.

    Returns:
        How many blocks there are.
    """
    allow_many_shapes()
    blocks = list(_blocks(models))
    for block in blocks:
        block.compile(dynamic=True)
    return len(blocks)


def allow_many_shapes() -> None:
    """Let the calling thread compile as many shapes as there are; to be called in each thread that calls a model."""
    limits: Any = torch._dynamo.config  # noqa: SLF001 -- its only name; newer ones keep a value for each thread
    limits.recompile_limit = max(limits.recompile_limit, SHAPES)
    shapes.use_duck_shape = False  # the first picture is square, which must not mean that all are


def restore(*models: Any) -> None:
    """Call the blocks as they are again."""
    for block in _blocks(models):
        block._compiled_call_impl = None  # noqa: SLF001 -- what `compile` sets, and pickling takes away


def compiled(model: Any) -> bool:
    """Whether `compile_regions` was called for it."""
    return any(block._compiled_call_impl is not None for block in _blocks((model,)))  # noqa: SLF001 -- see `restore`


def _blocks(models: tuple[Any, ...]) -> Iterator[nn.Module]:
    return (
        block for model in models if model is not None for block in model.modules() if type(block).__name__ in REGIONS
    )
