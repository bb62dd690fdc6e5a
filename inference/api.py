"""What the engine promises, in words that need no torch.

Everything outside `inference` talks to an engine through this module only; importing it costs nothing, so the
chats, the tests and the command line's `--help` stay light.

A request is run by iterating over `Engine.run`: any number of `Started`, `Step` and `Preview` events, then exactly
one of `Done`, `Failed` or `Cancelled`, after which the iterator ends. An engine never raises for what a request or
a model did; it raises `EngineStopped` only when it can run nothing any more.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

from inference.extras import MAX_CONTROL_SCALE, Control, ControlKind, Lora, Needs, needs_of

__all__ = ["MAX_CONTROL_SCALE", "Control", "ControlKind", "Lora", "Needs", "needs_of"]  # what is imported for others


class FailureKind(StrEnum):
    """Why a request could not be finished; says whether trying again is worth it."""

    OUT_OF_MEMORY = "out_of_memory"  # after every fallback to less memory was tried
    CRASH = "crash"  # the worker died under it: segmentation fault, kill, a poisoned CUDA context
    HANG = "hang"  # no sign of life within the step budget
    INVALID = "invalid"  # the model cannot do what is asked; the message says what can
    REFUSED = "refused"  # a safety check withheld the picture
    UNSAVED = "unsaved"  # it was made, and the disk had no room for it

    @property
    def is_the_workers(self) -> bool:
        """True if the worker had to be replaced, so another attempt may succeed."""
        return self in {FailureKind.CRASH, FailureKind.HANG}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """How much of what is being fetched has come.

    Attributes:
        done, total: bytes; both 0 while that is not known.
        seconds_left: at the rate of late; None while that is not known.
    """

    done: int = 0
    total: int = 0
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Img2ImgRequest:
    """One picture to make.

    Attributes:
        id: unique among the requests in flight; names the request in `cancel` and in the worker's frames.
        source: an upright RGB PNG without metadata. Read by the worker; pictures travel by file.
        output: where the worker leaves the result, a lossless RGB PNG, written atomically.
        strength: denoising strength in [0, 1]. 0 gives the source's pixels back without touching the model; 1
            ignores the source.
        steps: the scheduler's grid, at least 1. About `steps * strength` of them are run.
        guidance_scale: classifier-free guidance (Ho & Salimans 2022, arXiv:2207.12598); 1 switches it off.
        seed: 0 .. 2**32-1. On one machine the same request and seed give the same bytes when it runs alone, and
            the same pixels to one level of 255 when others run beside it.
        model: catalog id, hub id or local diffusers folder.
        previews: whether `Preview` events are wanted.
        control: structure to keep, of a kind that the model's `ModelDefaults.controls` has.
        map_only: leave the control map at `output` instead of a picture; needs `control`, not the model.
        loras: adapters to run the model with, of its `ModelDefaults.loras`.
        style, negative_style: the words at the end of `prompt` and `negative_prompt` that are read, however long.
        keep_palette: give the result the source's colours as a whole: all of them up to strength 0.5, then less and
            less of them up to 1, where the source is ignored. Takes out what repeated passes add up to.
    """

    id: str
    source: Path
    output: Path
    prompt: str
    negative_prompt: str = ""
    strength: float
    steps: int
    guidance_scale: float
    seed: int
    model: str
    previews: bool = False
    control: Control | None = None
    map_only: bool = False
    loras: tuple[Lora, ...] = ()
    style: str = ""
    negative_style: str = ""
    keep_palette: bool = False

    @property
    def partial(self) -> Path:
        """The file that a result is written to before it is whole; one that is left after a crash may be deleted."""
        return self.output.with_name(f"{self.output.name}.part")

    @property
    def needs(self) -> Needs:
        """What has to be on this machine before it can be run."""
        kind = self.control.kind if self.control else None
        draws = kind if self.control and self.control.map is None else None
        loras = tuple(lora.name for lora in self.loras)
        return needs_of(
            model=self.model, strength=self.strength, map_only=self.map_only, loras=loras, control=kind, draws=draws
        )


@dataclass(frozen=True, slots=True)
class Started:
    """The worker took the request up.

    Attributes:
        loading: the model has to be loaded first, which can take minutes.
    """

    loading: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Denoising step `step` of `of` is done (1-based)."""

    step: int
    of: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A small picture of how far it is. The file is the receiver's to delete."""

    path: Path


