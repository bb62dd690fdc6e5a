"""How many rows a call of the model should have: as many as still make each row cheaper.

Timed once per device and architecture when a model is loaded, and kept in a file, because the knee is a property of
both: a GPU wants many rows of 512 pixels and few of 1024, a processor is near its best with one picture.
"""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Hashable
from pathlib import Path

import torch

ROW_COUNTS = (2, 4, 8, 16, 32)
"""Rows that are timed. Two is the least: a picture with guidance."""

GAIN = 0.95
"""More rows are worth it while each takes less than this share of what it took before."""

LONGEST = 2.0
"""Seconds: after a call that takes longer, no larger one is tried."""


def knee(seconds: Callable[[int], float]) -> int:
    """The largest number of rows of `ROW_COUNTS` that is worth it.

    Args:
        seconds: how long a call with so many rows takes; raises if it cannot be made.
    """
    best = ROW_COUNTS[0]
    before = 0.0
    for rows in ROW_COUNTS:
        if before > LONGEST:
            break
        try:
            took = seconds(rows)
        except (RuntimeError, MemoryError, IndexError):  # no memory, or larger than its positions reach
            break
        if before and took / rows > GAIN * before * 2 / rows:
            break
        best, before = rows, took
    return best


class RowCaps:
    """The caps of one model: the knee at one size, scaled to others by their area.

    Args:
        knee: rows at the knee.
        area: latents (height times width) it was found at.
    """

    def __init__(self, knee: int, area: int) -> None:
        self.knee = knee
        self._area = area
        self._lowered: dict[Hashable, int] = {}
        self._lock = threading.Lock()

    def rows(self, shape: torch.Size) -> int:
        """The most rows of latents [channels, height, width] in a call; one request is always let in."""
        area = shape[-2] * shape[-1]
        with self._lock:
            lowered = self._lowered.get(shape, ROW_COUNTS[-1])
        return max(ROW_COUNTS[0], min(self.knee * self._area // area, lowered, ROW_COUNTS[-1]))

    def lower(self, shape: torch.Size, *, below: int) -> None:
        """Have fewer rows of that shape in a call from now on: `below` of them did not fit into memory."""
        with self._lock:
            self._lowered[shape] = max(ROW_COUNTS[0], below // 2)


class RowCountFile:
    """A file of the knees found before. If it cannot be read or written, each is found anew."""

    def __init__(self, path: Path | None = None) -> None:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self._path = path or cache / "pentimento" / "rows.json"

    def get(self, about: tuple[str, ...], find: Callable[[], int]) -> int:
        """The knee for a key, such as device, architecture and size; found and kept if the file lacks it."""
        key = hashlib.sha256(repr(about).encode()).hexdigest()[:32]
        known = self._read()
        if isinstance(known.get(key), int):
            return known[key]
        found = find()
        self._write({**self._read(), key: found})
        return found

    def _read(self) -> dict[str, int]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def _write(self, known: dict[str, int]) -> None:
        partial = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_text(json.dumps(known), encoding="utf-8")
            partial.replace(self._path)
        except OSError as error:
            print(f"Row counts are not kept: {error}")  # noqa: T201 -- the parent logs what a worker prints
