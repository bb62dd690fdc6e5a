"""Files that an engine leaves for the service: what a disk does with them costs no job anything."""

from pathlib import Path

import structlog

log = structlog.get_logger(__name__)


def taken(preview: Path) -> bytes | None:
    """Read a preview and delete its file; None if it cannot be read, which costs the job nothing but that preview."""
    try:
        return preview.read_bytes()
    except OSError as refused:
        log.warning("preview not read", reason=str(refused))
        return None
    finally:
        removed(preview)


def removed(file: Path) -> None:
    """Delete a file; one that the disk refuses to delete stays in the scratch folder until the next start."""
    try:
        file.unlink(missing_ok=True)
    except OSError as refused:
        log.warning("file not removed", reason=str(refused))
