"""The seam inside the worker: what makes pictures, as the worker sees it.

A backend is named on the worker's command line as "module:factory"; the factory takes `Settings`. It owns models and
device; sizes, files, strengths 0 and 1 and the way out of memory trouble are the worker's (`inference.painting`).
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, Self

from PIL import Image

from inference.api import Img2ImgRequest, ModelDefaults


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a backend is started with.

    Attributes:
        model: the default model, loaded before the worker says that it is ready.
        models: others that requests may name.
        revisions: model id -> commit, branch or tag on the hub; a model without one uses its main branch.
        device: "auto", or a name that torch knows: "cuda", "cuda:1", "mps", "cpu".
        dtype: "auto", "float32", "float16" or "bfloat16".
    """

    model: str
    models: tuple[str, ...] = ()
    revisions: Mapping[str, str] = field(default_factory=dict)
    device: str = "auto"
    dtype: str = "auto"

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """What `to_json` wrote."""
        return cls(**{**fields, "models": tuple(fields["models"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One picture to denoise.

    Attributes:
        picture: RGB, both sides what the model takes. At strength 1 it is grey: there is nothing to keep.
        frugal: spend time to save memory; it did not fit otherwise.
        step: to be called after each denoising step with its number (1-based) and how many there are.
            Raises `Stopped` where the request was cancelled; let it pass.
        preview: to be called with a small picture of how far it is; None where nobody wants one.
    """

    request: Img2ImgRequest
    picture: Image.Image
    frugal: bool
    step: Callable[[int, int], None]
    preview: Callable[[Image.Image], None] | None


class Stopped(Exception):
    """The request was cancelled."""


class OutOfMemory(Exception):
    """It did not fit; with less it may."""


class DevicePoisoned(Exception):
    """The device answers every call with an error from now on; only a new process mends that."""


class Unsuited(Exception):
    """The model cannot do what is asked; the message is one sentence that says what it can."""


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

    def load(self, model: str) -> ModelDefaults:
        """Make a model ready; cheap where it is.

        Raises:
            ModelUnavailable: with the sentence that says why and what would help.
            OutOfMemory: where the device has no room for it.
        """
        ...

    def generate(self, task: Task) -> Image.Image:
        """Denoise with a loaded model; the result has the size of `task.picture`.

        Raises:
            Stopped, OutOfMemory, DevicePoisoned, Unsuited: as they say.
        """
        ...

    def free(self) -> None:
        """Give back what memory can be given back."""
        ...


BackendFactory = Callable[[Settings], Backend]
