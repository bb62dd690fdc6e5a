"""What a request may be run with besides its model, and what that needs: a part of `inference.api`."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class ControlKind(StrEnum):
    """What a control map shows of a picture (ControlNet; Zhang, Rao & Agrawala 2023, arXiv:2302.05543)."""

    CANNY = "canny"  # every edge, thin
    LINEART = "lineart"  # the lines a draughtsman would draw
    SCRIBBLE = "scribble"  # a few thick lines
    SOFTEDGE = "softedge"  # edges by their strength
    DEPTH = "depth"  # near is bright
    POSE = "pose"  # people's joints


MAX_CONTROL_SCALE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Structure that the picture keeps at any strength.

    Attributes:
        map: a PNG that shows the structure, fitted to the picture, never stretched; None draws it from the source.
        scale: weight of the control network's residuals, 0 .. `MAX_CONTROL_SCALE`.
        start, end: it acts between these shares of the steps that are run, 0 <= start < end <= 1.
    """

    kind: ControlKind
    map: Path | None = None
    scale: float = 1.0
    start: float = 0.0
    end: float = 1.0


@dataclass(frozen=True, slots=True)
class Lora:
    """A low-rank adapter (Hu et al. 2021, arXiv:2106.09685) by its catalog name, and how much of it is added."""

    name: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What has to be on this machine for a request: a model, and the adapters and networks that it is run with.

    Attributes:
        model: its name; empty if none is needed.
        loras: names of its adapters.
        control: kind of its control network.
        draws: kind of the map that is drawn from the source.
    """

    model: str = ""
    loras: tuple[str, ...] = ()
    control: ControlKind | None = None
    draws: ControlKind | None = None


def needs_of(
    *,
    model: str,
    strength: float,
    map_only: bool,
    loras: tuple[str, ...],
    control: ControlKind | None,
    draws: ControlKind | None,
) -> Needs:
    """What a request needs: a map alone no model, strength 0 nothing. `draws` as in `Needs`."""
    if map_only:
        return Needs(draws=draws)
    return Needs(model=model, loras=loras, control=control, draws=draws) if strength > 0 else Needs()
