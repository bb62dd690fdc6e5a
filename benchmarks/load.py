"""`python -m benchmarks.load`: what the bot costs with many members waiting and with many jobs stored.

The whole core on its real database and image store, with a chat that only remembers and an engine that costs nothing:
what is measured is the bot. Figures are processor time of the process, all its threads included; what is said of the
event loop is by the clock, and so are waits. Results go to `benchmarks/results/load.md`.

    python -m benchmarks.load                  # all of it, some minutes
    python -m benchmarks.load --stored 600000  # how many ended jobs lie in the database
"""

import argparse
import asyncio
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import median

from adapters.sqlite import codec
from adapters.sqlite.store import SqliteJobStore
from benchmarks.bench_bot import event_id, keep, quiet, service, until, watched, wish
from benchmarks.goals import Goal
from bot.domain.blocklist import MAX_PATTERNS, blocks
from bot.domain.ids import JobId
from bot.domain.job import Job
from bot.erasure import Retention
from bot.lifecycle import Core
from bot.queue import FairQueue, Unit, units_of
from inference.api import Img2ImgRequest
from tests.builders.jobs import a_generation, a_job, an_event
from tests.builders.requests import png
from tests.fakes.engine import FakeEngine
from tests.fakes.picture_reader import InProcessPictureReader

_ACCEPTS = 20
FEW_WAIT = 1000
BLOCKS = f"{MAX_PATTERNS} patterns, 2,000 characters"
OVERLOAD = "Half as much again as the engine can make"
STORED = "{:,} jobs stored"
QUEUE = "ms CPU of an accept for order, position and expected time"


def line(members: int) -> dict[str, float]:
    """The queue alone: one job of each member waits."""
    queue = FairQueue(max_jobs=100_000)
    for number in range(members):
        queue.put([Unit(job=JobId(f"j{number}"), index=0, user=f"m{number}", cost=1.0 + number % 7)])
    rounds = 500

    def timed(step: Callable[[int], object]) -> float:
        began = time.process_time()
        for number in range(rounds):
            step(number)
        return (time.process_time() - began) / rounds * 1e6

    queued = timed(lambda n: queue.position_of(JobId(f"j{members * (n + 1) // (rounds + 1)}")))
    put = timed(lambda n: queue.put([Unit(job=JobId(f"p{n}"), index=0, user=f"p{n}", cost=2.0)]))
    remove = timed(lambda n: queue.remove(JobId(f"p{n}")))

    async def take() -> float:
        began = time.process_time()
        for _ in range(rounds):
            await queue.take()
        return (time.process_time() - began) / rounds * 1e6

    taken = asyncio.run(take())
    began = time.process_time()
    queue.order()
    whole = (time.process_time() - began) * 1000
    return {"place us": queued, "put us": put, "remove us": remove, "take us": taken, "whole order ms": whole}


async def waiting(folder: Path, members: int, jobs: int) -> dict[str, float]:
    """Cost per job from accepted to shown while `members` wait all the time: as one ends, another one asks."""
    source = png()
    async with service(folder) as (core, engine, chat):
        engine.hold()
        alone = await _accepting(core, members, source)
        for number in range(members):
            await core.service.submit(wish(number, source))
        await asyncio.sleep(1)
        before = chat.written
        async with watched() as lag:
            accepting = await _accepting(core, members, source)
            await engine.release()
            began, ended = time.process_time(), core.delivery.ended.total()
            asked = 0
            async with asyncio.TaskGroup() as asking:
                while asked < jobs:
                    while asked < min(jobs, core.delivery.ended.total() - ended + 4):  # as one ends, another one asks
                        asking.create_task(core.service.submit(wish(members + 20 + asked, source)))
                        asked += 1
                    await asyncio.sleep(0.002)
            cost = (time.process_time() - began) * 1000 / (core.delivery.ended.total() - ended)
        engine.hold()
        return {
            "ms CPU per job": cost,
            "ms CPU of it for the pictures of reader and engine": await _pictures(folder, source),
            "ms CPU per accept": accepting,
            "ms CPU per accept with nobody waiting": alone,
            **await _parts(core, source),
            **lag.figures,
            "messages written per job": (chat.written - before) / (core.delivery.ended.total() - ended),
        }


async def _accepting(core: Core, member: int, source: bytes) -> float:
    """Milliseconds of processor time for each request of some members, from `member` on; the best of a few rounds."""
    rounds = []
    for _ in range(3):
        began = time.process_time()
        for number in range(_ACCEPTS):
            await core.service.submit(wish(member + number, source))
        rounds.append((time.process_time() - began) * 1000 / _ACCEPTS)
    return min(rounds)


