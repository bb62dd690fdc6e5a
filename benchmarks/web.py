"""`python -m benchmarks.web`: pages that follow their jobs, beside a chat under load.

The whole core on its real database and image store, the pages on a real socket, and as many members as are asked for,
each with a page that follows a running job: they are told of progress and previews all the time, in another process.
Meanwhile a chat has events to acknowledge, which comes behind the row that is written for each, and wishes to accept.
Without any page the same load is measured first, in the same run. Results go to `benchmarks/results/web.md`.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles

import aiohttp

from adapters.pictures.outgoing import PictureExporter
from adapters.sqlite.sessions import SqliteSessions
from adapters.sqlite.store import SqliteJobStore
from adapters.web.authentication import Membership
from adapters.web.platform import WebPlatform
from benchmarks.bench_bot import event_id, keep, quiet, service, until, watched, who, wish
from bot.domain.access import Asker
from bot.domain.card import Progress
from bot.domain.ids import JobId
from bot.domain.job import JobStatus
from bot.domain.request import ReplyTarget
from bot.lifecycle import Core
from bot.ports import Messenger
from bot.sign_in import SignIn
from tests.builders.jobs import an_event
from tests.builders.requests import png
from tests.fakes.engine import HANG

_CHAT_SLOTS = 4
_PROGRESS_SECONDS = 0.25
_PREVIEW_BYTES = 20_000


async def beside(folder: Path, pages: int, seconds: float, rate: float) -> dict[str, float]:
    """Figures of a chat that has `rate` wishes a second for as long as that, beside so many pages."""
    source, chance = png(size=(256, 256)), random.Random(1)
    messengers: dict[str, Messenger] = {}
    async with service(folder, slots=pages + _CHAT_SLOTS, messengers=messengers) as (core, engine, _):
        engine.script(*[HANG] * pages)
        async with _site(core) as (site, sign_in):
            messengers["web"] = site.messenger
            jobs = [await _job(core, number, source) for number in range(pages)]
            followers = await _followers(site.port, sign_in, jobs)
            telling = asyncio.ensure_future(_tell(core, jobs))
            acknowledged, accepted = list[float](), list[float]()
            async with watched() as lag, asyncio.TaskGroup() as members:
                began, asked = time.perf_counter(), 0
                while (now := time.perf_counter() - began) < seconds:
                    while asked < now * rate:
                        one = _event(core, 10_000 + asked, source, acknowledged, accepted)
                        members.create_task(one)
                        asked += 1
                    await asyncio.sleep(0.01 * chance.random())
            telling.cancel()
            told = await _ended(followers)
            for job in jobs:
                await core.dispatch.abandon(job)
        found = {
            "pages that follow a job": float(pages),
            "wishes a second": rate,
            "ms to acknowledge, median": median(acknowledged),
            "ms to acknowledge, 99 of 100": quantiles(acknowledged, n=100)[98],
            "ms to acknowledge, most": max(acknowledged),
            "ms to accept, median": median(accepted),
            "ms to accept, most": max(accepted),
            **lag.figures,
        }
        if told:
            found |= {"cards a page was told, a second, fewest": min(told) / seconds}
        return found


@asynccontextmanager
async def _site(core: Core) -> AsyncIterator[tuple[WebPlatform, SignIn]]:
    assert isinstance(core.store, SqliteJobStore)
    sign_in = SignIn(sessions=SqliteSessions(core.store.database), clock=core.clock, address="http://here")
    async with WebPlatform(
        service=core.service,
        exporter=PictureExporter(store=core.store, images=core.images, embed_recipe=False),
        authenticator=Membership(sign_in=sign_in, secure=False),
        host="127.0.0.1",
        port=0,
        max_bytes=1 << 20,
    ) as site:
        yield site, sign_in


async def _job(core: Core, member: int, source: bytes) -> JobId:
    """A member's on the web, which runs for as long as it is let."""
    receipt = await core.service.submit(wish(member, source, reply_to=ReplyTarget(platform="web")))

    async def runs() -> bool:
        job = await core.store.job(receipt.job.id)
        return job is not None and job.status is JobStatus.RUNNING

    await until(runs)
    return receipt.job.id


async def _tell(core: Core, jobs: Sequence[JobId]) -> None:
    """Progress and a preview of each job, again and again."""
    preview, step = bytes(_PREVIEW_BYTES), 0
    while True:
        step += 1
        for job in jobs:
            core.delivery.progressed(job, Progress(fraction=step % 1000 / 1000, previews={0: preview}))
        await asyncio.sleep(_PROGRESS_SECONDS)


async def _event(core: Core, member: int, source: bytes, acknowledged: list[float], accepted: list[float]) -> None:
    """What a chat does with one event: write it down, acknowledge it, do it."""
    began = time.perf_counter()
    event = replace(an_event(1), id=event_id())
    await core.store.receive(event)
    acknowledged.append((time.perf_counter() - began) * 1000)
    await core.service.submit(wish(member % 400, source, event_id=event.id))
    accepted.append((time.perf_counter() - began) * 1000)


async def _followers(port: int, sign_in: SignIn, jobs: Sequence[JobId]) -> asyncio.subprocess.Process | None:
    """A process that has a page of each job open, once they all are."""
    if not jobs:
        return None
    pairs = []
    for number, job in enumerate(jobs):
        link = await sign_in.link(Asker(requester=who(number)))
        pairs.append((await sign_in.redeem(link.rpartition("/")[2]), job))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.web", "--follow", str(port)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{json.dumps(pairs)}\n".encode())
    assert await process.stdout.readline() == b"open\n"
    return process


async def _ended(process: asyncio.subprocess.Process | None) -> list[int]:
    """How many cards each page was told."""
    if process is None:
        return []
    told, _ = await process.communicate(b"end\n")
    return [int(count) for count in told.split()]


async def follow(port: int) -> None:
    """The other process: count what each page is told until a second line comes in; the first says who and what."""
    pairs = json.loads(sys.stdin.readline())
    told = [0] * len(pairs)
    opened = asyncio.Barrier(len(told) + 1)

    async def one(number: int, session: aiohttp.ClientSession) -> None:
        secret, job = pairs[number]
        cookies = {"pentimento-member": secret}
        async with session.get("/events", params={"job": job}, cookies=cookies) as stream:
            assert stream.status == 200, await stream.text()
            await opened.wait()
            async for line in stream.content:
                told[number] += line.startswith(b"event: card")

    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", read_bufsize=1 << 20) as session:
        tasks = [asyncio.ensure_future(one(number, session)) for number in range(len(told))]
        await opened.wait()
        print("open", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    print(*told)


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web")
    parser.add_argument("--pages", type=int, default=20, help="members, each with a page that follows a job")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=25.0, help="wishes a second in the chat: as many as one takes")
    parser.add_argument("--follow", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.follow:
        asyncio.run(follow(asked.follow))
        return
    quiet()
    found: dict[str, dict[str, float]] = {}
    for pages in (0, asked.pages):
        with tempfile.TemporaryDirectory() as folder:
            name = f"A chat beside {pages} pages" if pages else "A chat alone"
            found[name] = asyncio.run(beside(Path(folder), pages, asked.seconds, asked.rate))
    keep("web", found)


if __name__ == "__main__":
    main()
