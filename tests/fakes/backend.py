"""A backend for the real worker that needs no torch and misbehaves on cue.

Its pictures are blends of the source with noise of the recipe, and show the control map they were made with. A
prompt of the form "<act> at <step>" makes it do `act` in that step; `ACTS` has them all. "oom above 5000" runs out of
memory if it is asked for more pixels, and if it is not low_memory. "while there is <file>" does not end before that.
"""

import ctypes
import mmap
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from typing import Any, NoReturn

from PIL import Image

from inference.api import Img2ImgRequest, ModelDefaults, ModelUnavailable
from inference.backends.base import WorkerSettings
from inference.batching.task import Task
from inference.errors import DevicePoisoned, OutOfMemory, Unsuited
from inference.models.catalog import with_entry
from tests.fakes.maps import showing

DEFAULTS = ModelDefaults(steps=4, guidance_scale=1.5, max_pixels=256 * 256, multiple=8)


def segfault() -> None:
    """Read address 0."""
    ctypes.string_at(0)


def shorten() -> None:
    """Read what was cut off a file after it was mapped, as of a checkpoint that somebody copies another one over."""
    with tempfile.TemporaryFile() as file:
        file.truncate(mmap.PAGESIZE)
        mapped = mmap.mmap(file.fileno(), 0)
        file.truncate(0)
        mapped[:]


def hang() -> None:
    """Sleep in C without giving the interpreter's lock back."""
    ctypes.PyDLL(None).sleep(3600)


def stall() -> None:
    """Sleep like somebody waiting for a device."""
    time.sleep(3600)


def leave() -> None:
    """End the process as a library's exit() would."""
    os._exit(7)


def poison() -> NoReturn:
    raise DevicePoisoned("an illegal memory access was encountered")


def trip() -> NoReturn:
    raise RuntimeError("a bug in a model")


def doze() -> None:
    """Work for three seconds."""
    time.sleep(3.0)


def refuse() -> NoReturn:
    raise Unsuited("This model cannot do that: use another.", cause="unable", values={"model": "this"})


def chatter() -> None:
    """Print to where the frames would be if nobody kept them apart."""
    print("\x00\x00\x00\x05hello", flush=True)  # noqa: T201
    os.write(1, b"\xff" * 4096)
    sys.stdout.flush()


ACTS = {act.__name__: act for act in (segfault, shorten, hang, stall, leave, poison, trip, doze, refuse, chatter)}


class Sketcher:
    """See the module."""

    slots = 1
    device = "a pencil"
    step_seconds = 0.005

    def __init__(self, settings: WorkerSettings) -> None:
        self._entries = settings.entries
        self._loaded: set[str] = set()
        self._pictures = 0

    def defaults(self) -> Mapping[str, ModelDefaults]:
        return {name: with_entry(DEFAULTS, entry) for name, entry in self._entries.items() if name != "missing"}

    def is_loaded(self, model: str) -> bool:
        return model in self._loaded

    def together(self, models: frozenset[str]) -> bool:
        return len(models) <= 1

    def load(self, model: str) -> ModelDefaults:
        if model == "missing":
            raise ModelUnavailable("The model 'missing' is not here: use another.")
        if model in ACTS and model not in self._loaded:
            ACTS[model]()
        self._loaded.add(model)
        return with_entry(DEFAULTS, self._entries[model])

    def equip(self, request: Img2ImgRequest) -> None:
        if not self.is_equipped(request):
            raise Unsuited("This model cannot keep that structure: use another.", cause="no-network")

    def is_equipped(self, request: Img2ImgRequest) -> bool:
        return request.control is None or request.control.kind in self._entries[request.model].controls

    def generate(self, task: Task) -> Image.Image:
        request, picture = task.request, task.picture
        if limit := re.fullmatch(r"oom above (\d+)", request.prompt):
            _allocate(task, int(limit[1]))
        if held := re.fullmatch(r"while there is (\S+)", request.prompt):
            while os.path.exists(held[1]):  # noqa: PTH110 -- a prompt is text
                time.sleep(0.1)
                task.step(1, request.steps)  # where it hears of a cancel
        act, _, cue = request.prompt.partition(" at ")
        steps = max(1, round(request.steps * request.strength))
        recipe: tuple[Any, ...] = (request.prompt, request.negative_prompt, request.steps, request.seed)
        noise = Image.frombytes("RGB", picture.size, random.Random(repr(recipe)).randbytes(3 * _area(picture)))
        for step in range(1, steps + 1):
            time.sleep(self.step_seconds)
            if act in ACTS and int(cue) == step:
                ACTS[act]()
            if task.preview is not None:
                task.preview(noise.resize((8, 8)))
            task.step(step, steps)
        self._pictures += 1
        return showing(Image.blend(picture, noise, request.strength), task.map, request.control)

    def counters(self) -> Mapping[str, int]:
        return {"pictures": self._pictures}

    def free(self) -> None:
        """Nothing is kept."""


def _area(picture: Image.Image) -> int:
    return picture.width * picture.height


def _allocate(task: Task, limit: int) -> None:
    if not task.low_memory or _area(task.picture) > limit:
        raise OutOfMemory


def many_slots(settings: WorkerSettings) -> Sketcher:
    """A sketcher that takes three requests at a time."""
    sketcher = Sketcher(settings)
    sketcher.slots = 3
    return sketcher


class Slow(Sketcher):
    """A sketcher whose pictures of many steps outlast a test, unless they are cancelled."""

    step_seconds = 0.5


class Unplugged(Sketcher):
    """A sketcher whose device falls off the bus with its first picture, which shows when its memory is looked at."""

    def counters(self) -> Mapping[str, int]:
        if self._pictures:
            poison()
        return super().counters()


class Forgetful(Sketcher):
    """A sketcher with room for one model, which takes a while to load."""

    def load(self, model: str) -> ModelDefaults:
        if not self.is_loaded(model):
            time.sleep(0.3)
            self._loaded.clear()
            self.loads += 1
        return super().load(model)

    loads = 0

    def counters(self) -> Mapping[str, int]:
        return {**super().counters(), "models_loaded": self.loads}


def mortal(settings: WorkerSettings) -> Sketcher:
    """A sketcher whose model is the path of a file: while that does not exist, the model cannot be loaded."""
    if not os.path.exists(settings.model):  # noqa: PTH110 -- a model id is text
        raise ModelUnavailable(f"The model {settings.model!r} is gone: bring it back.")
    return Sketcher(settings)
