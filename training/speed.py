"""What makes a machine fast: number formats, and memory that stays at hand."""

import os
from functools import cache

import torch

from inference.models.devices import choose_dtype

# glibc gives large blocks back to the system at once, and getting their pages anew takes up to half the time of
# the filters. These settings (mallopt(3)) keep them; processes read them when they start.
_KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(2**32),
    "MALLOC_TRIM_THRESHOLD_": str(2**33),
    "MALLOC_TOP_PAD_": str(2**26),
}


@cache
def fast_dtype(device: str) -> torch.dtype:
    """The number format that the product computes in on that device."""
    return choose_dtype("auto", torch.device(device))


def autocast(device: str) -> torch.autocast:
    return torch.autocast(device, torch.bfloat16, enabled=fast_dtype(device) == torch.bfloat16)


def prepare(device: str) -> None:
    """Before anything runs on the device, and before other processes are started."""
    if device == "cuda":
        torch.set_float32_matmul_precision("high")
    else:
        os.environ.update(_KEEP_MEMORY)
