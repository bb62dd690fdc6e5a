"""Work for all processors that is not torch's."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


def on_all_processors(
    function: Callable[[Item], Result], items: Sequence[Item], workers: int | None = None
) -> Iterator[Result]:
    """Results in order, made in `workers` processes, one for each processor if it is not said how many.

    If there is work for one only, it is done here: a new process takes seconds to import torch.
    """
    most = min(len(items), workers or os.cpu_count() or 1)
    if most < 2:
        yield from map(function, items)
        return
    # Spawned: a fork of a process whose torch has threads or a GPU can hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(most, context, torch.set_num_threads, (1,)) as processes:
        yield from processes.map(function, items)
