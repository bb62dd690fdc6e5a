"""What a device could do, and how much of its memory something takes."""

import contextlib
import ctypes
import gc
import re
import time
from pathlib import Path

import psutil
import torch


def peak_flops(device: torch.device, dtype: torch.dtype) -> float:
    """What this device's own matrix product reaches, in operations per second: the yardstick of utilisation."""
    size = 8192 if device.type == "cuda" else 1024
    one = torch.randn(size, size, device=device, dtype=dtype)
    best = 0.0
    for _ in range(6):
        started = time.perf_counter()
        one @ one
        if device.type == "cuda":
            torch.cuda.synchronize()
        best = max(best, 2 * size**3 / (time.perf_counter() - started))
    return best


def peak_memory(device: torch.device) -> float:
    """Mebibytes: what the device had allocated at most, or what the process weighs if it has no memory."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated() / 2**20
    return float(psutil.Process().memory_info().rss) / 2**20


class Watermark:
    """How much memory is taken at most from now on, above what is taken now: what a workload needs besides models."""

    def __init__(self, device: torch.device) -> None:
        self._cuda = device.type == "cuda"
        gc.collect()
        if self._cuda:
            torch.cuda.reset_peak_memory_stats()
            self._before = torch.cuda.memory_allocated() / 2**20
            return
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)  # what is free already would not be seen to be used
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the highest mark
        self._before = peak_memory(device)

    def mib(self) -> float | None:
        """Mebibytes; None if the system does not tell."""
        if self._cuda:
            return torch.cuda.max_memory_allocated() / 2**20 - self._before
        try:
            status = Path("/proc/self/status").read_text(encoding="ascii")
        except OSError:
            return None
        mark = re.search(r"VmHWM:\s+(\d+) kB", status)
        return float(mark[1]) / 1024 - self._before if mark else None
