"""A pool of real workers under the whole core: what is killed, cancelled or stopped costs nobody a picture."""

import asyncio
import os
import signal
import sqlite3
import statistics
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, closing
from pathlib import Path
from typing import Self

import psutil
import pytest

from bot.domain.job import JobStatus
from bot.overseeing import RestartStage
from inference.api import Engine, Event, Img2ImgRequest
from inference.models.entry import ModelEntry
from inference.pool.pool import Pool
from inference.worker.engine import ProcessEngine
from tests.builders.requests import asker
from tests.harness.many_jobs import many_jobs
from tests.harness.waiting import eventually
from tests.servers.chat import ChatServer

PATIENCE = 120.0


class HeldPool(Pool):
    """Nothing begins before `begin` is set."""

    def __init__(self, members: Mapping[str, Engine]) -> None:
        super().__init__(members)
        self.begin = asyncio.Event()

    async def run(self, request: Img2ImgRequest) -> AsyncGenerator[Event, None]:
        await self.begin.wait()
        async with aclosing(super().run(request)) as events:
            async for event in events:
                yield event


class Counted(ProcessEngine):
    """It knows how often it was entered."""

    tries = 0

    async def __aenter__(self) -> Self:
        self.tries += 1
        return await super().__aenter__()


def workers(count: int, backend: str = "many_slots") -> dict[str, Engine]:
    models = {name: ModelEntry(id=name) for name in ("fake", "other")}
    return {
        f"device{number}": ProcessEngine(
            model="fake", entries=models, backend=f"tests.fakes.backend:{backend}", backoff=(0.05,)
        )
        for number in range(1, count + 1)
    }


def worker_processes() -> list[psutil.Process]:
    return [one for one in psutil.Process().children(recursive=True) if "inference.worker" in one.cmdline()]


async def test_workers_are_killed_under_sixty_jobs_and_each_comes_once(tmp_path: Path) -> None:
    pool = HeldPool(workers(3))
    async with many_jobs(tmp_path, pool) as at:
        for number in range(60):
            await at.submit("big" if number % 2 else f"single{number}", steps=60)
        victims = worker_processes()
        assert len(victims) == 3

        async def kill(ended: int) -> None:
            if ended in {8, 20}:
                victims.pop().kill()

        pool.begin.set()
        await at.all_shown(kill)
        assert len(victims) == 1
        await at.check_each_came_once()
        assert sum(count for name, count in pool.counters().items() if name.startswith("workers_ended.")) == 2
        assert not at.scratch()


async def test_a_restart_that_was_asked_for_is_counted_as_that() -> None:
    async with Pool(workers(1)) as pool:
        await pool.ready()
        [device] = pool.devices()
        assert await pool.restart(device.name, seconds=5.0)
        counted = {name: count for name, count in pool.counters().items() if name.startswith("workers_ended.")}
        assert {name for name, count in counted.items() if count} == {"workers_ended.asked"}
        assert counted["workers_ended.asked"] == 1
        assert [each.lost for each in pool.devices()] == [0]


async def test_a_service_outlives_its_only_device_and_goes_on_when_that_is_back(tmp_path: Path) -> None:
    device = tmp_path / "device"
    device.touch()
    one = Counted(
        model=str(device),
        entries={"fake": ModelEntry(id="fake")},
        backend="tests.fakes.backend:mortal",
        backoff=(0.05,),
        max_failed_starts=1,
    )
    pool = Pool({"one": one}, patient=True, pauses=(0.1,))
    async with many_jobs(tmp_path, pool) as at, asyncio.timeout(PATIENCE):
        await pool.ready()
        device.unlink()
        [worker] = worker_processes()
        worker.kill()
        while "bring it back" not in pool.trouble():
            await asyncio.sleep(0.05)
        for _ in range(3):
            await at.submit("waits")
        while one.tries < 4:
            await asyncio.sleep(0.05)
        device.touch()
        await at.all_shown()
        await at.check_each_came_once()


