"""Rolling restarts as they are asked for; what a pool does then is in `tests/unit/inference/pool`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self

import pytest

from bot.overseeing import Restart, RestartStage
from bot.restarts import LOOK_SECONDS, Restarts
from inference.api import ModelUnavailable
from inference.pool.pool import Pool
from tests.fakes.engine import FakeEngine
from tests.fakes.store import MemoryJobStore

pytestmark = pytest.mark.looptime


class Entered(FakeEngine):
    """It writes down when it is entered, and can be told not to come."""

    def __init__(self, name: str, log: list[str]) -> None:
        super().__init__()
        self.name = name
        self.log = log
        self.absent = False

    async def __aenter__(self) -> Self:
        if self.absent:
            raise ModelUnavailable("It fell off the bus.")
        self.log.append(self.name)
        return await super().__aenter__()


class Bench:
    """Restarts that are watched for, over a pool of three devices."""

    def __init__(self) -> None:
        self.entered: list[str] = []
        self.engines = {name: Entered(name, self.entered) for name in ("one", "two", "three")}
        self.store = MemoryJobStore()
        self.pool = Pool(self.engines)
        self.restarts = Restarts(store=self.store, engine=self.pool)

    async def done(self) -> Restart:
        async with asyncio.timeout(1000):
            while not (found := await self.store.restart()) or found.stage is not RestartStage.DONE:
                await asyncio.sleep(0.1)
        return found


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    at = Bench()
    async with at.pool:
        watching = asyncio.create_task(at.restarts.watch())
        await asyncio.sleep(0.1)
        at.entered.clear()
        yield at
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def test_each_device_is_restarted_after_the_other() -> None:
    async with bench() as at:
        assert await at.restarts.ask()
        assert await at.done() == Restart(stage=RestartStage.DONE, outcome={"one": "", "two": "", "three": ""})
        assert at.entered == ["one", "two", "three"]
        assert [device.trouble for device in at.pool.devices()] == ["", "", ""]


async def test_only_one_device_is_restarted_if_that_is_asked() -> None:
    async with bench() as at:
        assert await at.restarts.ask("two")
        assert (await at.done()).outcome == {"two": ""}
        assert at.entered == ["two"]


async def test_what_another_process_asked_for_is_done_soon() -> None:
    async with bench() as at:
        await at.store.ask_restart("three")
        async with asyncio.timeout(2 * LOOK_SECONDS):
            await at.done()
        assert at.entered == ["three"]


async def test_a_device_that_does_not_return_ends_the_restart_so_that_the_others_work_on() -> None:
    async with bench() as at:
        at.engines["one"].absent = True
        await at.restarts.ask()
        assert (await at.done()).outcome == {"one": "It fell off the bus."}
        assert at.entered == []
        assert at.pool.capacity().slots == 2
        at.engines["two"].absent = True
        await at.restarts.ask()
        outcome = (await at.done()).outcome
        assert outcome == {"one": "It fell off the bus.", "two": "It fell off the bus."}, "one was away before"
        assert at.pool.capacity().slots == 1


async def test_a_name_that_is_not_there_is_said() -> None:
    async with bench() as at:
        await at.restarts.ask("four")
        assert (await at.done()).outcome == {"four": "There is no device 'four'; these are there: one, two, three."}


async def test_one_at_a_time_and_a_start_of_the_service_ends_what_was_under_way() -> None:
    async with bench() as at:
        await at.store.ask_restart("")
        await at.store.note_restart(Restart(stage=RestartStage.RUNNING))
        assert not await at.restarts.ask()
        await at.restarts.settle()
        assert (await at.done()).outcome == {}
        assert at.entered == []
        assert await at.restarts.ask()
        assert len((await at.done()).outcome) == 3
