"""What a pool does when its devices come, go and fill up; real workers are in `tests/e2e/test_pool.py`."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest

from inference.api import (
    Cancelled,
    Control,
    ControlKind,
    Done,
    EngineStopped,
    Event,
    Failed,
    FailureKind,
    Img2ImgRequest,
    ModelUnavailable,
    Started,
)
from inference.pool.members import BACKOFF, LOOK_SECONDS
from inference.pool.pool import Pool
from tests.builders.requests import png
from tests.fakes.engine import DIE, FakeEngine


class AbsentEngine(FakeEngine):
    """Its device is not there."""

    async def __aenter__(self) -> Self:
        raise ModelUnavailable("The device is not there: look for it.")


class ComingEngine(FakeEngine):
    """Its device is there from the third try on."""

    def __init__(self) -> None:
        super().__init__()
        self.tried_at: list[float] = []

    async def __aenter__(self) -> Self:
        self.tried_at.append(asyncio.get_running_loop().time())
        if len(self.tried_at) < 3:
            raise ModelUnavailable("The device fell off the bus: put it back.")
        return await super().__aenter__()


class AwayEngine(FakeEngine):
    """It begins at once; its device is there for the first time, and then not before the sixth."""

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.tries += 1
        self._stopped = 1 < self.tries < 6
        return self


class SlowEngine(FakeEngine):
    """It is entered before it can run anything."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded = asyncio.Event()
        self.loaded.set()

    async def ready(self) -> None:
        await self.loaded.wait()
        await super().ready()


class Bench:
    """A pool of scripted engines, and requests for it."""

    def __init__(self, pool: Pool, folder: Path) -> None:
        self.pool = pool
        self.folder = folder
        self.source = folder / "source.png"
        self.source.write_bytes(png())
        self.count = 0

    def request(self) -> Img2ImgRequest:
        self.count += 1
        return Img2ImgRequest(
            id=f"r{self.count}",
            source=self.source,
            output=self.folder / f"{self.count}.png",
            prompt="oil",
            strength=0.5,
            steps=4,
            guidance_scale=1.0,
            seed=1,
            model="fake",
        )

    def begin(self, request: Img2ImgRequest | None = None) -> asyncio.Task[list[Event]]:
        asked = request or self.request()

        async def events() -> list[Event]:
            async with asyncio.timeout(30):
                return [event async for event in self.pool.run(asked)]

        return asyncio.create_task(events())

    async def end(self) -> Event:
        return (await self.begin())[-1]

    def running(self) -> list[int]:
        return [device.running for device in self.pool.devices()]


@asynccontextmanager
async def bench(folder: Path, **engines: FakeEngine) -> AsyncIterator[Bench]:
    async with Pool(engines) as pool:
        yield Bench(pool, folder)


async def until_running(at: Bench, *counts: int) -> None:
    async with asyncio.timeout(30):
        while at.running() != [*counts]:
            await asyncio.sleep(0)


async def test_pictures_spread_over_idle_devices_and_say_which_made_them(tmp_path: Path) -> None:
    one, two = FakeEngine(slots=2), FakeEngine(slots=2)
    async with bench(tmp_path, one=one, two=two) as at:
        for engine in (one, two):
            engine.hold()
        runs = [at.begin() for _ in range(4)]
        await until_running(at, 2, 2)
        assert not at.pool.can_start("fake")
        for engine in (one, two):
            await engine.release()
        ends = [events[-1] for events in await asyncio.gather(*runs)]
        assert sorted(end.device for end in ends if isinstance(end, Done)) == ["one", "one", "two", "two"]
        assert at.pool.can_start("fake")
        capacity = at.pool.capacity()
        assert (capacity.slots, capacity.device) == (4, "2 x none (a fake)")