async def _parts(core: Core, source: bytes) -> dict[str, float]:
    """What of an accept belongs to whom, with all that wait; the bot must have nothing else to do."""
    rounds = 200
    await asyncio.sleep(0.5)
    jobs = [a_job(user=f"part {number}") for number in range(rounds)]

    async def cost(step: Callable[[Job], Awaitable[object]]) -> tuple[float, float]:
        worked, began = time.process_time(), time.perf_counter()
        for job in jobs:
            await step(job)
        return (
            (time.process_time() - worked) * 1000 / rounds,
            (time.perf_counter() - began) * 1000 / rounds,
        )

    async def line_up(job: Job) -> None:
        core.queue.put(units_of(job))
        core.service.waiting(job.id)

    queue, _ = await cost(line_up)
    usage, _ = await cost(lambda job: core.store.usage(job.requester.key, since=0.0))
    picture, _ = await cost(lambda _job: core.images.put(source))
    stored, waited = await cost(core.store.add)
    for job in jobs:
        core.queue.remove(job.id)
    return {
        QUEUE: queue,
        "ms CPU of an accept for its member's usage": usage,
        "ms CPU of an accept for its picture's file": picture,
        "ms CPU of an accept for SQLite's transaction": stored,
        "ms by the clock of an accept for SQLite's transaction, commit on the disk": waited,
    }


async def _pictures(folder: Path, source: bytes) -> float:
    """What the stand-ins spend on a job: they open and make real pictures in this process."""
    reader, rounds = InProcessPictureReader(), 100
    given, made = folder / "source.png", folder / "made.png"
    given.write_bytes((await reader.read(source)).png)
    async with FakeEngine(slots=1) as engine:
        began = time.process_time()
        for number in range(rounds):
            await reader.read(source)
            request = Img2ImgRequest(
                id=f"{number}",
                source=given,
                output=made,
                prompt="an oil painting",
                negative_prompt="",
                strength=0.5,
                steps=4,
                guidance_scale=1.5,
                seed=number,
                model="fake",
            )
            _ = [event async for event in engine.run(request)]
        return (time.process_time() - began) * 1000 / rounds


def fill(file: Path, jobs: int) -> None:
    """Put ended and shown jobs into a database, quicker than the store does."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        for setting in ("synchronous = OFF", "cache_size = -200000"):
            db.execute(f"PRAGMA {setting}")
        db.execute("BEGIN")
        job = a_job()
        columns = codec.job_columns(job)
        generation = codec.generation_columns(a_generation(job))
        into_jobs = _insert("jobs", columns)
        into_generations = _insert("generations", generation)
        for number in range(jobs):
            ident = f"stored-{number:015d}"
            image = f"{number:064x}"
            columns |= {
                "id": ident,
                "event_id": f"e{number}",
                "requester_key": f"fake:{number % 5000}",
                "status": "succeeded",
                "ended_at": 1000.0 + number,
                "source": image[::-1],
            }
            generation |= {"id": f"{ident}.0", "job": ident, "image": image, "source": image[::-1]}
            db.execute(into_jobs, columns)
            db.execute(into_generations, generation)
            db.execute("INSERT INTO outbox (job, message, due_at, done) VALUES (?, ?, 0, 1)", (ident, ident))
        db.execute("COMMIT")
    os.sync()  # what was only handed to the system would be written while the first commits wait for the disk


def _insert(table: str, columns: codec.Columns) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f':{name}' for name in columns)})"  # noqa: S608 -- our own names


async def stored(folder: Path, jobs: int) -> dict[str, float]:
    """What an event's row waits for, which is written before the acknowledgement, in a full database."""
    file = folder / "pentimento.db"
    found: dict[str, float] = {}
    async with SqliteJobStore(file) as store:
        found["ms with nothing stored"] = median(await _events_written(store, 200))
    fill(file, jobs)
    async with SqliteJobStore(file) as store:
        quiet = await _events_written(store, 200)
        found["ms with all stored"] = median(quiet)
        async with watched() as lag:
            began = time.process_time()
            sweeping = asyncio.ensure_future(_sweep(store))
            waits: list[float] = []
            while not sweeping.done():
                waits += await _events_written(store, 5)
                await asyncio.sleep(0.02)
            found["jobs swept"] = await sweeping
            found["ms CPU per job swept"] = (time.process_time() - began) * 1000 / max(1, found["jobs swept"])
        found["ms while a sweep runs, median"] = median(waits)
        found["ms while a sweep runs, most"] = max(waits)
        found |= lag.figures
        began_wall = time.perf_counter()
        gone = await store.forget("fake:4999")
        found["ms to forget a member"] = (time.perf_counter() - began_wall) * 1000
        found["jobs of that member"] = len(gone.jobs)
    return found


async def _sweep(store: SqliteJobStore) -> int:
    """One call of the store, which takes some thousands of jobs: first their pictures, then the oldest entirely."""
    let_go = await store.sweep(Retention(pictures_before=1e9, jobs_before=11_000, inbox_before=0))
    return len(let_go) // 2


async def _events_written(store: SqliteJobStore, number: int) -> list[float]:
    waits = []
    for _ in range(number):
        event = replace(an_event(1), id=event_id())
        began = time.perf_counter()
        await store.receive(event)
        waits.append((time.perf_counter() - began) * 1000)
    return waits


