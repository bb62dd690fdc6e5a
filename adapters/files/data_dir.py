"""The folder with everything a service remembers: one service at a time, on a disk that keeps its promises."""

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.files.private import for_the_owner_of, keep_private, make_private_file
from bot.domain.errors import FatalError

DATABASE = "pentimento.db"
IMAGES = "images"
"""Names in the data folder."""

_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "beegfs"})
_MOUNTS = Path("/proc/mounts")


@contextmanager
def hold_data_dir(folder: Path) -> Iterator[None]:
    """Make `folder` if need be and keep every other service out of it until the end; a killed holder lets go too.

    Raises:
        FatalError: another service has it, it cannot be written, or it lies on a network filesystem, where SQLite's
            write-ahead log loses what it acknowledged (https://www.sqlite.org/wal.html).
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep_private(folder / "lock", *folder.glob(f"{DATABASE}*"))  # the folder may have been there, open to all
        make_private_file(folder / "lock")
        lock = (folder / "lock").open("a")
    except OSError as refused:
        raise FatalError(
            f"The folder {folder} cannot be used ({refused.strerror}): "
            "set data_dir to a folder that this user may write to."
        ) from refused
    with lock:
        filesystem = filesystem_of(folder, _MOUNTS)
        if filesystem in _NETWORK or (filesystem.startswith("fuse.") and filesystem != "fuse.fuse-overlayfs"):
            raise FatalError(
                f"The folder {folder} lies on {filesystem}, where a database is not safe: "
                "set data_dir to a folder on a local disk."
            )
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            raise FatalError(
                f"Another Pentimento is using {folder}: stop it, or give this one its own data_dir."
            ) from taken
        with for_the_owner_of(folder):
            yield


def is_held(folder: Path) -> bool:
    """Whether a service has the folder now."""
    try:
        with (folder / "lock").open("rb") as lock:  # made by whoever holds it, never by who looks
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # there is none, or it is not ours to look at
        return False
    return False


def filesystem_of(folder: Path, mounts: Path) -> str:
    """The type of filesystem that `folder` lies on, e.g. "ext4"; empty if the system does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    place = folder.resolve()
    found, depth = "", -1
    for line in lines:
        _, at, kind, *_ = line.split(" ")
        point = Path(re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), at))
        # Of several mounts on one point the last one is seen.
        if place.is_relative_to(point) and len(point.parts) >= depth:
            found, depth = kind, len(point.parts)
    return found
