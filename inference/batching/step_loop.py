"""The step loop: requests at different places of different runs share the model's calls.

One thread owns the device. Between two calls it lets requests in, lets the finished and the cancelled out, and
decodes a few finished pictures. Requests share a call if their rows have the same shape in the same model with the
same adapters: they form a group. Groups take turns by the work they have had, so that none waits for another to run
dry.
"""

import queue
import threading
import traceback
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import partial

import torch
from PIL import Image

from inference.acceleration.compile import allow_many_shapes
from inference.acceleration.transfer import ToHost
from inference.batching.denoiser import Rows
from inference.batching.run import Finished, Run
from inference.batching.steering import steered
from inference.errors import DevicePoisoned, OutOfMemory, Stopped, Unsuited

DECODED_PIXELS = 2 * 1024 * 1024
"""Pixels decoded between two calls of the model, so that one request's end does not stall the others."""

ROWS = frozenset({1, 2, 3, 4, 6, 8, 12, 16, 24, 32})
"""Rows that a call on a processor may have. Each number of them takes a kernel for each layer, some ten megabytes for
each size of picture, and one row less costs no speed: who is left out is in the next call."""

ONE_BY_ONE = frozenset({"cpu"})
"""Devices that gain nothing from decoding pictures together; the first would only wait for the last."""


@dataclass(slots=True, eq=False)
class Group:
    """Runs that can share a call.

    Attributes:
        runs: in the order in which they came. If there are more than a call takes, the first are finished first:
            taking turns would make all of them late.
        work: rows times latents that it was served, counted from that of the group served least when it came.
    """

    runs: list[Run] = field(default_factory=list)
    work: float = 0.0


class StepLoop:
    """Generates pictures with one thread on the device; `generate` may be called from many threads at once.

    Args:
        translate: what an error of the device means; `OutOfMemory`, `DevicePoisoned`, or the error itself.
        free: gives memory back to the device.
    """

    def __init__(self, *, translate: Callable[[Exception], Exception], free: Callable[[], None]) -> None:
        self._translate = translate
        self._free = free
        self._inbox: queue.SimpleQueue[Run | None] = queue.SimpleQueue()
        self._groups: dict[Hashable, Group] = {}
        self._finished: deque[Run] = deque()
        self._thread = threading.Thread(target=self._serve, name="step loop", daemon=True)
        self._thread.start()

    def generate(self, run: Run) -> Image.Image:
        """The picture of a run; blocks.

        Raises:
            Stopped, OutOfMemory, DevicePoisoned, NotFinite, Unsuited: see `inference.errors`.
            Exception: whatever else the model's code raises.
        """
        self._inbox.put(run)
        try:
            return run.follow()
        except Exception as error:  # noqa: BLE001 -- a device's fault is first heard of by who awaits its pixels
            raise self._translate(error) from None
        finally:
            run.abandoned = True

    @property
    def waiting(self) -> int:
        """Requests that have not been let in yet."""
        return self._inbox.qsize()

    def close(self) -> None:
        """End the thread once it has nothing left to do."""
        self._inbox.put(None)
        self._thread.join()

    def _serve(self) -> None:
        if torch.cuda.is_available():  # models are compiled for no other device
            allow_many_shapes()
        with torch.inference_mode():
            while self._welcome():
                if self._finished:
                    self._decode()
                if self._groups:
                    self._turn(min(self._groups, key=lambda key: self._groups[key].work))

    def _welcome(self) -> bool:
        """Let requests in; wait for one if there is nothing else to do. False if the loop was closed."""
        while self._inbox.qsize() or not (self._groups or self._finished):
            entry = self._inbox.get()
            if entry is None:
                if self._groups or self._finished:
                    self._inbox.put(None)
                    return True
                return False
            self._admit(entry)
        return True

    def _admit(self, run: Run) -> None:
        if self._attempt([run], run.prepare):
            return
        alone = run if run.task.low_memory or run.loaded.step_cache is not None else None
        text = run.conditions.hidden.shape[2 if run.components.texts_vary else 1 :]
        key: Hashable = (id(run.loaded), run.shape, text, alone)
        if key not in self._groups:
            least = min((group.work for group in self._groups.values()), default=0.0)
            self._groups[key] = Group(work=least)
        self._groups[key].runs.append(run)

    def _turn(self, key: Hashable) -> None:
        """One call for a group."""
        group = self._groups[key]
        wanted = [run for run in group.runs if not self._attempt([run], run.check)]
        called = _first_rows(wanted)
        group.work += sum(run.rows * run.shape.numel() for run in called)
        stepped = self._advanced(called)
        self._finished.extend(run for run in stepped if run.done)
        group.runs = [*(run for run in stepped if not run.done), *wanted[len(called) :]]
        if not group.runs:
            del self._groups[key]

    def _advanced(self, runs: list[Run]) -> list[Run]:
        """The runs that have made a step. If a call fails, each of its runs is tried alone."""
        if not runs:
            return []
        blamed = runs if len(runs) == 1 else []
        if trouble := self._attempt(blamed, partial(advance, runs)):
            if isinstance(trouble, OutOfMemory):
                runs[0].loaded.caps.lower(runs[0].shape, below=sum(run.rows for run in runs))
            return [] if blamed else [run for each in runs for run in self._advanced([each])]
        return [run for run in runs if not self._attempt([run], run.settle)]

    def _decode(self) -> None:
        """Decode what fits into a chunk of finished runs of one kind."""
        first = self._finished.popleft()
        if self._attempt([first], first.check):
            return
        chunk = [first]
        pixels = first.task.picture.width * first.task.picture.height
        while (
            self._finished
            and not first.task.low_memory
            and _decodes_with(first, self._finished[0])
            and (len(chunk) + 1) * pixels <= DECODED_PIXELS
        ):
            chunk.append(self._finished.popleft())
        if len(chunk) > 1 and not self._attempt([], partial(decode, chunk)):
            return
        for run in chunk:
            self._attempt([run], partial(decode, [run]))

    def _attempt(self, blamed: list[Run], act: Callable[[], None]) -> Exception | None:
        """Do something for runs; an error ends the blamed ones and is returned."""
        trouble = self._trouble_of(act)
        if isinstance(trouble, OutOfMemory):
            trouble = self._trouble_of(self._free) or trouble  # a device may be lost by then
        if trouble is not None:
            for run in blamed:
                run.outbox.put(trouble)
        return trouble

    def _trouble_of(self, act: Callable[[], None]) -> Exception | None:
        """The error that something ends with.

        Its traceback is cleared before this returns, as its frames may hold most of the memory.
        """
        try:
            act()
        except Exception as error:  # noqa: BLE001 -- whatever a model's code raises ends a request, not the loop
            trouble = error if isinstance(error, Stopped) else self._translate(error)
            if not isinstance(trouble, Stopped | OutOfMemory | DevicePoisoned | Unsuited):
                traceback.print_exception(error)
            trouble = trouble.with_traceback(None)
        else:
            return None
        trouble.__context__ = trouble.__cause__ = None
        return trouble


