"""Stock diffusers: any family that `AutoPipelineForImage2Image` knows, one request at a time."""

import copy
import gc
import inspect
import math
import os
import sys
from collections.abc import Container, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MethodType
from typing import Any

import numpy as np
import torch
from PIL import Image

from inference.api import Img2ImgRequest, ModelDefaults, ModelUnavailable, Note
from inference.backends.base import WorkerSettings
from inference.backends.model_cache import CachedModel, ModelCache, budget, weight_to_come
from inference.backends.stock_autoencoder import widen_on_overflow
from inference.backends.stock_strength import begin_at, levels_of, whole
from inference.batching.strength import ROUNDING, start_of
from inference.batching.task import Task
from inference.errors import NotFinite, OutOfMemory, Unsuited
from inference.families import clip_text, token_weights
from inference.models import catalog, loading
from inference.models.device_errors import translated
from inference.models.devices import (
    choose_device,
    choose_dtype,
    cores,
    describe,
    device_bytes,
    not_finite,
    unsuited_build,
    unused_card,
)
from inference.models.entry import ModelEntry
from inference.models.library import foreseen
from inference.models.loras import LoraSet
from inference.models.memory_plan import DoesNotFit, GraphicsCard, MemoryPlan
from inference.models.placement import card_of, refuse_float8
from inference.models.sizes import of_path, planned_for
from inference.prompts import idle_negative, readable


