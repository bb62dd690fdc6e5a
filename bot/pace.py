"""How fast the device works, measured, and therefore when a waiting job will be done."""

from collections import deque
from collections.abc import Callable, Sequence
from statistics import quantiles

from bot.domain.card import Waiting
from bot.domain.ids import JobId
from bot.queue import Unit

_WINDOW = 200
"""Pictures that are remembered: long enough to be steady, short enough to follow a change of model."""


class Pace:
    """Seconds per unit of cost over the latest pictures, and what is on the device now."""

    def __init__(self, *, slots: Callable[[], int]) -> None:
        """`slots`: how many pictures share the device as of now."""
        self._slots = slots
        self._rates: deque[float] = deque(maxlen=_WINDOW)
        self._running: dict[tuple[JobId, int], tuple[float, float]] = {}

    def observe(self, *, cost: float, seconds: float) -> None:
        """One picture of `cost` took `seconds`."""
        self._rates.append(seconds / cost)

    def rates(self) -> tuple[float, float] | None:
        """Median and ninth decile of seconds per unit of cost; None while nothing was measured."""
        if not self._rates:
            return None
        if len(self._rates) == 1:
            return self._rates[0], self._rates[0]
        deciles = quantiles(self._rates, n=10, method="inclusive")
        return deciles[4], deciles[8]

    def runs(self, unit: Unit, fraction: float) -> None:
        """`unit` is on the device and `fraction` of it is done."""
        self._running[unit.job, unit.index] = (unit.cost, fraction)

    def ended(self, unit: Unit) -> None:
        """`unit` left the device."""
        self._running.pop((unit.job, unit.index), None)

    def drained_in(self, order: Sequence[Unit]) -> float | None:
        """Seconds until everything that runs and waits is done, half of the time."""
        rates = self.rates()
        return None if rates is None else rates[0] * self._ahead(order)

    def waiting(self, job: JobId, order: Sequence[Unit], *, now: float) -> Waiting | None:
        """Where `job` stands in `order`; None where nothing of it waits."""
        mine = [place for place, unit in enumerate(order) if unit.job == job]
        if not mine:
            return None
        before = {unit.job for unit in order[: mine[0]]}
        rates = self.rates()
        work = self._ahead(order[: mine[-1] + 1])
        return Waiting(
            position=len(before) + 1,
            expected_at=None if rates is None else now + rates[0] * work,
            expected_late=None if rates is None else now + rates[1] * work,
        )

    def _ahead(self, order: Sequence[Unit]) -> float:
        running = sum(cost * (1 - fraction) for cost, fraction in self._running.values())
        return (running + sum(unit.cost for unit in order)) / self._slots()
