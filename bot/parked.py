"""Jobs that wait for something that has to be fetched first, put aside in order until it is here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.domain.ids import JobId
from bot.ranking import Ranking
from inference.api import Needs

T = TypeVar("T")


@dataclass(slots=True)
class _Lot(Generic[T]):
    """The jobs that wait for one thing."""

    units: dict[JobId, Sequence[T]] = field(default_factory=dict)
    order: Ranking[int] = field(default_factory=Ranking)


class Parked(Generic[T]):
    """By what they lack; all units of a job lack the same, as they differ in strength and seed alone."""

    def __init__(self) -> None:
        self._lots: dict[Needs, _Lot[T]] = {}
        self._jobs: dict[JobId, tuple[Needs, int]] = {}  # and their numbers, in the order in which they came
        self._came = 0

    def __len__(self) -> int:
        """Jobs."""
        return len(self._jobs)

    def __contains__(self, job: object) -> bool:
        """Whether a job is one of them."""
        return job in self._jobs

    def add(self, job: JobId, needs: Needs, units: Sequence[T]) -> bool:
        """Put a job's units aside; returns whether it is the first that lacks that."""
        is_first = needs not in self._lots
        lot = self._lots.setdefault(needs, _Lot())
        if job in self._jobs:
            lot.units[job] = [*lot.units[job], *units]
            return False
        self._came += 1
        self._jobs[job] = needs, self._came
        lot.units[job] = units
        lot.order.add(self._came)
        return is_first

    def units(self, needs: Needs) -> Iterator[T]:
        """What waits for that, in order."""
        for units in self._lots[needs].units.values() if needs in self._lots else ():
            yield from units

    def pop(self, needs: Needs) -> Sequence[T]:
        """What waited for that, in order; it does so no more."""
        units = list(self.units(needs))
        for job in self._lots.pop(needs).units if needs in self._lots else ():
            del self._jobs[job]
        return units

    def forget(self, job: JobId) -> bool:
        """Take a job out, False if it is not there; what it waited for is fetched all the same."""
        if job not in self._jobs:
            return False
        needs, number = self._jobs.pop(job)
        del self._lots[needs].units[job]
        self._lots[needs].order.remove(number)
        return True

    def place(self, job: JobId) -> tuple[Needs, int] | None:
        """What a job waits for, and its place among those that do, from 1; None if it is not one of them."""
        if job not in self._jobs:
            return None
        needs, number = self._jobs[job]
        return needs, self._lots[needs].order.before(number)[0] + 1
