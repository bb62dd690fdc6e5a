"""The seam inside the worker: what makes pictures, as the worker sees it.

A backend is named on the worker's command line as "module:factory"; the factory takes `WorkerSettings`. It owns
models and device; sizes, files, strengths 0 and 1 and the way out of memory trouble are the worker's
(`worker.generate`).

The worker calls `generate` from as many threads at once as the backend has slots, with several models at once only
if `together` says so, and `load` for a model that is not loaded only while nothing is generated with another one.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, Self

from PIL import Image

from inference.api import Img2ImgRequest, ModelDefaults
from inference.batching.task import Task
from inference.models.entry import MapModels, ModelEntry

AUTO_SHARE = 2 / 3
"""Share of the device's memory for models, if nobody says how much; the rest is for what they compute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """What a backend is started with.

    Attributes:
        model: the default model's name, loaded before the worker says that it is ready; empty loads none.
        entries: every model that requests may name, by that name; the default one is among them.
        device: "auto", or a name that torch knows: "cuda", "cuda:1", "mps", "cpu".
        dtype: "auto", "float32", "float16" or "bfloat16".
        memory_gb: device memory that loaded models may take together; 0 lets the backend decide.
        memory: "auto", "full" or "low"; see `inference.models.memory_plan`.
        map_models: what draws depth and poses.
    """

    model: str
    entries: Mapping[str, ModelEntry]
    device: str = "auto"
    dtype: str = "auto"
    memory_gb: float = 0.0
    memory: str = "auto"
    map_models: MapModels = field(default_factory=MapModels)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """What `to_json` wrote."""
        entries = {name: ModelEntry.from_json(entry) for name, entry in fields["entries"].items()}
        return cls(**{**fields, "entries": entries, "map_models": MapModels(**fields["map_models"])})


class Backend(Protocol):
    """What makes pictures, as the worker sees it.

    Attributes:
        slots: how many requests gain from running at the same time.
        device: for people.
    """

    slots: int
    device: str

    def defaults(self) -> Mapping[str, ModelDefaults]:
        """Every model that can be loaded, as far as that is known before doing it."""
        ...

    def is_loaded(self, model: str) -> bool: ...

    def together(self, models: frozenset[str]) -> bool:
        """Whether requests for these models can be at work at the same time without loading any of them."""
        ...

    def load(self, model: str) -> ModelDefaults:
        """Make a model ready; cheap if it is.

        Raises:
            ModelUnavailable: with the sentence that says why and what would help.
            OutOfMemory: if the device has no room for it.
        """
        ...

    def equip(self, request: Img2ImgRequest) -> None:
        """Fetch what a loaded model needs for this request: its control network and adapters; cheap if they are in.

        Raises:
            Unsuited: if it cannot be had.
            OutOfMemory: if the device has no room for it.
        """
        ...

    def is_equipped(self, request: Img2ImgRequest) -> bool: ...

    def generate(self, task: Task) -> Image.Image:
        """Denoise with a loaded model; the result has the size of `task.picture`.

        Raises:
            Stopped, OutOfMemory, DevicePoisoned, Unsuited: see `inference.errors`.
        """
        ...

    def counters(self) -> Mapping[str, int]:
        """What was counted since the model was loaded, by name, in small letters and underscores."""
        ...

    def free(self) -> None:
        """Give back what memory can be given back."""
        ...


BackendFactory = Callable[[WorkerSettings], Backend]
