"""How long to wait before a process that was lost is replaced."""

from collections.abc import Sequence


class Backoff:
    """Pauses that grow while processes are lost and nothing comes of them.

    Args:
        pauses: in seconds, by processes lost in a row; the last one repeats.
    """

    def __init__(self, pauses: Sequence[float]) -> None:
        self._pauses = tuple(pauses)
        self._lost = 0

    def lost(self) -> float:
        """One more was lost; returns the seconds to wait before the next."""
        pause = self._pauses[min(self._lost, len(self._pauses) - 1)]
        self._lost += 1
        return pause

    def worked(self) -> None:
        """One did what it is for."""
        self._lost = 0
