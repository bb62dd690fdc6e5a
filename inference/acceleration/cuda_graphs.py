"""CUDA graphs of a model's calls, one for each shape of its input.

The host cannot launch a UNet's hundreds of kernels as fast as a GPU runs them at 512 pixels; a captured call is
launched as one. All graphs share their memory, for only one of them runs at a time.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Protocol, Self

import torch

MOST = 64
"""Graphs that are kept; the one unused for longest goes first."""


class Inputs(Protocol):
    """What a call is given: named tensors, rows first."""

    def mapped(self, change: Callable[[torch.Tensor], torch.Tensor]) -> Self: ...

    def tensors(self) -> list[tuple[str, torch.Tensor | None]]: ...

    @property
    def shape(self) -> Hashable:
        """What a graph that was captured with it is good for."""
        ...


Call = Callable[[Any], torch.Tensor]


class Graphs:
    """Captures the calls of one model and replays them.

    A shape that comes for the first time is called plainly: many come once only. One that cannot be captured is
    called plainly for good.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Graph | None] = OrderedDict()
        self._seen: set[Hashable] = set()
        self._stream: Any = None
        self._pool: Any = None
        self._lock = threading.Lock()  # memory may be asked back by another thread than the one that calls

    def __len__(self) -> int:
        return sum(graph is not None for graph in self._kept.values())

    def run(self, call: Call, rows: Inputs) -> torch.Tensor:
        """What `call(rows)` gives. Valid until the next call."""
        with self._lock:
            return self._run(call, rows)

    def _run(self, call: Call, rows: Inputs) -> torch.Tensor:
        shape = rows.shape
        if shape not in self._kept and shape in self._seen:
            self._kept[shape] = self._captured(call, rows)
            if len(self._kept) > MOST:
                torch.cuda.synchronize()  # it may be running
                self._kept.popitem(last=False)
        self._seen.add(shape)
        graph = self._kept.get(shape)
        if graph is None:
            return call(rows)
        self._kept.move_to_end(shape)
        return graph.replay(rows)

    def forget(self) -> None:
        """Give the memory back."""
        with self._lock:
            if self._kept and torch.cuda.is_available():
                torch.cuda.synchronize()
            self._kept.clear()
            self._seen.clear()
            self._pool = None

    def _captured(self, call: Call, rows: Inputs) -> "_Graph | None":
        try:
            if self._stream is None:
                self._stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            if self._pool is None:
                self._pool = torch.cuda.graph_pool_handle()
            return _Graph(call, rows, self._stream, self._pool)
        except RuntimeError as error:  # memory among others; if it is short, the plain call says so
            line = str(error).strip().split("\n", 1)[0]
            print(f"A call is not captured, it is made kernel by kernel: {line}")  # noqa: T201 -- the parent logs it
            return None


class _Graph:
    """A captured call: its inputs lie in fixed places, and so does its output."""

    def __init__(self, call: Call, example: Inputs, stream: Any, pool: Any) -> None:
        self._inputs = example.mapped(torch.clone)
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):  # libraries choose algorithms and allocate in their first calls on a stream
            call(self._inputs)
        torch.cuda.current_stream().wait_stream(stream)
        self._graph = torch.cuda.CUDAGraph()
        # Other threads may use the device meanwhile, which is an error in the strictest mode only.
        with torch.cuda.graph(self._graph, pool=pool, stream=stream, capture_error_mode="thread_local"):
            self._output = call(self._inputs)

    def replay(self, rows: Inputs) -> torch.Tensor:
        for (_, place), (_, each) in zip(self._inputs.tensors(), rows.tensors(), strict=True):
            if place is not None and each is not None:
                place.copy_(each)
        self._graph.replay()
        return self._output
