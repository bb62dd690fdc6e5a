"""A step loop at work on one model, and stock diffusers doing the same."""

import copy
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from PIL import Image

from inference.acceleration.cuda_graphs import Call, Graphs
from inference.api import ControlKind, Img2ImgRequest, Lora
from inference.batching.batch_size import RowCountFile
from inference.batching.loaded_model import LoadedModel, with_loras
from inference.batching.run import Run
from inference.batching.step_loop import StepLoop
from inference.batching.task import Task
from inference.errors import Stopped
from inference.families import components_of
from inference.models.device_errors import translate
from inference.models.entry import LoraEntry
from inference.models.loras import LoraSet

PATIENCE = 60.0


class FixedRowCount(RowCountFile):
    """Knows the knee without looking for it."""

    def __init__(self, rows: int) -> None:
        self._rows = rows

    def get(self, about: tuple[str, ...], find: Callable[[], int]) -> int:
        del about, find
        return self._rows


def picture(seed: int, size: tuple[int, int] = (32, 32)) -> Image.Image:
    """Smooth shapes, different for each seed."""
    patches = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize(size, Image.Resampling.BICUBIC)


def request(name: str = "r", **wanted: Any) -> Img2ImgRequest:
    recipe: dict[str, Any] = {
        "source": Path("source.png"),
        "output": Path("result.png"),
        "prompt": "an oil painting",
        "strength": 0.5,
        "steps": 4,
        "guidance_scale": 3.0,
        "seed": 1,
        "model": "tiny",
    }
    return Img2ImgRequest(id=name, **{**recipe, **wanted})


@dataclass(eq=False)
class Caller:
    """A request's end of a task: counts its steps, and leaves when told to."""

    request: Img2ImgRequest
    picture: Image.Image
    low_memory: bool = False
    map: Image.Image | None = None
    previews: list[Image.Image] | None = None
    leave_after: int | None = None
    on_step: Callable[[int], None] = lambda _: None
    steps: list[tuple[int, int]] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)

    def task(self) -> Task:
        return Task(
            request=self.request,
            picture=self.picture,
            low_memory=self.low_memory,
            check=self._check,
            step=self._step,
            preview=None if self.previews is None else self.previews.append,
            map=self.map,
        )

    def _check(self) -> None:
        if self.left.is_set():
            raise Stopped

    def _step(self, step: int, of: int) -> None:
        self.steps.append((step, of))
        self.on_step(step)
        if self.leave_after is not None and step >= self.leave_after:
            self.left.set()
        self._check()


@dataclass
class Ended:
    """What became of a caller.

    Attributes:
        latents: as they were when the run ended, [channels, height, width]; None if it never began.
        end: the picture, or what was raised.
    """

    latents: torch.Tensor | None
    end: Image.Image | Exception


class Captures(Graphs):
    """In place of a denoiser's graphs, as on a CUDA device: calls plainly, and knows how many rows each call had."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    def run(self, call: Call, rows: Any) -> torch.Tensor:
        self.calls.append(len(rows.latents))
        return call(rows)


class Bench:
    """A context manager that owns a loop."""

    def __init__(
        self,
        pipeline: Any,
        *,
        rows: int = 32,
        loras: Mapping[str, LoraEntry] | None = None,
        controls: Mapping[ControlKind, str] | None = None,
    ) -> None:
        self.pipeline = pipeline
        components = components_of(copy.copy(pipeline))
        assert components is not None
        self.loaded = LoadedModel.of(
            components,
            model="tiny",
            device="test",
            pixels=64 * 64,
            row_counts=FixedRowCount(rows),
            controls=controls,
        )
        self.loaded.caps.knee = rows  # a processor gives transformers few rows, and the tests are about calls of many
        self._lora_set = LoraSet("tiny", self.loaded.components.pipeline, loras or {})
        self.freed = 0
        self.loop = StepLoop(translate=translate, free=self._free)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.close()

    def paint(self, *callers: Caller) -> list[Ended]:
        """All at the same time, each in a thread of its own."""
        with ThreadPoolExecutor(max(1, len(callers))) as threads:
            return list(threads.map(self._paint, callers, timeout=PATIENCE))

    def loaded_of(self, loras: tuple[Lora, ...]) -> LoadedModel:
        return with_loras(self.loaded, self._lora_set, loras)

    def _paint(self, caller: Caller) -> Ended:
        try:
            control = caller.request.control
            net = None if control is None else self.loaded.controls.get(control.kind)
            run = Run.of(caller.task(), self.loaded_of(caller.request.loras), net)
        except Exception as error:  # noqa: BLE001 -- the test looks at it
            return Ended(None, error)
        try:
            end: Image.Image | Exception = self.loop.generate(run)
        except Exception as error:  # noqa: BLE001 -- the test looks at it
            end = error.with_traceback(None)  # that would hold on to everything which was at work
        return Ended(run.state[0] if hasattr(run, "state") else None, end)

    def _free(self) -> None:
        self.freed += 1


def stock(pipeline: Any, asked: Img2ImgRequest, source: Image.Image) -> torch.Tensor:
    """The latents that the stock pipeline ends with, [channels, height, width]."""
    own = copy.copy(pipeline)
    own.scheduler = copy.deepcopy(pipeline.scheduler)
    latents: torch.Tensor = own(
        prompt=asked.prompt,
        negative_prompt=asked.negative_prompt or None,
        image=source,
        strength=asked.strength,
        num_inference_steps=asked.steps,
        guidance_scale=asked.guidance_scale,
        generator=torch.Generator("cpu").manual_seed(asked.seed),
        output_type="latent",
    ).images[0]
    return latents


def error(one: torch.Tensor | None, other: torch.Tensor | None) -> float:
    """Relative, by norm."""
    assert one is not None
    assert other is not None
    return float((one.float() - other.float()).norm() / other.float().norm())


def worst(ours: Sequence[Ended], theirs: Sequence[torch.Tensor]) -> float:
    return max(error(painted.latents, latents) for painted, latents in zip(ours, theirs, strict=True))
