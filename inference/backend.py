"""The seam inside the worker: what makes pictures, as the worker sees it.

A backend is named on the worker's command line as "module:factory"; the factory takes `Settings`. It owns models and
device; sizes, files, strengths 0 and 1 and the way out of memory trouble are the worker's (`inference.painting`).

The worker calls `generate` from as many threads at once as the backend has slots, with several models at once only
where `together` says so, and `load` for a model that is not loaded only while nothing is generated with another one.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, Self

from PIL import Image

from inference.api import Img2ImgRequest, ModelDefaults
from inference.entry import MapModels, ModelEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a backend is started with.

    Attributes:
        model: the default model's name, loaded before the worker says that it is ready.
        entries: every model that requests may name, by that name; the default one is among them.
        device: "auto", or a name that torch knows: "cuda", "cuda:1", "mps", "cpu".
        dtype: "auto", "float32", "float16" or "bfloat16".
        memory_gb: device memory that loaded models may take together; 0 lets the backend decide.
        map_models: what draws depth and poses.
    """

    model: str
    entries: Mapping[str, ModelEntry]
    device: str = "auto"
    dtype: str = "auto"
    memory_gb: float = 0.0
    map_models: MapModels = field(default_factory=MapModels)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """What `to_json` wrote."""
        entries = {name: ModelEntry.from_json(entry) for name, entry in fields["entries"].items()}
        return cls(**{**fields, "entries": entries, "map_models": MapModels(**fields["map_models"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One picture to denoise.

    Attributes:
        picture: RGB, both sides what the model takes. At strength 1 it is grey: there is nothing to keep.
        frugal: spend time to save memory; it did not fit otherwise.
        check: raises `Stopped` where the request was cancelled; may be called at any time, from any thread.
        step: to be called after each denoising step with its number (1-based) and how many there are.
            Raises `Stopped` where the request was cancelled; let it pass.
        preview: to be called with a small picture of how far it is; None where nobody wants one.
        map: the control map, of the size of `picture`; None where the request has no control.
    """

    request: Img2ImgRequest
    picture: Image.Image
    frugal: bool
    check: Callable[[], None]
    step: Callable[[int, int], None]
    preview: Callable[[Image.Image], None] | None
    map: Image.Image | None = None


class Stopped(Exception):
    """The request was cancelled."""


class OutOfMemory(Exception):
    """It did not fit; with less it may."""


class DevicePoisoned(Exception):
    """The device answers every call with an error from now on; only a new process mends that."""


class Unsuited(Exception):
    """The model cannot do what is asked; the message is one English sentence that says what it can.

    Attributes:
        cause: a name for that sentence, so that it can be said in other languages.
        values: what stands in the sentence.
    """

    def __init__(self, message: str, *, cause: str, values: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.cause = cause
        self.values = values or {}


class Backend(Protocol):
    """See the module.

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
        """Make a model ready; cheap where it is.

        Raises:
            ModelUnavailable: with the sentence that says why and what would help.
            OutOfMemory: where the device has no room for it.
        """
        ...

    def equip(self, request: Img2ImgRequest) -> None:
        """Fetch what a loaded model needs for this request: its control network, its adapters; cheap where they are.

        Raises:
            Unsuited: where it cannot be had.
            OutOfMemory: where the device has no room for it.
        """
        ...

    def is_equipped(self, request: Img2ImgRequest) -> bool: ...

    def generate(self, task: Task) -> Image.Image:
        """Denoise with a loaded model; the result has the size of `task.picture`.

        Raises:
            Stopped, OutOfMemory, DevicePoisoned, Unsuited: as they say.
        """
        ...

    def counters(self) -> Mapping[str, int]:
        """What was counted since the model was loaded, by name, in small letters and underscores."""
        ...

    def free(self) -> None:
        """Give back what memory can be given back."""
        ...


BackendFactory = Callable[[Settings], Backend]
