"""Keeps one child process at work: starts it, watches it, ends it, says why it is gone, pauses, starts the next.

What the process is for, which losses are fatal and who is told of them is its owner's to say.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self

import structlog

from inference.processes import frames
from inference.processes.backoff import Backoff
from inference.processes.child import Child, Unkillable

log = structlog.get_logger(__name__)

_NO_FRAME = (frames.BadFrame, KeyError, TypeError, ValueError)
"""What comes of reading something that is no frame of ours."""


class Unusable(Exception):
    """A process cannot do what it is for; the text is a sentence that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A process that is gone, or that could not be started.

    Attributes:
        reason: why, in a sentence for the owner.
        fault: what was raised: `OSError` if it could not be started, `TimeoutError` if it was silent for too long,
            `Unusable`, `Unkillable`, or what came of reading it; None if it left.
        ending: how it ended, as `Child.end` says it; empty if it was never started or cannot be killed.
        child: that process; None if it was never started.
        failures: processes in a row that did not become ready, this one included; 0 if this one was ready.
        first: none has become ready yet.
        closing: it was not wanted any more.
    """

    reason: str
    fault: Exception | None
    ending: str
    child: Child | None
    failures: int
    first: bool
    closing: bool


class Supervisor:
    """Owns a process, and the next one when that is gone. An async context manager that may be entered again.

    Args:
        name: of the process, as its sentences begin.
        start: starts it; an `OSError` or `Unusable` is a loss.
        attend: talks with it, calls `ready` when it can work, and returns when it has left.
        lost: told of each that is gone, also on closing; returns what to give up with, or None to start another.
        pauses: seconds before the next one, by losses since `worked`; the last one repeats.
        ready_seconds: how long it may take to become ready; None is for ever.
        at_once: enter before one is ready.

    Attributes:
        child: the process, from when it is ready until it is gone.

    Raises:
        Exception: on entering, what `lost` gave up with before one was ready.
    """

    def __init__(
        self,
        name: str,
        start: Callable[[], Awaitable[Child]],
        attend: Callable[[Child], Awaitable[None]],
        lost: Callable[[Loss], Exception | None],
        *,
        pauses: Sequence[float],
        ready_seconds: float | None = None,
        at_once: bool = False,
    ) -> None:
        self.child: Child | None = None
        self._name, self._start, self._attend, self._lost = name, start, attend, lost
        self._backoff, self._ready_seconds, self._at_once = Backoff(pauses), ready_seconds, at_once
        self._deadline: asyncio.Timeout | None = None
        self._end: Exception | None = None
        self._owned = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._opened = asyncio.Event()  # one was ready, or there will be none
        self._failures, self._end, self._closing = 0, None, False
        try:
            group = await self._owned.enter_async_context(asyncio.TaskGroup())
            self._owned.callback(group.create_task(self._run(), name=self._name).cancel)
            if not self._at_once:
                await self._opened.wait()
                self._raise_end()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._closing = True
        await self._owned.aclose()

    def ready(self, child: Child) -> None:
        """The process can work: from now on only `watch` bounds its silence."""
        self.child, self._failures = child, 0
        self._opened.set()
        self.watch(None)

    def watch(self, until: float | None) -> None:
        """Have the process that is ready count as hung from this loop time on, or never; the last call counts."""
        if self.child and self._deadline and not self._deadline.expired():
            self._deadline.reschedule(until)

    def discard(self) -> None:
        """Have the process that is ready replaced: nothing more is to be asked of it."""
        self._discarded = True
        self.watch(0.0)
        self.child = None

    def release(self) -> None:
        """Leave the process that is ready to the caller, who ends it; the next one is started without a pause."""
        self._released = True

    def worked(self) -> None:
        """A process did what it is for: pauses begin with the shortest again."""
        self._backoff.worked()

    def _raise_end(self) -> None:
        if self._end:
            raise self._end

    async def _run(self) -> None:
        while self._end is None:
            self._released = self._discarded = False
            self._failures += 1  # unless it becomes ready
            await self._live()
            if not (self._released or self._end):
                await asyncio.sleep(self._backoff.lost())
        self._opened.set()

    async def _live(self) -> None:
        """One process from its start to its end."""
        try:
            child = await self._start()
        except (OSError, Unusable) as error:
            return self._tell(None, error, "")
        fault: Exception | None = None
        ending = ""
        try:
            async with asyncio.timeout(self._ready_seconds) as self._deadline:
                await self._attend(child)
        except (TimeoutError, Unusable, *_NO_FRAME) as error:
            fault = error
        finally:
            self.child = self._deadline = None
            if not self._released:
                try:
                    ending = await child.end()
                except Unkillable as error:
                    fault = error
                finally:
                    self._tell(child, fault, ending)

    def _tell(self, child: Child | None, fault: Exception | None, ending: str) -> None:
        """Tell why a process is gone, and learn whether another one is to be started."""
        hung = isinstance(fault, TimeoutError)
        if isinstance(fault, Unusable | Unkillable):
            sentence = str(fault)
        elif isinstance(fault, OSError) and child is None:
            mend = "check that memory and open files are not used up."
            sentence = f"{self._name} cannot be started ({fault.strerror}): {mend}"
        elif self._failures == 0:
            end = "was given up" if self._discarded else "was silent for too long" if hung else "ended"
            sentence = f"{self._name} {end} ({ending})."
        elif hung:
            sentence = f"{self._name} was not ready within {self._ready_seconds:g} seconds: the log says more."
        else:
            sentence = f"{self._name} did not start ({ending}): the log says more."
        self._end = self._lost(
            Loss(
                reason=sentence,
                fault=fault,
                ending=ending,
                child=child,
                failures=self._failures,
                first=not self._opened.is_set(),
                closing=self._closing,
            )
        )
        words, babble = child and child.last_words, fault if isinstance(fault, _NO_FRAME) else None
        # Whoever enters hears a process's own sentence; if it printed nothing besides, the log would only repeat it.
        raised = self._end is not None and not (self._at_once or self._opened.is_set())
        if not (self._closing or (raised and isinstance(fault, Unusable) and not words)):
            log.warning("process is gone", reason=sentence, fault=repr(fault), last_words=words, exc_info=babble)