@dataclass(frozen=True, slots=True)
class Note:
    """What a member should know about a picture.

    Attributes:
        message: one English sentence.
        cause: a name for that sentence, so that it can be said in other languages.
        values: what stands in the sentence.
    """

    message: str
    cause: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The picture lies at `output`.

    Attributes:
        effective_steps: denoising steps really run; 0 if strength was 0.
        seconds: time on the device, model load excluded.
        device: name of the `Device` that made it.
    """

    output: Path
    width: int
    height: int
    effective_steps: int
    seconds: float
    notes: tuple[Note, ...] = ()
    device: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The request ended without a picture.

    Attributes:
        message: one English sentence fit for the member's eyes.
        cause, values: as in `Note`; empty if it has none.
    """

    kind: FailureKind
    message: str
    cause: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The request ended because `cancel` was called for it."""


Event = Started | Step | Preview | Done | Failed | Cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDefaults:
    """What a model wants if the member set nothing.

    Attributes:
        max_pixels: working area. A larger source is scaled down to it, never up, aspect ratio kept.
        multiple: both sides are padded to a multiple of this and cropped back afterwards.
        controls: kinds of structure that it can be made to keep.
        steerable: whether its family takes control networks; None while its files are not here to tell.
        loras: adapters that requests may name with it, with the weight of each if nobody says one.
        uses_strength: False for families that edit by instruction, to which strength means nothing.
        levels: how many strengths above 0 it tells apart: None for all, 0 for as many as there are steps.
        licence: a short note for members; empty if the owner gave none.
        here: its files are on this machine; else they are downloaded when it is first asked for.
    """

    steps: int
    guidance_scale: float
    max_pixels: int
    multiple: int
    controls: tuple[ControlKind, ...] = ()
    steerable: bool | None = None
    loras: tuple[Lora, ...] = ()
    uses_strength: bool = True
    levels: int | None = None
    licence: str = ""
    here: bool = True

    def used_strength(self, strength: float, steps: int) -> float:
        """What a strength comes to: itself, or the nearest one that the model tells apart."""
        if self.levels is None or strength in {0, 1}:
            return strength
        of = self.levels or steps
        return max(1, round(of * strength)) / of


MAPS = 2
"""Control maps drawn at a time on one machine: they keep a processor core busy, not the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What an engine can take.

    Attributes:
        slots: requests that gain from running at the same time; more only wait inside the engine.
        device: for people, e.g. "NVIDIA H200" or "CPU (2 cores, bfloat16)".
        models, loaded: every loadable model's name with its defaults; those that are in memory now.
        maps: control maps drawn at a time, beside the slots.
    """

    slots: int
    device: str
    models: Mapping[str, ModelDefaults] = field(default_factory=dict)
    loaded: tuple[str, ...] = ()
    maps: int = MAPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One of the devices that an engine has, as it stands now.

    Attributes:
        name, host: its own among the engine's devices, e.g. "cuda:1"; its machine's, empty if that is this one.
        description: for people, as in `Capacity.device`; empty while that is not known.
        slots, running: as in `Capacity`, 0 while it takes nothing; pictures that it has.
        trouble: why nothing can be run on it now, in a sentence; empty if it can.
        pid: its worker's process on its machine; 0 while there is none that is ready.
        lost: its workers that crashed or hung since the start.
    """

    name: str
    host: str = ""
    description: str = ""
    slots: int = 0
    running: int = 0
    loaded: tuple[str, ...] = ()
    trouble: str = ""
    pid: int = 0
    lost: int = 0


CLOSED = "The engine was closed."
"""Why an engine that was left can run nothing."""

UNUSED_CARD = "There is an NVIDIA card"
"""What the description of a processor says, with why, if a card that is there is not used."""

STARTING = "The engine's worker is being started, and loads its model."
"""The trouble of a device that has yet to come, whichever engine it is of: a cluster waits for these."""


class EngineStopped(Exception):
    """The engine cannot run anything any more: its worker keeps dying, or it was closed."""


class ModelUnavailable(Exception):
    """A model cannot be loaded; the message is one sentence that says why and what would help."""


class Uncheckable(Exception):
    """A picture could not be looked at; the message says why, for the owner's log."""


class Classifier(Protocol):
    """Looks at pictures."""

    async def score(self, picture: Path) -> float:
        """How likely the picture is unsafe, 0 .. 1; raises `Uncheckable`, which says nothing good about it."""
        ...


class Engine(Protocol):
    """An async context manager that owns its worker; entering loads the default model, or begins to.

    Entering raises `ModelUnavailable` if that model cannot be had or, as far as was waited for it, loaded.
    """

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc_info: object) -> None: ...

    def capacity(self) -> Capacity:
        """As of now: a model that is loaded brings what is learnt of it, and may bring slots."""
        ...

    def devices(self) -> Sequence[Device]:
        """Every device, those too that are in trouble, always in the same order."""
        ...

    def run(self, request: Img2ImgRequest) -> AsyncGenerator[Event, None]:
        """Run one request; closing the iterator early cancels it."""
        ...

    async def cancel(self, request_id: str) -> None:
        """Stop a request within one step. Unknown and ended ids are ignored."""
        ...

    async def ready(self) -> None:
        """Return when requests can be run; raises `EngineStopped` if that will never be."""
        ...

    def can_start(self, model: str) -> bool:
        """Whether a request for the model could start now without loading it: on a device that has room for it."""
        ...

    def trouble(self) -> str:
        """Why nothing can be run now, in a sentence; empty if it can, even if a model must be loaded for it."""
        ...

    def lacks(self, needs: Needs) -> bool:
        """Whether something of it has to be fetched first. `run` would do that, with the request in hand."""
        ...

    async def bring(self, needs: Needs) -> None:
        """Fetch what is lacking, or wait for whoever does; raises `ModelUnavailable`, with the mend."""
        ...

    def arriving(self, needs: Needs) -> Arriving | None:
        """How far the part of it that is being fetched is; None if nothing is."""
        ...

    def counters(self) -> Mapping[str, int]:
        """What its worker has counted, by name, for whoever watches the service; may begin anew at any time."""
        ...


class RestartableEngine(Engine, Protocol):
    """An engine whose devices can be started anew, one while the others go on."""

    async def restart(self, name: str, *, seconds: float) -> bool:
        """Start one device's worker anew when what it has is done; nothing that was asked of it is lost.

        Args:
            name: as `devices` has it.
            seconds: how long its pictures get to end; after that they are begun again, on another device if there is
                one.

        Returns:
            Whether it takes requests again; False for a name that is not there. `devices` says what is wrong.
        """
        ...
