"""`python -m benchmarks.machines`: what a Ray cluster costs for a job, beside a worker of our own.

Needs the extra `ray`, and Linux. A head and one machine are processes on loopback. The model costs nothing but 5 ms a
step, so what is measured is the way there and back. Each request goes to both engines, one after the other, in an
order that changes by chance; differences are taken within such a pair, so what else the machine does meanwhile falls
on both alike. Times are by the clock, as members wait for them; processor time is that of every process that has to
do with it, in a series for each engine. Results go to `benchmarks/results/machines.md`.
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles

import psutil

from benchmarks.bench_bot import keep, quiet
from benchmarks.goals import Goal
from inference.api import Cancelled, Done, Engine, Img2ImgRequest, Step
from inference.backends.base import WorkerSettings
from inference.cluster.engine import ClusterEngine
from inference.models.entry import ModelEntry
from inference.worker.engine import ProcessEngine
from tests.builders.requests import png
from tests.harness.ray_cluster import Cluster, cluster

SIDES = (64, 512)
STEPS = 4
SIZE = "{0}x{0} pixels, 4 steps"
CANCEL = "ms from a cancel in the middle of a picture to its end"
BACKEND = "tests.fakes.backend:Sketcher"
ENTRIES = {"fake": ModelEntry(id="pocket", max_pixels=max(SIDES) ** 2)}


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds by the clock."""

    first: float
    whole: float


class Bench:
    """Both engines with their processes."""

    def __init__(self, folder: Path, local: Engine, remote: Engine, machines: Cluster) -> None:
        self.engines = {"local": local, "Ray": remote}
        self._folder = folder
        self._machines = machines
        self._count = 0

    def request(self, side: int) -> Img2ImgRequest:
        """Another one each time."""
        self._count += 1
        source = self._folder / f"source-{side}.png"
        if not source.exists():
            source.write_bytes(png(size=(side, side)))
        return Img2ImgRequest(
            id=f"r{self._count}",
            source=source,
            output=self._folder / f"{self._count}.png",
            prompt="an oil painting",
            strength=1.0,
            steps=STEPS,
            guidance_scale=1.0,
            seed=self._count,
            model="fake",
        )

    async def one(self, name: str, request: Img2ImgRequest) -> Timed:
        """Make a picture."""
        began, first, ended = time.perf_counter(), 0.0, None
        async for event in self.engines[name].run(request):
            first = first or (time.perf_counter() - began) * 1000
            ended = event
        assert isinstance(ended, Done), ended
        whole = (time.perf_counter() - began) * 1000
        request.output.unlink()
        return Timed(first, whole)

    async def cancelled(self, name: str) -> float:
        """Milliseconds from a cancel in the middle of a picture to its end, of which a step takes 5."""
        request, began = replace(self.request(SIDES[0]), steps=10_000), 0.0
        async for event in self.engines[name].run(request):
            if isinstance(event, Step) and not began:
                began = time.perf_counter()
                await self.engines[name].cancel(request.id)
            if isinstance(event, Cancelled):
                return (time.perf_counter() - began) * 1000
        raise RuntimeError("it was not cancelled")

    def worked(self) -> dict[int, float]:
        """Processor seconds of ourselves, our children and every machine, by process."""
        mine = psutil.Process()
        found = [mine, *mine.children(recursive=True)]
        for machine in self._machines.machines.values():
            found += machine.processes()
        return {process.pid: sum(process.cpu_times()[:2]) for process in found if process.is_running()}


@asynccontextmanager
async def bench(folder: Path) -> AsyncIterator[Bench]:
    """Both engines, opened."""
    settings = WorkerSettings(model="fake", entries=ENTRIES)
    async with cluster("one") as machines:
        os.environ.update(machines.environment)
        async with (
            ProcessEngine(model="fake", entries=ENTRIES, backend=BACKEND) as local,
            ClusterEngine(settings, address=machines.address, backend=BACKEND) as remote,
        ):
            yield Bench(folder, local, remote, machines)


async def pairs(at: Bench, side: int, count: int) -> dict[str, float]:
    """So many pictures of a size by each engine."""
    chance, found = random.Random(1), dict[str, list[Timed]](local=[], Ray=[])
    for number in range(-5, count):  # the first ones warm up
        for name in chance.sample(["local", "Ray"], 2):
            timed = await at.one(name, at.request(side))
            if number >= 0:
                found[name].append(timed)

    def more(of: Callable[[Timed], float]) -> Sequence[float]:
        return [of(ray) - of(local) for local, ray in zip(found["local"], found["Ray"], strict=True)]

    whole = more(lambda timed: timed.whole)
    return {
        "pairs": float(count),
        "ms with a worker of our own, median": median(timed.whole for timed in found["local"]),
        "ms with Ray, median": median(timed.whole for timed in found["Ray"]),
        "ms that Ray adds, median of the pairs": median(whole),
        "ms that Ray adds, a tenth less than": quantiles(whole, n=10)[0],
        "ms that Ray adds, a tenth more than": quantiles(whole, n=10)[-1],
        "ms that Ray adds to the first event, median": median(more(lambda timed: timed.first)),
        **await _processor(at, "local", side, count),
        **await _processor(at, "Ray", side, count),
    }


async def _processor(at: Bench, name: str, side: int, count: int) -> dict[str, float]:
    """Milliseconds for each picture, what the other engine and the cluster do meanwhile included."""
    driver = next(one.pid for one in psutil.Process().children() if "inference.cluster" in one.cmdline())
    before = at.worked()
    for _ in range(count):
        await at.one(name, at.request(side))
    spent = {pid: (worked - before.get(pid, 0.0)) * 1000 / count for pid, worked in at.worked().items()}
    found = {f"ms of processor time, {name}": sum(spent.values())}
    if name == "Ray":
        found["ms of it in the process that talks to the cluster"] = spent[driver]
    return found


async def measure(count: int) -> dict[str, dict[str, float]]:
    """Everything."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        async with bench(Path(folder)) as at:
            for side in SIDES:
                found[SIZE.format(side)] = await pairs(at, side, count)
            found[CANCEL] = {
                f"{name}, {what}": of([await at.cancelled(name) for _ in range(20)])
                for name in at.engines
                for what, of in (("median", median), ("most", max))
            }
    found["The machine meanwhile"] = {"load over five minutes": os.getloadavg()[1]}
    return found


def main() -> None:
    """Measure and keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.machines")
    parser.add_argument("--pairs", type=int, default=60, help="pictures of each size by each engine")
    asked = parser.parse_args()
    quiet()
    found = asyncio.run(measure(asked.pairs))
    added = [found[SIZE.format(side)]["ms that Ray adds, median of the pairs"] for side in SIDES]
    goals = [
        *(Goal(f"ms that Ray adds at {side}x{side}, median", ms, 25) for side, ms in zip(SIDES, added, strict=True)),
        Goal("ms until a cancelled picture on a machine has ended, most", found[CANCEL]["Ray, most"], 1000),
    ]
    raise SystemExit(not keep("machines", found, goals, title="A job over Ray beside one of a worker of our own"))


if __name__ == "__main__":
    main()
