"""Collections of cyclic garbage that stay short, however many jobs wait.

A full collection goes through every object that is alive, and the event loop waits for it: 170 ms of processor time
with 5,000 jobs waiting, of which each keeps some 60 objects. Here it goes through what came since the one before.
What it leaves is frozen: freed with its last reference as ever, but searched for cycles again only when nothing waits
and nothing is made. If that never comes, there is a bound: twice the memory blocks, a million, and what the open jobs
account for.

The interpreter begins a collection by a count of what is made less what is freed, whatever its age, and a full one if
what is new is a quarter of all. While a long line was worked off, a million objects were never looked at, and one
collection then took 180 ms. So there is one every second, of what that second made.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog

_OLDEST = 2
_THRESHOLDS = (700, 10, 4)
"""A collection of the youngest begins at so many new objects, a middle one after so many of those, and a full one
after so many middle ones. Each of these adds at most some 7,000 objects to the full one, which take it about 4 ms.
The first two are Python's own up to 3.12; with those of 3.13 it would be 20,000."""

COLLECT_SECONDS = 1.0
LOOK_SECONDS = 60.0
THAW_SECONDS = 600.0
"""Not more often: going through everything takes a tenth of a second even if nobody waits."""

_MORE = 1_000_000
_OF_A_JOB = 150
"""Blocks that an open job keeps; 136 were counted. Blocks are counted in half a millisecond, what is frozen in 60."""

log = structlog.get_logger(__name__)


class Frozen:
    """What collections have put aside."""

    def __init__(self) -> None:
        self._any = False  # full collections since everything was gone through
        self._blocks = sys.getallocatedblocks()
        self._thawed_at = time.monotonic()

    def collected(self, phase: str, info: Mapping[str, Any]) -> None:
        """For `gc.callbacks`: freeze what a full collection left."""
        if phase == "stop" and info["generation"] == _OLDEST:
            gc.freeze()
            self._any = True

    def due(self, open_jobs: int) -> bool:
        """Whether it is time to go through everything. If there are no open jobs, nobody would wait for it."""
        if not self._any:
            return False
        if not open_jobs and time.monotonic() - self._thawed_at >= THAW_SECONDS:
            return True
        return sys.getallocatedblocks() > 2 * self._blocks + _MORE + _OF_A_JOB * open_jobs

    def thaw(self) -> int:
        """Go through everything; returns how many objects were garbage."""
        gc.unfreeze()
        found = gc.collect()  # freezes them again
        self._any, self._blocks, self._thawed_at = False, sys.getallocatedblocks(), time.monotonic()
        return found


@contextmanager
def short_collections() -> Iterator[Frozen]:
    """Inside, full collections are short; afterwards they are again what they were before."""
    frozen, before = Frozen(), gc.get_threshold()
    gc.set_threshold(*_THRESHOLDS)
    gc.callbacks.append(frozen.collected)
    try:
        yield frozen
    finally:
        gc.callbacks.remove(frozen.collected)
        gc.set_threshold(*before)
        gc.unfreeze()


async def collect_by_the_clock(frozen: Frozen, open_jobs: Callable[[], int]) -> None:
    """Go through what is new every second and through everything now and then, until cancelled."""
    looked_at = time.monotonic()
    while True:
        await asyncio.sleep(COLLECT_SECONDS)
        gc.collect()
        if time.monotonic() - looked_at < LOOK_SECONDS:
            continue
        looked_at = time.monotonic()
        if frozen.due(open_jobs()):
            began = time.thread_time()
            found = frozen.thaw()
            log.info("garbage collected", objects=found, seconds=round(time.thread_time() - began, 3))
