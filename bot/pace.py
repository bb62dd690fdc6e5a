"""How fast the device works, measured, and therefore when a waiting job will be done."""

from collections import deque
from collections.abc import Callable
from statistics import quantiles

from bot.domain.card import Waiting
from bot.domain.ids import JobId
from bot.queue import Standing, Unit

_WINDOW = 200
"""Pictures that are remembered: long enough to be steady, short enough to follow a change of model."""


class Pace:
    """Seconds per unit of cost over the latest pictures, and what is on the device now."""

    def __init__(self, *, slots: Callable[[], int]) -> None:
        """`slots`: how many pictures share the device as of now."""
        self._slots = slots
        self._rates: deque[float] = deque(maxlen=_WINDOW)
        self._deciles: tuple[float, float] | None = None  # of the rates, until there is another one
        self._running: dict[tuple[JobId, int], tuple[float, float]] = {}

    def observe(self, *, cost: float, seconds: float) -> None:
        """One picture of `cost` took `seconds`."""
        self._rates.append(seconds / cost)
        self._deciles = None

    def rates(self) -> tuple[float, float] | None:
        """Median and ninth decile of seconds per unit of cost; None while nothing was measured."""
        if self._deciles is None and self._rates:
            latest = [*self._rates, *self._rates] if len(self._rates) == 1 else self._rates
            deciles = quantiles(latest, n=10, method="inclusive")
            self._deciles = deciles[4], deciles[8]
        return self._deciles

    def runs(self, unit: Unit, fraction: float) -> None:
        """`unit` is on the device and `fraction` of it is done."""
        self._running[unit.job, unit.index] = (unit.cost, fraction)

    def ended(self, unit: Unit) -> None:
        """`unit` left the device."""
        self._running.pop((unit.job, unit.index), None)

    def drained_in(self, work: float) -> float | None:
        """Seconds until everything that runs, and `work` that waits, is done, half of the time."""
        rates = self.rates()
        return None if rates is None else rates[0] * self._ahead(work)

    def waiting(self, standing: Standing | None, *, now: float) -> Waiting | None:
        """Where a job stands and when it will be done; None if it does not wait."""
        if standing is None:
            return None
        rates = self.rates()
        work = self._ahead(standing.work)
        return Waiting(
            position=standing.position,
            expected_at=None if rates is None else now + rates[0] * work,
            expected_late=None if rates is None else now + rates[1] * work,
        )

    def _ahead(self, work: float) -> float:
        running = sum(cost * (1 - fraction) for cost, fraction in self._running.values())
        return (running + work) / self._slots()
