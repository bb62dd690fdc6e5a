"""A child process that works on a store and says on stdout what has become durable, until it is killed.

Usage: python -m tests.unit.adapters.sqlite.acknowledger DATABASE FIRST_NUMBER
"""

import asyncio
import sys
from itertools import count
from pathlib import Path

from adapters.sqlite.store import SqliteJobStore
from tests.builders.jobs import a_generation, a_job, an_event


def say(word: str, number: int) -> None:
    sys.stdout.write(f"{word} {number}\n")
    sys.stdout.flush()


async def main(file: Path, first: int) -> None:
    async with SqliteJobStore(file) as store:
        for number in count(first):
            await store.receive(an_event(number))
            say("received", number)
            job = await store.add(a_job(number=number))
            say("added", number)
            running = job.started(lease=f"run {first}", at=1001)
            await store.replace(job, running)
            say("running", number)
            await store.replace(running, running.succeeded(at=1002), generation=a_generation(job))
            say("succeeded", number)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
