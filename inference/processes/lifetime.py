"""How a child process of ours begins: it ends with its parent, gains no privileges, and keeps its pipes to itself."""

import argparse
import ctypes
import os
import signal
import sys
from typing import BinaryIO

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38  # linux/prctl.h

EXIT_PARENT_GONE = 0


def begin(options: argparse.ArgumentParser | None = None) -> tuple[argparse.Namespace, BinaryIO, BinaryIO]:
    """Become a child that `child.Child` started.

    Args:
        options: what else is told on its command line.

    Returns:
        What was told, and the pipes of frames from the parent and to it.
    """
    options = options or argparse.ArgumentParser()
    options.add_argument("--parent", type=int, required=True)
    chosen = options.parse_args()
    die_with(chosen.parent)
    return chosen, *_take_pipes()


def die_with(parent: int) -> None:
    """Have the kernel kill this process with its parent, and leave if the parent is gone already.

    From then on neither it nor what it starts gains privileges from a program's file (PR_SET_NO_NEW_PRIVS).
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(EXIT_PARENT_GONE)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for frames; what a library reads or prints goes elsewhere."""
    inbox, outbox = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return os.fdopen(inbox, "rb"), os.fdopen(outbox, "wb", buffering=0)
