"""Numbers on their way between host and device, and how far the host may run ahead.

A plain copy to or from a CUDA device makes the host wait for everything that the device was given before. These do
not: they go through pinned memory, and only who needs what came back waits, for that alone.
"""

from typing import Any

import torch


def to_device(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """The tensor on the device; nothing waits for it to be there but what is computed with it."""
    if device.type != "cuda" or tensor.device.type != "cpu":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


class ToHost:
    """A tensor on its way to the host."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self._tensor = tensor
        self._event: Any = None
        if tensor.device.type == "cuda":
            self._tensor = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
            self._tensor.copy_(tensor, non_blocking=True)
            self._event = _now()

    def wait(self) -> torch.Tensor:
        """It, once it has come."""
        if self._event is not None:
            self._event.synchronize()
        return self._tensor.cpu()


class RunAhead:
    """Keeps the host no more than one call ahead of a CUDA device.

    That keeps the device busy, and who joins, leaves or looks at the progress is no more than a call off.
    """

    def __init__(self, device: torch.device) -> None:
        self._counts = device.type == "cuda"
        self._before: Any = None

    def keep(self) -> None:
        """A call has been launched: wait for the one before it."""
        if not self._counts:
            return
        before, self._before = self._before, _now()
        if before is not None:
            before.synchronize()


def _now() -> Any:
    """An event at this place of the current stream; waiting for it sleeps, for a spinning core is one less."""
    event = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
    event.record()
    return event
