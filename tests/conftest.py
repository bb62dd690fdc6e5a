"""What every test relies on, alone or as one of several processes (`pytest -n auto`)."""

import asyncio
import gc
import os
import signal
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import structlog
from hypothesis import settings

from inference.processes.deferred import defer

# Test modules import diffusers, and with it what few tests use, in each of several processes: a quarter of the time
# that collecting them takes.
defer()

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

MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes that have to be free there."""

# A database waits for the disk at each commit: with their files in memory, the tests that commit most take a third of
# the time. That a commit asks the disk at all is tested by itself.
if os.access(MEMORY, os.W_OK) and psutil.disk_usage(str(MEMORY)).free >= ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

MOST_PROCESSES = 6
LARGEST_PROCESS = 2 << 30
"""Bytes that one of them takes at most, with the engine that its test started."""

SIDE_BY_SIDE = "PYTEST_XDIST_WORKER" in os.environ
if SIDE_BY_SIDE:  # threads of one process wait for those of another; torch reads this when it is imported
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_xdist_auto_num_workers() -> int:
    """Two for each core: tests wait a lot. With three the processor works more and the tests end no sooner."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    room = psutil.virtual_memory().total // LARGEST_PROCESS
    return max(1, min(MOST_PROCESSES, 2 * cores, room))


LONGEST = (
    "e2e/test_training_smoke",
    "e2e/test_ray",
    "model/test_pocket",
    "e2e/web/test_every_page",
    "e2e/test_health",
    "e2e/web/test_playground",
    "unit/inference/batching/test_flow_loop",
    "e2e/test_worker_faults",
    "e2e/test_checkpoints",
    "model/test_pocket_edges",
    "e2e/test_command_line",
    "e2e/test_many_models",
    "unit/inference/batching/test_step_loop",
    "e2e/test_hostile_pictures",
    "e2e/web/test_survival",
    "unit/training/test_styles",
    "e2e/test_absent_models",
    "e2e/test_models",
    "unit/inference/backends/test_stock_strength",
    "e2e/test_pool",
    "e2e/test_kill_loop",
    "unit/inference/batching/test_solver",
    "scenarios/test_access",
    "unit/inference/models/test_loras",
)
"""Files that take long, whether they compute or wait; about the longest first."""

WAITING = ("contract", "e2e")
"""Folders whose tests wait for processes and chats as much as they compute."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first, then those with slow tests: one begun last leaves the other processes idle. Those
    that wait take turns with those that compute: while all processes wait the cores are idle."""
    if SIDE_BY_SIDE:
        tests = Path(__file__).parent
        longest = {tests / f"{name}.py": place for place, name in enumerate(LONGEST)}
        slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
        files = sorted({item.path: None for item in items}, key=lambda it: (longest.get(it, len(longest)), -slow[it]))
        waiting = [file for file in files if file.relative_to(tests).parts[0] in WAITING]
        computing = [file for file in files if file not in set(waiting)]
        shares = {file: place / len(kind) for kind in (waiting, computing) for place, file in enumerate(kind)}
        order = {file: place for place, file in enumerate(sorted(files, key=shares.__getitem__))}
        items.sort(key=lambda item: order[item.path])


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected is no garbage; each search through it would take half a second."""
    gc.disable()
    result = yield
    gc.freeze()
    gc.enable()
    return result


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
