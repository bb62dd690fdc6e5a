"""Whose picture is made next: an asyncio queue of units, fair between members, weighted by what things cost.

A unit is one picture of one job, so a sweep is four units and nobody's single picture waits behind somebody else's
batch. The order is start-time fair queueing (Goyal, Vin & Cheng 1996, doi:10.1145/248157.248171): every member has a
virtual time that grows by the cost of what was made for them; the member with the smallest one is next; a member who
was away starts at the present virtual time, so absence saves up nothing.

Where the next unit's model would have to be loaded, units for loaded models may go first, `PATIENCE` of them in a row
at most: loading costs more than many a picture, and it may throw out the model that the one after it wants. What a
member is owed does not change by that, so whoever was passed is next.

The queue holds ids only. The store is the truth; after a restart the queue is filled from it again.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bot.domain.ids import JobId
from bot.domain.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One picture to make.

    Attributes:
        cost: steps really run times megapixels; more than 0.
        model: that makes it; empty where it needs none.
    """

    job: JobId
    index: int
    user: str
    cost: float
    model: str = ""


PATIENCE = 8
"""Units that may go before one whose model is not loaded."""


def units_of(job: Job, finished: frozenset[int] = frozenset()) -> list[Unit]:
    """The pictures of a job that are still to be made."""
    return [
        Unit(
            job=job.id,
            index=index,
            user=job.requester.key,
            cost=job.unit_cost(index),
            model="" if recipe.map_only else recipe.model,
        )
        for index, recipe in enumerate(job.recipes)
        if index not in finished
    ]


class QueueFull(Exception):
    """No room for another job."""


class QueueClosed(Exception):
    """Nothing is handed out any more."""


class FairQueue:
    """Bounded by jobs, not units. Not thread-safe: it belongs to the event loop.

    Args:
        max_jobs: the bound.
        ready: whether a model is loaded.
    """

    def __init__(self, *, max_jobs: int, ready: Callable[[str], bool] = lambda _model: True) -> None:
        self._max_jobs = max_jobs
        self._ready = ready
        self._passed = 0  # units that went before the one that should be next
        self._waiting: dict[str, deque[Unit]] = {}
        self._virtual_time: dict[str, float] = {}
        self._now = 0.0
        self._reserved = 0
        self._order: Sequence[Unit] | None = None  # until something changes: every waiting message asks for it
        self._changed = asyncio.Event()
        self._closed = False

    def __len__(self) -> int:
        """Jobs with at least one unit waiting."""
        return len({unit.job for units in self._waiting.values() for unit in units})

    @contextmanager
    def reserve(self) -> Iterator[None]:
        """Hold a place while a job is checked and stored, so that a full queue refuses before anything is written.

        Raises:
            QueueFull: where jobs and held places have reached the bound.
        """
        if len(self) + self._reserved >= self._max_jobs:
            raise QueueFull
        self._reserved += 1
        try:
            yield
        finally:
            self._reserved -= 1

    def put(self, units: Iterable[Unit], *, first: bool = False) -> None:
        """Line up a job's units; `first` puts them before the member's others, for a job that was interrupted."""
        for unit in reversed(list(units)) if first else units:
            line = self._waiting.get(unit.user)
            if line is None:
                line = self._waiting[unit.user] = deque()
                self._virtual_time[unit.user] = max(self._now, self._virtual_time.get(unit.user, 0.0))
            if first:
                line.appendleft(unit)
            else:
                line.append(unit)
        self._order = None
        self._changed.set()

    async def take(self, *, maps: bool = False) -> Unit:
        """The next unit, as soon as there is one.

        Args:
            maps: only of those that need no model, and so need not wait for what does.

        Raises:
            QueueClosed: after `close`, even where units wait; they are safe in the store.
        """
        while True:
            if self._closed:
                raise QueueClosed
            lines = {user: line for user, line in self._waiting.items() if not (maps and line[0].model)}
            if lines:
                return self._pop(lines, maps=maps)
            self._changed.clear()
            await self._changed.wait()

    def _pop(self, lines: dict[str, deque[Unit]], *, maps: bool) -> Unit:
        user, passed = self._next(lines, self._virtual_time, self._passed)
        if not maps:
            self._passed = passed
        self._now = min(self._virtual_time[each] for each in self._waiting)
        self._order = None
        unit = self._waiting[user].popleft()
        self._virtual_time[user] += unit.cost
        if not self._waiting[user]:
            del self._waiting[user]
            self._forget_the_absent()
        return unit

    def _forget_the_absent(self) -> None:
        """A virtual time in the past says nothing that the present does not."""
        for user in [user for user, time in self._virtual_time.items() if time <= self._now]:
            if user not in self._waiting:
                del self._virtual_time[user]

    def remove(self, job: JobId) -> bool:
        """Take a job's units out; False where none waited."""
        found = False
        for user, line in list(self._waiting.items()):
            kept = deque(unit for unit in line if unit.job != job)
            if len(kept) != len(line):
                found = True
                self._waiting[user] = kept
                if not kept:
                    del self._waiting[user]
        self._order = None
        return found

    def order(self) -> Sequence[Unit]:
        """Every waiting unit in the order in which it would be taken if nothing else came."""
        if self._order is None:
            self._order = self._foreseen()
        return self._order

    def _foreseen(self) -> Sequence[Unit]:
        times = dict(self._virtual_time)
        lines = {user: deque(line) for user, line in self._waiting.items()}
        order = []
        passed = self._passed
        while lines:
            user, passed = self._next(lines, times, passed)
            unit = lines[user].popleft()
            times[user] += unit.cost
            if not lines[user]:
                del lines[user]
            order.append(unit)
        return order

    def close(self) -> None:
        """Hand out nothing more; wakes everybody in `take`."""
        self._closed = True
        self._changed.set()

    def _can_start(self, unit: Unit) -> bool:
        return not unit.model or self._ready(unit.model)

    def _next(self, lines: dict[str, deque[Unit]], times: dict[str, float], passed: int) -> tuple[str, int]:
        """The member with the smallest virtual time, or who passes them, and how many have done so by then.

        Who came first wins a tie, as dicts keep their order.
        """
        first = min(lines, key=lambda user: times[user])
        if passed < PATIENCE and not self._can_start(lines[first][0]):
            able = [user for user, line in lines.items() if self._can_start(line[0])]
            if able:
                return min(able, key=lambda user: times[user]), passed + 1
        return first, 0
