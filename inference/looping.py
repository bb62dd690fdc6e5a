"""The backend that the service uses: the step loop where the model's family allows, stock diffusers where not."""

import threading
from collections.abc import Mapping
from typing import Any

from PIL import Image

from inference.api import ControlKind, ModelDefaults
from inference.backend import Settings, Task
from inference.batch import StepLoop
from inference.caps import KneeFile
from inference.easel import Easel
from inference.family import loops
from inference.run import Run
from inference.stock import StockBackend, translate

MOST_SLOTS = 8
"""Requests at a time: with guidance they fill 16 rows, where SD 1.5's gain at 512 pixels should end on an H200."""


class LoopBackend(StockBackend):
    """Keeps one model at a time in memory; see the module."""

    def __init__(self, settings: Settings, knees: KneeFile | None = None) -> None:
        super().__init__(settings)
        self._knees = knees or KneeFile()
        self.easel: Easel | None = None
        self._loading = threading.Lock()
        self._alone = threading.Lock()
        self._loop = StepLoop(translate=_translate, free=self.free)

    def load(self, model: str) -> ModelDefaults:
        with self._loading:  # two requests may come for a model that is not there yet
            return super().load(model)

    def generate(self, task: Task) -> Image.Image:
        if self.easel is not None:
            control = task.request.control
            net = None if control is None else self.easel.controls.get(control.kind)
            return self._loop.paint(Run.of(task, self.easel, net))
        with self._alone:
            task.check()
            return super().generate(task)

    def equip(self, model: str, kind: ControlKind) -> None:
        if self.easel is None:
            super().equip(model, kind)
        else:
            self.easel.controls.get(kind)

    def is_equipped(self, model: str, kind: ControlKind) -> bool:
        del model  # one at a time is loaded
        return self.easel is not None and self.easel.controls.is_ready(kind)

    def free(self) -> None:
        if (easel := self.easel) is not None:
            easel.parts.words.clear()
            easel.parts.pictures.clear()
            easel.denoiser.forget()
            easel.controls.forget()
        super().free()

    def counters(self) -> Mapping[str, int]:
        if self.easel is None:
            return {}
        words, pictures = self.easel.parts.words, self.easel.parts.pictures
        return {
            "words_remembered": words.hits,
            "words_encoded": words.misses,
            "pictures_remembered": pictures.hits,
            "pictures_encoded": pictures.misses,
        }

    def _ready(self, pipeline: Any, model: str, defaults: ModelDefaults) -> None:
        if not loops(pipeline):
            return
        self.easel = Easel.of(
            pipeline,
            model=model,
            device=self.device,
            pixels=defaults.max_pixels,
            knees=self._knees,
            controls=self._settings.entries[model].controls,
        )
        # Small pictures share calls best, so there is room for as many as gain at a quarter of the working area.
        self.slots = min(MOST_SLOTS, max(2, 2 * self.easel.caps.knee))

    def _unload(self) -> None:
        self.easel = None
        super()._unload()


def _translate(error: Exception) -> Exception:
    return translate(error) if isinstance(error, RuntimeError | MemoryError) else error
