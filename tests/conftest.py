"""What every test relies on, alone or as one of several processes (`pytest -n auto`)."""

import asyncio
import fcntl
import os
import signal
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings

# Rich's tracebacks print every local variable, which takes seconds on a busy machine: too long for an event loop that
# is watched.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.set_exc_info,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

# pytest-asyncio asks for the main thread's event loop and so makes one that nobody closes, unless it was told that
# there is none; the leak would surface as an error of whichever test runs last.
asyncio.set_event_loop(None)

# On a busy machine the first example of a test can take long; what takes long for real meets pytest's timeout.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# Who runs the tests in the background, or without a terminal, has these ignored; every child would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

MOST_PROCESSES = 4
"""One of them, with the engine that its test started, takes up to two gigabytes."""

SIDE_BY_SIDE = "PYTEST_XDIST_WORKER" in os.environ
if SIDE_BY_SIDE:  # threads of one process wait for those of another; torch reads this when it is imported
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_xdist_auto_num_workers() -> int:
    """Two for each core: more than a quarter of the time a test waits, for a child to start, a page or a deadline."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST_PROCESSES, 2 * cores)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test that is marked `alone` waits for those of the other processes to end, and they for it."""
    if not SIDE_BY_SIDE:
        return (yield)
    folder = Path(tempfile.gettempdir()) / f"pytest-turns-{os.environ['PYTEST_XDIST_TESTRUNUID']}"
    folder.mkdir(exist_ok=True)
    with _turn(folder, alone=item.get_closest_marker("alone") is not None):
        return (yield)


@contextmanager
def _turn(folder: Path, *, alone: bool) -> Iterator[None]:
    """The door is passed one by one, so that whoever waits in it for the room to be empty gets it."""
    with (folder / "room").open("w") as room, (folder / "door").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield


@pytest.fixture
def hears_signals() -> Iterator[None]:
    """Signals as a terminal's processes meet them; tests that run in the background or under nohup ignore some."""
    usual: dict[signal.Signals, Any] = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
        signal.SIGHUP: signal.SIG_DFL,
    }
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
