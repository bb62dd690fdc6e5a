"""What makes a machine fast: number formats, and memory that stays at hand."""

import os
from functools import cache

import torch

# glibc gives large blocks back to the system at once, and getting their pages anew takes up to half the time of
# the filters. These settings (mallopt(3)) keep them; processes read them when they start.
_KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(2**32),
    "MALLOC_TRIM_THRESHOLD_": str(2**33),
    "MALLOC_TOP_PAD_": str(2**26),
}


@cache
def has_bfloat16(device: str) -> bool:
    """A GPU has; a processor only with instructions for it, and takes three times as long without them.

    oneDNN calls bfloat16 supported wherever there is AVX-512, and imitates it there.
    """
    if device != "cpu":
        return True
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def fast_dtype(device: str) -> torch.dtype:
    return torch.bfloat16 if has_bfloat16(device) else torch.float32


def autocast(device: str) -> torch.autocast:
    return torch.autocast(device, torch.bfloat16, enabled=has_bfloat16(device))


def prepare(device: str) -> None:
    """Before anything runs on the device, and before other processes are started."""
    if device == "cuda":
        torch.set_float32_matmul_precision("high")
    else:
        os.environ.update(_KEEP_MEMORY)
