"""Files that an engine leaves for the service: what a disk does with them costs no job anything."""

from pathlib import Path

import structlog

log = structlog.get_logger(__name__)


def taken(preview: Path) -> bytes | None:
    """A preview's file, which goes; None if it cannot be read: a disk or a lack of descriptors costs it alone."""
    try:
        return preview.read_bytes()
    except OSError as refused:
        log.warning("preview not read", reason=str(refused))
        return None
    finally:
        removed(preview)


def removed(file: Path) -> None:
    """What a disk does not let go of stays in the scratch folder until the next start."""
    try:
        file.unlink(missing_ok=True)
    except OSError as refused:
        log.warning("file not removed", reason=str(refused))
