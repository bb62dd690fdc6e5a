"""The models in the device's memory: several within a budget; those used longest ago leave first."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import torch

from inference.api import ModelDefaults
from inference.backends.base import AUTO_SHARE
from inference.batching.controlnet import ControlNets
from inference.batching.loaded_model import LoadedModel
from inference.models import catalog, loading
from inference.models.checkpoints import identify
from inference.models.devices import weight
from inference.models.entry import ModelEntry
from inference.models.loras import LoraSet
from inference.models.memory_plan import MemoryPlan
from inference.models.weights import parts_of


@dataclass(eq=False)
class CachedModel:
    """A loaded model.

    Attributes:
        scheduler: as it was loaded; a pipeline's own one is replaced for each request.
        takes: what the pipeline can be called with.
        loaded: for the step loop; None if stock runs the model.
        planned: what lies where; None if all of it is on the device.
        at_work: requests that hold it now.
    """

    model: str
    pipeline: Any
    scheduler: Any
    takes: frozenset[str]
    defaults: ModelDefaults
    lora_set: LoraSet
    loaded: LoadedModel | None = None
    planned: MemoryPlan | None = None
    at_work: int = 0

    @property
    def nbytes(self) -> int:
        """Of its weights, adapters and control networks."""
        controls = 0 if self.loaded is None else self.loaded.controls.nbytes
        return self._weights + self.lora_set.nbytes + controls

    @cached_property
    def _weights(self) -> int:
        """Of the pipeline, which nothing changes once it is loaded; to count its numbers takes milliseconds."""
        if self.planned is not None:
            return self.planned.resident
        weights = whole_weight(self.pipeline)
        if self.loaded is None or self.loaded.components.exact_vae is self.pipeline.vae:
            return weights
        return weights + weight(self.loaded.components.exact_vae)

    @property
    def passing(self) -> int:
        """Bytes that its plan wants besides, while it is at work on one row; a call takes as many as then fit."""
        return 0 if self.planned is None else self.planned.least - self.planned.resident


class ModelCache:
    """Safe to use from several threads.

    Args:
        budget: bytes that models may take together; one that is larger stands alone.
        free: gives memory back to the device.

    Attributes:
        loads, left: models that came and that had to go.
        failures: tries to load one that ended in an error.
        loading_seconds: that loading took, of those that came and of those that did not.
        most: the most bytes that were taken at any time.
    """

    def __init__(self, budget: int, *, free: Callable[[], None]) -> None:
        self.loads = self.left = self.most = self.failures = 0
        self.loading_seconds = 0.0
        self._budget = budget
        self._free = free
        self._lock = threading.RLock()
        self._models: dict[str, CachedModel] = {}  # the one used last is the last

    def __iter__(self) -> Iterator[CachedModel]:
        return iter(tuple(self._models.values()))

    def __contains__(self, model: str) -> bool:
        return model in self._models

    @property
    def nbytes(self) -> int:
        """Taken now."""
        return sum(each.nbytes for each in self)

    def get(self, model: str, load: Callable[[], CachedModel]) -> CachedModel:
        """The model of that name; `load` makes it if it is not here, and whatever that raises goes through."""
        with self._lock:
            if model in self._models:
                self._models[model] = self._models.pop(model)
            else:
                self._models[model] = self._timed(load)
                self.loads += 1
                self.most = max(self.most, self.nbytes)
            return self._models[model]

    def _timed(self, load: Callable[[], CachedModel]) -> CachedModel:
        began = time.monotonic()
        try:
            return load()
        except BaseException:
            self.failures += 1
            raise
        finally:
            self.loading_seconds += time.monotonic() - began

    @contextmanager
    def held(self, find: Callable[[], CachedModel]) -> Iterator[CachedModel]:
        """Keep what `find` gets from leaving."""
        with self._lock:
            cached = find()
            cached.at_work += 1
        try:
            yield cached
        finally:
            with self._lock:
                cached.at_work -= 1
                self.most = max(self.most, self.nbytes)  # adapters and control networks may have come

    def make_room(self, nbytes: int, passing: int = 0) -> None:
        """Let idle models go, and then control networks that no run uses, until so many bytes more are in the budget.

        `passing`: what the newcomer wants besides while it works, as others do, one at a time.

        Adapters go with their model only: runs change them at every step.
        """

        def too_many() -> bool:
            return self.nbytes + max([passing, *(each.passing for each in self)]) + nbytes > self._budget

        with self._lock:
            gone = self._dropped(too_many)
            networks = [each.loaded.controls for each in self if each.loaded is not None]
            thinned = [controls for controls in networks if _thinned(controls, too_many)]
        if gone or thinned:
            self._free()

    def clear(self, *, but: int = 0) -> bool:
        """Let all idle models go but so many of those used last; whether any went."""
        with self._lock:
            gone = self._dropped(lambda: len(self._models) > but)
        if gone:
            self._free()
        return gone > 0

    def _dropped(self, too_many: Callable[[], bool]) -> int:
        """How many idle models went; none of them is referred to any more when this returns."""
        count = 0
        for each in self:
            if too_many() and not each.at_work:
                del self._models[each.model]
                count += 1
        self.left += count
        return count


def _thinned(controls: ControlNets, too_many: Callable[[], bool]) -> bool:
    """Whether networks of a model went."""
    any_went = False
    while too_many() and controls.drop_one():
        any_went = True
    return any_went


def budget(memory_gb: float, device: torch.device) -> int:
    """Bytes that models may take together; 0 gigabytes mean a share of what the device has."""
    if memory_gb:
        return int(memory_gb * 1e9)
    total = torch.cuda.mem_get_info(device)[1] if device.type == "cuda" else psutil.virtual_memory().total
    return int(total * AUTO_SHARE)


def whole_weight(pipeline: Any) -> int:
    """Bytes of the weights of all of a pipeline's components."""
    return sum(weight(part) for part in pipeline.components.values() if isinstance(part, torch.nn.Module))


def weight_to_come(place: Path, entry: ModelEntry, model: str, itemsize: int) -> int:
    """Bytes that a model's weights will take, by the headers of its files; 0 for those that cannot be read.

    Args:
        place: its folder, or its checkpoint in one file.
        entry: what the owner says of it.
        model: its name.
        itemsize: bytes of one number on the device.

    Raises:
        ModelUnavailable: it would be refused.
    """
    elsewhere = {"vae"} if entry.vae else set[str]()
    if place.is_dir():
        loading.check(place, model, but=elsewhere)
        return sum(part.packed or part.numbers * itemsize for part in parts_of(place, variant=entry.variant))
    taken = identify(place, model, prediction=entry.prediction)
    base = None if taken.family.whole else catalog.base_of(entry)
    if base is None:
        return taken.numbers * itemsize
    loading.check(base, model, but={"transformer", *elsewhere})
    others = [part for part in parts_of(base, variant=entry.variant) if part.role != "denoiser"]
    return sum(part.packed or part.numbers * itemsize for part in others) + taken.numbers * itemsize
