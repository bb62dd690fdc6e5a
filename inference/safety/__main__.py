"""The process that looks at pictures: `python -m inference.safety`, started by `inference.safety.client` only.

It is apart from the worker: a classifier that crashes or hangs costs no picture under way, and a worker that
a model took over cannot judge itself. Frames as in `inference.processes.frames`:

    to it      open {settings}        look {path}
    from it    ready {labels}       it has loaded; the labels it knows
               unavailable {message}   it cannot load; it leaves
               seen {score}         how likely the picture is unsafe, 0 .. 1
               unseen {reason}      that picture could not be looked at; others may
"""

import argparse
import importlib
import traceback
from pathlib import Path
from typing import BinaryIO, cast

from inference.api import ModelUnavailable
from inference.processes import frames
from inference.processes.deferred import defer
from inference.processes.lifetime import begin
from inference.processes.remembered import remember
from inference.safety.classifier import ClassifierSettings, Loaded, Loader


def main() -> None:
    """Look at pictures until the parent goes away."""
    options = argparse.ArgumentParser()
    options.add_argument("--loader", required=True, help="module:function, a `Loader`")
    chosen, inbox, outbox = begin(options)
    opening = frames.read(inbox)
    if opening is None:
        return
    fields = opening["settings"]
    settings = ClassifierSettings(**{**fields, "unsafe_labels": tuple(fields["unsafe_labels"])})
    module, _, function = chosen.loader.partition(":")
    remember()
    defer()
    try:
        loaded = cast(Loader, getattr(importlib.import_module(module), function))(settings)
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
