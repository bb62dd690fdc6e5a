"""Which model is at work: requests for one run together, those for another wait until the last of them has ended."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Turns:
    """First come, first served: who asks for the model at work waits too while somebody before it waits for another.

    So a popular model cannot keep the others out, and models change no more often than requests ask for.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: list[object] = []
        self._model = ""
        self._at_work = 0

    @contextmanager
    def of(self, model: str, is_cancelled: Callable[[], bool]) -> Iterator[None]:
        """Hold a place while working with `model`; one that is cancelled is let through, to find that out."""
        ticket = object()
        with self._changed:
            self._line.append(ticket)
            self._changed.wait_for(lambda: is_cancelled() or self._may_enter(ticket, model))
            self._line.remove(ticket)
            cancelled = is_cancelled()
            if not cancelled:
                self._model = model
                self._at_work += 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._at_work -= not cancelled
                self._changed.notify_all()

    def look_again(self) -> None:
        """Something was cancelled."""
        with self._changed:
            self._changed.notify_all()

    def _may_enter(self, ticket: object, model: str) -> bool:
        return self._line[0] is ticket and (not self._at_work or self._model == model)