class StockBackend:
    """Keeps models in memory as long as there is room for them; see `ModelCache`."""

    slots = 1

    @translated()
    def __init__(self, settings: WorkerSettings) -> None:
        loading.quiet()
        self._settings = settings
        self._told: set[str] = set()
        self._device = choose_device(settings.device)
        if unsuited := unsuited_build(self._device):
            raise ModelUnavailable(unsuited)
        self._dtype = choose_dtype(settings.dtype, self._device)
        self.device = describe(self._device, self._dtype)
        if settings.device == "auto" and (unused := unused_card(self._device)):
            print(unused, file=sys.stderr)  # noqa: T201 -- the parent logs what a worker prints
            self.device += f". {unused}"
        self.card = card_of(self._device, self._dtype, settings.memory_gb)
        most = budget(settings.memory_gb, self._device) if self.card is None else self.card.usable
        self.cache = ModelCache(most, free=self._give_back)
        if "OMP_NUM_THREADS" not in os.environ:  # else the owner, or who started several of us, has said it
            torch.set_num_threads(max(1, cores() - 1))  # one is the bot's
        torch.backends.cudnn.deterministic = True  # the same request gives the same picture

    def defaults(self) -> Mapping[str, ModelDefaults]:
        known, refused = foreseen(self._settings.entries)
        for sentence in sorted({*refused.values()} - self._told):  # this is asked at each load of a model
            print(sentence, file=sys.stderr)  # noqa: T201 -- the parent logs what a worker prints
        self._told |= {*refused.values()}
        return known | {each.model: each.defaults for each in self.cache}

    def is_loaded(self, model: str) -> bool:
        return model in self.cache

    def together(self, models: frozenset[str]) -> bool:
        return len(models) <= 1  # stock generates one picture at a time

    @translated()
    def load(self, model: str) -> ModelDefaults:
        return self._cached_model(model).defaults

    def _cached_model(self, model: str) -> CachedModel:
        return self.cache.get(model, lambda: self._load(model, self._settings.entries[model]))

    def _load(self, model: str, entry: ModelEntry) -> CachedModel:
        place = loading.fetch(entry)
        defaults = catalog.defaults(model, entry, place)
        refuse_float8(entry.quantize, self.card, model)
        planned = None if self.card is None else self._plan(model, entry, place, defaults, self.card)
        if planned is None:
            self.cache.make_room(weight_to_come(place, entry, model, self._dtype.itemsize))
        else:
            self.cache.make_room(planned.resident, planned.least - planned.resident)
        pipeline = self._first_try(place, model, entry, planned)
        if pipeline is None:
            if not self.cache.clear() and planned is None:
                raise OutOfMemory
            if planned is not None and self.card is not None:  # the card holds less than it says: plan for less
                self._give_back()
                planned = self._plan(model, entry, place, defaults, replace(self.card, free=planned.least))
            pipeline = self._pipeline(place, model, entry, planned)
        if entry.scheduler:
            pipeline.scheduler = loading.scheduler(entry.scheduler, pipeline.scheduler, model)
        takes = frozenset(inspect.signature(pipeline.__call__).parameters)
        cached = CachedModel(
            model=model,
            pipeline=pipeline,
            scheduler=pipeline.scheduler,
            takes=takes,
            defaults=replace(
                defaults,
                uses_strength="strength" in takes,
                levels=levels_of(pipeline, pipeline.scheduler) if "strength" in takes else None,
                max_pixels=defaults.max_pixels if planned is None else min(defaults.max_pixels, planned.pixels),
            ),
            lora_set=LoraSet(model, pipeline, entry.loras, self.cache.make_room),
            planned=planned,
        )
        self._ready(cached)
        return cached

    def _plan(
        self, model: str, entry: ModelEntry, folder: Path, defaults: ModelDefaults, card: GraphicsCard
    ) -> MemoryPlan | None:
        """The memory plan of a model; None if its files do not give the size of its weights.

        Raises:
            ModelUnavailable: if it does not fit.
        """
        known = of_path(folder, entry, defaults, model)
        if known is None:
            return None
        try:
            planned = planned_for(known, card, entry, self._settings.memory)
        except DoesNotFit as refused:
            raise ModelUnavailable(
                f"The model {model!r} does not fit: it {refused}. Choose a smaller one (`pentimento models` shows "
                "what fits), or close what else uses the device."
            ) from None
        print(f"{model}: {planned.words}, {planned.peak / 1e9:.1f} GB at most", file=sys.stderr)  # noqa: T201 -- logged
        return planned

    def _first_try(self, folder: Path, model: str, entry: ModelEntry, planned: MemoryPlan | None) -> Any:
        """The pipeline; None if memory ran out.

        The exception is gone before this returns: it would keep what of the model is on the device already.
        """
        try:
            return self._pipeline(folder, model, entry, planned)
        except OutOfMemory:
            return None

    def _pipeline(self, folder: Path, model: str, entry: ModelEntry, planned: MemoryPlan | None) -> Any:
        return loading.load(folder, entry, model, self._device, self._dtype, planned=planned)

    def _ready(self, cached: CachedModel) -> None:
        """What else there is to do when a model has been loaded."""
        widen_on_overflow(cached.pipeline, cached.model)

    @translated()
    def generate(self, task: Task) -> Image.Image:
        with self.cache.held(lambda: self._cached_model(task.request.model)) as cached:
            reading = readable(cached.pipeline, task.request)
            for note in reading.notes:
                task.tell(note)
            try:
                picture = self._generate(replace(task, request=reading.request), cached)
            except NotFinite:
                raise self._overflown(cached) from None
            for note in cached.lora_set.notes(task.request.loras):
                task.tell(note)
            return picture

    def _generate(self, task: Task, cached: CachedModel) -> Image.Image:
        pipeline = cached.pipeline
        if (note := idle_negative(task.request, partial(takes_negative, cached.takes))) is not None:
            task.tell(note)
        if loras := task.request.loras:
            pipeline = cached.lora_set.adapted()
            cached.lora_set.apply(loras)
        tiled = cached.planned is not None and cached.planned.tiled
        set_low_memory(pipeline, low_memory=task.low_memory or tiled)
        # A scheduler remembers the run it was in; a copy of the untouched one makes requests independent.
        pipeline.scheduler = copy.deepcopy(cached.scheduler)
        self._begin(task, cached, pipeline.scheduler)
        torch.manual_seed(task.request.seed)  # some schedulers draw their noise without a generator
        pixels = pipeline(**arguments(task, cached, pipeline), output_type="np").images[0]
        return picture_of(pixels)

    def _overflown(self, cached: CachedModel) -> Exception:
        """Why a model made no numbers: its files have none, or it overflowed; the log says what its owner can do."""
        if tensor := not_finite(cached.pipeline):
            return ModelUnavailable(
                f"The model {cached.model!r} is broken: {tensor} holds NaN or infinity; fetch it again or choose "
                "another."
            )
        if self._dtype == torch.float16:
            words = 'a picture overflowed in float16; model.dtype = "bfloat16" or "float32" would hold its numbers'
            print(f"{cached.model}: {words}", file=sys.stderr)  # noqa: T201 -- the parent logs what a worker prints
        return Unsuited(
            f"The model {cached.model!r} produced invalid values. Try a lower guidance or other words.",
            cause="overflow",
            values={"model": cached.model},
        )

    def _begin(self, task: Task, cached: CachedModel, scheduler: Any) -> None:
        """Make a scheduler begin at the request's strength, or note for the member which strength it begins at."""
        request, defaults = task.request, cached.defaults
        used = defaults.used_strength(request.strength, request.steps)
        if used >= 1:
            start_from_noise(scheduler)
        elif defaults.uses_strength and defaults.levels is None:
            begin_at(scheduler, start_of(request.steps, request.strength), steps=request.steps)
        if abs(used - request.strength) > ROUNDING:
            strength, wanted = f"{round(used, 2):g}", f"{round(request.strength, 2):g}"
            task.tell(
                Note(
                    f"Made at strength {strength}: this model counts strength in whole steps, so not at {wanted}.",
                    cause="strength-used",
                    values={"strength": strength, "wanted": wanted},
                )
            )

    @translated()
    def equip(self, request: Img2ImgRequest) -> None:
        with self.cache.held(lambda: self._cached_model(request.model)) as cached:
            self._equip(request, cached)

    def _equip(self, request: Img2ImgRequest, cached: CachedModel) -> None:
        if request.control is not None:
            kind = request.control.kind.value
            raise Unsuited(
                f"The model {request.model!r} cannot keep {kind}: structure control works with models of the "
                "families Stable Diffusion, FLUX.1 and Qwen-Image; leave it out or choose one of those.",
                cause="no-control",
                values={"model": request.model, "kind": kind},
            )
        cached.lora_set.fetch(request.loras)

    def is_equipped(self, request: Img2ImgRequest) -> bool:
        cached = next((each for each in self.cache if each.model == request.model), None)
        return cached is not None and self._is_equipped(request, cached)

    def _is_equipped(self, request: Img2ImgRequest, cached: CachedModel) -> bool:
        return cached.lora_set.has(request.loras)

    @translated()
    def counters(self) -> Mapping[str, int]:
        return {
            "models_loaded": self.cache.loads,
            "models_left": self.cache.left,
            "model_loads_failed": self.cache.failures,
            "model_loading_ms": round(1000 * self.cache.loading_seconds),
            "model_bytes_at_most": self.cache.most,
            **device_bytes(self._device),
        }

    @translated()
    def free(self) -> None:
        self.cache.clear(but=1)  # the one that wants the room
        self._give_back()

    def _give_back(self) -> None:
        gc.collect()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        elif self._device.type == "xpu":
            torch.xpu.empty_cache()
        elif self._device.type == "mps":
            torch.mps.empty_cache()


