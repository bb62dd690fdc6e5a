"""The child process: `python -m inference.worker`, started by `inference.worker.engine` and by nobody else.

Its parent talks to it over its standard input and output (`inference.processes.protocol`). It dies with its parent:
the kernel kills it if it can (Linux), and the end of its input ends it everywhere. Signals meant for the service pass
it by, so that a request under way can be finished while the service drains.
"""

import argparse
import contextlib
import gc
import importlib
import os
import queue
import threading
import traceback
from dataclasses import asdict
from typing import BinaryIO, NoReturn, cast

from inference.api import Cancelled, Capacity, Event, Failed, FailureKind, Img2ImgRequest, ModelUnavailable
from inference.backends.base import Backend, BackendFactory, WorkerSettings
from inference.control_maps.annotators import Annotator
from inference.errors import DevicePoisoned, OutOfMemory, Stopped, Unsuited
from inference.models.builds import unfit_torchvision
from inference.processes import frames, protocol
from inference.processes.deferred import defer
from inference.processes.lifetime import EXIT_PARENT_GONE, begin
from inference.processes.remembered import remember
from inference.worker.generate import Reporter, generate
from inference.worker.model_turns import ModelTurns

EXIT_UNAVAILABLE = 3
EXIT_POISONED = 4


def main() -> None:
    """Serve requests until the parent goes away."""
    options = argparse.ArgumentParser()
    options.add_argument("--backend", required=True)
    chosen, inbox, outbox = begin(options)
    Worker(inbox, outbox).serve(chosen.backend)


class Worker:
    """Runs each request in a thread of its own, and listens in one more; the parent sees to it that they are few."""

    def __init__(self, inbox: BinaryIO, outbox: BinaryIO) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._asked: queue.SimpleQueue[frames.Frame] = queue.SimpleQueue()
        self._unfinished: set[str] = set()
        self._cancelled: set[str] = set()
        self._speaking = threading.Lock()
        self._model_turns = ModelTurns()
        self._offered: tuple[str, ...] = ()
        self._loaded: tuple[str, ...] = ()

    def serve(self, backend_name: str) -> None:
        """Open the backend, then run what is asked."""
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        opening = self._asked.get()
        settings = WorkerSettings.from_json(opening["settings"])
        self._offered = tuple(settings.entries)
        self._annotator = Annotator(settings.map_models)
        backend = self._open(backend_name, settings)
        while True:
            request = protocol.request_from_json(self._asked.get()["request"])
            threading.Thread(target=self._run, args=(request, backend), name=request.id, daemon=True).start()

    def _listen(self) -> None:
        for frame in frames.read_all(self._inbox):
            if frame["frame"] == "cancel":
                if frame["id"] in self._unfinished:  # else its end is on the way
                    self._cancelled.add(frame["id"])
                    self._model_turns.look_again()
                continue
            if frame["frame"] == "run":
                self._unfinished.add(frame["request"]["id"])
            self._asked.put(frame)
        os._exit(EXIT_PARENT_GONE)  # nobody is left to work for, whatever the main thread is in

    def _say(self, frame: frames.Frame) -> None:
        with self._speaking:
            self._outbox.write(frames.pack(frame))

    def _say_capacity(self, backend: Backend) -> None:
        models = dict(backend.defaults())
        self._loaded = tuple(filter(backend.is_loaded, self._offered))
        capacity = Capacity(slots=backend.slots, device=backend.device, models=models, loaded=self._loaded)
        self._say({"frame": "capacity", "capacity": asdict(capacity)})
        self._say_counters(backend)

    def _say_counters(self, backend: Backend) -> None:
        self._say({"frame": "counters", "counters": dict(backend.counters())})

    def _notice(self, backend: Backend) -> None:
        """Tell waiting requests and the parent if models were loaded or dropped; loading completes their defaults."""
        self._model_turns.look_again()
        loaded = [*filter(backend.is_loaded, self._offered)]
        if loaded != [*self._loaded]:
            self._say_capacity(backend)

    def _open(self, backend_name: str, settings: WorkerSettings) -> Backend:
        gc.disable()  # imports make hundreds of thousands of objects and no garbage
        remember()
        defer()
        module, _, factory = backend_name.partition(":")
        if unfit := unfit_torchvision():
            self._give_up(unfit)
        try:
            make = cast(BackendFactory, getattr(importlib.import_module(module), factory))
            backend = make(settings)
            if settings.model:
                backend.load(settings.model)
            gc.freeze()  # what libraries made is never garbage; a search through it takes half a second
            gc.enable()
            self._say_capacity(backend)
        except ModelUnavailable as error:
            self._give_up(str(error))
        except OutOfMemory:
            self._give_up(
                f"The model {settings.model!r} does not fit into the device's memory: choose a smaller one, or close "
                "what else uses the device."
            )
        except DevicePoisoned as error:
            self._give_up_device(error)
        return backend

    def _give_up(self, message: str) -> NoReturn:
        self._say({"frame": "unavailable", "message": message})
        os._exit(EXIT_UNAVAILABLE)

    def _give_up_device(self, error: DevicePoisoned) -> NoReturn:
        self._say({"frame": "poisoned", "message": str(error)})
        os._exit(EXIT_POISONED)

    def _run(self, request: Img2ImgRequest, backend: Backend) -> None:
        def send(event: Event) -> None:
            self._say({"frame": "event", "id": request.id, "event": protocol.event_to_json(event)})

        def alive(pixels: int) -> None:
            self._say({"frame": "alive", "id": request.id, "model": request.model, "pixels": pixels})
            self._notice(backend)

        def is_cancelled() -> bool:
            return request.id in self._cancelled

        # Strength 0 and a map alone need no model.
        needs_model = request.strength > 0 and not request.map_only
        line = self._model_turns.of(request.model, is_cancelled, backend.together)
        turn = line if needs_model else contextlib.nullcontext()
        try:
            with turn:
                end = self._end(request, backend, Reporter(send, alive, is_cancelled))
                self._notice(backend)
                self._say_counters(backend)
        except DevicePoisoned as error:
            self._give_up_device(error)
        send(end)
        self._unfinished.discard(request.id)
        self._cancelled.discard(request.id)

    def _end(self, request: Img2ImgRequest, backend: Backend, reporter: Reporter) -> Event:
        try:
            return generate(request, backend, self._annotator, reporter)
        except Stopped:
            return Cancelled()
        except Unsuited as error:
            return Failed(FailureKind.INVALID, str(error), error.cause, error.values)
        except ModelUnavailable as error:
            return Failed(FailureKind.INVALID, f"{error}", cause="model-unavailable", values={"reason": str(error)})
        except DevicePoisoned:
            raise
        except Exception:  # noqa: BLE001 -- whatever a model's code raises ends one request, not the worker
            traceback.print_exc()
            return Failed(
                FailureKind.INVALID,
                f"The model {request.model!r} could not work on this: try other settings; the log says more.",
                cause="model-unable",
                values={"model": request.model},
            )


if __name__ == "__main__":
    main()
