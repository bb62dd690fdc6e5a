"""What lies on a disk while other programs write there and remove: what has gone meanwhile is no fault."""

import os
from pathlib import Path


def nbytes(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; what goes meanwhile, or may not be looked at, counts nothing."""
    if not os.path.isdir(path):  # noqa: PTH112 -- Path's raises if a folder may not be searched
        return _nbytes(path)
    return sum(_nbytes(Path(place) / name) for place, _, names in os.walk(path) for name in names)


def age(path: Path, *, now: float) -> float | None:
    """Seconds since it was written, of a link the link's own; None if it is not there any more."""
    try:
        return now - path.lstat().st_mtime
    except FileNotFoundError:
        return None


def _nbytes(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def is_lost(file: Path) -> bool:
    """Whether a file is a link to nothing, as in a cache of which somebody made room."""
    return os.path.islink(file) and not os.path.exists(file)  # noqa: PTH110, PTH114 -- Path's own raise if not allowed


def is_absent(file: Path) -> bool:
    """Whether nothing is there. Of what may not be looked at nobody knows: reading it says so."""
    try:
        return not file.exists()
    except OSError:
        return False
