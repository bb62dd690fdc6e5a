"""A Ray cluster of real processes on loopback under the whole core: machines are killed, silenced, unfit, replaced.

PENTIMENTO_TEST_RAY=long runs all of them, which takes minutes, and holds them to their bounds in seconds, so it
wants a machine of its own. Otherwise only the first one is run, and judged by what happened alone.
"""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
import structlog

from bot.cli import check
from bot.domain.job import JobStatus
from bot.findings import Finding, State
from bot.overseeing import RestartStage
from config.reading import load_settings
from inference.api import Done, Event, Img2ImgRequest, ModelUnavailable
from inference.backends.base import WorkerSettings
from inference.cluster.engine import ClusterEngine
from inference.models.entry import ModelEntry
from tests.builders.requests import asker, png
from tests.e2e.test_pool import bot, statuses
from tests.harness.many_jobs import many_jobs
from tests.harness.ray_cluster import ROOT, Cluster, cluster
from tests.servers.chat import ChatServer

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: make install EXTRAS=ray"),
    pytest.mark.skipif(sys.platform != "linux", reason="machines get loopback addresses of their own on Linux only"),
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(400),
]

PATIENCE = 90.0
TIMED = os.environ.get("PENTIMENTO_TEST_RAY") == "long"
long = pytest.mark.skipif(not TIMED, reason="PENTIMENTO_TEST_RAY=long runs it")
SETTINGS = WorkerSettings(model="fake", entries={"fake": ModelEntry(id="pocket")})


class HeldCluster(ClusterEngine):
    """Nothing begins before `begin` is set."""

    def __init__(self, address: str) -> None:
        super().__init__(SETTINGS, address=address, backend="tests.fakes.backend:many_slots")
        self.begin = asyncio.Event()

    async def run(self, request: Img2ImgRequest) -> AsyncGenerator[Event, None]:
        await self.begin.wait()
        async with aclosing(super().run(request)) as events:
            async for event in events:
                yield event


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def machines() -> AsyncIterator[Cluster]:
    """A head and two machines for all tests: starting one takes seconds. Each test leaves two that work."""
    async with cluster("one", "two") as at:
        yield at


