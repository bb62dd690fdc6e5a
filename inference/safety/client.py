"""The parent's side of the process that looks at pictures, see `inference.safety`.

One picture at a time, each with a deadline. Whatever goes wrong ends in `Uncheckable`, and the process that did not
answer as it should is replaced: an answer that comes late must never be taken for the next picture's.
"""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Self

from inference.api import ModelUnavailable, Uncheckable
from inference.processes import frames
from inference.processes.child import Child, Unkillable
from inference.processes.supervisor import Loss, Supervisor, Unusable
from inference.safety.classifier import ClassifierSettings

LOADER = "inference.safety.classifiers:load"
BACKOFF = (1.0, 2.0, 5.0, 15.0, 60.0)


class Inspector:
    """An `inference.api.Classifier`; an async context manager that owns its process.

    Args:
        settings: which classifier.
        seconds: for one look, waiting for a process that is being replaced included.
        load_seconds: for loading it, a download included.
        loader: "module:function" of what loads it, in the child.
        backoff: seconds before a process is replaced, by those lost since the last good look; the last one repeats.

    Attributes:
        labels: those of its labels that count as unsafe.
    """

    def __init__(
        self,
        settings: ClassifierSettings,
        *,
        seconds: float,
        load_seconds: float = 600.0,
        loader: str = LOADER,
        backoff: Sequence[float] = BACKOFF,
    ) -> None:
        self.labels: Sequence[str] = ()
        self._settings = settings
        self._seconds = seconds
        self._loader = loader
        self._supervisor = Supervisor(
            f"The classifier {settings.model!r}",
            *(self._start, self._attend, self._lost),
            pauses=backoff,
            ready_seconds=load_seconds,
        )
        self._trouble = ""
        self._turn = asyncio.Lock()
        self._there = asyncio.Event()  # a process waits for a picture, or there is no hope of one for now

    async def __aenter__(self) -> Self:
        """Load it.

        Raises:
            ModelUnavailable: with the sentence that says why and what would help.
        """
        await self._supervisor.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._supervisor.__aexit__(*exc_info)

    async def score(self, picture: Path) -> float:
        """How likely a picture is unsafe; see `inference.api.Classifier`."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._look(picture)
            except TimeoutError:
                self._discard()
                raise Uncheckable(f"no answer within {self._seconds:g} seconds") from None
            except (frames.BadFrame, KeyError, TypeError, ValueError) as error:
                self._discard()
                raise Uncheckable(f"an answer that is none: {error!r}") from error
            except asyncio.CancelledError:
                self._discard()
                raise

    async def _look(self, picture: Path) -> float:
        await self._there.wait()
        child = self._supervisor.child
        if child is None:
            raise Uncheckable(self._trouble)
        child.send({"frame": "look", "path": str(picture)})
        answer = await child.read()
        if answer is None:
            self._discard()
            raise Uncheckable("its process died")
        if answer["frame"] == "unseen":
            raise Uncheckable(f"the picture cannot be looked at: {answer['reason']}")
        score = answer["score"] if answer["frame"] == "seen" else None
        if not isinstance(score, float | int) or not math.isfinite(score) or not 0 <= score <= 1.001:
            raise ValueError(f"a score of {score!r}")
        self._supervisor.worked()
        return float(score)

    def _discard(self) -> None:
        """The process is not to be asked any more; looks wait for the next one."""
        if self._supervisor.child:
            self._supervisor.discard()
            self._there.clear()

    async def _start(self) -> Child:
        return await Child.start("inference.safety", "--loader", self._loader)

    async def _attend(self, child: Child) -> None:
        """Have it load the classifier, and wait until it is discarded.

        Raises:
            Unusable: it says that it cannot.
        """
        child.send({"frame": "open", "settings": asdict(self._settings)})
        answer = await child.read()
        if answer is None:
            return
        if answer["frame"] != "ready":
            raise Unusable(str(answer["message"]))
        self.labels = [str(label) for label in answer["labels"]]
        self._supervisor.ready(child)
        self._there.set()
        await asyncio.Event().wait()

    def _lost(self, loss: Loss) -> ModelUnavailable | None:
        """A process is gone. Looks wait for the next one if it had loaded, else they are refused until one has."""
        if loss.failures or isinstance(loss.fault, Unkillable):
            self._trouble = loss.reason
            self._there.set()
        return ModelUnavailable(loss.reason) if loss.first else None
