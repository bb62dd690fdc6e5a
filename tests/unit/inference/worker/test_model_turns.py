"""Requests for different models that have one device."""

import threading
import time
from collections.abc import Callable

from inference.worker.model_turns import MAX_PASSED as TURNS_PATIENCE
from inference.worker.model_turns import ModelTurns

PATIENCE = 10.0


def alone(models: frozenset[str]) -> bool:
    return len(models) <= 1


class Queue:
    """Requests that stand in line in a known order and work until they are told to end."""

    def __init__(self, together: Callable[[frozenset[str]], bool] = alone) -> None:
        self.turns = ModelTurns()
        self.entered: list[str] = []
        self._together = together
        self._may_end: dict[str, threading.Event] = {}
        self._threads: dict[str, threading.Thread] = {}

    def join(self, *names: str) -> None:
        """Each model is named by the first letter."""
        for name in names:
            self._may_end[name] = threading.Event()
            self._threads[name] = threading.Thread(target=self._work, args=(name,))
            self._threads[name].start()
            until(lambda: self.turns.waiting + len(self.entered) == len(self._threads))

    def end(self, *names: str) -> None:
        for name in names:
            self._may_end[name].set()
            self._threads[name].join(PATIENCE)

    def _work(self, name: str) -> None:
        with self.turns.of(name[0], lambda: False, self._together):
            self.entered.append(name)
            self._may_end[name].wait(PATIENCE)


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_request_for_the_model_at_work_may_pass_one_that_waits_but_not_for_ever() -> None:
    queue = Queue()
    passing = [f"a{number}" for number in range(1, TURNS_PATIENCE + 1)]
    queue.join("a0", "b", *passing)
    assert queue.entered == ["a0", *passing]
    queue.join("a-late")
    assert "a-late" not in queue.entered, "the other has waited enough"
    queue.end("a0", *passing)
    until(lambda: queue.entered[-1] == "b")
    queue.end("b")
    until(lambda: queue.entered[-1] == "a-late")
    queue.end("a-late")


def test_models_that_are_loaded_are_at_work_together() -> None:
    loaded = {"a", "b"}
    queue = Queue(lambda models: models <= loaded)
    queue.join("a1", "b1", "c1", "a2")
    assert queue.entered == ["a1", "b1", "a2"], "the third model has to be loaded, which needs the device for itself"
    queue.end("a1", "b1", "a2")
    until(lambda: queue.entered[-1] == "c1")
    queue.join("a3")
    assert queue.entered[-1] == "c1", "it loads"
    loaded.add("c")
    queue.turns.look_again()
    until(lambda: queue.entered[-1] == "a3")
    queue.end("c1", "a3")


def test_a_cancelled_request_does_not_wait_for_its_turn() -> None:
    turns = ModelTurns()
    cancelled = threading.Event()
    let_through = threading.Event()

    def work() -> None:
        with turns.of("b", cancelled.is_set, alone):
            let_through.set()

    with turns.of("a", lambda: False, alone):
        thread = threading.Thread(target=work)
        thread.start()
        assert not let_through.wait(0.05)
        cancelled.set()
        turns.look_again()
        assert let_through.wait(PATIENCE)
        thread.join()
    with turns.of("b", lambda: False, alone):
        pass
