"""The bot's side of a cluster without one: what it says, and that it never brings Ray into its process."""

import asyncio
import errno
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from inference.api import ModelUnavailable
from inference.backends.base import WorkerSettings
from inference.cluster import engine
from inference.cluster.engine import ClusterEngine
from inference.models.entry import ModelEntry
from inference.processes.child import Child
from inference.processes.supervisor import Loss

LOSS = Loss(reason="", fault=None, ending="SIGKILL", child=None, failures=0, first=False, closing=False)
SETTINGS = WorkerSettings(model="pocket", entries={"pocket": ModelEntry(id="pocket")})


async def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda _name: None)
    with pytest.raises(ModelUnavailable, match="with EXTRAS=ray"):
        async with ClusterEngine(SETTINGS, address="127.0.0.1:1"):
            pass


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: make install EXTRAS=ray")
async def test_a_head_that_is_not_there_is_named_at_once() -> None:
    with pytest.raises(
        ModelUnavailable, match=r"^Nobody answers at 127\.0\.0\.1:1 \(.*Connection refused\): see that"
    ):
        async with ClusterEngine(SETTINGS, address="127.0.0.1:1"):
            pass


async def test_what_was_counted_before_the_cluster_s_process_was_lost_stays_counted() -> None:
    """The machines' workers end with it."""
    hub = ClusterEngine(SETTINGS, address="127.0.0.1:1")
    state = {
        "capacity": {"slots": 1, "device": "", "models": {}, "loaded": []},
        "devices": [],
        "counters": {"pictures": 3},
    }
    for _ in range(2):
        hub._learn(state)
        hub._lost(LOSS)
    assert hub.counters() == {"pictures": 6}


@pytest.mark.parametrize("module", ["bot.compose", "bot.cli.check", "inference.cluster.engine"])
def test_nothing_of_the_bot_imports_ray(module: str) -> None:
    code = f"import sys, {module}; sys.exit('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: make install EXTRAS=ray")
async def test_a_process_that_cannot_be_started_is_said_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = asyncio.Event()

    async def start(*_arguments: str, **_environment: object) -> Child:
        if hub.devices()[0].trouble.startswith("The cluster's process cannot be started (Too many open files)"):
            tried.set()
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(Child, "start", start)
    monkeypatch.setattr(engine, "BACKOFF", (0.0,))
    hub = ClusterEngine(SETTINGS, address="127.0.0.1:1", at_once=True)
    async with asyncio.timeout(30), hub:
        await tried.wait()