async def test_a_member_with_thirty_jobs_does_not_hold_up_thirty_others(tmp_path: Path) -> None:
    pool = HeldPool(workers(3))
    async with many_jobs(tmp_path, pool) as at:
        big = [await at.submit("big") for _ in range(30)]
        singles = [await at.submit(f"single{number}") for number in range(30)]
        pool.begin.set()
        await at.all_shown()
        places = {job: place for place, job in enumerate(at.ended)}
        middle = statistics.median(places[job] for job in singles)
        assert middle < statistics.median(places[job] for job in big)


async def test_two_models_on_two_devices_do_not_take_each_other_s_place(tmp_path: Path) -> None:
    pool = Pool(workers(2, "Forgetful"))
    async with many_jobs(tmp_path, pool) as at:
        assert pool.counters().get("models_loaded", 0) <= 2
        for number in range(40):
            await at.submit(f"member{number}", model="other" if number % 2 else "fake")
        await at.all_shown()
        await at.check_each_came_once()
        assert pool.counters()["models_loaded"] <= 2 + 2
        loaded = [device.loaded for device in pool.devices()]
        assert sorted(loaded) == [("fake",), ("other",)]


async def test_running_and_waiting_jobs_are_cancelled_at_once(tmp_path: Path) -> None:
    pool = Pool(workers(2, "Slow"))
    async with many_jobs(tmp_path, pool) as at:
        running = [await at.submit("ann", steps=150, strengths=(0.9,)) for _ in range(2)]
        waiting = await at.submit("ann", steps=150, strengths=(0.9,))
        async with asyncio.timeout(PATIENCE):
            while [device.running for device in pool.devices()] != [1, 1]:
                await asyncio.sleep(0.01)
        for job in (waiting, running[0]):
            async with asyncio.timeout(PATIENCE):
                await at.core.service.removal.cancel(job, by=asker("ann"))
                await at.chat.until(job, JobStatus.CANCELLED)
        async with asyncio.timeout(PATIENCE):
            while sum(device.running for device in pool.devices()) > 1:
                await asyncio.sleep(0.005)
        await at.core.service.removal.cancel(running[1], by=asker("ann"))
        await at.all_shown()
        async with asyncio.timeout(PATIENCE):
            while any(device.running for device in pool.devices()):
                await asyncio.sleep(0.005)
        await eventually(lambda: not at.scratch())  # a preview may be on its way to its message


async def test_a_rolling_restart_under_load_gives_each_device_a_new_worker_and_costs_nobody_a_picture(
    tmp_path: Path,
) -> None:
    pool = HeldPool(workers(3))
    async with many_jobs(tmp_path, pool) as at:
        for number in range(60):
            await at.submit(f"member{number % 7}", steps=60)
        before = {process.pid for process in worker_processes()}
        restarts = at.core.operations.restarts
        watching = asyncio.create_task(restarts.watch())

        async def restart(ended: int) -> None:
            if ended == 8:
                assert await restarts.ask()

        pool.begin.set()
        await at.all_shown(restart)
        async with asyncio.timeout(PATIENCE):
            while not (found := await at.core.store.restart()) or found.stage is not RestartStage.DONE:
                await asyncio.sleep(0.02)
        watching.cancel()
        assert found.outcome == {"device1": "", "device2": "", "device3": ""}
        after = {process.pid for process in worker_processes()}
        assert (len(before), len(after), before & after) == (3, 3, set())
        await at.check_each_came_once()
        assert not at.scratch()


async def test_a_device_that_fell_off_and_returned_is_at_work_again(tmp_path: Path) -> None:
    (card := tmp_path / "card").touch()
    engines = {
        name: ProcessEngine(
            model=str(card),
            entries={"fake": ModelEntry(id=str(card))},
            backend="tests.fakes.backend:mortal",
            backoff=(0.01,),
            max_failed_starts=2,
        )
        for name in ("one", "two")
    }
    pool = Pool(engines, pauses=(0.1, 0.1, 0.2), whole=True)
    async with many_jobs(tmp_path, pool) as at:
        before = worker_processes()
        card.unlink()
        before[0].kill()
        async with asyncio.timeout(PATIENCE):
            while not any("is gone: bring it back" in device.trouble for device in pool.devices()):
                await asyncio.sleep(0.01)
        for number in range(6):
            await at.submit(f"member{number}")
        await at.all_shown()
        assert sorted(device.slots for device in pool.devices()) == [0, 1]
        card.touch()
        async with asyncio.timeout(PATIENCE):
            while [device.slots for device in pool.devices()] != [1, 1]:
                await asyncio.sleep(0.01)
        for number in range(6):
            await at.submit(f"member{number}", steps=60)
        await at.all_shown()
        await at.check_each_came_once()
        assert all(engine.counters()["pictures"] for engine in engines.values())


