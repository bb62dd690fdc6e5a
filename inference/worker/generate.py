"""One request from its source file to its result file, on any backend.

What no model does by itself is done here: strength 0 is the source, strength 1 ignores it, the aspect ratio stays, a
result file appears whole or not at all, and out-of-memory is answered with `OOM_FALLBACKS`.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from inference import geometry
from inference.api import (
    Done,
    Event,
    Failed,
    FailureKind,
    Img2ImgRequest,
    ModelDefaults,
    ModelUnavailable,
    Note,
    Preview,
    Started,
    Step,
)
from inference.backends.base import Backend
from inference.batching.task import Task
from inference.control_maps.annotators import Annotator
from inference.control_maps.maps import fit_map, label, read_map
from inference.errors import OutOfMemory, Stopped, Unsuited
from inference.worker.in_flight import not_saved
from inference.worker.palette import with_palette_of

GREY = (128, 128, 128)


@dataclass(frozen=True, slots=True)
class OomFallback:
    """One way to run a request with less memory.

    Attributes:
        low_memory: have the backend save memory at the cost of time.
        area: share of the pixels, in (0, 1].
    """

    low_memory: bool
    area: float


OOM_FALLBACKS = (
    OomFallback(low_memory=False, area=1.0),
    OomFallback(low_memory=True, area=1.0),
    OomFallback(low_memory=True, area=0.5),
    OomFallback(low_memory=True, area=0.25),
)
"""What is tried in turn when memory runs out. Half the pixels need about half the activations of a convolution and a
quarter of an attention map's."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """How a request's thread reaches the parent.

    Attributes:
        send: deliver an event.
        alive: to be called when a phase begins, with the pixels that the model works on; 0 while it loads.
        is_cancelled: whether the result is not wanted any more.
    """

    send: Callable[[Event], None]
    alive: Callable[[int], None]
    is_cancelled: Callable[[], bool]

    def check(self) -> None:
        """Raises `Stopped` if the result is not wanted any more."""
        if self.is_cancelled():
            raise Stopped


def generate(request: Img2ImgRequest, backend: Backend, annotator: Annotator, reporter: Reporter) -> Done | Failed:
    """Run one request; all events but the last go through `reporter`.

    Raises:
        Stopped: it was cancelled.
        ModelUnavailable, DevicePoisoned, Unsuited: from the backend and the annotator.
    """
    loading = not request.map_only and request.strength > 0 and not backend.is_loaded(request.model)
    reporter.send(Started(loading=loading))
    reporter.check()
    try:
        with Image.open(request.source, formats=("PNG",)) as opened:
            source = opened.convert("RGB")
    except (OSError, SyntaxError, ValueError):  # Pillow's PNG reader raises all three for broken files
        return Failed(
            FailureKind.INVALID, "The source picture could not be read: send it again.", cause="source-unreadable"
        )
    if request.map_only:
        known = backend.defaults().get(request.model)
        if known is None:
            raise ModelUnavailable(f"The model {request.model!r} cannot be used: choose another.")
        fitted = geometry.fit(source, known.max_pixels)
        return _finish(request, _map(request, annotator, reporter, fitted), steps=0, seconds=0.0)
    if request.strength == 0:
        return _finish(request, source, steps=0, seconds=0.0)
    if loading:
        reporter.alive(0)
    try:
        defaults = backend.load(request.model)
    except OutOfMemory:
        return Failed(
            FailureKind.OUT_OF_MEMORY,
            f"The model {request.model!r} does not fit into memory: use another.",
            cause="model-too-large",
            values={"model": request.model},
        )
    control = request.control
    if control is not None and control.kind not in defaults.controls:
        kinds = ", ".join(kind.value for kind in defaults.controls) or "none"
        return Failed(
            FailureKind.INVALID,
            f"The model {request.model!r} has no control of the kind {control.kind.value}: it has {kinds}.",
            cause="control-not-offered",
            values={"model": request.model, "kind": control.kind.value, "kinds": kinds},
        )

    def mapped(fitted: Image.Image) -> Image.Image | None:
        return None if control is None else _map(request, annotator, reporter, fitted)

    return _with_fallbacks(request, backend, reporter, source, defaults, mapped=mapped)


def _map(request: Img2ImgRequest, annotator: Annotator, reporter: Reporter, fitted: Image.Image) -> Image.Image:
    """The control map of a request for a source that was fitted already, of its size."""
    control = request.control
    if control is None:
        raise Unsuited("There is no map without control: say which kind of structure it shows.", cause="map-unnamed")
    if control.map is not None:
        return fit_map(control.kind, read_map(control.map, control.kind), fitted.size)
    if not annotator.is_ready(control.kind):
        reporter.alive(0)
    drawn = annotator.draw(control.kind, fitted)
    reporter.check()
    return drawn


def _with_fallbacks(
    request: Img2ImgRequest,
    backend: Backend,
    reporter: Reporter,
    source: Image.Image,
    defaults: ModelDefaults,
    *,
    mapped: Callable[[Image.Image], Image.Image | None],
) -> Done | Failed:
    whole = geometry.fit(source, defaults.max_pixels)
    wanted = whole.size
    for fallback in OOM_FALLBACKS:
        # The whole one as it is: fitted to its own area it could lose a line to rounding.
        fitted = (
            whole if fallback.area == 1 else geometry.fit(source, max(1, int(wanted[0] * wanted[1] * fallback.area)))
        )
        attempt = _Attempt(
            request, backend, reporter, fitted, defaults, drawn=mapped(fitted), low_memory=fallback.low_memory
        )
        result = attempt.picture()
        if result is not None:
            notes = (*attempt.notes, *([] if fitted.size == wanted else [_smaller(fitted.size, wanted)]))
            reporter.check()
            if request.keep_palette:
                result = with_palette_of(result, fitted, share=min(1.0, 2 * (1 - request.strength)))
            return _finish(request, result, steps=attempt.steps, seconds=attempt.seconds, notes=notes)
        backend.free()
    size = f"{wanted[0]}x{wanted[1]}"
    return Failed(
        FailureKind.OUT_OF_MEMORY,
        f"The device ran out of memory at {size} and at smaller sizes too: send a smaller picture.",
        cause="picture-too-large",
        values={"size": size},
    )


class _Attempt:
    """One try of a request, by one of `OOM_FALLBACKS`."""

    def __init__(
        self,
        request: Img2ImgRequest,
        backend: Backend,
        reporter: Reporter,
        fitted: Image.Image,
        defaults: ModelDefaults,
        *,
        drawn: Image.Image | None,
        low_memory: bool,
    ) -> None:
        self.steps = 0
        self.seconds = 0.0
        self.notes: list[Note] = []
        self._previews = 0
        self._backend = backend
        self._reporter = reporter
        self._request = request
        self._size = fitted.size
        self._low_memory = low_memory
        self._padded = geometry.pad(fitted, defaults.multiple)
        if request.strength >= 1 and defaults.uses_strength:
            self._padded = Image.new("RGB", self._padded.size, GREY)
        self._map = None if drawn is None else geometry.pad(drawn, defaults.multiple)

    def picture(self) -> Image.Image | None:
        """The result; None if memory ran out.

        The exception is gone before this returns: it would keep every tensor of the failed call alive.
        """
        width, height = self._padded.size
        started = 0.0
        try:
            self._equip()
            self._reporter.alive(width * height)
            started = time.monotonic()
            result = self._backend.generate(self._task())
        except OutOfMemory:
            return None
        self.seconds = time.monotonic() - started
        return geometry.crop(result, self._size)

    def _task(self) -> Task:
        """What the backend is asked for.

        Not kept: it refers to this attempt, and together they would hold the pictures until Python looks for such
        circles, which it does by the number of objects and not by their size.
        """
        return Task(
            request=self._request,
            picture=self._padded,
            low_memory=self._low_memory,
            check=self._reporter.check,
            step=self._step,
            preview=self._preview if self._request.previews else None,
            map=self._map,
            tell=self.notes.append,
        )

    def _equip(self) -> None:
        if not self._backend.is_equipped(self._request):
            self._reporter.alive(0)
        self._backend.equip(self._request)
        self._reporter.check()

    def _step(self, step: int, of: int) -> None:
        self.steps = step
        self._reporter.send(Step(step, of))
        self._reporter.check()

    def _preview(self, picture: Image.Image) -> None:
        self._previews += 1
        path = self._request.output.with_name(f"{self._request.output.name}.preview-{self._previews}.jpg")
        try:
            picture.save(path, quality=85)  # a thirtieth of the time of a PNG, and an eighth of its size
        except OSError:
            return  # the picture itself may yet be saved; if not, that is said then
        self._reporter.send(Preview(path))


def _smaller(size: geometry.Size, wanted: geometry.Size) -> Note:
    made, full = (f"{width}x{height}" for width, height in (size, wanted))
    return Note(
        f"Reduced to {made}: {full} didn't fit into the device's memory.",
        cause="made-smaller",
        values={"size": made, "wanted": full},
    )


def _finish(
    request: Img2ImgRequest, picture: Image.Image, *, steps: int, seconds: float, notes: tuple[Note, ...] = ()
) -> Done | Failed:
    try:
        _write(picture, request)
    except OSError as error:
        request.partial.unlink(missing_ok=True)
        return not_saved(error)
    return Done(
        output=request.output,
        width=picture.width,
        height=picture.height,
        effective_steps=steps,
        seconds=seconds,
        notes=notes,
    )


def _write(picture: Image.Image, request: Img2ImgRequest) -> None:
    """Write a PNG that is whole on the disk before it has its name, and holds pixels only, and a map's label."""
    plain = Image.frombytes("RGB", picture.size, picture.tobytes())
    with request.partial.open("wb") as file:
        # A quarter of the default level's time, a tenth larger.
        plain.save(file, format="PNG", compress_level=1, pnginfo=label(picture))
        file.flush()
        os.fsync(file.fileno())
    request.partial.replace(request.output)
    folder = os.open(request.output.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