def _first_rows(runs: list[Run]) -> list[Run]:
    """As many of the first runs as a call should have rows for; one at least."""
    fitting = rows = 0
    for place, run in enumerate(runs, start=1):
        rows += run.rows
        if fitting and rows > run.loaded.caps.rows(run.shape):
            break
        if not fitting or rows in ROWS or run.components.device.type != "cpu":
            fitting = place
    return runs[:fitting]


def advance(runs: list[Run]) -> None:
    """One step for each run, all in one call of the model.

    No run changes before the call has succeeded.
    """
    loaded = runs[0].loaded
    loaded.apply_loras()
    rows = steered(_rows(runs), runs)
    if loaded.step_cache is not None:
        outputs = loaded.step_cache.call(loaded.denoiser, rows, runs[0])
    elif runs[0].task.low_memory:
        outputs = torch.cat([loaded.denoiser.uncaptured(rows.only(row)) for row in range(len(rows.latents))])
    else:
        outputs = loaded.denoiser(rows)
    guided = _guided(runs, outputs.float())
    for run, output in zip(runs, guided, strict=True):
        run.send_preview(output)
        run.output = output
    if runs[0].grid is None:
        _step_together(runs, guided)
    loaded.run_ahead.keep()


def _rows(runs: list[Run]) -> Rows:
    """The denoiser's inputs for each run at its step, in a few operations however many runs there are."""
    scales = torch.stack([run.scales[run.call] for run in runs]).view(-1, 1, 1, 1)
    samples = (torch.stack([run.state[0] for run in runs]) * scales).to(runs[0].components.dtype)
    return replace(
        Rows.joined([run.conditions for run in runs]),
        latents=torch.cat([each.expand(run.rows, *run.shape) for run, each in zip(runs, samples, strict=True)]),
        timesteps=torch.cat([run.times[run.call].expand(run.rows) for run in runs]),
    )


def _guided(runs: list[Run], outputs: torch.Tensor) -> torch.Tensor:
    """The denoiser's outputs after guidance, [runs, channels, height, width].

    Args:
        runs: in the order of their rows; of two rows the negative is the first.
        outputs: float32, [rows, channels, height, width].
    """
    each = torch.split(outputs, [run.rows for run in runs])
    negative = torch.stack([rows[0] for rows in each])
    if all(run.rows == 1 for run in runs):
        return negative
    positive = torch.stack([rows[-1] for rows in each])
    scales = torch.stack([run.guidance for run in runs]).view(-1, 1, 1, 1)
    return runs[0].components.guide(negative, positive, scales)


def _step_together(runs: list[Run], guided: torch.Tensor) -> None:
    """The next slots of each run: one small matrix product each, in one launch."""
    zeros = torch.zeros_like(guided[0])
    fresh = torch.stack([zeros if run.noises is None else run.noises[run.call] for run in runs])
    states = torch.stack([run.state for run in runs])
    before = torch.cat([states, guided[:, None], fresh[:, None]], dim=1)
    matrices = torch.stack([run.matrices[run.call] for run in runs])
    after = torch.bmm(matrices, before.flatten(2)).view_as(states)
    for run, state in zip(runs, after, strict=True):
        run.state = state


def decode(runs: list[Run]) -> None:
    """Decode the latents of finished runs of one shape, and send each its picture."""
    components = runs[0].components
    components.set_low_memory(low_memory=runs[0].task.low_memory)
    latents = torch.stack([run.state[0] for run in runs])
    pixels, finite = (ToHost(each) for each in components.decode(latents))
    for place, run in enumerate(runs):
        run.outbox.put(Finished(pixels, finite, place))


def _decodes_with(one: Run, other: Run) -> bool:
    together = one.components.device.type not in ONE_BY_ONE
    return together and one.loaded is other.loaded and one.shape == other.shape and not other.task.low_memory
