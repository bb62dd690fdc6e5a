"""One call of a UNet over rows that need have nothing in common but their size.

On the CPU the call is plain. On a CUDA device the host cannot launch a UNet's hundreds of kernels as fast as the
device runs them at 512 pixels, so each size is captured once per bucket of rows as a CUDA graph and replayed; the
kernels are compiled first where that proves faster. Whatever of this fails is logged and left out: the plain call
remains. The CUDA half of this file has not been run on a GPU yet.
"""

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import torch

BUCKETS = (1, 2, 4, 6, 8, 12, 16, 24, 32)
"""Rows a graph is captured for; a call in between is padded."""

TRIALS = 3
WORTH = 0.95
"""A compiled model has to take less than this share of the plain one's time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What a UNet is given, the first dimension being rows.

    Attributes:
        latents: [rows, channels, height, width], in the model's number format.
        timesteps: float32, [rows].
        hidden: [rows, tokens, width].
        pooled, sizes: SDXL's [rows, width] and [rows, numbers], or None.
        guidance: [rows, width] where guidance is an input of the model, or None.
        residuals: what a control network adds to the skip connections and, the last one, to the middle of a UNet,
            each [rows, channels, height, width]; empty where nothing is.
    """

    latents: torch.Tensor
    timesteps: torch.Tensor
    hidden: torch.Tensor
    pooled: torch.Tensor | None = None
    sizes: torch.Tensor | None = None
    guidance: torch.Tensor | None = None
    residuals: tuple[torch.Tensor, ...] = ()

    def padded(self, rows: int) -> "Rows":
        """The same with the first row repeated until there are so many."""
        more = rows - len(self.latents)
        return self.mapped(lambda each: torch.cat([each, each[:1].expand(more, *each.shape[1:])]) if more else each)

    def only(self, row: int) -> "Rows":
        """That row alone."""
        return self.mapped(lambda each: each[row : row + 1])

    def mapped(self, change: Callable[[torch.Tensor], torch.Tensor]) -> "Rows":
        """The same with each tensor changed."""
        told = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "residuals"}
        changed = {name: change(each) for name, each in told.items() if each is not None}
        return replace(self, **changed, residuals=tuple(change(each) for each in self.residuals))

    def tensors(self) -> list[tuple[str, torch.Tensor | None]]:
        """Names and tensors."""
        told = [(each.name, getattr(self, each.name)) for each in fields(self) if each.name != "residuals"]
        return told + [(f"residuals {place}", each) for place, each in enumerate(self.residuals)]

    @property
    def shape(self) -> tuple[Any, ...]:
        """What a captured graph is good for."""
        return tuple(None if each is None else tuple(each.shape) for _, each in self.tensors())


class Denoiser:
    """Calls a UNet in the best way that its device offers."""

    def __init__(self, unet: Any) -> None:
        self._unet = unet
        self._call: Callable[[Rows], torch.Tensor] = self._plain
        self._graphs: dict[tuple[Any, ...], _Graph] | None = {} if unet.device.type == "cuda" else None

    def __call__(self, rows: Rows) -> torch.Tensor:
        """The model's outputs, [rows, channels, height, width]. Valid until the next call."""
        if self._graphs is None:
            return self._call(rows)
        count = len(rows.latents)
        wide = rows.padded(next((bucket for bucket in BUCKETS if bucket >= count), count))
        try:
            graph = self._graphs.get(wide.shape)
            if graph is None:
                graph = self._graphs[wide.shape] = _Graph(self._call, wide)
        except torch.OutOfMemoryError:
            self.forget()
            raise
        except RuntimeError:
            traceback.print_exc()
            self._graphs = None
            return self._call(rows)
        return graph.replay(wide)[:count]

    def forget(self) -> None:
        """Give captured graphs' memory back."""
        if self._graphs is not None:
            self._graphs = {}

    def compile(self, trial: Rows) -> bool:
        """Compile the model, and keep that where it is faster on `trial`.

        Returns:
            Whether it is.
        """
        compiled = torch.compile(self._unet, dynamic=True)

        def call(rows: Rows) -> torch.Tensor:
            return _call(compiled, rows)

        try:
            faster = seconds(call, trial) < WORTH * seconds(self._plain, trial)
        except Exception:  # noqa: BLE001 -- compilers fail in ways of their own; the plain call remains
            traceback.print_exc()
            return False
        if faster:
            self._call = call
        return faster

    def _plain(self, rows: Rows) -> torch.Tensor:
        return _call(self._unet, rows)


class _Graph:
    """A captured call: its inputs lie in fixed places, and so does its output."""

    def __init__(self, call: Callable[[Rows], torch.Tensor], example: Rows) -> None:
        self._inputs = example.mapped(torch.clone)
        aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):  # libraries choose algorithms and allocate in their first calls
            for _ in range(2):
                call(self._inputs)
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):  # other threads copy results meanwhile
            self._output = call(self._inputs)

    def replay(self, rows: Rows) -> torch.Tensor:
        for (_, place), (_, each) in zip(self._inputs.tensors(), rows.tensors(), strict=True):
            if place is not None and each is not None:
                place.copy_(each)
        self._graph.replay()
        return self._output


def _call(unet: Any, rows: Rows) -> torch.Tensor:
    added = None if rows.pooled is None else {"text_embeds": rows.pooled, "time_ids": rows.sizes}
    output: Sequence[torch.Tensor] = unet(
        rows.latents,
        rows.timesteps,
        encoder_hidden_states=rows.hidden,
        timestep_cond=rows.guidance,
        added_cond_kwargs=added,
        down_block_additional_residuals=rows.residuals[:-1] or None,
        mid_block_additional_residual=rows.residuals[-1] if rows.residuals else None,
        return_dict=False,
    )
    return output[0]


def seconds(call: Callable[[Rows], torch.Tensor], rows: Rows) -> float:
    """The least time of a call, after one that may compile or capture."""
    call(rows)
    times = []
    for _ in range(TRIALS):
        _settle(rows.latents.device)
        started = time.perf_counter()
        call(rows)
        _settle(rows.latents.device)
        times.append(time.perf_counter() - started)
    return min(times)


def _settle(device: torch.device) -> None:
    """Wait until the device has done what it was given."""
    if device.type in {"cuda", "mps"}:
        torch.accelerator.synchronize(device)
