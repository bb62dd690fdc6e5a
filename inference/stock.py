"""Stock diffusers: any family that `AutoPipelineForImage2Image` knows, one request at a time."""

import copy
import gc
import inspect
import math
import sys
from collections.abc import Mapping
from typing import Any

import torch
from PIL import Image

from inference import catalog, loading
from inference.api import ControlKind, Img2ImgRequest, ModelDefaults, ModelUnavailable
from inference.backend import DevicePoisoned, OutOfMemory, Settings, Task, Unsuited
from inference.devices import choose_device, choose_dtype, cores, describe

NO_ROOM = ("out of memory", "can't allocate memory", "alloc_failed")
"""How torch and its libraries say, in errors of no type of their own, that memory ran out."""


class StockBackend:
    """Keeps one model at a time in memory."""

    slots = 1

    def __init__(self, settings: Settings) -> None:
        loading.quiet()
        self._settings = settings
        self._device = choose_device(settings.device)
        self._dtype = choose_dtype(settings.dtype, self._device)
        self.device = describe(self._device, self._dtype)
        self._model = ""
        self._pipeline: Any = None
        self._scheduler: Any = None
        self._takes: frozenset[str] = frozenset()
        self._defaults: ModelDefaults | None = None
        torch.set_num_threads(max(1, cores() - 1))  # one is the bot's
        torch.backends.cudnn.deterministic = True  # the same request gives the same picture

    def defaults(self) -> Mapping[str, ModelDefaults]:
        known = {}
        for model, entry in self._settings.entries.items():
            try:
                known[model] = catalog.defaults(model, entry, loading.known_folder(entry))
            except ModelUnavailable as error:
                print(error, file=sys.stderr)  # noqa: T201 -- the parent logs what a worker prints
        return known

    def is_loaded(self, model: str) -> bool:
        return self._model == model

    def load(self, model: str) -> ModelDefaults:
        if self._defaults is None or not self.is_loaded(model):
            self._unload()
            entry = self._settings.entries[model]
            folder = loading.fetch(entry)
            defaults = catalog.defaults(model, entry, folder)
            pipeline = loading.load(folder, model, self._device, self._dtype)
            takes = frozenset(inspect.signature(pipeline.__call__).parameters)
            if "strength" not in takes:
                raise ModelUnavailable(
                    f"The model {model!r} edits by instruction and has no strength: choose an image-to-image model."
                )
            self._scheduler = pipeline.scheduler
            self._ready(pipeline, model, defaults)
            self._pipeline, self._takes, self._defaults, self._model = pipeline, takes, defaults, model
        return self._defaults

    def _ready(self, pipeline: Any, model: str, defaults: ModelDefaults) -> None:
        """What else there is to do when a model has been loaded; here nothing."""

    def generate(self, task: Task) -> Image.Image:
        self._be_frugal(frugal=task.frugal)
        # A scheduler remembers the run it was in; a copy of the untouched one makes requests independent.
        self._pipeline.scheduler = copy.deepcopy(self._scheduler)
        if task.request.strength >= 1:
            start_from_noise(self._pipeline.scheduler)
        try:
            result: Image.Image = self._pipeline(**self._arguments(task)).images[0]
        except (RuntimeError, MemoryError) as error:
            raise translate(error) from None
        return result

    def equip(self, model: str, kind: ControlKind) -> None:
        raise Unsuited(
            f"The model {model!r} cannot keep {kind.value}: structure control works with models of the families "
            "Stable Diffusion 1, 2 and XL; leave it out or choose one of those."
        )

    def is_equipped(self, model: str, kind: ControlKind) -> bool:
        del model, kind
        return False

    def counters(self) -> Mapping[str, int]:
        return {}

    def free(self) -> None:
        gc.collect()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        elif self._device.type == "mps":
            torch.mps.empty_cache()

    def _unload(self) -> None:
        self._pipeline, self._scheduler, self._defaults, self._model = None, None, None, ""
        self.free()

    def _be_frugal(self, *, frugal: bool) -> None:
        vae = getattr(self._pipeline, "vae", None)
        for saving in ("slicing", "tiling"):
            switch = getattr(vae, f"{'enable' if frugal else 'disable'}_{saving}", None)
            if switch is not None:
                switch()

    def _arguments(self, task: Task) -> dict[str, Any]:
        """What this family's pipeline is called with."""
        request = task.request
        steps, strength = self._schedule(request)
        wished: dict[str, Any] = {
            "prompt": request.prompt,
            "negative_prompt": request.negative_prompt or None,
            "image": task.picture,
            "height": task.picture.height,
            "width": task.picture.width,
            "strength": strength,
            "num_inference_steps": steps,
            "guidance_scale": request.guidance_scale,
            "generator": torch.Generator("cpu").manual_seed(request.seed),
        }
        if type(self._pipeline).__name__.startswith("QwenImage"):
            wished["true_cfg_scale"] = wished.pop("guidance_scale")  # the other one is for distilled variants
        expected = math.ceil(steps * strength)

        def at_step_end(pipeline: Any, step: int, _timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            task.step(step + 1, getattr(pipeline, "num_timesteps", expected))
            return tensors

        def at_step(step: int, _timestep: Any, _latents: Any) -> None:
            task.step(step + 1, max(step + 1, expected))

        if "callback_on_step_end" in self._takes:
            wished["callback_on_step_end"] = at_step_end
        else:
            wished["callback"] = at_step  # families of before diffusers 0.22
        return {name: value for name, value in wished.items() if name in self._takes}

    def _schedule(self, request: Img2ImgRequest) -> tuple[int, float]:
        """Steps and strength of which the pipeline makes at least one step.

        Most families run floor(steps * strength) steps and fail at none. Latent consistency pipelines choose their
        steps among the first `strength` of a finer grid and fail where that has fewer.
        """
        steps, strength = request.steps, request.strength
        fine = self._scheduler.config.get("original_inference_steps")
        if type(self._pipeline).__name__.startswith("LatentConsistency") and fine:
            strength = at_least_one_step(fine, strength)
            return min(steps, int(fine * strength)), strength
        return steps, at_least_one_step(steps, strength)


def at_least_one_step(steps: int, strength: float) -> float:
    """`strength`, raised to the least one of which floor(steps * strength) is a step."""
    strength = max(strength, 1 / steps)
    return strength if int(steps * strength) else math.nextafter(strength, 2)


def start_from_noise(scheduler: Any) -> None:
    """Make a scheduler begin with noise alone, as for a picture from text.

    At strength 1 diffusers still mixes the source in, as much of it as the model's noise schedule leaves at its
    noisiest level: 7 % for Stable Diffusion. Flow matching schedulers leave none.
    """
    if hasattr(scheduler, "add_noise"):

        def noise_alone(_source: torch.Tensor, noise: torch.Tensor, _timesteps: torch.Tensor) -> torch.Tensor:
            start: torch.Tensor = noise * scheduler.init_noise_sigma
            return start

        scheduler.add_noise = noise_alone


def translate(error: RuntimeError | MemoryError) -> Exception:
    """What an error from torch means for the worker."""
    words = str(error).lower()
    if isinstance(error, torch.OutOfMemoryError | MemoryError) or any(phrase in words for phrase in NO_ROOM):
        return OutOfMemory()
    if isinstance(error, torch.AcceleratorError) or "cuda error" in words:
        return DevicePoisoned(str(error).split("\n", 1)[0])
    return error