def picture_of(pixels: Any) -> Image.Image:
    """The picture of pixels [height, width, 3] from 0 to 1, rounded as diffusers does.

    Raises:
        NotFinite: diffusers would make a black picture of them.
    """
    if not np.isfinite(pixels).all():
        raise NotFinite
    return Image.fromarray((pixels * 255).round().astype("uint8")).convert("RGB")


def set_low_memory(pipeline: Any, *, low_memory: bool) -> None:
    """Have the autoencoder work on tiles, one picture after the other, or not."""
    vae = getattr(pipeline, "vae", None)
    for saving in ("slicing", "tiling"):
        switch = getattr(vae, f"{'enable' if low_memory else 'disable'}_{saving}", None)
        if switch is not None:
            switch()


def arguments(task: Task, cached: CachedModel, pipeline: Any) -> dict[str, Any]:
    """The arguments of a stock pipeline for a task, of those that it takes."""
    request, picture = task.request, task.picture
    edits = not cached.defaults.uses_strength
    steps, strength = (request.steps, 1.0) if edits else _schedule(request, cached)
    wished: dict[str, Any] = {
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt or None,
        "image": picture,
        "height": picture.height,
        "width": picture.width,
        "strength": strength,
        "num_inference_steps": steps,
        "guidance_scale": request.guidance_scale,
        "generator": torch.Generator("cpu").manual_seed(request.seed),
        "max_area": picture.width * picture.height,  # else FLUX Kontext makes a megapixel of every picture,
        "_auto_resize": False,  # of one of the aspect ratios that it prefers
    }
    if type(pipeline).__name__.startswith("QwenImage"):
        wished["true_cfg_scale"] = wished.pop("guidance_scale")  # the other one is for distilled variants
        if edits and request.guidance_scale > 1:
            wished["negative_prompt"] = request.negative_prompt or " "  # it guides only if there is one
    expected = math.ceil(steps * strength)

    def at_step_end(pipeline: Any, step: int, _timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        task.step(step + 1, getattr(pipeline, "num_timesteps", expected))
        return tensors

    def at_step(step: int, _timestep: Any, _latents: Any) -> None:
        task.step(step + 1, max(step + 1, expected))

    for family in (clip_text, token_weights):
        wished |= family.instead_of_texts(pipeline, request, cached.takes)
    if "callback_on_step_end" in cached.takes:
        wished["callback_on_step_end"] = at_step_end
    else:
        wished["callback"] = at_step  # families of before diffusers 0.22
    return {name: value for name, value in wished.items() if name in cached.takes}


def takes_negative(takes: Container[str], request: Img2ImgRequest) -> bool:
    """Whether a negative prompt acts in a stock pipeline that is called with these arguments."""
    return "negative_prompt" in takes and request.guidance_scale > 1


def _schedule(request: Img2ImgRequest, cached: CachedModel) -> tuple[int, float]:
    """The arguments for steps and strength, of which the pipeline makes whole steps.

    Latent consistency pipelines choose their steps among the first `strength` of a finer grid and fail if that has
    fewer.
    """
    steps, strength, defaults = request.steps, request.strength, cached.defaults
    if defaults.levels is None:
        return steps, whole(cached.pipeline, steps, start_of(steps, strength).steps)
    of = defaults.levels or steps
    wanted = round(of * defaults.used_strength(strength, steps))
    return min(steps, wanted) if defaults.levels else steps, whole(cached.pipeline, of, wanted)


def start_from_noise(scheduler: Any) -> None:
    """Make a scheduler begin with noise alone, as for a picture from text.

    At strength 1 diffusers still mixes the source in, as much of it as the model's noise schedule leaves at its
    noisiest level: 7 % for Stable Diffusion. Flow matching schedulers leave none.
    """
    if hasattr(scheduler, "add_noise"):

        def noise_alone(
            self: Any, _source: torch.Tensor, noise: torch.Tensor, _timesteps: torch.Tensor
        ) -> torch.Tensor:
            start: torch.Tensor = noise * self.init_noise_sigma
            return start

        # A method, so that a copy of the scheduler reads its own sigma: that is known once its steps are set.
        scheduler.add_noise = MethodType(noise_alone, scheduler)
