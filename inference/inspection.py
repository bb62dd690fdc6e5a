"""The process that looks at pictures: `python -m inference.inspection`, started by `inference.inspector` only.

It is apart from the one that paints: a classifier that crashes or hangs costs no picture under way, and a worker that
a model took over cannot judge itself. Frames as in `inference.frames`:

    to it      open {wanted}        look {path}
    from it    ready {labels}       it has loaded; the labels it knows
               unavailable {message}   it cannot load; it leaves
               seen {score}         how likely the picture is unsafe, 0 .. 1
               unseen {reason}      that picture could not be looked at; others may
"""

import argparse
import importlib
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from inference import frames
from inference.api import ModelUnavailable
from inference.worker import die_with, take_pipes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which classifier to load.

    Attributes:
        model: hub id or local folder.
        revision: commit, branch or tag on the hub; empty for its main branch.
        device: as in `inference.backend.Settings`.
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


Loader = Callable[[Wanted], Loaded]


def main() -> None:
    """Look at pictures until the parent goes away."""
    options = argparse.ArgumentParser()
    options.add_argument("--loader", required=True, help="module:function, a `Loader`")
    options.add_argument("--parent", type=int, required=True)
    chosen = options.parse_args()
    die_with(chosen.parent)
    inbox, outbox = take_pipes()
    opening = frames.read(inbox)
    if opening is None:
        return
    fields = opening["wanted"]
    wanted = Wanted(**{**fields, "unsafe_labels": tuple(fields["unsafe_labels"])})
    module, _, function = chosen.loader.partition(":")
    try:
        loaded = cast(Loader, getattr(importlib.import_module(module), function))(wanted)
    except ModelUnavailable as error:
        outbox.write(frames.pack({"frame": "unavailable", "message": str(error)}))
        return
    outbox.write(frames.pack({"frame": "ready", "labels": list(loaded.labels)}))
    _serve(loaded, inbox, outbox)


def _serve(loaded: Loaded, inbox: BinaryIO, outbox: BinaryIO) -> None:
    while (frame := frames.read(inbox)) is not None:
        try:
            answer: frames.Frame = {"frame": "seen", "score": loaded.score(Path(frame["path"]))}
        except Exception as error:  # noqa: BLE001 -- whatever a picture does to a model ends this look only
            traceback.print_exc()
            answer = {"frame": "unseen", "reason": type(error).__name__}
        outbox.write(frames.pack(answer))


if __name__ == "__main__":
    main()
