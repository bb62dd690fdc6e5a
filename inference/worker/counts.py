"""What an engine has counted over all of its workers, each of which begins at 0."""

from collections import Counter
from collections.abc import Mapping

REASONS = ("asked", "crashed", "hung", "killed", "poisoned", "unavailable")
"""Why a worker ended: by a restart or stop of its engine, a fault of its own, silence, SIGKILL from outside, a device
in ruins, a model that is not to be loaded."""
_LEVELS = frozenset({"device_bytes", "device_bytes_used", "model_bytes_at_most"})
"""What stands as it is, and is no count."""


class Counts:
    """Counts of one engine."""

    def __init__(self) -> None:
        self._ended: Counter[str] = Counter(dict.fromkeys(REASONS, 0))
        self._past: Counter[str] = Counter()
        self._latest: Mapping[str, int] = {}
        self._last_reason = ""

    def update(self, counters: Mapping[str, int]) -> None:
        """What the worker has counted by now."""
        self._latest = counters

    def heard(self, frame: str) -> None:
        """A frame of the worker has come; some kinds are why it ends."""
        if frame in REASONS:
            self._last_reason = frame

    def ended(self, *, hung: bool, ending: str, asked: bool) -> None:
        """A worker has ended: `ending` as `Child.end` has it, `asked` if it was to."""
        unasked = "hung" if hung else self._last_reason or ("killed" if ending == "SIGKILL" else "crashed")
        self._ended["asked" if asked else unasked] += 1
        self._past.update({name: count for name, count in self._latest.items() if name not in _LEVELS})
        self._latest = {name: level for name, level in self._latest.items() if name in _LEVELS}
        self._last_reason = ""

    @property
    def lost(self) -> int:
        """Workers that ended without being asked to."""
        return self._ended.total() - self._ended["asked"]

    def all(self) -> dict[str, int]:
        """Everything, by name."""
        counted = Counter(self._past)
        counted.update(self._latest)
        counted["model_loads_failed"] += self._ended["unavailable"]
        return {**counted, **{f"workers_ended.{reason}": count for reason, count in self._ended.items()}}
