"""One call of a denoiser, a UNet or a transformer, over rows that need have nothing in common but their size.

On the CPU the call is plain. On a CUDA device it is captured as a graph, once per size and bucket of rows
(`acceleration/cuda_graphs.py`); the model's blocks are compiled first if that proves faster
(`acceleration/compile.py`). Whatever of this fails is logged and left out: the plain call remains.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch.nn import functional

from inference.acceleration.compile import compile_regions, restore
from inference.acceleration.cuda_graphs import Graphs

BUCKETS = (1, 2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32)
"""Rows that a graph is captured for; a call in between is padded."""

TRIALS = 3
WORTH = 0.95
"""A compiled model has to take less than this share of the plain one's time."""


_SEVERAL = frozenset({"residuals", "layout", "lengths"})
"""What of `Rows` is not one tensor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The inputs of a denoiser; the first dimension of each is rows.

    Attributes:
        latents: [rows, channels, height, width], in the model's number format.
        timesteps: float32, [rows].
        hidden: [rows, tokens, width].
        pooled, sizes: SDXL's [rows, width] and [rows, numbers], or None.
        guidance: [rows, width], or [rows], if guidance is an input of the model, or None.
        mask: bool, [rows, tokens]: what of `hidden` is text; None if all is.
        lengths: how many tokens of each row that are, so that nobody has to ask the device; empty without a mask.
        reference: latents of the picture that is edited, [rows, channels, height, width], or None.
        residuals: what control networks add; empty if nothing is added. To the skip connections and, the last one, to
            the middle of a UNet, each [rows, channels, height, width]; to the output of each block of a transformer
            for the picture's tokens, each [rows, tokens, width].
        layout: how many of `residuals` are for each kind of block, if a transformer has several kinds.
    """

    latents: torch.Tensor
    timesteps: torch.Tensor
    hidden: torch.Tensor
    pooled: torch.Tensor | None = None
    sizes: torch.Tensor | None = None
    guidance: torch.Tensor | None = None
    mask: torch.Tensor | None = None
    reference: torch.Tensor | None = None
    residuals: tuple[torch.Tensor, ...] = ()
    layout: tuple[int, ...] = ()
    lengths: tuple[int, ...] = ()

    @classmethod
    def joined(cls, several: "Sequence[Rows]") -> "Rows":
        """Rows of several one after the other, the texts padded to the longest of them; nobody has residuals."""
        longest = max(each.hidden.shape[1] for each in several)
        masked = any(each.mask is not None or each.hidden.shape[1] < longest for each in several)
        padded = [each.lengthened(longest) for each in several] if masked else several
        joined: dict[str, Any] = {
            name: torch.cat([getattr(each, name) for each in padded])
            for name, tensor in padded[0].tensors()
            if tensor is not None
        }
        return cls(**joined, lengths=tuple(length for each in padded for length in each.lengths))

    def lengthened(self, tokens: int) -> "Rows":
        """The same with texts of so many tokens, and a mask of what is text."""
        count, there = self.hidden.shape[:2]
        mask = self.hidden.new_ones(count, there, dtype=torch.bool) if self.mask is None else self.mask
        more = tokens - there
        return replace(
            self,
            hidden=functional.pad(self.hidden, (0, 0, 0, more)),
            mask=functional.pad(mask, (0, more)),
            lengths=self.lengths or (there,) * count,
        )

    def padded(self, rows: int) -> "Rows":
        """The same with the first row repeated until there are so many."""
        more = rows - len(self.latents)
        if not more:
            return self
        wide = self.mapped(lambda each: torch.cat([each, each[:1].expand(more, *each.shape[1:])]))
        return replace(wide, lengths=self.lengths + self.lengths[:1] * more)

    def only(self, row: int) -> "Rows":
        """That row alone."""
        return replace(self.mapped(lambda each: each[row:][:1]), lengths=self.lengths[row:][:1])

    def mapped(self, change: Callable[[torch.Tensor], torch.Tensor]) -> "Rows":
        """The same with each tensor changed."""
        single: dict[str, Any] = {
            each.name: getattr(self, each.name) for each in fields(self) if each.name not in _SEVERAL
        }
        changed: dict[str, Any] = {name: change(each) for name, each in single.items() if each is not None}
        return replace(self, **changed, residuals=tuple(change(each) for each in self.residuals))

    def tensors(self) -> list[tuple[str, torch.Tensor | None]]:
        """Names and tensors."""
        single = [(each.name, getattr(self, each.name)) for each in fields(self) if each.name not in _SEVERAL]
        return single + [(f"residuals {place}", each) for place, each in enumerate(self.residuals)]

    @property
    def shape(self) -> tuple[Any, ...]:
        """Shapes of all inputs: a captured graph can be replayed for rows that are equal in this."""
        return (*(None if each is None else tuple(each.shape) for _, each in self.tensors()), self.layout)