async def test_a_lost_device_s_pictures_are_begun_again_elsewhere_and_nobody_is_told(tmp_path: Path) -> None:
    one, two = FakeEngine(), FakeEngine()
    one.script(DIE)
    async with bench(tmp_path, one=one, two=two) as at:
        for _ in range(3):
            end = await at.end()
            assert isinstance(end, Done)
            assert end.device == "two"
        gone, there = at.pool.devices()
        assert (gone.slots, gone.trouble) == (0, "The engine was closed.")
        assert (there.slots, there.trouble) == (1, "")
        assert at.pool.capacity().slots == 1
        assert at.pool.trouble() == ""


async def test_what_a_device_counted_that_left_for_good_stays_counted_and_its_memory_does_not(tmp_path: Path) -> None:
    """A count that goes down is read as a start at 0: all of the others would be counted once more."""

    class Counting(FakeEngine):
        def counters(self) -> Mapping[str, int]:
            return {**super().counters(), "device_bytes": 8}

    async with bench(tmp_path, one=Counting(), two=Counting()) as at:
        for _ in range(3):
            await at.end()
        before = at.pool.counters()
        await at.pool.remove("one")
        assert before == {"requests": 3, "device_bytes": 16}
        assert at.pool.counters() == {"requests": 3, "device_bytes": 8}


@pytest.mark.looptime
async def test_a_device_that_was_lost_is_tried_again_with_growing_pauses_until_it_is_back() -> None:
    one, two = ComingEngine(), FakeEngine()
    async with Pool({"one": one, "two": two}) as pool:
        begun = asyncio.get_running_loop().time()
        while pool.capacity().slots < 2:
            assert pool.devices()[0].trouble == "The device fell off the bus: put it back." or not one.tried_at[1:]
            await asyncio.sleep(1)
        assert [round(tried - begun) for tried in one.tried_at] == [0, BACKOFF[0], BACKOFF[0] + BACKOFF[1]]
        assert [device.trouble for device in pool.devices()] == ["", ""]


@pytest.mark.looptime
async def test_a_device_that_never_returns_is_tried_every_five_minutes_and_the_service_goes_on() -> None:
    class Tried(AbsentEngine):
        count = 0

        async def __aenter__(self) -> Self:
            self.count += 1
            return await super().__aenter__()

    one, two = Tried(), FakeEngine()
    async with Pool({"one": one, "two": two}) as pool:
        await asyncio.sleep(1800)
        assert one.count == len(BACKOFF) + (1800 - sum(BACKOFF)) // BACKOFF[-1] + 1
        assert pool.trouble() == ""


@pytest.mark.looptime
async def test_a_device_that_is_lost_while_idle_is_missed_and_comes_back() -> None:
    one, two = FakeEngine(), FakeEngine()
    async with Pool({"one": one, "two": two}) as pool:
        await asyncio.sleep(100)
        await one.__aexit__()
        await asyncio.sleep(LOOK_SECONDS + 0.1)
        assert [device.trouble for device in pool.devices()] == ["The engine was closed.", ""]
        await asyncio.sleep(BACKOFF[0] + 0.1)
        assert [device.trouble for device in pool.devices()] == ["", ""]


async def test_a_device_that_dies_again_and_again_is_left_alone_for_longer_until_it_makes_a_picture(
    tmp_path: Path,
) -> None:
    one = FakeEngine()
    async with Pool({"one": one, "two": FakeEngine()}, pauses=(0.0, 0.0, 3600.0)) as pool:
        at = Bench(pool, tmp_path)

        async def dies() -> None:
            one.script(DIE)
            asked = len(one.requests)
            while len(one.requests) == asked:
                assert isinstance(await at.end(), Done)

        async def is_back() -> None:
            async with asyncio.timeout(30):
                while pool.capacity().slots < 2:
                    await asyncio.sleep(0)

        await dies()
        await is_back()
        asked = len(one.requests)
        while len(one.requests) == asked:  # it makes one, so it is forgiven
            await asyncio.gather(at.end(), at.end())
        for _ in range(2):
            await dies()
            await is_back()
        await dies()
        for _ in range(20):
            assert isinstance(await at.end(), Done)
        assert pool.capacity().slots == 1


