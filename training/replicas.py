"""Train one network in several processes of one thread each, their gradients averaged after every step.

On a processor that other work shares, threads wait for the slowest of them at every layer; processes only
once a step.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import distributed, nn

MEETING = "replicas"


@contextmanager
def replica(rank: int, count: int, folder: Path) -> Iterator[None]:
    """Join `count` processes that meet over a file in `folder`; alone there is nothing to join."""
    if count == 1:
        yield
        return
    torch.set_num_threads(1)
    meeting = (folder / MEETING).resolve()
    distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=count)
    try:
        yield
    finally:
        distributed.destroy_process_group()


def rank() -> int:
    return distributed.get_rank() if distributed.is_initialized() else 0


def share_gradients(parameters: Sequence[nn.Parameter], seconds: float) -> float:
    """Average the gradients over all replicas; returns the first one's seconds, so that all stop together."""
    if not distributed.is_initialized():
        return seconds
    clock = torch.tensor([seconds if rank() == 0 else 0.0])
    parts = [
        parameter.grad if parameter.grad is not None else torch.zeros_like(parameter)
        for parameter in parameters
    ]
    flat = torch.cat([*(part.flatten() for part in parts), clock])
    distributed.all_reduce(flat)
    count = distributed.get_world_size()
    pieces = torch.split(flat[:-1].div_(count), [part.numel() for part in parts])
    for parameter, piece in zip(parameters, pieces, strict=True):
        parameter.grad = piece.view_as(parameter)
    return float(flat[-1])
