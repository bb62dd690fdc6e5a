"""The autoencoder of a stock pipeline, whose halves compute in float32 once they overflow in float16.

Those of the step loop's families do so by themselves. A stock pipeline goes on handing in float16, and wants it back.
The weights stay in float16: pipelines ask the autoencoder for its dtype, and the layers beside its halves take that.
"""

import sys
from typing import Any

import torch
from torch.func import functional_call

from inference.models.devices import WIDENED


def widen_on_overflow(pipeline: Any, model: str) -> None:
    """Have encoder and decoder of a pipeline compute in float32 when float16 is too narrow for what they add up."""
    vae = getattr(pipeline, "vae", None)
    for half in (getattr(vae, "encoder", None), getattr(vae, "decoder", None)):
        if isinstance(half, torch.nn.Module) and _dtype(half) == torch.float16:
            _widen_on_overflow(half, model)


def _widen_on_overflow(half: torch.nn.Module, model: str) -> None:
    plain = half.forward
    overflowed = False

    def forward(sample: torch.Tensor, *rest: Any, **more: Any) -> torch.Tensor:
        nonlocal overflowed
        if _dtype(half) != torch.float16:  # called from below
            wide: torch.Tensor = plain(sample, *rest, **more)
            return wide
        if not overflowed:
            noted = [(each, [*each]) for each in more.values() if isinstance(each, list)]
            made: torch.Tensor = plain(sample, *rest, **more)
            if made.isfinite().all() or not sample.isfinite().all():
                return made
            print(f"{model}: {WIDENED}", file=sys.stderr)  # noqa: T201 -- the parent logs what a worker prints
            overflowed = True
            for each, before in noted:  # what Qwen-Image's and Wan's note while they go through a picture
                each[:] = before
        weights = {name: tensor.float() for name, tensor in [*half.named_parameters(), *half.named_buffers()]}
        made = functional_call(half, weights, (sample.float(), *rest), more)
        return made.to(sample.dtype)

    half.forward = forward  # as diffusers' own hooks do


def _dtype(half: torch.nn.Module) -> torch.dtype:
    return next(half.parameters()).dtype
