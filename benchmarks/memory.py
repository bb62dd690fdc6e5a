"""`python -m benchmarks.memory`: what the worker weighs over 500 mixed requests of the shipped model.

Sizes, steps, strengths, guidance, words and pictures differ; some want previews, some are cancelled under way. Those
that come before the table's first line fill the caches: of pictures, of kernels for each size and number of rows.
`--sides` says which sizes; with many of them it shows how much all those kernels weigh.
"""

import argparse
import asyncio
import random
import tempfile
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import psutil
import torch

from benchmarks.workloads import PROMPTS, Setting
from inference.api import Done, Img2ImgRequest, Step
from inference.models.entry import ModelEntry
from inference.worker.engine import ProcessEngine

RESULTS = Path(__file__).with_name("results")
EACH = 100
COLUMNS = ("requests", "cancelled", "worker MiB", "words from the cache", "pictures from the cache")


def main() -> None:
    """Run them and write the table."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--name", default="memory", help="of the file in benchmarks/results")
    wanted.add_argument("--sides", default="128,192", help="pixels along a side of the pictures")
    wanted.add_argument("--first", type=int, default=3, help="hundreds of requests before the table's first line")
    asked = wanted.parse_args()
    sides = tuple(int(each) for each in asked.sides.split(","))
    with tempfile.TemporaryDirectory() as folder:
        lines = asyncio.run(_measured(Path(folder), sides, asked.first))
    result = RESULTS / f"{asked.name}.md"
    result.write_text("\n".join(lines) + "\n", encoding="utf-8")


async def _measured(folder: Path, sides: tuple[int, ...], first: int) -> list[str]:
    choice = random.Random(0)
    async with ProcessEngine(model="pocket", entries={"pocket": ModelEntry(id="pocket")}) as engine:
        capacity = engine.capacity()
        lines = [f"# Memory of the worker over 500 mixed requests, {capacity.device}, torch {torch.__version__}", ""]
        lines += [
            f"{len(sides)} sizes of {min(sides)} to {max(sides)} pixels a side; {first}00 requests came before.",
            "",
        ]
        lines += [f"| {' | '.join(COLUMNS)} |", "|" + "---|" * len(COLUMNS)]
        cancelled = 0
        for hundred in range(first + 5):
            cancelled += await _serve(engine, _requests(folder, choice, sides, hundred), capacity.slots, choice)
            if hundred + 1 < first:
                continue
            counters = engine.counters()
            [worker] = psutil.Process().children()
            numbers = [
                str(EACH * (hundred + 1 - first)),
                str(cancelled),
                f"{worker.memory_info().rss / 2**20:.0f}",
                *(
                    _share(counters[f"{kind}_remembered"], counters[f"{kind}_encoded"])
                    for kind in ("words", "pictures")
                ),
            ]
            lines.append(f"| {' | '.join(numbers)} |")
            print(lines[-1], flush=True)
    return lines


def _share(hits: int, misses: int) -> str:
    return f"{100 * hits / (hits + misses):.0f} %"


def _requests(folder: Path, choice: random.Random, sides: tuple[int, ...], hundred: int) -> Iterator[Img2ImgRequest]:
    setting = Setting(folder=folder, model="pocket", side=256, grid=(4,), guidance=(1.5,), count=EACH)
    for number in range(EACH):
        name = f"{hundred}-{number}"
        yield Img2ImgRequest(
            id=name,
            source=setting.source(choice.randrange(60), choice.choice(sides)),
            output=folder / f"{name}.png",
            prompt=choice.choice((*PROMPTS, f"picture {name}")),
            strength=choice.uniform(0.1, 1.0),
            steps=choice.choice((2, 3, 4, 6)),
            guidance_scale=choice.choice((1.0, 1.5, 3.0)),
            seed=choice.randrange(2**32),
            model="pocket",
            previews=choice.random() < 0.5,
        )


async def _serve(engine: ProcessEngine, requests: Iterator[Img2ImgRequest], slots: int, choice: random.Random) -> int:
    """Serve them with all slots; how many were cancelled after a step."""

    async def work() -> int:
        count = 0
        for request in requests:
            leaves = choice.random() < 0.1
            async with aclosing(engine.run(request)) as events:
                async for event in events:
                    if leaves and isinstance(event, Step):
                        await engine.cancel(request.id)
            count += not isinstance(event, Done)
            for file in request.output.parent.glob(f"{request.output.name}*"):
                file.unlink()
        return count

    return sum(await asyncio.gather(*(work() for _ in range(slots))))


if __name__ == "__main__":
    main()
