"""How fast the devices work, measured, and therefore when a waiting job will be done."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from statistics import quantiles

from bot.domain.card import Waiting
from bot.domain.ids import JobId
from bot.queue import QueuePosition, Unit
from inference.api import Device

_WINDOW = 200
"""Pictures that are remembered of each device: enough to be steady, few enough to follow a change of model."""

_INSTANT = 1e-6
"""Seconds; nothing takes less."""

Rates = tuple[float, float]
"""Median and ninth decile of seconds per unit of cost."""


class Pace:
    """Seconds per unit of cost over each device's latest pictures, and what is on the devices now.

    Devices may be unlike: what they do in a second adds up. One that was not measured yet counts as an average one.
    """

    def __init__(self, *, devices: Callable[[], Sequence[Device]]) -> None:
        """`devices`: as of now, with how many pictures share each."""
        self._devices = devices
        self._latest: defaultdict[str, deque[float]] = defaultdict(partial(deque, maxlen=_WINDOW))
        self._rates: dict[str, Rates] = {}  # by device, "" is all of them; until there is another picture
        self._running: dict[tuple[JobId, int], tuple[float, float]] = {}

    def observe(self, *, cost: float, seconds: float, device: str = "") -> None:
        """One picture of `cost` took `seconds` on a device."""
        self._latest[device].append(max(seconds, _INSTANT) / cost)
        self._rates.pop(device, None)
        self._rates.pop("", None)

    def rates(self) -> Rates | None:
        """Those of all devices together; None while nothing was measured."""
        if "" not in self._rates and self._latest:
            self._rates[""] = _rates([rate for latest in self._latest.values() for rate in latest])
        return self._rates.get("")

    def runs(self, unit: Unit, fraction: float) -> None:
        """`unit` is on the device and `fraction` of it is done."""
        self._running[unit.job, unit.index] = (unit.cost, fraction)

    def ended(self, unit: Unit) -> None:
        """`unit` left the device."""
        self._running.pop((unit.job, unit.index), None)

    def left(self, units: Iterable[Unit]) -> float | None:
        """Seconds until these pictures of one job are done, half of the time; some may have yet to start.

        It is done with its slowest picture, and not before the device is through with all of them.
        """
        rates = self.rates()
        if rates is None:
            return None
        costs = [unit.cost * (1 - self._running.get((unit.job, unit.index), (0.0, 0.0))[1]) for unit in units]
        return rates[0] * max(max(costs, default=0.0), sum(costs) / max(1, self._slots()))

    def drained_in(self, work: float) -> float | None:
        """Seconds until everything that runs, and `work` that waits, is done, half of the time."""
        unit = self._unit()
        return None if unit is None else unit[0] * self._ahead(work)

    def waiting(self, queued: QueuePosition | None, *, now: float) -> Waiting | None:
        """Where a job stands and when it will be done; None if it does not wait."""
        if queued is None:
            return None
        unit = self._unit()
        work = self._ahead(queued.work)
        return Waiting(
            position=queued.position,
            expected_at=None if unit is None else now + unit[0] * work,
            expected_late=None if unit is None else now + unit[1] * work,
            at_once=queued.position <= self._slots() - len(self._running),
        )

    def _slots(self) -> int:
        return sum(device.slots for device in self._devices())

    def _ahead(self, work: float) -> float:
        return work + sum(cost * (1 - fraction) for cost, fraction in self._running.values())

    def _unit(self) -> Rates | None:
        """Seconds that all devices together take for a unit of cost; None while nothing was measured.

        While no device takes anything it is that of one slot, as the first one to come back will have.
        """
        average = self.rates()
        if average is None:
            return None
        usual = late = 0.0
        for device in self._devices():
            median, decile = self._of(device.name) or average
            usual += device.slots / median
            late += device.slots / decile
        return (1 / usual, 1 / late) if usual and late else average

    def _of(self, device: str) -> Rates | None:
        if device not in self._rates and self._latest.get(device):
            self._rates[device] = _rates(self._latest[device])
        return self._rates.get(device)


def _rates(latest: Sequence[float]) -> Rates:
    deciles = quantiles([*latest, *latest] if len(latest) == 1 else latest, n=10, method="inclusive")
    return deciles[4], deciles[8]
