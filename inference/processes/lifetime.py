"""How a child process of ours begins: it ends with its parent, and keeps its pipes to itself."""

import ctypes
import os
import signal
import sys
from typing import BinaryIO

PR_SET_PDEATHSIG = 1  # linux/prctl.h

EXIT_PARENT_GONE = 0


def die_with(parent: int) -> None:
    """Have the kernel kill this process with its parent, and leave where the parent is gone already."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(EXIT_PARENT_GONE)


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for frames; what a library reads or prints goes elsewhere."""
    inbox, outbox = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return os.fdopen(inbox, "rb"), os.fdopen(outbox, "wb", buffering=0)
