"""Train one network in several processes of one thread each, whose weights are averaged every few seconds.

On processors that other work shares, threads wait for the slowest of them at every layer, and processes that average
gradients do so at every step. Here a process that was held up has simply made fewer steps ("local SGD").
"""

import time
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


class Meetings:
    """The moments at which replicas average their weights; a lone process has none."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._held = 0
        self._alone = not distributed.is_initialized()
        self._start = time.time()
        if not self._alone:
            start = torch.tensor([self._start], dtype=torch.float64)
            distributed.broadcast(start, 0)
            self._start = float(start)

    def attend(self, parameters: Sequence[nn.Parameter], seconds: float) -> tuple[bool, float]:
        """Average the weights if it is time to.

        Returns whether all replicas are now at the same point, so that they may stop together, and the first
        one's seconds. Every replica holds every meeting, however long its step took, or the others would wait for
        ever.
        """
        if self._alone:
            return True, seconds
        due = int((time.time() - self._start) / self._every_s)
        met = self._held < due
        while self._held < due:
            seconds = _average(parameters, seconds)
            self._held += 1
        return met, seconds


@torch.no_grad()
def _average(parameters: Sequence[nn.Parameter], seconds: float) -> float:
    clock = torch.tensor([seconds if rank() == 0 else 0.0])
    flat = torch.cat([*(parameter.flatten() for parameter in parameters), clock])
    distributed.all_reduce(flat)
    mean = flat[:-1].div_(distributed.get_world_size())
    for parameter, piece in zip(parameters, torch.split(mean, [p.numel() for p in parameters]), strict=True):
        parameter.copy_(piece.view_as(parameter))
    return float(flat[-1])
