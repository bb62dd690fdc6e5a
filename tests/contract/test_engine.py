"""What every engine promises, run over the fake, the worker process with a cheap backend, and the shipped model."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import pytest
import pytest_asyncio
from PIL import Image, ImageDraw

from inference.api import (
    Cancelled,
    Control,
    ControlKind,
    Done,
    Engine,
    EngineStopped,
    Event,
    Failed,
    FailureKind,
    Img2ImgRequest,
    Started,
    Step,
)
from inference.backends.base import WorkerSettings
from inference.cluster.engine import ClusterEngine
from inference.geometry import working_size
from inference.models.entry import ModelEntry
from inference.pool.pool import Pool
from inference.worker.engine import ProcessEngine
from tests.fakes.engine import FakeEngine
from tests.harness.ray_cluster import Cluster

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 60.0
"""Seconds after which something that should take moments counts as stuck, on a machine that is shared."""


@dataclass
class Bench:
    """An engine at work and what is needed to give it requests."""

    engine: Engine
    model: str
    folder: Path
    count: int = 0

    def source(self, size: tuple[int, int], seed: int = 1) -> Path:
        """A picture of smooth shapes, different for each seed."""
        path = self.folder / f"source-{size[0]}x{size[1]}-{seed}.png"
        tiles = bytes((37 * seed + 61 * place * place) % 256 for place in range(3 * 4 * 4))
        Image.frombytes("RGB", (4, 4), tiles).resize(size, Image.Resampling.BICUBIC).save(path)
        return path

    def request(
        self, *, source: Path | None = None, strength: float = 0.5, seed: int = 7, steps: int = 4
    ) -> Img2ImgRequest:
        self.count += 1
        return Img2ImgRequest(
            id=f"r{self.count}",
            source=source or self.source((72, 64)),
            output=self.folder / f"result-{self.count}.png",
            prompt="an oil painting",
            strength=strength,
            steps=steps,
            guidance_scale=1.5,
            seed=seed,
            model=self.model,
        )

    async def events(self, request: Img2ImgRequest) -> list[Event]:
        async with asyncio.timeout(PATIENCE):
            return [event async for event in self.engine.run(request)]

    async def picture(self, request: Img2ImgRequest) -> bytes:
        events = await self.events(request)
        assert isinstance(events[-1], Done), events
        return pixels(request.output)


def pixels(path: Path) -> bytes:
    with Image.open(path) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGB")
        return picture.tobytes()


@dataclass(frozen=True)
class Kind:
    """One implementation: how to make an engine, and a model that it offers."""

    make: Callable[[], Engine]
    model: str


FAKE = Kind(FakeEngine, "fake")
SKETCHES = {"sketch": ModelEntry(id="sketch", controls={ControlKind.CANNY: "any"})}
WORKER = Kind(
    lambda: ProcessEngine(model="sketch", entries=SKETCHES, backend="tests.fakes.backend:Sketcher"), "sketch"
)


def two_workers() -> Engine:
    return Pool(
        {
            name: ProcessEngine(model="sketch", entries=SKETCHES, backend="tests.fakes.backend:Sketcher")
            for name in ("one", "two")
        }
    )


POOL = Kind(two_workers, "sketch")


class OnTwoMachines(ClusterEngine):
    """With a Ray cluster of its own."""

    def __init__(self) -> None:
        entries = {"sketch": ModelEntry(id="pocket", controls={ControlKind.CANNY: "any"})}
        backend = "tests.fakes.backend:Sketcher"
        self._machines = Cluster()
        super().__init__(
            WorkerSettings(model="sketch", entries=entries), address=self._machines.address, backend=backend
        )

    async def __aenter__(self) -> Self:
        try:
            await self._machines.begin("one", "two")
            os.environ.update(self._machines.environment)
            return await super().__aenter__()
        except BaseException:
            self._machines.end()
            raise

    async def __aexit__(self, *exc_info: object) -> None:
        await super().__aexit__(*exc_info)
        for name in self._machines.environment:
            os.environ.pop(name, None)
        self._machines.end()


RAY = Kind(OnTwoMachines, "sketch")
long = pytest.mark.skipif(os.environ.get("PENTIMENTO_TEST_RAY") != "long", reason="PENTIMENTO_TEST_RAY=long runs it")


def with_a_network() -> Engine:
    """The shipped model with a control network of random weights."""
    from tests.tiny_models.pipelines import pocket_network

    entry = ModelEntry(id="pocket", controls={ControlKind.CANNY: str(pocket_network())})
    return ProcessEngine(model="pocket", entries={"pocket": entry})


POCKET = Kind(with_a_network, "pocket")


@pytest_asyncio.fixture(
    scope="module",
    loop_scope="module",
    params=[
        pytest.param(FAKE, id="fake"),
        pytest.param(WORKER, id="worker"),
        pytest.param(POOL, id="pool"),
        pytest.param(RAY, id="ray", marks=[pytest.mark.slow, long]),
        pytest.param(POCKET, id="pocket", marks=pytest.mark.slow),
    ],
)
async def running(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Engine, str]]:
    """One engine for all tests of its kind: opening one can take seconds, and it must outlive what they do."""
    kind: Kind = request.param
    async with kind.make() as engine:
        yield engine, kind.model


@pytest.fixture
def bench(running: tuple[Engine, str], tmp_path: Path) -> Bench:
    engine, model = running
    return Bench(engine=engine, model=model, folder=tmp_path)


async def test_a_run_is_started_then_steps_then_done(bench: Bench) -> None:
    events = await bench.events(bench.request(strength=0.5, steps=4))
    assert isinstance(events[0], Started)
    steps = [event for event in events if isinstance(event, Step)]
    assert steps == [Step(step, len(steps)) for step in range(1, len(steps) + 1)]
    done = events[-1]
    assert isinstance(done, Done)
    assert done.effective_steps == len(steps) == 2
    assert done.seconds >= 0
    assert [event for event in events if isinstance(event, Done | Failed | Cancelled)] == [done]


async def test_a_result_is_a_plain_png_of_the_size_that_done_says(bench: Bench) -> None:
    request = bench.request(source=bench.source((90, 70)))
    done = (await bench.events(request))[-1]
    assert isinstance(done, Done)
    with Image.open(done.output) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", (90, 70))
        assert (done.width, done.height) == picture.size
        assert not picture.info
    assert [path.name for path in bench.folder.glob(f"{request.output.stem}*")] == [request.output.name]


async def test_a_request_repeats_itself_and_another_seed_does_not(bench: Bench) -> None:
    first = await bench.picture(bench.request(seed=7))
    assert await bench.picture(bench.request(seed=7)) == first
    assert await bench.picture(bench.request(seed=8)) != first


async def test_strength_changes_the_picture(bench: Bench) -> None:
    assert await bench.picture(bench.request(strength=0.25)) != await bench.picture(bench.request(strength=0.75))


async def test_strength_0_gives_the_source_back_however_large_it_is(bench: Bench) -> None:
    large = bench.source((1200, 700))
    request = bench.request(source=large, strength=0.0)
    events = await bench.events(request)
    assert pixels(request.output) == pixels(large)
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.width, done.height, done.effective_steps) == (1200, 700, 0)
    assert not [event for event in events if isinstance(event, Step)]


async def test_strength_1_ignores_the_source(bench: Bench) -> None:
    one, other = bench.source((72, 64), 1), bench.source((72, 64), 2)
    assert pixels(one) != pixels(other)
    result = await bench.picture(bench.request(source=one, strength=1.0))
    assert await bench.picture(bench.request(source=other, strength=1.0)) == result


async def test_a_tiny_strength_still_runs_a_step(bench: Bench) -> None:
    done = (await bench.events(bench.request(strength=0.01, steps=4)))[-1]
    assert isinstance(done, Done)
    assert done.effective_steps == 1


async def test_a_large_source_is_scaled_to_the_working_area_once(bench: Bench) -> None:
    limit = bench.engine.capacity().models[bench.model].max_pixels
    side = int(limit**0.5)
    source = bench.source((2 * side, side))
    first = bench.request(source=source, strength=0.5, steps=2)
    done = (await bench.events(first))[-1]
    assert isinstance(done, Done)
    assert (done.width, done.height) == working_size((2 * side, side), limit)
    again = (await bench.events(bench.request(source=first.output, strength=0.5, steps=2)))[-1]
    assert isinstance(again, Done)
    assert (again.width, again.height) == (done.width, done.height)


async def test_requests_at_the_same_time_make_what_each_makes_alone_to_one_level(bench: Bench) -> None:
    """A kernel may add up in another order when it has more rows."""
    requests = [bench.request(seed=seed) for seed in (1, 2, 3)]
    alone = [await bench.picture(bench.request(seed=seed)) for seed in (1, 2, 3)]
    ends = await asyncio.gather(*(bench.events(request) for request in requests))
    assert all(isinstance(events[-1], Done) for events in ends)
    for request, picture in zip(requests, alone, strict=True):
        assert max(abs(one - other) for one, other in zip(pixels(request.output), picture, strict=True)) <= 1


async def test_an_unknown_model_fails_the_request_only(bench: Bench) -> None:
    failed = (await bench.events(replace(bench.request(), model="no-such-model")))[-1]
    assert isinstance(failed, Failed)
    assert failed.kind is FailureKind.INVALID
    assert "no-such-model" in failed.message
    assert isinstance((await bench.events(bench.request()))[-1], Done)


async def test_an_unreadable_source_fails_the_request_only(bench: Bench) -> None:
    broken = bench.folder / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(50))
    for source in (broken, bench.folder / "missing.png"):
        for strength in (0.0, 0.5, 1.0):
            failed = (await bench.events(bench.request(source=source, strength=strength)))[-1]
            assert isinstance(failed, Failed)
            assert failed.kind is FailureKind.INVALID
    assert isinstance((await bench.events(bench.request()))[-1], Done)


async def test_cancel_stops_a_running_request_and_leaves_no_picture(bench: Bench) -> None:
    request = bench.request(strength=0.9, steps=150)
    events: list[Event] = []
    async with asyncio.timeout(PATIENCE):
        async for event in bench.engine.run(request):
            events.append(event)
            if isinstance(event, Step):
                await bench.engine.cancel(request.id)
    assert events[-1] == Cancelled()
    assert len(events) < 100
    assert not list(bench.folder.glob(f"{request.output.stem}*"))
    assert isinstance((await bench.events(bench.request()))[-1], Done)


async def test_cancel_of_a_waiting_request_ends_it_before_the_running_one(bench: Bench) -> None:
    running, waiting = bench.request(strength=0.9, steps=150), bench.request()
    ended: list[str] = []

    async def watch(request: Img2ImgRequest) -> Event:
        last = (await bench.events(request))[-1]
        ended.append(request.id)
        return last

    async with asyncio.timeout(PATIENCE), aclosing(bench.engine.run(running)) as events:
        assert isinstance(await anext(events), Started)
        async with asyncio.TaskGroup() as group:
            watched = group.create_task(watch(waiting))
            await asyncio.sleep(0)
            await bench.engine.cancel(waiting.id)
        assert watched.result() == Cancelled()
        assert not waiting.output.exists()


async def test_closing_the_iterator_cancels(bench: Bench) -> None:
    request = bench.request(strength=0.9, steps=150)
    async with asyncio.timeout(PATIENCE):
        async with aclosing(bench.engine.run(request)) as events:
            async for event in events:
                if isinstance(event, Step):
                    break
        while any(device.running for device in bench.engine.devices()):
            await asyncio.sleep(0.01)
    assert not request.output.exists()
    assert isinstance((await bench.events(bench.request()))[-1], Done)


async def test_cancel_of_unknown_and_ended_ids_is_ignored(bench: Bench) -> None:
    request = bench.request()
    await bench.events(request)
    await bench.engine.cancel(request.id)
    await bench.engine.cancel("never seen")
    assert isinstance((await bench.events(replace(request, seed=9)))[-1], Done)


def drawing(bench: Bench, size: tuple[int, int] = (72, 64)) -> Path:
    """Dark lines on light paper."""
    path = bench.folder / f"drawing-{size[0]}x{size[1]}.png"
    sketch = Image.new("RGB", size, "white")
    ImageDraw.Draw(sketch).rectangle((12, 12, size[0] // 2, size[1] // 2), outline="black", width=2)
    sketch.save(path)
    return path


async def test_a_map_is_drawn_from_the_source_without_a_step(bench: Bench) -> None:
    asked = bench.request(source=drawing(bench))
    events = await bench.events(replace(asked, control=Control(kind=ControlKind.CANNY), map_only=True))
    assert isinstance(events[0], Started)
    assert not events[0].loading
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.width, done.height, done.effective_steps) == (72, 64, 0)
    assert len(events) == 2
    assert set(pixels(asked.output)) == {0, 255}


async def test_a_map_that_was_shown_makes_the_picture_that_the_source_makes(bench: Bench) -> None:
    source = drawing(bench)
    shown = bench.request(source=source)
    await bench.events(replace(shown, control=Control(kind=ControlKind.CANNY), map_only=True))
    drawn = replace(bench.request(source=source), control=Control(kind=ControlKind.CANNY))
    given = replace(bench.request(source=source), control=Control(kind=ControlKind.CANNY, map=shown.output))
    picture = await bench.picture(drawn)
    assert await bench.picture(given) == picture
    assert await bench.picture(bench.request(source=source)) != picture


async def test_a_given_map_is_shown_as_it_will_be_used(bench: Bench) -> None:
    given = Control(kind=ControlKind.CANNY, map=drawing(bench, (40, 60)))
    asked = replace(bench.request(source=bench.source((90, 60))), control=given, map_only=True)
    await bench.events(asked)
    with Image.open(asked.output) as shown:
        assert shown.size == (90, 60)
        assert shown.convert("L").getbbox() == (37, 12, 46, 31)  # white on black, in the middle, not stretched


async def test_strength_1_with_control_keeps_the_structure_only(bench: Bench) -> None:
    given = drawing(bench, (80, 72))
    asked = replace(bench.request(strength=1.0), control=Control(kind=ControlKind.CANNY, map=given))
    picture = await bench.picture(asked)
    other = bench.source((72, 64), seed=2)
    assert await bench.picture(replace(asked, id="other", source=other)) == picture
    assert await bench.picture(bench.request(strength=1.0)) != picture


async def test_a_map_that_was_drawn_is_taken_as_it_is_however_light(bench: Bench) -> None:
    """Of so fine a texture the soft edges are light for the most part, as the paper of a drawing is."""
    grain = bench.folder / "grain.png"
    Image.frombytes("RGB", (72, 64), random.Random(1).randbytes(3 * 72 * 64)).save(grain)
    kind = ControlKind.SOFTEDGE
    asked = replace(bench.request(source=grain), control=Control(kind=kind), map_only=True)
    drawn = await bench.picture(asked)
    assert sorted(drawn)[len(drawn) // 2] >= 128
    given = replace(bench.request(source=grain), control=Control(kind=kind, map=asked.output), map_only=True)
    assert await bench.picture(given) == drawn
    again = replace(bench.request(source=grain), control=Control(kind=kind, map=given.output), map_only=True)
    assert await bench.picture(again) == drawn


async def test_a_map_that_shows_nothing_fails_the_request_only(bench: Bench) -> None:
    blank = bench.folder / "blank.png"
    Image.new("RGB", (64, 64), "white").save(blank)
    broken = bench.folder / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + b"?" * 50)
    for path, cause in ((blank, "map-blank"), (broken, "map-unreadable")):
        for map_only in (True, False):
            control = Control(kind=ControlKind.CANNY, map=path)
            failed = (await bench.events(replace(bench.request(), control=control, map_only=map_only)))[-1]
            assert isinstance(failed, Failed)
            assert failed.kind is FailureKind.INVALID
            assert failed.cause == cause
            assert failed.values == ({"kind": "canny"} if path == blank else {})
    assert isinstance((await bench.events(bench.request()))[-1], Done)


async def test_control_of_a_kind_that_is_not_offered_is_refused(bench: Bench) -> None:
    offered = bench.engine.capacity().models[bench.model].controls
    assert ControlKind.CANNY in offered
    assert ControlKind.DEPTH not in offered
    control = Control(kind=ControlKind.DEPTH, map=drawing(bench))
    failed = (await bench.events(replace(bench.request(), control=control)))[-1]
    assert isinstance(failed, Failed)
    assert failed.kind is FailureKind.INVALID
    assert "depth" in failed.message


async def test_a_map_does_not_wait_for_a_picture(bench: Bench) -> None:
    running = bench.request(strength=0.9, steps=150)
    wanted = replace(bench.request(source=drawing(bench)), control=Control(kind=ControlKind.CANNY), map_only=True)
    async with asyncio.timeout(PATIENCE), aclosing(bench.engine.run(running)) as events:
        assert isinstance(await anext(events), Started)
        assert isinstance((await bench.events(wanted))[-1], Done)
        assert not running.output.exists()
        await bench.engine.cancel(running.id)
        assert [event async for event in events][-1] == Cancelled()


async def test_capacity_names_the_device_and_the_default_model(bench: Bench) -> None:
    capacity = bench.engine.capacity()
    assert capacity.slots >= 1
    assert capacity.device
    assert sum(device.slots for device in bench.engine.devices()) == capacity.slots
    names = [device.name for device in bench.engine.devices()]
    assert all(names)
    assert len(set(names)) == len(names)
    defaults = capacity.models[bench.model]
    assert defaults.steps >= 1
    assert defaults.multiple >= 1
    assert defaults.max_pixels >= 64 * 64


@pytest.mark.parametrize(
    "kind", [pytest.param(FAKE, id="fake"), pytest.param(WORKER, id="worker"), pytest.param(POOL, id="pool")]
)
async def test_a_closed_engine_says_that_it_stopped(kind: Kind, tmp_path: Path) -> None:
    async with kind.make() as engine:
        bench = Bench(engine=engine, model=kind.model, folder=tmp_path)
        async with aclosing(engine.run(bench.request(strength=0.9, steps=150))) as events:
            await anext(events)
            await engine.__aexit__(None, None, None)
            with pytest.raises(EngineStopped):
                [event async for event in events]
        with pytest.raises(EngineStopped):
            await bench.events(bench.request())
