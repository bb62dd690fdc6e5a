"""`python -m benchmarks.crowd`: a thousand members who wait, and forty photos of 12 megapixels at once.

The whole core on its real database and image store. In the first part nothing begins, so that all wait, and others
ask. In the second the pictures are decoded by the real reader in its own processes, while a chat has further events
to acknowledge: what an acknowledgement waits for is the row that is written before it. Times by the clock are what
members would wait; on a machine that others use too they are upper bounds, so the processor time of the process that
is measured stands beside them. Results go to `benchmarks/results/crowd.md`.
"""

import argparse
import asyncio
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles

from PIL import Image

from adapters.pictures.formats import PictureLimits
from adapters.pictures.reader import SandboxedPictureReader
from benchmarks.bench_bot import event_id, keep, quiet, service, watched, wish
from benchmarks.goals import Goal
from benchmarks.pictures import children_seconds, photo, saved
from bot.domain.options import Options
from bot.domain.picture import Picture
from bot.lifecycle import Core
from bot.system import cores
from tests.builders.jobs import an_event
from tests.builders.requests import png

WAITING, ASKING, RATE = 1000, 400, 20.0
PHOTOS, SIZE = 40, (4032, 3024)


class Counting(SandboxedPictureReader):
    """The real reader; it remembers how many pictures it had at a time."""

    now = most = 0

    async def read(self, content: bytes, *, alpha: bool = False, enough: int | None = None) -> Picture:
        """One more, for as long as it takes."""
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return await super().read(content, alpha=alpha, enough=enough)
        finally:
            self.now -= 1


async def waiting(folder: Path) -> dict[str, float]:
    """So many members wait; others ask, some each second."""
    source = png()
    async with service(folder) as (core, engine, _):
        engine.hold()
        for number in range(WAITING):
            await core.service.submit(wish(number, source))
        waits, worked = list[float](), list[float]()

        async def ask(number: int) -> None:
            began = time.perf_counter()
            await core.service.submit(wish(WAITING + number, source))
            waits.append((time.perf_counter() - began) * 1000)

        async with watched() as lag, asyncio.TaskGroup() as members:
            for number in range(ASKING):
                before = time.process_time()
                members.create_task(ask(number))
                await asyncio.sleep(1 / RATE)
                worked.append((time.process_time() - before) * 1000)
        await engine.release()
        return {
            "members waiting": float(WAITING),
            "accepts": float(ASKING),
            "ms to accept, median": median(waits),
            "ms to accept, 99 of 100": quantiles(waits, n=100)[98],
            "ms to accept, most": max(waits),
            "ms CPU of the process for each, median": median(worked),
            "ms CPU of the process for each, 99 of 100": quantiles(worked, n=100)[98],
            **lag.figures,
        }


async def photos(folder: Path) -> dict[str, float]:
    """So many photos at once, each of another member, and one that is to stay as it is (strength 0)."""
    content, decodes = saved(photo(*SIZE), "JPEG", quality=90), max(2, cores() - 1)
    acknowledged = list[float]()
    async with (
        Counting(limits=PictureLimits(max_bytes=25_000_000)) as reader,
        service(folder, reader=reader, decodes=decodes) as (core, engine, _),
    ):
        engine.hold()

        async def send(member: int, strength: float) -> float:
            """Pixels that were stored."""
            event = await _acknowledge(core, acknowledged)
            options = Options(prompt="an oil painting", strengths=(strength,))
            receipt = await core.service.submit(wish(member, content, event_id=event, options=options))
            with Image.open(core.images.path(receipt.job.source)) as picture:
                return float(picture.width * picture.height)

        began, before = time.perf_counter(), children_seconds()
        async with watched() as lag:
            sent = asyncio.gather(*(send(number, 0.5) for number in range(PHOTOS - 1)), send(PHOTOS, 0.0))
            while not sent.done():
                await _acknowledge(core, acknowledged)
                await asyncio.sleep(0.05)
        *fitted, whole = await sent
        taken = time.perf_counter() - began
        await engine.release()
        return {
            "photos": float(PHOTOS),
            "megapixels of each": SIZE[0] * SIZE[1] / 1e6,
            "decoders that may work at a time": float(decodes),
            "decoders at work, most": float(reader.most),
            "cores that the decoders used": (children_seconds() - before) / taken,
            "s until the last was accepted": taken,
            "ms to acknowledge, median": median(acknowledged),
            "ms to acknowledge, most": max(acknowledged),
            "megapixels stored, most": max(fitted) / 1e6,
            "megapixels stored of the one that stays as it is": whole / 1e6,
            **lag.figures,
        }


async def _acknowledge(core: Core, acknowledged: list[float]) -> str:
    """What a chat's event waits for before it is acknowledged; returns its id."""
    began = time.perf_counter()
    event = replace(an_event(1), id=event_id())
    await core.store.receive(event)
    acknowledged.append((time.perf_counter() - began) * 1000)
    return event.id


def main() -> None:
    """Measure and keep."""
    argparse.ArgumentParser(prog="python -m benchmarks.crowd").parse_args()
    quiet()
    with tempfile.TemporaryDirectory() as folder:
        crowd = asyncio.run(waiting(Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        many = asyncio.run(photos(Path(folder)))
    found = {f"{WAITING:,} members waiting, {RATE:.0f} more a second": crowd, f"{PHOTOS} photos at once": many}
    goals = [
        Goal("ms to accept, 99 of 100", crowd["ms to accept, 99 of 100"], 500),
        Goal("ms longest stall of the loop by the clock", crowd["ms longest stall of the loop by the clock"], 50),
        Goal("ms to acknowledge beside the photos, most", many["ms to acknowledge, most"], 3000),
        Goal("decoders too few", many["decoders that may work at a time"] - many["decoders at work, most"], 0),
        Goal("megapixels stored, most", many["megapixels stored, most"], 4),
    ]
    raise SystemExit(not keep("crowd", found, goals, title="Many members at once"))


if __name__ == "__main__":
    main()
