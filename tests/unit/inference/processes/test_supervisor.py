"""Time is the event loop's and jumps ahead (`looptime`); real processes are in `tests/e2e/test_worker_faults.py`."""

import asyncio
import contextlib
import errno
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

import pytest
from structlog.testing import capture_logs

from inference.processes.child import Child, Unkillable
from inference.processes.frames import BadFrame
from inference.processes.supervisor import Loss, Supervisor, Unusable

pytestmark = pytest.mark.looptime

Act = Callable[["Owner", Child], Awaitable[None]]


LAST_WORDS = ("its last line",)


class Process:
    """A process as the supervisor sees it."""

    def __init__(self, fault: Exception | None = None, last_words: Sequence[str] = LAST_WORDS) -> None:
        self.ended = False
        self.last_words = last_words
        self._fault = fault

    async def end(self) -> str:
        self.ended = True
        if self._fault:
            raise self._fault
        return "SIGKILL"


class Owner:
    """What a supervisor is given, and what it did with that: each process does the next of `acts`, or the last."""

    def __init__(
        self,
        *acts: Act | Exception,
        pauses: Sequence[float] = (1.0,),
        ready_seconds: float | None = None,
        at_once: bool = True,
        patience: int = 99,
        at_end: Exception | None = None,
        last_words: Sequence[str] = LAST_WORDS,
    ) -> None:
        self.started: list[float] = []
        self.processes: list[Process] = []
        self.losses: list[Loss] = []
        self._acts = list(acts)
        self._patience = patience
        self._at_end, self._last_words = at_end, last_words
        self.supervisor = Supervisor(
            "The process",
            *(self._start, self._attend, self._lost),
            pauses=pauses,
            ready_seconds=ready_seconds,
            at_once=at_once,
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(1000):
            while not condition():
                await asyncio.sleep(0.125)

    async def _start(self) -> Child:
        self.started.append(asyncio.get_running_loop().time())
        if isinstance(self._acts[0], Exception):
            raise self._next()  # type: ignore[misc]  # it is one
        self.processes.append(Process(self._at_end, self._last_words))
        return cast(Child, self.processes[-1])

    async def _attend(self, child: Child) -> None:
        act = self._next()
        assert not isinstance(act, Exception)
        await act(self, child)

    def _next(self) -> Act | Exception:
        return self._acts.pop(0) if len(self._acts) > 1 else self._acts[0]

    def _lost(self, loss: Loss) -> Exception | None:
        self.losses.append(loss)
        return RuntimeError(loss.reason) if len(self.losses) >= self._patience else None


async def leave(_owner: Owner, _child: Child) -> None:
    """Leave before it is ready."""


async def hang(_owner: Owner, _child: Child) -> None:
    await asyncio.Event().wait()


async def serve(owner: Owner, child: Child) -> None:
    owner.supervisor.ready(child)
    await asyncio.Event().wait()


async def work_and_leave(owner: Owner, child: Child) -> None:
    owner.supervisor.ready(child)
    owner.supervisor.worked()


async def refuse(_owner: Owner, _child: Child) -> None:
    raise Unusable("The model is not here: use another.")


async def babble(owner: Owner, child: Child) -> None:
    owner.supervisor.ready(child)
    raise BadFrame("noise")


async def test_pauses_grow_while_none_works_and_begin_anew_once_one_has() -> None:
    owner = Owner(leave, leave, leave, work_and_leave, leave, serve, pauses=(1.0, 2.0, 5.0))
    async with owner.supervisor:
        await owner.until(lambda: owner.supervisor.child is not None)
    assert owner.started == [0.0, 1.0, 3.0, 8.0, 9.0, 11.0]
    assert all(process.ended for process in owner.processes)


async def test_a_loss_says_how_many_in_a_row_came_to_nothing_and_whether_any_ever_worked() -> None:
    owner = Owner(leave, OSError(errno.EMFILE, os.strerror(errno.EMFILE)), work_and_leave, leave, serve)
    async with owner.supervisor:
        await owner.until(lambda: owner.supervisor.child is not None)
    told = [(loss.failures, loss.first, loss.child is not None, loss.ending) for loss in owner.losses]
    assert told == [
        (1, True, True, "SIGKILL"),
        (2, True, False, ""),
        (0, False, True, "SIGKILL"),
        (1, False, True, "SIGKILL"),
        (0, False, True, "SIGKILL"),  # on closing
    ]


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (leave, "The process did not start (SIGKILL): the log says more."),
        (hang, "The process was not ready within 7 seconds: the log says more."),
        (refuse, "The model is not here: use another."),
        (Unusable("It cannot be fetched."), "It cannot be fetched."),
        (
            OSError(errno.EMFILE, os.strerror(errno.EMFILE)),
            "The process cannot be started (Too many open files): check that memory and open files are not used up.",
        ),
    ],
)
async def test_whoever_enters_hears_why_none_comes(act: Act | Exception, sentence: str) -> None:
    owner = Owner(act, at_once=False, patience=3, ready_seconds=7.0)
    with pytest.raises(RuntimeError) as raised:
        async with owner.supervisor:
            pass
    assert str(raised.value) == sentence
    assert len(owner.losses) == 3
    assert all(process.ended for process in owner.processes)
    assert [loss.reason for loss in owner.losses] == [sentence] * 3