@pytest.fixture(autouse=True)
def token(machines: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in machines.environment.items():
        monkeypatch.setenv(name, value)
    yield
    monkeypatch.undo()


def engine_at(machines: Cluster) -> ClusterEngine:
    return ClusterEngine(SETTINGS, address=machines.address, backend="tests.fakes.backend:many_slots")


async def until_working(engine: ClusterEngine, *names: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while sorted(device.name for device in engine.devices() if device.slots) != sorted(names):
            await asyncio.sleep(0.05)


def hosted(machines: Cluster) -> list[psutil.Process]:
    """Actors and workers on all machines."""
    found = []
    for machine in machines.machines.values():
        found += machine.named("ray::Host") + machine.named("inference.worker")
    return found


async def test_a_machine_that_dies_and_one_that_falls_silent_cost_nobody_a_picture(
    machines: Cluster, tmp_path: Path
) -> None:
    engine = HeldCluster(machines.address)
    await machines.start("three")
    async with many_jobs(tmp_path, engine) as at:
        await until_working(engine, "one", "two", "three")
        for number in range(60 if TIMED else 30):  # ten are left when the second one is struck
            await at.submit("big" if number % 2 else f"single{number}", steps=60)
        noticed: dict[str, float] = {}

        async def notice(name: str) -> None:
            begun = time.monotonic()
            while any(device.name == name and device.slots for device in engine.devices()):
                await asyncio.sleep(0.02)
            noticed[name] = time.monotonic() - begun

        watching = []

        async def strike(ended: int) -> None:
            if ended == 8:
                machines.machines["three"].signal(signal.SIGKILL)
                watching.append(asyncio.create_task(notice("three")))
            elif ended == 20:
                machines.machines["two"].signal(signal.SIGSTOP)
                watching.append(asyncio.create_task(notice("two")))

        engine.begin.set()
        begun = time.monotonic()
        await at.all_shown(strike)
        taken = time.monotonic() - begun
        await asyncio.gather(*watching)
        machines.machines["two"].signal(signal.SIGCONT)
        if TIMED:  # what it still had to say doubles nothing, and it joins again
            await until_working(engine, "one", "two")
        await at.check_each_came_once()
        assert not at.scratch()
    told("all jobs", seconds=taken, kill_noticed=noticed["three"], silence_noticed=noticed["two"])
    if TIMED:
        assert noticed["three"] <= 5
        assert noticed["two"] <= 15


@long
async def test_a_machine_that_is_back_takes_pictures_again(machines: Cluster) -> None:
    """After the one before: "two" was silent and is awake, "three" is gone."""
    async with engine_at(machines) as engine:
        await until_working(engine, "one", "two")


@long
async def test_machines_are_restarted_in_turn_and_nobody_loses_a_picture(machines: Cluster, tmp_path: Path) -> None:
    engine = HeldCluster(machines.address)
    async with many_jobs(tmp_path, engine) as at:
        await until_working(engine, "one", "two")
        for number in range(60):
            await at.submit(f"member{number % 7}", steps=60)
        before = {process.pid for process in hosted(machines)}
        restarts = at.core.operations.restarts
        watching = asyncio.create_task(restarts.watch())

        async def restart(ended: int) -> None:
            if ended == 8:
                assert await restarts.ask()

        engine.begin.set()
        begun = time.monotonic()
        await at.all_shown(restart)
        async with asyncio.timeout(PATIENCE):
            while not (found := await at.core.store.restart()) or found.stage is not RestartStage.DONE:
                await asyncio.sleep(0.02)
        told("two machines restarted under sixty jobs", seconds=time.monotonic() - begun)
        watching.cancel()
        assert dict(found.outcome) == {"one": "", "two": ""}
        async with asyncio.timeout(PATIENCE):
            while before & {process.pid for process in hosted(machines)}:
                await asyncio.sleep(0.05)
        await at.check_each_came_once()
        assert not at.scratch()


@long
async def test_jobs_are_cancelled_on_machines_and_leave_no_file_there(machines: Cluster, tmp_path: Path) -> None:
    engine = ClusterEngine(SETTINGS, address=machines.address, backend="tests.fakes.backend:Slow")
    async with many_jobs(tmp_path, engine) as at:
        await until_working(engine, "one", "two")
        running = [await at.submit("ann", steps=150, strengths=(0.9,)) for _ in range(2)]
        waiting = await at.submit("ann", steps=150, strengths=(0.9,))
        async with asyncio.timeout(PATIENCE):
            while sum(device.running for device in engine.devices()) < 2:
                await asyncio.sleep(0.02)
        assert files_on(machines)
        for job, what in ((waiting, "waiting"), (running[0], "running"), (running[1], "last")):
            begun = time.monotonic()
            await at.core.service.removal.cancel(job, by=asker("ann"))
            await at.chat.until(job, JobStatus.CANCELLED)
            left = {"waiting": 2, "running": 1, "last": 0}[what]
            while len(files_on(machines)) > left:  # a source for each picture that is made
                await asyncio.sleep(0.01)
            taken = time.monotonic() - begun
            told(f"a {what} job cancelled", seconds=taken)
            assert taken <= 1, "a step takes half of that"
        assert not files_on(machines)
        assert not at.scratch()


@long
async def test_a_machine_that_is_unfit_is_named_and_keeps_nobody_waiting(machines: Cluster, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(ROOT / "inference", other / "inference", ignore=shutil.ignore_patterns("pocket*", "__pycache__"))
    with (other / "inference" / "errors.py").open("a") as code:
        code.write("# another version\n")
    (tmp_path / "bare" / "inference").mkdir(parents=True)
    (tmp_path / "bare" / "inference" / "__init__.py").touch()
    unfit = [await machines.start("old", code=other), await machines.start("bare", code=tmp_path / "bare")]
    try:
        begun = time.monotonic()
        async with engine_at(machines) as engine:
            taken = time.monotonic() - begun
            troubles = {device.name: device.trouble for device in engine.devices()}
            assert sorted(name for name, trouble in troubles.items() if not trouble) == ["one", "two"]
            assert troubles["old"].startswith("The machine old cannot be used: it has another version of Pentimento")
            assert troubles["bare"].startswith("The machine bare cannot be used: Pentimento is not installed there")
            assert isinstance(await end_of(engine, tmp_path), Done)
        told("a start with two machines that are unfit", seconds=taken)
        assert taken <= 60
        said = await checked(machines)
        for name in ("one", "two"):
            assert said[f"device {name}"].state is State.OK
            assert said[f"device {name}"].words.startswith("a pencil, 3 slots on 127.0.0.")
        assert said["device old"].words.startswith(
            "takes no part: The machine old cannot be used: it has another version"
        )
        assert said["device bare"].words.startswith(
            "takes no part: The machine bare cannot be used: Pentimento is not"
        )
    finally:
        for machine in unfit:
            machine.signal(signal.SIGKILL)


@long
async def test_a_model_that_no_machine_has_is_said_of_each(machines: Cluster) -> None:
    absent = WorkerSettings(model="absent", entries={"absent": ModelEntry(id="/nowhere/at/all")})
    engine = ClusterEngine(absent, address=machines.address, backend="tests.fakes.backend:many_slots")
    with pytest.raises(ModelUnavailable) as refused:
        await engine.__aenter__()
    for name in ("one", "two"):
        assert f"The machine {name} cannot be used: " in str(refused.value)


@long
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL], ids=lambda sent: sent.name)
async def test_a_bot_that_is_ended_leaves_nothing_on_any_machine(
    machines: Cluster, tmp_path: Path, sent: signal.Signals
) -> None:
    (gate := tmp_path / "gate").touch()
    async with asyncio.timeout(150), ChatServer(faults=0.0) as chat:
        for number in (1, 2, 3, 4, 6, 7):  # every fifth is a sweep
            chat.send(f"event-{number}", f"while there is {gate}")
        process = await bot(chat.url, tmp_path, RAY_TEST_ADDRESS=machines.address)
        while statuses(tmp_path).get("running", 0) < 6:
            await asyncio.sleep(0.02)
        assert hosted(machines)
        process.send_signal(sent)
        begun = time.monotonic()
        await process.wait()
        ended = time.monotonic()
        stored = statuses(tmp_path)
        assert sent is signal.SIGKILL or "running" not in stored, stored
        async with asyncio.timeout(5):
            while hosted(machines):
                await asyncio.sleep(0.05)
        told(f"a bot ended by {sent.name}", seconds=ended - begun, machines_empty_after=time.monotonic() - ended)
        gate.unlink()
        process = await bot(chat.url, tmp_path, RAY_TEST_ADDRESS=machines.address)
        while len(chat.accepted) < 6 or len(chat.posts) < 6 or not all(post.ends for post in chat.posts.values()):
            await asyncio.sleep(0.05)
        process.terminate()
        await process.wait()
        assert statuses(tmp_path) == {"succeeded": 6}
        assert all(post.ends == 1 for post in chat.posts.values())


async def checked(machines: Cluster) -> dict[str, Finding]:
    """What `check` says of model and devices."""
    pocket = WorkerSettings(model="pocket", entries={"pocket": ModelEntry(id="pocket")})
    engine = ClusterEngine(pocket, address=machines.address, backend="tests.fakes.backend:many_slots")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "engine_of", lambda *_, **__: engine)
        settings = load_settings(None, {"PENTIMENTO__MODEL__ID": "pocket"})
        return {finding.what: finding async for finding in check._model(settings)}


def files_on(machines: Cluster) -> list[Path]:
    """Pictures on machines."""
    return list(machines.folder.glob("pentimento-node-*/*.source.png"))


def told(what: str, **seconds: float) -> None:
    """Say how long something took; `-rA` shows it."""
    structlog.get_logger().info(what, **{name: round(value, 1) for name, value in seconds.items()})


async def end_of(engine: ClusterEngine, folder: Path) -> Event:
    """The end of a picture."""
    (folder / "source.png").write_bytes(png())
    asked = Img2ImgRequest(
        id="r",
        source=folder / "source.png",
        output=folder / "output.png",
        prompt="oil",
        strength=0.5,
        steps=4,
        guidance_scale=1.0,
        seed=1,
        model="fake",
    )
    return [event async for event in engine.run(asked)][-1]
