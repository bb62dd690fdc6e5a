"""What has been counted by workers, machines or processes, each of which begins at 0."""

from collections import Counter
from collections.abc import Mapping

REASONS = ("asked", "crashed", "hung", "killed", "poisoned", "unavailable")
"""Why a worker ended: by a restart or stop of its engine, a fault of its own, silence, SIGKILL from outside, a device
in ruins, a model that is not to be loaded."""
_LEVELS = frozenset({"device_bytes", "device_bytes_used", "model_bytes_at_most"})
"""What stands as it is, and is no count."""


def without_levels(counters: Mapping[str, int]) -> dict[str, int]:
    """What has been counted; of something that is gone nothing else is true any more."""
    return {name: count for name, count in counters.items() if name not in _LEVELS}


class Tally:
    """Counts of those that counted one after the other."""

    def __init__(self) -> None:
        self._past: Counter[str] = Counter()
        self._latest: Mapping[str, int] = {}

    def update(self, counters: Mapping[str, int]) -> None:
        """What the present one has counted by now."""
        self._latest = counters

    def begin(self) -> None:
        """The present one is gone, and the next one begins at 0. Levels stand until it says its own."""
        self._past.update(without_levels(self._latest))
        self._latest = {name: level for name, level in self._latest.items() if name in _LEVELS}

    def all(self) -> dict[str, int]:
        """Everything, by name."""
        counted = Counter(self._past)
        counted.update(self._latest)
        return dict(counted)


class Counts(Tally):
    """Counts of one engine over its workers, and why those ended."""

    def __init__(self) -> None:
        super().__init__()
        self._ended: Counter[str] = Counter(dict.fromkeys(REASONS, 0))
        self._last_reason = ""

    def heard(self, frame: str) -> None:
        """A frame of the worker has come; some kinds are why it ends."""
        if frame in REASONS:
            self._last_reason = frame

    def ended(self, *, hung: bool, ending: str, asked: bool) -> None:
        """A worker has ended: `ending` as `Child.end` has it, `asked` if it was to."""
        unasked = "hung" if hung else self._last_reason or ("killed" if ending == "SIGKILL" else "crashed")
        self._ended["asked" if asked else unasked] += 1
        self.begin()
        self._last_reason = ""

    @property
    def lost(self) -> int:
        """Workers that ended without being asked to."""
        return self._ended.total() - self._ended["asked"]

    def all(self) -> dict[str, int]:
        """Everything, by name."""
        counted = Counter(super().all())
        counted["model_loads_failed"] += self._ended["unavailable"]
        return {**counted, **{f"workers_ended.{reason}": count for reason, count in self._ended.items()}}
