"""The backend that the service uses: the step loop if the model's family allows, stock diffusers if not."""

import threading
from collections.abc import Mapping
from dataclasses import replace

from PIL import Image

from inference.api import Img2ImgRequest
from inference.backends.base import WorkerSettings
from inference.backends.model_cache import CachedModel
from inference.backends.stock import StockBackend
from inference.batching.batch_size import RowCountFile
from inference.batching.loaded_model import LoadedModel, with_loras
from inference.batching.run import Run
from inference.batching.step_loop import StepLoop
from inference.batching.task import Task
from inference.families import components_of
from inference.models import loading
from inference.models.device_errors import translate, translated
from inference.prompts import idle_negative

MOST_SLOTS = 16
"""Requests at a time. With guidance half of them fill 16 rows, where SD 1.5's gain at 512 pixels should end on an
H200; the others meanwhile read and write their PNGs."""


class LoopBackend(StockBackend):
    """Models of the step loop's families run together, all others one request at a time."""

    def __init__(self, settings: WorkerSettings, row_counts: RowCountFile | None = None) -> None:
        super().__init__(settings)
        self._row_counts = row_counts or RowCountFile()
        self._alone = threading.Lock()
        self._loop = StepLoop(translate=translate, free=self.free)

    @property
    def loaded(self) -> LoadedModel | None:
        """Of the model that was used last."""
        return next((each.loaded for each in reversed(list(self.cache))), None)

    def together(self, models: frozenset[str]) -> bool:
        there = {each.model for each in self.cache if each.loaded is not None}
        return len(models) <= 1 or models <= there

    def _generate(self, task: Task, cached: CachedModel) -> Image.Image:
        if cached.loaded is not None:
            control = task.request.control
            net = None if control is None else cached.loaded.controls.get(control.kind)
            if (note := idle_negative(task.request, cached.loaded.components.is_guided)) is not None:
                task.tell(note)
            loaded = with_loras(cached.loaded, cached.lora_set, task.request.loras)
            return self._loop.generate(Run.of(task, loaded, net))
        with self._alone:
            task.check()
            return super()._generate(task, cached)

    def _equip(self, request: Img2ImgRequest, cached: CachedModel) -> None:
        if cached.loaded is None:
            super()._equip(request, cached)
            return
        if request.control is not None:
            cached.loaded.controls.get(request.control.kind)
        cached.lora_set.fetch(request.loras)

    def _is_equipped(self, request: Img2ImgRequest, cached: CachedModel) -> bool:
        control, loaded = request.control, cached.loaded
        ready = control is None or (loaded is not None and loaded.controls.is_ready(control.kind))
        return ready and super()._is_equipped(request, cached)

    @translated()
    def free(self) -> None:
        for loaded in self._loaded_models():
            loaded.components.prompts.clear()
            loaded.components.images.clear()
            loaded.denoiser.forget()
            loaded.controls.forget()
        super().free()

    def counters(self) -> Mapping[str, int]:
        there = [each.loaded for each in self.cache if each.loaded is not None]  # adapters share their caches
        words = [loaded.components.prompts for loaded in there]
        pictures = [loaded.components.images for loaded in there]
        return {
            **super().counters(),
            "words_remembered": sum(each.hits for each in words),
            "words_encoded": sum(each.misses for each in words),
            "pictures_remembered": sum(each.hits for each in pictures),
            "pictures_encoded": sum(each.misses for each in pictures),
        }

    def _loaded_models(self) -> list[LoadedModel]:
        """With those that work with adapters."""
        there = [each for each in self.cache if each.loaded is not None]
        return [loaded for each in there for loaded in (each.loaded, *each.lora_set.variants) if loaded is not None]

    def _ready(self, cached: CachedModel) -> None:
        components = components_of(cached.pipeline)
        if components is None:
            super()._ready(cached)
            cached.defaults = replace(cached.defaults, controls=(), steerable=False)
            return
        entry = self._settings.entries[cached.model]
        components.model, components.true_guidance = cached.model, entry.true_guidance
        loaded = cached.loaded = LoadedModel.of(
            components,
            model=cached.model,
            device=self.device,
            pixels=cached.defaults.max_pixels,
            row_counts=self._row_counts,
            controls=entry.controls,
            make_room=self.cache.make_room,
            planned=cached.planned,
            step_cache=entry.step_cache,
            attention=entry.attention,
        )
        cached.defaults = replace(cached.defaults, levels=None)  # the loop begins at any strength
        if not components.networks:
            cached.defaults = replace(cached.defaults, controls=(), steerable=False)
        place = entry.preview_vae
        if place and self._device.type == "cuda":
            channels = components.vae.config.get("latent_channels")  # Qwen-Image's is of another kind, and says none
            components.preview_decoder = loading.preview_vae(
                place, cached.model, self._device, self._dtype, channels=channels
            )
        # Small pictures share calls best, so there is room for as many as gain at a quarter of the working area.
        self.slots = max(self.slots, min(MOST_SLOTS, max(2, 2 * loaded.caps.knee)))
