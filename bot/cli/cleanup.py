"""`cleanup`: what lies on the disks of models and data, and what of it nobody needs any more."""

import argparse
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from adapters.files.data_dir import DATABASE, IMAGES
from adapters.sqlite.database import COPY_DAYS, UNFINISHED
from bot.cli.arguments import EXIT_DONE, EXIT_JOB_FAILED
from bot.compose import cache_items_of
from bot.domain.errors import FatalError
from bot.domain.limits import DAY
from bot.in_thread import in_thread
from config.settings import Settings
from inference.models.disk import age, nbytes
from inference.models.leftovers import CacheItem

_TEMPORARY = (f"{IMAGES}/scratch/*", ".restore-*", ".check-*", f".*{UNFINISHED}")
_COPIES = (f"{DATABASE}.version-*", f"{DATABASE}.before-restore-*")


async def cleanup(asked: argparse.Namespace, settings: Settings) -> int:
    """Say what there is, and with `--remove` remove what may go; also while the bot runs, which uses none of that.

    Raises:
        FatalError: this user may not look into the data folder.
    """
    stopping = threading.Event()
    return await in_thread(_cleanup, settings, asked.remove, stopping, stopping=stopping)


def _cleanup(settings: Settings, remove: bool, stopping: threading.Event) -> int:
    _check_open(settings.data_dir)
    found = [*_in_data_dir(settings.data_dir, now=time.time()), *cache_items_of(settings)]
    for each in found:
        print(f"{'may go' if each.goes else 'stays':8}{_size(each.nbytes):>10}  {each.path}  ({each.words})")  # noqa: T201 -- the command line speaks
    going = [each for each in found if each.goes]
    total = _size(sum(each.nbytes for each in going))
    if not going:
        print("Nothing is left over.")  # noqa: T201 -- as above
    elif not remove:
        print(f"Nothing was removed. `pentimento cleanup --remove` would remove {len(going)}, {total}.")  # noqa: T201 -- as above
    elif not [each for each in going if stopping.is_set() or not _removed(each.path)]:
        print(f"Removed {len(going)}, {total}.")  # noqa: T201 -- as above
    else:
        return EXIT_JOB_FAILED
    return EXIT_DONE


def _check_open(folder: Path) -> None:
    """Refuse a folder that this user may not read: it would look like one with nothing left over."""
    try:
        with os.scandir(folder) as names:
            for each in names:
                each.stat(follow_symlinks=False)
                break
    except FileNotFoundError:
        pass  # there is none yet
    except OSError as refused:
        raise FatalError(
            f"The folder {folder} cannot be read ({refused.strerror}): run this as the user that the service runs as."
        ) from None


def _in_data_dir(folder: Path, *, now: float) -> Iterator[CacheItem]:
    """What killed programs left there a day ago or longer, and every copy of the database."""
    for left in (each for pattern in _TEMPORARY for each in sorted(folder.glob(pattern))):
        seconds = age(left, now=now)
        if seconds is not None and seconds > DAY:
            yield CacheItem(left, nbytes(left), "temporary, of a program that was killed", goes=True)
    for copy in (each for pattern in _COPIES for each in sorted(folder.glob(pattern))):
        seconds = age(copy, now=now)
        if seconds is None:
            continue
        days = seconds / DAY
        goes = days > COPY_DAYS
        words = f"the database of {days:.0f} days ago" + ("" if goes else f"; may go after {COPY_DAYS} days")
        yield CacheItem(copy, nbytes(copy), words, goes=goes)
    for kept in (folder / DATABASE, folder / IMAGES):
        if kept.exists():
            yield CacheItem(kept, nbytes(kept), "in use", goes=False)


def _size(nbytes: int) -> str:
    return f"{nbytes / 1e9:.2f} GB" if nbytes >= 1e8 else f"{nbytes / 1e6:.2f} MB"


def _removed(path: Path) -> bool:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as refused:
        print(f"pentimento: {path} cannot be removed ({refused.strerror}).", file=sys.stderr)  # noqa: T201 -- as above
        return False
    return True
