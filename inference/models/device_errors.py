"""What errors of torch and its libraries mean: whether the device has no room, or is lost."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from inference.errors import DevicePoisoned, OutOfMemory

NO_ROOM = ("out of memory", "can't allocate memory", "alloc_failed")
"""How torch and its libraries say, in errors of no type of their own, that memory ran out."""


def translate(error: Exception) -> Exception:
    """`OutOfMemory` or `DevicePoisoned` if an error of torch is one of them; else the error itself."""
    if not isinstance(error, RuntimeError | MemoryError):
        return error
    words = str(error).lower()
    if isinstance(error, torch.OutOfMemoryError | MemoryError) or any(phrase in words for phrase in NO_ROOM):
        return OutOfMemory()
    if isinstance(error, torch.AcceleratorError) or "cuda error" in words:
        return DevicePoisoned(str(error).split("\n", 1)[0])
    return error


@contextmanager
def translated() -> Iterator[None]:
    """Raise errors of torch as what they mean."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        raise translate(error) from None


def is_of_device(error: Exception) -> bool:
    """Whether it says nothing of the file that was being read."""
    return translate(error) is not error
