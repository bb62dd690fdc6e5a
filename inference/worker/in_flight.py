"""What the engine knows of a request that it was given."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from inference.api import MAPS, Cancelled, Event, Failed, FailureKind, Img2ImgRequest, ModelUnavailable


def not_offered(request: Img2ImgRequest, offered: Iterable[str]) -> Failed:
    """The end of a request for another model than those."""
    names = ", ".join(offered)
    return Failed(
        FailureKind.INVALID,
        f"The model {request.model!r} is not offered here: choose from {names}.",
        cause="model-not-offered",
        values={"model": request.model, "models": names},
    )


def unavailable(error: ModelUnavailable) -> Failed:
    """The end of a request whose model cannot be had."""
    return Failed(FailureKind.INVALID, f"{error}", cause="model-unavailable", values={"reason": str(error)})


def not_saved(error: OSError) -> Failed:
    """The end of a request whose result a disk does not take."""
    return Failed(
        FailureKind.INVALID if isinstance(error, FileNotFoundError) else FailureKind.UNSAVED,
        f"The result could not be saved ({error.strerror}): tell the bot's owner.",
        cause="not-saved",
        values={"reason": str(error.strerror)},
    )


@dataclass(slots=True, eq=False)
class InFlight:
    """A request between `run` and its end.

    Attributes:
        key: its name on the pipe; another one for each time that it is run.
        events: what `run` will yield; None if the engine stopped.
        unwanted: cancelled, or nobody iterates any more.
        silence: seconds the worker may say nothing while it has this one.
        pixels: what is worked on; 0 before and while a model loads.
        sign: when the worker last said something about it, in loop time.
        suspect: a worker died while it had this one and others; it flies alone now.
    """

    request: Img2ImgRequest
    key: str = ""
    events: asyncio.Queue[Event | None] = field(default_factory=asyncio.Queue)
    unwanted: bool = False
    silence: float = 0.0
    pixels: int = 0
    sign: float = 0.0
    suspect: bool = False


def next_up(waiting: Sequence[InFlight], taken_up: Collection[InFlight], *, slots: int) -> InFlight | None:
    """Who may be handed over: the first in line, or a map, which needs no slot and waits for suspects only.

    Args:
        waiting: those that could be run, in order.
        taken_up: those that the worker has.
        slots: how many pictures it takes at a time.
    """

    def has_room(entry: InFlight) -> bool:
        """Whether the worker takes one more; a suspect wants to be alone with it."""
        if entry.suspect or any(each.suspect for each in taken_up):
            return not taken_up
        alike = sum(each.request.map_only == entry.request.map_only for each in taken_up)
        return alike < (MAPS if entry.request.map_only else slots)

    candidates = [*waiting[:1], *(entry for entry in waiting if entry.request.map_only)]
    if any(entry.suspect for entry in waiting):
        del candidates[1:]
    return next((entry for entry in candidates if has_room(entry)), None)


def suspects_of(taken_up: Collection[InFlight], end: Failed, *, stopped: bool) -> list[InFlight]:
    """End what a dead worker had if nobody wants it, or it was alone; returns the others in order, suspects now.

    Args:
        taken_up: what the worker had.
        end: for the one that was to blame.
        stopped: nothing is run any more.
    """
    suspects = []
    for entry in taken_up:
        if entry.unwanted:
            entry.events.put_nowait(Cancelled())
        elif len(taken_up) == 1 or stopped:
            entry.events.put_nowait(end)
        else:
            entry.suspect = True
            entry.pixels = 0
            suspects.append(entry)
    return suspects


def end_with_worker(taken_up: Collection[InFlight], *, hung: bool, ending: str) -> Failed:
    """The end of the request that made the worker hang or die; `ending` says how the worker ended."""
    if hung:
        silent = max((entry.silence for entry in taken_up), default=0.0)
        return Failed(
            FailureKind.HANG,
            f"The model gave no sign of life for {silent:.0f} seconds and was stopped: try a smaller picture.",
        )
    fault = f"The model's process died on this picture ({ending}): try another size, model or picture."
    if ending == "SIGBUS":
        fault = (
            "A file that the model's process reads became shorter, or its disk failed (SIGBUS): replace a model's "
            "file by renaming a new one over it, never by writing into it."
        )
    return Failed(FailureKind.CRASH, fault)
