"""Whose model is at work.

Requests for models that are loaded, and that can run side by side, are at work together. A request for any other
model waits until those have ended: its model has to be loaded, which needs the room of those that leave and the
device for itself. So that two models do not take each other's place at every request, later requests for what is at
work may pass one that waits, but only `MAX_PASSED` times; after that nobody passes it any more. A model therefore
changes at most once in so many requests while there are enough of them, and a request waits for at most `MAX_PASSED`
later ones for each other model asked for before it.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MAX_PASSED = 8
"""Requests that may pass one that waits for another model."""

Together = Callable[[frozenset[str]], bool]
"""Whether models can be at work at the same time without loading any of them."""


@dataclass(slots=True, eq=False)
class _Ticket:
    model: str
    passed: int = 0


class ModelTurns:
    """Lets requests to the device by their models; may be used from many threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._at_work: Counter[str] = Counter()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @contextmanager
    def of(self, model: str, is_cancelled: Callable[[], bool], together: Together) -> Iterator[None]:
        """Hold a place while working with `model`; one that is cancelled is let through, to find that out."""
        ticket = _Ticket(model)
        with self._changed:
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: is_cancelled() or self._may_enter(ticket, together))
            cancelled = is_cancelled()
            if not cancelled:
                for ahead in self._waiting[: self._waiting.index(ticket)]:
                    ahead.passed += 1
                self._at_work[model] += 1
            self._waiting.remove(ticket)
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                if not cancelled:
                    self._at_work[model] -= 1
                self._at_work += Counter()  # drops those at zero
                self._changed.notify_all()

    def look_again(self) -> None:
        """Something was cancelled, or a model has been loaded."""
        with self._changed:
            self._changed.notify_all()

    def _may_enter(self, ticket: _Ticket, together: Together) -> bool:
        ahead = self._waiting[: self._waiting.index(ticket)]
        return self._fits(ticket.model, together) and not any(
            each.passed >= MAX_PASSED or self._fits(each.model, together) for each in ahead
        )

    def _fits(self, model: str, together: Together) -> bool:
        others = frozenset(self._at_work) - {model}
        return not others or together(others | {model})
