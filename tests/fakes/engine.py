"""An engine for the core's tests: no child, no model, but real pictures that depend on what was asked.

It passes the contract suite in `tests/contract/test_engine.py`. On top of the contract it can be told what to do:

    engine.script(Failed(FailureKind.CRASH, "…"), HANG, DIE)   # one act per run, in order; then it behaves again
    engine.learn(slots=3, defaults=…)                          # what loading its model brings at the next run
    engine.hold()                                              # pictures stop after their first event until release()
    await engine.until_running(request_id)
    engine.requests                                            # every request it was given, in order
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from enum import Enum, auto
from pathlib import Path
from typing import Self

from PIL import Image

from inference.api import (
    CLOSED,
    Arriving,
    Cancelled,
    Capacity,
    Control,
    Device,
    Done,
    EngineStopped,
    Event,
    Failed,
    FailureKind,
    Img2ImgRequest,
    ModelDefaults,
    ModelUnavailable,
    Needs,
    Started,
    Step,
)
from inference.control_maps.maps import draw_lines, fit_map, label, read_map
from inference.errors import Unsuited
from inference.geometry import fit
from tests.fakes.maps import KINDS, showing


class Act(Enum):
    """What a run can do besides succeeding and failing."""

    HANG = auto()
    DIE = auto()


HANG = Act.HANG
"""Give no further event until the request is cancelled."""

DIE = Act.DIE
"""The engine stops for good: this run and all after it raise `EngineStopped`."""

MODEL = "fake"
DEFAULTS = ModelDefaults(steps=4, guidance_scale=1.5, max_pixels=256 * 256, multiple=8, controls=KINDS)


class FakeEngine:
    """See the module. `slots` requests run at a time, the others wait their turn."""

    def __init__(self, *, slots: int = 1, model: str = MODEL, defaults: ModelDefaults = DEFAULTS) -> None:
        self.requests: list[Img2ImgRequest] = []
        self._slots = slots
        self._model = model
        self._defaults = defaults
        self._learns = (slots, defaults)
        self._offered: Mapping[str, ModelDefaults] = {}
        self._absent: dict[str, Arriving] = {}
        self._refusals: list[str] = []
        self._acts: deque[Failed | Act] = deque()
        self._waiting: list[str] = []
        self._running: set[str] = set()
        self._maps: set[str] = set()
        self._cancelled: set[str] = set()
        self._held = False
        self._stopped = True
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._stopped = False
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._change(self._stop)

    def capacity(self) -> Capacity:
        return Capacity(
            slots=self._slots, device="none (a fake)", models={self._model: self._defaults} | dict(self._offered)
        )

    async def run(self, request: Img2ImgRequest) -> AsyncGenerator[Event, None]:
        self._check_open()
        self.requests.append(request)
        self._waiting.append(request.id)
        if request.map_only:
            self._maps.add(request.id)
        try:
            if not request.map_only:
                await self._until(lambda: self._is_next(request.id) or request.id in self._cancelled)
            await self._change(lambda: self._take_up(request.id))
            async for event in self._events(request):
                yield event
        finally:
            await self._change(lambda: self._forget(request.id))

    async def cancel(self, request_id: str) -> None:
        if request_id in self._running or request_id in self._waiting:
            await self._change(lambda: self._cancelled.add(request_id))

    async def ready(self) -> None:
        self._check_open()

    def lacks(self, needs: Needs) -> bool:
        return needs.model in self._absent

    async def bring(self, needs: Needs) -> None:
        await self._until(lambda: not self.lacks(needs) or bool(self._refusals))
        if self._refusals:
            raise ModelUnavailable(self._refusals.pop())

    def arriving(self, needs: Needs) -> Arriving | None:
        return self._absent.get(needs.model)

    def miss(self, model: str, arriving: Arriving) -> None:
        """Have a model's files on their way, so far."""
        self._absent[model] = arriving

    async def receive(self, model: str, *, refusal: str = "") -> None:
        """A model's files have come, or cannot be had."""
        if refusal:
            await self._change(lambda: self._refusals.append(refusal))
        else:
            await self._change(lambda: self._absent.pop(model))

    def devices(self) -> Sequence[Device]:
        return [
            Device(
                name="fake",
                description="none (a fake)",
                slots=0 if self._stopped else self._slots,
                running=len(self._running - self._maps),
                loaded=(self._model,),
                trouble=self.trouble(),
            )
        ]

    def can_start(self, model: str) -> bool:
        return model == self._model

    def trouble(self) -> str:
        return CLOSED if self._stopped else ""

    def counters(self) -> Mapping[str, int]:
        return {"requests": len(self.requests)}

    async def restart(self, name: str, *, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._until(lambda: not self._running and not self._waiting)
        return name == "fake" and not self._stopped

    def script(self, *acts: Failed | Act) -> None:
        """What the next runs do, one act each."""
        self._acts.extend(acts)

    def learn(self, *, slots: int, defaults: ModelDefaults = DEFAULTS) -> None:
        """What is known once the next run's model was loaded."""
        self._learns = (slots, defaults)

    def offer(self, **models: ModelDefaults) -> None:
        """Say that there are these models too."""
        self._offered = models

    def hold(self) -> None:
        """Let pictures stop after their first event; maps, which need no device, go on."""
        self._held = True

    async def release(self) -> None:
        """Let held runs go on."""
        self._held = False
        await self._change(lambda: None)

    async def until_running(self, request_id: str) -> None:
        """Wait until the request was taken up."""
        async with self._changed:
            await self._changed.wait_for(lambda: request_id in self._running)

    async def _events(self, request: Img2ImgRequest) -> AsyncGenerator[Event, None]:
        if request.id in self._cancelled:
            yield Cancelled()
            return
        act = self._acts.popleft() if self._acts else None
        if act is DIE:
            await self._change(self._stop)
            self._check_open()
        self._slots, self._defaults = self._learns
        yield Started()
        await self._until(
            lambda: not (act is HANG or (self._held and not request.map_only)) or request.id in self._cancelled
        )
        if isinstance(act, Failed):
            yield act
            return
        if refusal := self._refusal(request):
            yield Failed(FailureKind.INVALID, refusal)
            return
        paints = request.strength > 0 and not request.map_only
        steps = max(1, round(request.steps * request.strength)) if paints else 0
        for step in range(1, steps + 1):
            if request.id in self._cancelled:
                break
            yield Step(step, steps)
            await asyncio.sleep(0)
        if request.id in self._cancelled:
            yield Cancelled()
            return
        try:
            width, height = await self.painted(request)
        except Unsuited as fault:
            yield Failed(FailureKind.INVALID, str(fault), fault.cause, fault.values)
            return
        except OSError:
            yield Failed(FailureKind.INVALID, "The source picture could not be read: send it again.")
            return
        yield Done(output=request.output, width=width, height=height, effective_steps=steps, seconds=0.01 * steps)

    async def painted(self, request: Img2ImgRequest) -> tuple[int, int]:
        """Leave the picture where it is wanted; its width and height."""
        return _paint(request, self._defaults.max_pixels)

    def _refusal(self, request: Img2ImgRequest) -> str:
        if request.model != self._model:
            return f"The model {request.model!r} is not here: use {self._model!r}."
        kind = request.control and request.control.kind
        if kind and not request.map_only and kind not in self._defaults.controls:
            return f"The model {request.model!r} has no control of the kind {kind.value}."
        return ""

    def _is_next(self, request_id: str) -> bool:
        return len(self._running - self._maps) < self._slots and self._waiting[0] == request_id

    def _take_up(self, request_id: str) -> None:
        self._waiting.remove(request_id)
        self._running.add(request_id)

    def _forget(self, request_id: str) -> None:
        if request_id in self._waiting:
            self._waiting.remove(request_id)
        self._running.discard(request_id)
        self._maps.discard(request_id)
        self._cancelled.discard(request_id)

    def _stop(self) -> None:
        self._stopped = True

    def _check_open(self) -> None:
        if self._stopped:
            raise EngineStopped(CLOSED)

    async def _change(self, change: Callable[[], object]) -> None:
        async with self._changed:
            change()
            self._changed.notify_all()

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._stopped or condition())
        self._check_open()


def _map(control: Control, picture: Image.Image) -> Image.Image:
    if control.map is None:
        return draw_lines(control.kind, picture)
    return fit_map(control.kind, read_map(control.map, control.kind), picture.size)


def _paint(request: Img2ImgRequest, max_pixels: int) -> tuple[int, int]:
    """A blend of the source with noise drawn from the recipe: strength 0 is the source, 1 the noise alone."""
    with Image.open(request.source) as source:
        picture = source.convert("RGB")
    if request.strength > 0 or request.map_only:
        picture = fit(picture, max_pixels)
    drawn = None if request.control is None else _map(request.control, picture)
    if request.map_only and drawn is not None:
        picture = drawn
    elif request.strength > 0:
        recipe = (request.prompt, request.negative_prompt, request.steps, request.guidance_scale, request.seed)
        noise = random.Random(repr(recipe)).randbytes(3 * picture.width * picture.height)
        picture = Image.blend(picture, Image.frombytes("RGB", picture.size, noise), request.strength)
        picture = showing(picture, drawn, request.control)
    partial = Path(f"{request.output}.part")
    picture.save(partial, format="PNG", pnginfo=label(picture))
    partial.rename(request.output)
    return picture.size