async def test_with_the_last_device_the_pool_stops(tmp_path: Path) -> None:
    one, two = FakeEngine(), FakeEngine()
    for engine in (one, two):
        engine.script(DIE)
    async with bench(tmp_path, one=one, two=two) as at:
        with pytest.raises(EngineStopped):
            await at.end()
        with pytest.raises(EngineStopped):
            await at.pool.ready()
        assert at.pool.trouble()


async def test_a_service_waits_for_its_only_device_and_no_picture_fails_for_that(tmp_path: Path) -> None:
    one = AwayEngine()
    one.script(DIE)
    async with Pool({"one": one}, patient=True, pauses=(0.0,)) as pool:
        at = Bench(pool, tmp_path)
        assert [type(end) for end in await asyncio.gather(at.end(), at.end())] == [Done, Done]
        assert one.tries == 6
    with pytest.raises(ModelUnavailable):
        async with Pool({"one": AbsentEngine()}, patient=True):
            pass


async def test_a_picture_that_lost_three_devices_has_failed(tmp_path: Path) -> None:
    engines = {f"device{number}": FakeEngine() for number in range(4)}
    for engine in engines.values():
        engine.script(DIE)
    async with bench(tmp_path, **engines) as at:
        end = await at.end()
        assert isinstance(end, Failed)
        assert end.kind is FailureKind.CRASH
        assert sum(not device.trouble for device in at.pool.devices()) == 1


async def test_a_picture_whose_worker_died_is_tried_once_on_another_device(tmp_path: Path) -> None:
    one, two = FakeEngine(), FakeEngine()
    crash = Failed(FailureKind.CRASH, "It died.")
    async with bench(tmp_path, one=one, two=two) as at:
        one.script(crash)
        end = await at.end()
        assert isinstance(end, Done)
        assert end.device == "two"
        one.script(crash)
        two.script(crash)
        assert await at.end() == crash
        one.script(Failed(FailureKind.HANG, "It hung."))
        assert isinstance(await at.end(), Failed), "a hang took long enough"
    async with bench(tmp_path, one=one) as at:
        one.script(crash)
        assert await at.end() == crash, "there is no other"


async def test_a_device_that_cannot_be_had_is_named_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    async with bench(tmp_path, bad=AbsentEngine(), good=FakeEngine()) as at:
        assert isinstance(await at.end(), Done)
        bad, good = at.pool.devices()
        assert (bad.name, bad.trouble) == ("bad", "The device is not there: look for it.")
        assert good.trouble == ""


async def test_without_any_device_the_pool_does_not_open() -> None:
    with pytest.raises(ModelUnavailable, match=r"^The device is not there: look for it\.$"):
        async with Pool({"one": AbsentEngine(), "two": AbsentEngine()}):
            pass


async def test_a_picture_that_waits_in_the_pool_can_be_cancelled(tmp_path: Path) -> None:
    one = FakeEngine()
    async with bench(tmp_path, one=one) as at:
        one.hold()
        running = at.begin()
        await until_running(at, 1)
        waiting = at.request()
        watched = at.begin(waiting)
        await asyncio.sleep(0.05)
        await at.pool.cancel(waiting.id)
        assert await watched == [Cancelled()]
        assert at.running() == [1]
        await one.release()
        assert isinstance((await running)[-1], Done)
        await until_running(at, 0)


async def test_a_cancel_between_sending_and_arriving_counts(tmp_path: Path) -> None:
    one = FakeEngine()
    async with bench(tmp_path, one=one) as at:
        for ticks in range(12):
            asked = at.request()
            watched = at.begin(asked)
            for _ in range(ticks):
                await asyncio.sleep(0)
            await at.pool.cancel(asked.id)
            end = (await watched)[-1]
            assert isinstance(end, Cancelled | Done)
            assert at.running() == [0]
        assert isinstance(await at.end(), Done)


