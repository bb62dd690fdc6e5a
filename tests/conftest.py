"""What every test relies on."""

import asyncio
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

# pytest-asyncio asks for the main thread's event loop and so makes one that nobody closes, unless it was told that
# there is none; the leak would surface as an error of whichever test runs last.
asyncio.set_event_loop(None)

# On a busy machine the first example of a test can take long; what takes long for real meets pytest's timeout.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


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
