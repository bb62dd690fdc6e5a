"""Time, chance and processors as the operating system has them, and what it keeps from others."""

import base64
import ctypes
import gc
import os
import resource
import secrets
import sys
import time

from bot import texts
from bot.domain.ids import JobId
from bot.domain.options import MAX_SEED

_PR_SET_DUMPABLE = 4  # linux/prctl.h
_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
_LARGE = 1 << 20


class SystemClock:
    """The wall clock."""

    def now(self) -> float:
        return time.time()


class SystemIds:
    """Unguessable names and seeds."""

    def job_id(self) -> JobId:
        return JobId(base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("="))

    def seed(self) -> int:
        return secrets.randbelow(MAX_SEED + 1)


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load_all() -> None:
    """Do at the start what would keep the event loop later: read every language, and look once through what stays.

    A full collection of garbage goes through every object, a hundred thousand of modules and texts among them, for
    which the loop would wait a tenth of a second each time.
    """
    texts.load()
    gc.collect()
    gc.freeze()


def settle_in() -> None:
    """Make this process fit to run for long, with others' pictures and tokens in it.

    On Linux other processes of its user cannot read its memory and environment any more, and what large pictures took
    of memory goes back to the system. No memory is ever written to a core file.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if hasattr(libc, "mallopt"):  # musl has none
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)
