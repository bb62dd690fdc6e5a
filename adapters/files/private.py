"""Files for this user alone, in whatever folder they lie."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

_OTHERS = 0o077


def keep_private(*paths: Path) -> None:
    """Take every right of other users off what is there of `paths`, and say so if the disk does not allow it."""
    for path in paths:
        if not path.exists():
            continue
        mode = path.stat().st_mode
        if mode & _OTHERS:
            try:
                path.chmod(mode & ~_OTHERS & 0o7777)
            except OSError as refused:
                log.warning("other users of this machine can read it", path=str(path), reason=refused.strerror)
                continue
            if path.stat().st_mode & _OTHERS:
                log.warning("other users of this machine can read it: its disk knows no rights", path=str(path))


def make_private_file(path: Path) -> None:
    """Make an empty file if there is none.

    Raises:
        OSError: it cannot be opened to be written to.
    """
    os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))


@contextmanager
def for_its_owner_only() -> Iterator[None]:
    """Files and folders made meanwhile, by whatever thread of this process, are nobody else's to read."""
    before = os.umask(_OTHERS)
    try:
        yield
    finally:
        os.umask(before)