async def bot(url: str, folder: Path, **environment: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.harness.killable_bot", url, str(folder)),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"DEVICES": "2"} | environment,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"up\n"
    return process


def statuses(folder: Path) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "pentimento.db")) as database:
        return dict(database.execute("SELECT status, COUNT(*) FROM jobs GROUP BY status"))


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL], ids=lambda sent: sent.name)
async def test_a_bot_that_is_ended_leaves_no_worker_and_goes_on_later(tmp_path: Path, sent: signal.Signals) -> None:
    (gate := tmp_path / "gate").touch()
    async with asyncio.timeout(2 * PATIENCE), ChatServer(faults=0.0) as chat:
        for number in (1, 2, 3, 4, 6, 7):  # every fifth is a sweep
            chat.send(f"event-{number}", f"while there is {gate}")
        process = await bot(chat.url, tmp_path)
        family = psutil.Process(process.pid).children(recursive=True)
        assert sum("inference.worker" in one.cmdline() for one in family) == 2
        while statuses(tmp_path).get("running", 0) < 6:
            await asyncio.sleep(0.02)
        process.send_signal(sent)
        await process.wait()
        _, alive = await asyncio.to_thread(psutil.wait_procs, family, timeout=30.0)
        assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]
        stored = statuses(tmp_path)
        assert stored.get("running", 0) == 0 if sent is signal.SIGTERM else stored["running"] == 6
        gate.unlink()
        process = await bot(chat.url, tmp_path)
        while len(chat.accepted) < 6 or len(chat.posts) < 6 or not all(post.ends for post in chat.posts.values()):
            await asyncio.sleep(0.05)
        process.terminate()
        await process.wait()
        assert statuses(tmp_path) == {"succeeded": 6}
        assert all(post.ends == 1 for post in chat.posts.values())


async def test_the_command_restarts_the_devices_of_a_running_service(tmp_path: Path) -> None:
    (gate := tmp_path / "gate").touch()
    async with asyncio.timeout(2 * PATIENCE), ChatServer(faults=0.0) as chat:
        process = await bot(chat.url, tmp_path)
        before = {one.pid for one in workers_of(process)}
        for number in (1, 2, 3, 4, 6, 7):
            chat.send(f"event-{number}", f"while there is {gate}")
        while statuses(tmp_path).get("running", 0) < 6:
            await asyncio.sleep(0.02)
        command = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "restart", "--wait"),
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PENTIMENTO__DATA_DIR": str(tmp_path)},
        )
        assert command.stdout is not None
        first = (await command.stdout.readline()).decode().strip()
        gate.unlink()
        said, _ = await command.communicate()
        assert command.returncode == 0
        devices = said.decode().splitlines()
        assert first == "Restarting each device's worker in turn, when what it has is done; nothing is lost."
        assert devices == ["device0: works again.", "device1: works again."]
        after = {one.pid for one in workers_of(process)}
        assert (len(after), before & after) == (2, set())
        while not all(post.ends for post in chat.posts.values()):
            await asyncio.sleep(0.05)
        process.terminate()
        await process.wait()
        assert statuses(tmp_path) == {"succeeded": 6}
        assert all(post.ends == 1 for post in chat.posts.values())


def workers_of(process: asyncio.subprocess.Process) -> list[psutil.Process]:
    family = psutil.Process(process.pid).children(recursive=True)
    return [one for one in family if "inference.worker" in one.cmdline()]