async def test_one_that_is_not_at_once_is_entered_when_a_process_is_ready() -> None:
    owner = Owner(leave, leave, serve, pauses=(10.0,), at_once=False)
    async with owner.supervisor:
        assert asyncio.get_running_loop().time() == 20
        assert owner.supervisor.child is not None
    assert owner.supervisor.child is None


async def test_one_that_gave_up_later_starts_no_more_and_may_be_entered_again() -> None:
    owner = Owner(work_and_leave, leave, serve, patience=2)
    async with owner.supervisor:
        await asyncio.sleep(100)
        assert len(owner.started) == 2
    async with owner.supervisor:
        await owner.until(lambda: owner.supervisor.child is not None)
    assert owner.losses[-1].failures == 0


async def test_a_ready_process_may_be_silent_until_it_is_watched_and_the_last_word_counts() -> None:
    async def work(owner: Owner, child: Child) -> None:
        owner.supervisor.ready(child)
        await asyncio.sleep(50)  # longer than it may take to get ready
        for until in (60.0, 80.0, None, 70.0):
            owner.supervisor.watch(until)
        await asyncio.Event().wait()

    owner = Owner(work, serve, ready_seconds=7.0, pauses=(0.0,))
    async with owner.supervisor:
        owner.supervisor.watch(1.0)  # nothing is ready yet: it has until its own deadline
        await owner.until(lambda: len(owner.started) == 2)
        assert owner.started == [0.0, 70.0]
    hung = owner.losses[0]
    assert isinstance(hung.fault, TimeoutError)
    assert hung.failures == 0
    assert hung.reason == "The process was silent for too long (SIGKILL)."


async def test_one_that_is_discarded_is_asked_nothing_more_and_replaced() -> None:
    owner = Owner(serve, pauses=(3.0,), at_once=False)
    async with owner.supervisor:
        owner.supervisor.discard()
        assert owner.supervisor.child is None
        owner.supervisor.discard()  # there is none
        await owner.until(lambda: owner.supervisor.child is not None)
        assert owner.started == [0.0, 3.0]
        assert [process.ended for process in owner.processes] == [True, False]
        assert [loss.reason for loss in owner.losses] == ["The process was given up (SIGKILL)."]


async def test_one_that_is_released_is_its_takers_and_the_next_comes_at_once() -> None:
    taken = asyncio.Event()

    async def be_taken(owner: Owner, child: Child) -> None:
        owner.supervisor.ready(child)
        await taken.wait()

    owner = Owner(be_taken, serve, pauses=(3.0,))
    async with owner.supervisor:
        await owner.until(lambda: owner.supervisor.child is not None)
        owner.supervisor.release()
        taken.set()
        await asyncio.sleep(0.125)
        assert owner.supervisor.child is cast(Child, owner.processes[1])
        assert not owner.losses
    assert [process.ended for process in owner.processes] == [False, True]


async def test_noise_on_the_pipe_ends_the_process_and_its_traceback_is_logged() -> None:
    owner = Owner(babble, serve)
    with capture_logs() as logs:
        async with owner.supervisor:
            await owner.until(lambda: len(owner.started) == 2)
    [gone] = logs  # and nothing of the one that was let go
    assert isinstance(gone["exc_info"], BadFrame)
    assert gone["last_words"] == LAST_WORDS
    assert isinstance(owner.losses[0].fault, BadFrame)
    assert owner.losses[-1].fault is None


async def test_one_that_cannot_be_killed_is_told_with_its_own_sentence() -> None:
    owner = Owner(work_and_leave, patience=1, at_end=Unkillable(7))
    async with owner.supervisor:
        await owner.until(lambda: bool(owner.losses))
    [loss] = owner.losses
    assert isinstance(loss.fault, Unkillable)
    assert (loss.reason, loss.ending) == ("The worker 7 cannot be killed: its device needs a reset.", "")


@pytest.mark.parametrize(
    ("act", "at_once", "patience", "words", "lines"),
    [
        (refuse, False, 1, (), 0),
        (refuse, False, 1, LAST_WORDS, 1),
        (refuse, False, 3, (), 2),  # those after which another one is started
        (refuse, True, 1, (), 1),
        (leave, False, 1, (), 1),
    ],
)
async def test_a_sentence_that_is_raised_is_not_logged_too_unless_there_are_last_words(
    act: Act, *, at_once: bool, patience: int, words: Sequence[str], lines: int
) -> None:
    owner = Owner(act, at_once=at_once, patience=patience, last_words=words)
    with capture_logs() as logs, contextlib.suppress(RuntimeError):
        async with owner.supervisor:
            await owner.until(lambda: len(owner.losses) == patience)
    assert [each["last_words"] for each in logs] == [words] * lines


async def test_whoever_is_cancelled_while_entering_leaves_no_process() -> None:
    owner = Owner(hang, at_once=False)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5), owner.supervisor:
            pass
    assert [process.ended for process in owner.processes] == [True]


async def test_a_bug_in_the_owner_ends_the_process_and_is_not_tried_again() -> None:
    async def stumble(_owner: Owner, _child: Child) -> None:
        raise AttributeError("a bug")

    owner = Owner(stumble)
    with pytest.raises(ExceptionGroup) as raised:
        async with owner.supervisor:
            await asyncio.sleep(100)
    assert raised.group_contains(AttributeError)
    assert [process.ended for process in owner.processes] == [True]
