"""Files for this user alone, in whatever folder they lie."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


@contextmanager
def for_the_owner_of(folder: Path) -> Iterator[None]:
    """What root has left in the folder of another user is that user's in the end: their service could not open it."""
    try:
        yield
    finally:
        owner = folder.stat()
        if os.geteuid() == 0 and owner.st_uid != 0:
            _hand_over(folder, owner)


def _hand_over(folder: Path, owner: os.stat_result) -> None:
    for _, folders, names, at in os.fwalk(folder):  # by descriptors, as nothing that is put there may lead elsewhere
        if "lost+found" in folders:  # the disk's own
            folders.remove("lost+found")
        for name in (*folders, *names):
            with suppress(OSError):  # it has gone, or root may not here
                found = os.stat(name, dir_fd=at, follow_symlinks=False)
                if found.st_uid == 0 and (stat.S_ISDIR(found.st_mode) or found.st_nlink == 1):
                    os.chown(name, owner.st_uid, owner.st_gid, dir_fd=at, follow_symlinks=False)