async def overload(folder: Path, seconds: float) -> dict[str, float]:
    """Half as many jobs more than the engine can make, for as long as that: all accepted or told, all shown."""
    source = png()
    async with service(folder) as (core, _, _), watched() as lag:
        began = time.perf_counter()
        async with asyncio.TaskGroup() as members:
            for number in range(200):
                members.create_task(core.service.submit(wish(number, source)))
        await until(lambda: core.delivery.ended.total() >= 200)
        pace = 200 / (time.perf_counter() - began)
        done, waits = core.delivery.ended.total(), list[float]()

        async def ask(number: int) -> None:
            start = time.perf_counter()
            await core.service.submit(wish(1000 + number % 400, source))
            waits.append((time.perf_counter() - start) * 1000)

        began, asked = time.perf_counter(), 0
        async with asyncio.TaskGroup() as members:
            while (now := time.perf_counter() - began) < seconds:
                while asked < now * pace * 1.5:
                    members.create_task(ask(asked))
                    asked += 1
                await asyncio.sleep(0.01)
        accepted = len(waits)
        backlog = len(core.queue)
        await until(lambda: core.delivery.ended.total() - done >= accepted)
        return {
            "jobs a second without overload": pace,
            "seconds": seconds,
            "accepted": accepted,
            "waiting at the end": backlog,
            "shown in the end": core.delivery.ended.total() - done,
            "ms to accept, median": median(waits),
            "ms to accept, most": max(waits),
            **lag.figures,
        }


def words() -> dict[str, float]:
    """A block list of the most patterns against prompts of the most characters."""
    chance = random.Random(1)

    def word() -> str:
        return "".join(chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(chance.randint(4, 9)))

    listed, others = [word() for _ in range(MAX_PATTERNS)], [word() for _ in range(2000)]
    lists = {
        "words": listed,
        "word*": [f"{each}*" for each in listed],
        "*word*": [f"*{each}*" for each in listed],
        "w?rd": [f"{each[:1]}?{each[2:]}" for each in listed],
        "two words": [f"{each} {other}" for each, other in pairwise(listed)],
    }
    prompts = {
        "prose": " ".join(chance.choice(others) for _ in range(300))[:2000],
        "digits for letters": " ".join(chance.choice(others) + chance.choice("014 ") for _ in range(300))[:2000],
        "one letter": "a" * 2000,
        "single letters": "a b " * 500,
    }
    found = {}
    for name, patterns in lists.items():
        for kind, prompt in prompts.items():
            times = []
            for _ in range(5):
                began = time.process_time()
                blocks(patterns, prompt)
                times.append((time.process_time() - began) * 1000)
            found[f"ms, {name}, {kind}"] = median(times)
    return found


def _added(found: dict[str, float]) -> float:
    return found["ms with all stored"] - found["ms with nothing stored"]


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("--stored", type=int, default=600_000, help="ended jobs in the database")
    parser.add_argument("--waiting", type=int, nargs="*", default=[1000, 5000], help="members who wait")
    parser.add_argument("--overload", type=float, default=120.0, metavar="SECONDS")
    asked = parser.parse_args()
    quiet()
    found: dict[str, dict[str, float]] = {}
    for members in (1000, 5000, 10_000):
        found[f"The queue with {members:,} members"] = line(members)
    found[BLOCKS] = words()
    for members in asked.waiting:
        with tempfile.TemporaryDirectory() as folder:
            found[f"The bot with {members:,} members waiting"] = asyncio.run(waiting(Path(folder), members, 400))
    with tempfile.TemporaryDirectory() as folder:
        found[OVERLOAD] = asyncio.run(overload(Path(folder), asked.overload))
    with tempfile.TemporaryDirectory() as folder:
        found[STORED.format(asked.stored)] = asyncio.run(stored(Path(folder), asked.stored))
    goals = [
        *(
            Goal(f"{what}, {name[0].lower()}{name[1:]}", found[name][what], most)
            for members in asked.waiting
            for name in (f"The bot with {members:,} members waiting",)
            for what, most in (
                ("ms CPU per job", 10 if members <= FEW_WAIT else 20),
                (QUEUE, 1),
                ("ms CPU in one piece at most", 50),
            )
        ),
        Goal("ms of the dearest block list", max(found[BLOCKS].values()), 5),
        Goal(
            "requests of the overload that were accepted and never shown",
            found[OVERLOAD]["accepted"] - found[OVERLOAD]["shown in the end"],
            0,
        ),
        Goal("ms CPU in one piece at most, overload", found[OVERLOAD]["ms CPU in one piece at most"], 50),
        Goal("ms while a sweep runs, most", found[STORED.format(asked.stored)]["ms while a sweep runs, most"], 200),
        Goal("ms that a full database adds", _added(found[STORED.format(asked.stored)]), 5),
    ]
    raise SystemExit(not keep("load", found, goals))


if __name__ == "__main__":
    main()
