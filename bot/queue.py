"""Whose picture is made next: an asyncio queue of units, fair between members, weighted by what things cost.

A unit is one picture of one job, so a sweep is four units and nobody's single picture waits behind somebody else's
batch. The order is start-time fair queueing (Goyal, Vin & Cheng 1996, doi:10.1145/248157.248171): every member has a
virtual time that grows by the cost of what was made for them; the member with the smallest one is next; a member who
was away starts at the present virtual time, so absence saves up nothing.

Where the next unit's model would have to be loaded, units for loaded models may go first, `PATIENCE` of them in a row
at most: loading costs more than many a picture, and it may throw out the model that the one after it wants. What a
member is owed does not change by that, so whoever was passed is next.

A unit's turn is its member's virtual time when it comes to it. That is known when it joins the line and changes only
by what its own member does, so the order is a sorted collection of turns: whoever comes, goes or asks for their place
pays for themselves, not for everybody who waits.

The queue holds ids only. The store is the truth; after a restart the queue is filled from it again.
"""

import asyncio
import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.domain.ids import JobId
from bot.domain.job import Job
from bot.parked import Parked
from bot.ranking import Ranking
from inference.api import Needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One picture to make.

    Attributes:
        cost: steps really run times megapixels; more than 0.
        model: that makes it; empty if it needs none.
        asked_at: when its job was accepted, Unix seconds.
        needs: what has to be on this machine before it can be made.
    """

    job: JobId
    index: int
    user: str
    cost: float
    model: str = ""
    asked_at: float = 0.0
    needs: Needs = field(default_factory=Needs)


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
            asked_at=job.created_at,
            needs=recipe.needs,
        )
        for index, recipe in enumerate(job.recipes)
        if index not in finished
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePosition:
    """Where a job stands in line.

    Attributes:
        position: 1 for the job whose turn is next.
        work: cost of everything up to its last picture, that included.
    """

    position: int
    work: float


class _Turn(NamedTuple):
    """When a unit is due.

    Attributes:
        time: its member's virtual time by then.
        member: order in which members came, for equal times.
        number: place in the member's own line.
    """

    time: float
    member: int
    number: int


@dataclass(slots=True)
class _Line:
    """A member's waiting units, next one first, with their turns."""

    time: float
    member: int
    units: deque[tuple[_Turn, Unit]] = field(default_factory=deque)


class QueueFull(Exception):
    """No room for another job."""


class QueueClosed(Exception):
    """Nothing is handed out any more."""


