"""The backend that the service uses: the step loop where the model's family allows, stock diffusers where not."""

import threading
from collections.abc import Mapping
from dataclasses import replace

from PIL import Image

from inference.api import Img2ImgRequest
from inference.backends.base import Settings
from inference.backends.model_cache import Resident
from inference.backends.stock import StockBackend, translate
from inference.batching.batch_size import KneeFile
from inference.batching.components import loops
from inference.batching.loaded_model import Easel, dressed
from inference.batching.run import Run
from inference.batching.step_loop import StepLoop
from inference.batching.task import Task
from inference.models import loading

MOST_SLOTS = 16
"""Requests at a time. With guidance half of them fill 16 rows, where SD 1.5's gain at 512 pixels should end on an
H200; the others meanwhile read and write their PNGs."""


class LoopBackend(StockBackend):
    """Models of the step loop's families run together; see the module."""

    def __init__(self, settings: Settings, knees: KneeFile | None = None) -> None:
        super().__init__(settings)
        self._knees = knees or KneeFile()
        self._alone = threading.Lock()
        self._loop = StepLoop(translate=_translate, free=self.free)

    @property
    def easel(self) -> Easel | None:
        """Of the model that was used last."""
        return next((each.easel for each in reversed(list(self.residents))), None)

    def together(self, models: frozenset[str]) -> bool:
        there = {each.model for each in self.residents if each.easel is not None}
        return len(models) <= 1 or models <= there

    def _paint(self, task: Task, resident: Resident) -> Image.Image:
        if resident.easel is not None:
            control = task.request.control
            net = None if control is None else resident.easel.controls.get(control.kind)
            easel = dressed(resident.easel, resident.wardrobe, task.request.loras)
            return self._loop.paint(Run.of(task, easel, net))
        with self._alone:
            task.check()
            return super()._paint(task, resident)

    def _equip(self, request: Img2ImgRequest, resident: Resident) -> None:
        if resident.easel is None:
            super()._equip(request, resident)
            return
        if request.control is not None:
            resident.easel.controls.get(request.control.kind)
        resident.wardrobe.fetch(request.loras)

    def _is_equipped(self, request: Img2ImgRequest, resident: Resident) -> bool:
        control, easel = request.control, resident.easel
        ready = control is None or (easel is not None and easel.controls.is_ready(control.kind))
        return ready and super()._is_equipped(request, resident)

    def free(self) -> None:
        for easel in self._easels():
            easel.parts.words.clear()
            easel.parts.pictures.clear()
            easel.denoiser.forget()
            easel.controls.forget()
        super().free()

    def counters(self) -> Mapping[str, int]:
        there = [each.easel for each in self.residents if each.easel is not None]  # adapters share their caches
        words = [easel.parts.words for easel in there]
        pictures = [easel.parts.pictures for easel in there]
        return {
            **super().counters(),
            "words_remembered": sum(each.hits for each in words),
            "words_encoded": sum(each.misses for each in words),
            "pictures_remembered": sum(each.hits for each in pictures),
            "pictures_encoded": sum(each.misses for each in pictures),
        }

    def _easels(self) -> list[Easel]:
        """With those that work with adapters."""
        there = [each for each in self.residents if each.easel is not None]
        return [easel for each in there for easel in (each.easel, *each.wardrobe.outfits) if easel is not None]

    def _ready(self, resident: Resident) -> None:
        if not loops(resident.pipeline):
            resident.defaults = replace(resident.defaults, controls=(), steerable=False)
            return
        easel = resident.easel = Easel.of(
            resident.pipeline,
            model=resident.model,
            device=self.device,
            pixels=resident.defaults.max_pixels,
            knees=self._knees,
            controls=self._settings.entries[resident.model].controls,
            make_room=self.residents.make_room,
        )
        place = self._settings.entries[resident.model].sketcher
        if place and self._device.type == "cuda":
            easel.parts.sketcher = loading.sketcher(place, resident.model, self._device, self._dtype)
        # Small pictures share calls best, so there is room for as many as gain at a quarter of the working area.
        self.slots = max(self.slots, min(MOST_SLOTS, max(2, 2 * easel.caps.knee)))


def _translate(error: Exception) -> Exception:
    return translate(error) if isinstance(error, RuntimeError | MemoryError) else error
