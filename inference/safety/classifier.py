"""What a classifier is, to the process that runs it and to its parent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierSettings:
    """Which classifier to load.

    Attributes:
        model: hub id or local folder.
        revision: commit, branch or tag on the hub; empty for its main branch.
        device: as in `inference.backends.base.WorkerSettings`.
        unsafe_labels: labels that count; empty takes those known by their names.
    """

    model: str
    revision: str = ""
    device: str = "cpu"
    unsafe_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A classifier that is ready.

    Attributes:
        labels: those that count as unsafe.
        score: how likely the picture at a path is unsafe, 0 .. 1.
    """

    labels: Sequence[str]
    score: Callable[[Path], float]


Loader = Callable[[ClassifierSettings], Loaded]