class FairQueue:
    """Bounded by jobs, not units. Not thread-safe: it belongs to the event loop.

    Args:
        max_jobs: the bound.
        ready: whether a model is loaded.
        lacks: whether something of what a unit needs has to be fetched first. Such a unit is parked: it keeps its
            place among the jobs that count, and joins the line when that is here.

    Attributes:
        paused: nothing is handed out for now; see `pause`.
    """

    def __init__(
        self,
        *,
        max_jobs: int,
        ready: Callable[[str], bool] = lambda _model: True,
        lacks: Callable[[Needs], bool] = lambda _needs: False,
    ) -> None:
        self._max_jobs = max_jobs
        self._ready = ready
        self._lacks = lacks
        self._parked: Parked[Unit] = Parked()
        self._lacking: asyncio.Queue[Needs] = asyncio.Queue()  # that nobody has been told of
        self._passed = 0  # units that went before the one that should be next
        self._lines: dict[str, _Line] = {}
        self._members = 0  # lines that were ever begun
        self._now = 0.0
        self._times: dict[str, float] = {}  # of members who are away and were served ahead of the present
        self._away: list[tuple[float, str]] = []  # the same as a heap, with some that are out of date
        self._order: Ranking[_Turn] = Ranking()
        self._units: dict[_Turn, Unit] = {}
        self._heads: defaultdict[str, Ranking[_Turn]] = defaultdict(Ranking)  # of the lines, by the model they want
        self._jobs: dict[JobId, deque[_Turn]] = {}
        self._firsts: Ranking[_Turn] = Ranking()  # of the jobs
        self._reserved = 0
        self._changed = asyncio.Event()
        self._closed = False
        self.paused = False

    def __len__(self) -> int:
        """Jobs with at least one unit waiting."""
        return len(self._jobs) + len(self._parked)

    @property
    def work(self) -> float:
        """Cost of everything that waits."""
        return self._order.total

    @property
    def oldest(self) -> float | None:
        """When the job was accepted that waits longest, Unix seconds; None if nothing waits."""
        return min((unit.asked_at for unit in self._units.values()), default=None)

    @contextmanager
    def reserve(self) -> Iterator[None]:
        """Hold a place while a job is checked and stored, so that a full queue refuses before anything is written.

        Raises:
            QueueFull: if jobs and held places have reached the bound.
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
        units = list(units)
        if not units or self._park(units):
            return
        [user] = {unit.user for unit in units}
        behind = self._leave(user) if first else []
        for unit in (*units, *behind):
            self._join(unit)
        self._changed.set()

    async def lacking(self) -> Needs:
        """The next thing that units are parked for; each is told once, until `unpark`."""
        return await self._lacking.get()

    def parked(self, needs: Needs) -> Sequence[Unit]:
        """The units that wait for it, in order."""
        return tuple(self._parked.units(needs))

    def unpark(self, needs: Needs) -> Sequence[Unit]:
        """Give up waiting for it; returns the units that did, which are in no line any more."""
        return self._parked.pop(needs)

    def put_all(self, units: Iterable[Unit]) -> None:
        """Line up units of several jobs in this order, as far as nothing is lacking any more."""
        for unit in units:
            self.put([unit])

    def lacked_by(self, job: JobId) -> tuple[Needs, int] | None:
        """What a job is parked for, and its place among those that are, from 1; None if it is not."""
        return self._parked.place(job)

    async def take(self, *, maps: bool = False) -> Unit:
        """The next unit, as soon as there is one.

        Args:
            maps: only of those that need no model, and so need not wait for what does.

        Raises:
            QueueClosed: after `close`, even if units wait; they are safe in the store.
        """
        while True:
            if self._closed:
                raise QueueClosed
            if not self.paused and (self._heads.get("") if maps else self._lines):
                return self._pop(maps=maps)
            self._changed.clear()
            await self._changed.wait()

    def remove(self, job: JobId) -> bool:
        """Take a job's units out; False if none waited."""
        was_parked = self._parked.forget(job)
        if job not in self._jobs:
            return was_parked
        user = self._units[self._jobs[job][0]].user
        for unit in self._leave(user):
            if unit.job != job:
                self._join(unit)
        if not self._lines[user].units:
            self._retire(user, self._lines[user].time)
        return True

    def position_of(self, job: JobId) -> QueuePosition | None:
        """Where a job stands by what members are owed; None if nothing of it waits.

        Units for loaded models that may yet pass it are not foreseen.
        """
        turns = self._jobs.get(job)
        if turns is None:
            return None
        jobs, _ = self._firsts.before(turns[0])
        _, work = self._order.before(turns[-1])
        return QueuePosition(position=jobs + 1, work=work + self._units[turns[-1]].cost)

    def order(self) -> Sequence[Unit]:
        """Every waiting unit by what members are owed: as it is taken if all models are loaded and nobody comes."""
        return [self._units[turn] for turn in self._order]

    def pause(self, *, on: bool) -> None:
        """Hand out nothing until it is off again; what was handed out goes on."""
        self.paused = on
        self._changed.set()

    def close(self) -> None:
        """Hand out nothing more; wakes everybody in `take`."""
        self._closed = True
        self._changed.set()

    def _park(self, units: Sequence[Unit]) -> bool:
        """Whether a job's units were put aside, because something that they need is not here."""
        needs = units[0].needs
        if not self._lacks(needs):
            return False
        if self._parked.add(units[0].job, needs, units):
            self._lacking.put_nowait(needs)
        return True

    def _pop(self, *, maps: bool) -> Unit:
        turn = self._heads[""].first() if maps else self._next()
        self._now = self._order.first().time
        unit = self._units[turn]
        line = self._lines[unit.user]
        line.units.popleft()
        self._strike(turn, unit)
        if line.units:
            self._lead(line)
        else:
            self._retire(unit.user, turn.time + unit.cost)
        return unit

    def _next(self) -> _Turn:
        """The earliest turn, or that of who passes it."""
        heads = {model: turns.first() for model, turns in self._heads.items()}
        model, turn = min(heads.items(), key=lambda head: head[1])
        if self._passed < PATIENCE and not self._can_start(model):
            able = [head for model, head in heads.items() if self._can_start(model)]
            if able:
                self._passed += 1
                return min(able)
        self._passed = 0
        return turn

    def _can_start(self, model: str) -> bool:
        return not model or self._ready(model)

    def _join(self, unit: Unit) -> None:
        """Put a unit at the end of its member's line."""
        line = self._lines.get(unit.user)
        if line is None:
            self._members += 1
            line = _Line(max(self._now, self._times.pop(unit.user, 0.0)), self._members)
            self._lines[unit.user] = line
        if line.units:
            last, before = line.units[-1]
            turn = _Turn(last.time + before.cost, line.member, last.number + 1)
        else:
            turn = _Turn(line.time, line.member, 0)
        line.units.append((turn, unit))
        self._order.add(turn, unit.cost)
        self._units[turn] = unit
        if len(line.units) == 1:
            self._lead(line)
        turns = self._jobs.setdefault(unit.job, deque())
        turns.append(turn)
        if len(turns) == 1:
            self._firsts.add(turn)

    def _leave(self, user: str) -> list[Unit]:
        """Empty a member's line, to be joined anew; it keeps its time, and its turn among equals."""
        line = self._lines.get(user)
        if line is None:
            return []
        units = list(line.units)
        line.units.clear()
        line.time = units[0][0].time
        for turn, unit in units:
            self._strike(turn, unit)
        return [unit for _, unit in units]

    def _lead(self, line: _Line) -> None:
        """Its first unit is the line's head now."""
        turn, unit = line.units[0]
        self._heads[unit.model].add(turn)

    def _strike(self, turn: _Turn, unit: Unit) -> None:
        """Take a unit out of everything but its line; of a job, the first one goes first."""
        self._order.remove(turn)
        del self._units[turn]
        if turn in (heads := self._heads[unit.model]):
            heads.remove(turn)
        if not heads:
            del self._heads[unit.model]
        turns = self._jobs[unit.job]
        turns.popleft()
        self._firsts.remove(turn)
        if turns:
            self._firsts.add(turns[0])
        else:
            del self._jobs[unit.job]

    def _retire(self, user: str, time: float) -> None:
        """A member's line is empty; a virtual time in the past says nothing that the present does not."""
        del self._lines[user]
        self._times[user] = time
        heapq.heappush(self._away, (time, user))
        while self._away and self._away[0][0] <= self._now:
            past, who = heapq.heappop(self._away)
            if self._times.get(who) == past:
                del self._times[who]
