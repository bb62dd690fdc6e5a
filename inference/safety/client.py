"""The parent's side of the process that looks at pictures, see `inference.safety`.

One picture at a time, each with a deadline. Whatever goes wrong ends in `Uncheckable`, and the process that did not
answer as it should is replaced: an answer that comes late must never be taken for the next picture's.
"""

import asyncio
import math
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Self

import structlog

from inference.api import ModelUnavailable, Uncheckable
from inference.processes import frames
from inference.processes.backoff import Backoff
from inference.processes.child import Child, Unkillable
from inference.safety.classifier import Wanted

LOADER = "inference.safety.classifiers:load"
BACKOFF = (1.0, 2.0, 5.0, 15.0, 60.0)

log = structlog.get_logger(__name__)


class Inspector:
    """An `inference.api.Classifier`; an async context manager that owns its process.

    Args:
        wanted: which classifier.
        seconds: for one look, waiting for a process that is being replaced included.
        load_seconds: for loading it, a download included.
        loader: "module:function" of what loads it, in the child.
        backoff: seconds before a process is replaced, by those lost since the last good look; the last one repeats.

    Attributes:
        labels: those of its labels that count as unsafe.
    """

    def __init__(
        self,
        wanted: Wanted,
        *,
        seconds: float,
        load_seconds: float = 600.0,
        loader: str = LOADER,
        backoff: Sequence[float] = BACKOFF,
    ) -> None:
        self.labels: Sequence[str] = ()
        self._wanted = wanted
        self._seconds = seconds
        self._load_seconds = load_seconds
        self._loader = loader
        self._backoff = Backoff(backoff)
        self._trouble = ""
        self._child: Child | None = None
        self._turn = asyncio.Lock()
        self._there = asyncio.Event()  # a process waits for a picture, or there is no hope of one for now
        self._broken = asyncio.Event()
        self._owned = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Load it.

        Raises:
            ModelUnavailable: with the sentence that says why and what would help.
        """
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            group = await self._owned.enter_async_context(asyncio.TaskGroup())
            self._owned.callback(group.create_task(self._supervise(opened), name="inspector").cancel)
            await opened
        except BaseException:
            await self._owned.aclose()
            raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._owned.aclose()

    async def score(self, picture: Path) -> float:
        """How likely a picture is unsafe; see `inference.api.Classifier`."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._look(picture)
            except TimeoutError:
                self._break()
                raise Uncheckable(f"no answer within {self._seconds:g} seconds") from None
            except (frames.BadFrame, KeyError, TypeError, ValueError) as error:
                self._break()
                raise Uncheckable(f"an answer that is none: {error!r}") from error
            except asyncio.CancelledError:
                self._break()
                raise

    async def _look(self, picture: Path) -> float:
        await self._there.wait()
        if self._child is None:
            raise Uncheckable(self._trouble)
        self._child.send({"frame": "look", "path": str(picture)})
        answer = await self._child.read()
        if answer is None:
            self._break()
            raise Uncheckable("its process died")
        if answer["frame"] == "unseen":
            raise Uncheckable(f"the picture cannot be looked at: {answer['reason']}")
        score = answer["score"] if answer["frame"] == "seen" else None
        if not isinstance(score, float | int) or not math.isfinite(score) or not 0 <= score <= 1.001:
            raise ValueError(f"a score of {score!r}")
        self._backoff.worked()
        return float(score)

    def _break(self) -> None:
        """The process is not to be asked any more."""
        if self._child is not None:
            self._child = None
            self._there.clear()
            self._broken.set()

    async def _supervise(self, opened: asyncio.Future[None]) -> None:
        """Keep a process that looks."""
        while True:
            try:
                await self._live(opened)
            except (ModelUnavailable, OSError, Unkillable) as trouble:
                if not opened.done():
                    opened.set_exception(trouble if isinstance(trouble, ModelUnavailable) else _unstarted(trouble))
                    return
                log.error("classifier cannot be loaded", reason=str(trouble))  # noqa: TRY400 -- the sentence says it
                self._trouble = str(trouble)
                self._there.set()
            await asyncio.sleep(self._backoff.lost())

    async def _live(self, opened: asyncio.Future[None]) -> None:
        """One process, from its start until it is to be asked no more."""
        child = await Child.start("inference.safety", "--loader", self._loader)
        try:
            self.labels = await self._opened(child)
            self._child = child
            self._there.set()
            if not opened.done():
                opened.set_result(None)
            await self._broken.wait()
        finally:
            self._broken.clear()
            self._there.clear()
            self._child = None
            ending = await child.end()
            log.info("classifier ended", pid=child.pid, ending=ending)

    async def _opened(self, child: Child) -> Sequence[str]:
        """Its labels, once it has loaded.

        Raises:
            ModelUnavailable: it cannot, or took too long.
        """
        child.send({"frame": "open", "wanted": asdict(self._wanted)})
        try:
            async with asyncio.timeout(self._load_seconds):
                answer = await child.read()
            if answer is not None and answer["frame"] == "ready":
                return [str(label) for label in answer["labels"]]
            reason = "its process died while loading it" if answer is None else str(answer["message"])
        except TimeoutError:
            reason = f"it was not loaded within {self._load_seconds:g} seconds"
        except (frames.BadFrame, KeyError, TypeError) as error:
            reason = f"its process speaks nonsense: {error!r}"
        else:
            if answer is not None:
                raise ModelUnavailable(reason)
        raise ModelUnavailable(f"The classifier {self._wanted.model!r} cannot be used, {reason}: the log says more.")


def _unstarted(fault: Exception) -> ModelUnavailable:
    return ModelUnavailable(
        f"The process that looks at pictures cannot be started ({fault}): check that memory is not used up."
    )