async def test_whoever_stops_waiting_leaves_no_place_taken(tmp_path: Path) -> None:
    one = FakeEngine()
    async with bench(tmp_path, one=one) as at:
        for ticks in range(12):
            watched = at.begin()
            for _ in range(ticks):
                await asyncio.sleep(0)
            watched.cancel()
            await asyncio.wait([watched])
        assert isinstance(await at.end(), Done)
        await until_running(at, 0)


async def test_a_device_is_restarted_when_its_pictures_are_done_and_the_others_go_on(tmp_path: Path) -> None:
    one, two = FakeEngine(), FakeEngine()
    async with bench(tmp_path, one=one, two=two) as at:
        one.hold()
        running = at.begin()
        await until_running(at, 1, 0)
        restarting = asyncio.create_task(at.pool.restart("one", seconds=30))
        await asyncio.sleep(0)
        ends = [await at.end() for _ in range(3)]
        assert {end.device for end in ends if isinstance(end, Done)} == {"two"}
        assert not restarting.done()
        await one.release()
        assert isinstance((await running)[-1], Done)
        assert await restarting
        assert [device.slots for device in at.pool.devices()] == [1, 1]


async def test_a_restart_does_not_wait_for_ever_and_the_picture_is_begun_again(tmp_path: Path) -> None:
    one, two = FakeEngine(), FakeEngine()
    async with bench(tmp_path, one=one, two=two) as at:
        one.hold()
        running = at.begin()
        await until_running(at, 1, 0)
        assert await at.pool.restart("one", seconds=0.05)
        end = (await running)[-1]
        assert isinstance(end, Done)
        assert end.device == "two"


async def test_a_restart_is_over_when_the_device_can_run_something(tmp_path: Path) -> None:
    slow = SlowEngine()
    async with bench(tmp_path, one=slow, two=FakeEngine()) as at:
        slow.loaded.clear()
        restarting = asyncio.create_task(at.pool.restart("one", seconds=1))
        for _ in range(5):
            assert isinstance(await at.end(), Done)
        assert not restarting.done()
        slow.loaded.set()
        assert await restarting
        assert not await at.pool.restart("three", seconds=1), "there is none of that name"


async def test_a_device_that_is_gone_comes_back_by_a_restart(tmp_path: Path) -> None:
    one, two = FakeEngine(), FakeEngine()
    one.script(DIE)
    async with bench(tmp_path, one=one, two=two) as at:
        await at.end()
        assert at.pool.capacity().slots == 1
        assert await at.pool.restart("one", seconds=1)
        assert at.pool.capacity().slots == 2


async def test_pictures_wait_while_the_only_device_is_restarted(tmp_path: Path) -> None:
    one = FakeEngine()
    async with bench(tmp_path, one=one) as at:
        restarting = asyncio.create_task(at.pool.restart("one", seconds=1))
        await asyncio.sleep(0)
        waiting = at.begin()
        assert at.pool.capacity().slots == 1
        assert await restarting
        assert isinstance((await waiting)[-1], Done)


async def test_a_machine_draws_two_maps_at_a_time_however_many_devices_it_has(tmp_path: Path) -> None:
    engines = {f"device{number}": FakeEngine() for number in range(3)}
    async with bench(tmp_path, **engines) as at:
        assert at.pool.capacity().maps == 2
        maps = [replace(at.request(), control=Control(kind=ControlKind.CANNY), map_only=True) for _ in range(3)]
        async with aclosing(at.pool.run(maps[0])) as first, aclosing(at.pool.run(maps[1])) as second:
            assert isinstance(await anext(first), Started)
            assert isinstance(await anext(second), Started)
            third = at.begin(maps[2])
            await asyncio.sleep(0.05)
            assert not third.done()
            assert [event async for event in first]
            assert await third
