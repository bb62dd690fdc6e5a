"""Which kernel computes a transformer's attention: the fastest of those that are installed and exact.

Kernels that diffusers would download, and those that compute with fewer bits, are an owner's choice only.
"""

from collections.abc import Callable, Sequence
from typing import Any

KERNELS = ("_native_cudnn", "flash", "_flash_3")
"""What is tried beside torch's own choice, by diffusers' names: cuDNN's, and flash-attn 2 and 3 if installed."""

WORTH = 0.97
"""A kernel has to take less than this share of the time of torch's own choice."""

OWN = "native"
"""Torch's own choice."""


def takes_kernels(model: Any) -> bool:
    """Whether the kernel of a model's attention can be chosen."""
    return hasattr(model, "set_attention_backend")


def use(model: Any, kernel: str, seconds: Callable[[], float]) -> None:
    """Have a model use a kernel.

    Raises:
        ValueError: there is none of that name, it is not here, or it cannot compute a call of this model.
    """
    try:
        _set(model, kernel)
        seconds()
    except Exception as error:
        _set(model, OWN)
        reason = str(error).strip().split("\n", 1)[0].rstrip(".")[:160]
        raise ValueError(reason) from error


def choose(model: Any, seconds: Callable[[], float], kernels: Sequence[str] = KERNELS) -> str:
    """Have a model use the fastest kernel, and return its name.

    Args:
        model: a transformer of diffusers.
        seconds: how long a call of it takes; raises if a kernel cannot compute it.
        kernels: to be tried beside torch's own choice.
    """
    best, least = OWN, WORTH * seconds()
    for kernel in kernels:
        try:
            _set(model, kernel)
            took = seconds()
        except Exception:  # noqa: BLE001, S112 -- it is not installed, or for another card or other shapes
            continue
        if took < least:
            best, least = kernel, took
    _set(model, best)
    return best


def _set(model: Any, kernel: str) -> None:
    """For this model only: diffusers would make it the default of all other models and networks too."""
    from diffusers.models.attention_dispatch import AttentionBackendName, _AttentionBackendRegistry

    try:
        model.set_attention_backend(kernel)
    finally:
        _AttentionBackendRegistry.set_active_backend(AttentionBackendName.NATIVE)