class Denoiser:
    """Calls a denoiser in the fastest way that its device offers.

    Args:
        model: the denoiser.
        predict: calls it with rows; `call_unet` by default.
        captured: whether calls may become CUDA graphs: not if weights move or are unpacked in each call, or if the
            model reads numbers of the device on the host.
    """

    def __init__(
        self, model: Any, predict: "Callable[[Any, Rows], torch.Tensor] | None" = None, *, captured: bool = True
    ) -> None:
        self._model = model
        self._predict = predict or call_unet
        self._call: Callable[[Rows], torch.Tensor] = self._plain
        self.captured = captured
        self._graphs: Graphs | None = Graphs() if captured and model.device.type == "cuda" else None

    def __call__(self, rows: Rows) -> torch.Tensor:
        """The model's outputs, [rows, channels, height, width]. Valid until the next call."""
        # From a mask models make masks of their own, with numbers from the host, which a graph cannot hold. A capture
        # that is broken off leaves torch's allocator believing that it goes on (pytorch#180395).
        if self._graphs is None or rows.mask is not None:
            return self._call(rows)
        count = len(rows.latents)
        wide = rows.padded(next((bucket for bucket in BUCKETS if bucket >= count), count))
        return self._graphs.run(self._call, wide)[:count]

    def uncaptured(self, rows: Rows) -> torch.Tensor:
        """As `__call__`, with so many rows and no graph: a graph keeps memory, which may be what is short."""
        return self._call(rows)

    def forget(self) -> None:
        """Give captured graphs' memory back."""
        if self._graphs is not None:
            self._graphs.forget()

    def compile(self, example: Rows, *others: Rows) -> bool:
        """Compile the model's blocks, and keep that if calls of `example` become faster.

        Args:
            example: what it is judged by.
            *others: what requests bring besides that a compiler may take for another case.

        Returns:
            Whether they are.
        """
        reason = "that is not faster"
        try:
            plain = seconds(self, example)
            self.forget()
            compile_regions(self._model)
            if seconds(self, example) < WORTH * plain:
                for rows in (example, *others):  # no request is to wait for a compiler
                    self(rows)
                    self(rows.only(0))  # which it takes for a case of its own
                return True
        except Exception as error:  # noqa: BLE001 -- compilers fail in ways of their own; the plain call remains
            reason = f"{type(error).__name__}: {str(error).strip().split(chr(10), 1)[0][:200]}"
        print(f"The model is called as it is, uncompiled: {reason}")  # noqa: T201 -- the parent logs what a worker prints
        restore(self._model)
        self.forget()
        return False

    def _plain(self, rows: Rows) -> torch.Tensor:
        return self._predict(self._model, rows)


def call_unet(unet: Any, rows: Rows) -> torch.Tensor:
    """The outputs of a UNet of Stable Diffusion 1, 2 or XL."""
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
    """The least time of a call, after the one that may compile, and on CUDA the one that may be captured."""
    for _ in range(2 if rows.latents.device.type == "cuda" else 1):
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
