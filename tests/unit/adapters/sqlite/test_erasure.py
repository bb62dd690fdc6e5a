"""What was deleted is not to be found in any byte of the database's files."""

import random
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.sqlite.store import SqliteJobStore
from bot.domain.job import Job
from bot.erasure import Retention
from tests.builders.jobs import a_generation, a_job, an_event

EARLY, LATE = 1000.0, 5000.0
OLD = Retention(pictures_before=2000, jobs_before=2000, inbox_before=2000)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pentimento.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[SqliteJobStore]:
    async with SqliteJobStore(file) as opened:
        yield opened


def everything(file: Path) -> bytes:
    return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))


def found(file: Path, marks: list[str]) -> list[str]:
    content = everything(file)
    return [mark for mark in marks if mark.encode() in content]


async def fill(store: SqliteJobStore) -> tuple[list[Job], list[Job]]:
    """Jobs of two members in turns, from one cell to several pages long: those that are to go, those that stay.

    Each job's first recipe has a mark of its own.
    """
    chance = random.Random(2)
    going: list[Job] = []
    staying: list[Job] = []
    for number in range(120):
        goes = number % 3 == 0
        job = a_job(
            user="ada" if goes else "bob",
            prompt=f"zebra-{number}-" + "stripes " * chance.choice((1, 40, 400, 1500)),
            strengths=(0.3, 0.5) if number % 2 else (0.5,),
            at=EARLY if goes else LATE,
        )
        await store.receive(an_event(int(job.id), payload=job.recipes[0].prompt, at=job.created_at))
        await store.add(job)
        running = job.started(lease="run 1", at=job.created_at)
        await store.replace(job, running)
        for index in range(len(job.recipes)):
            last = index + 1 == len(job.recipes)
            after = running.succeeded(at=job.created_at + 5) if last else running
            assert await store.replace(running, after, generation=a_generation(job, index))
        await store.delivered(job.id)
        (going if goes else staying).append(job)
    return going, staying


def marks(jobs: list[Job]) -> list[str]:
    return [job.recipes[0].prompt.partition(" ")[0].removesuffix("stripes") for job in jobs]


async def erase(store: SqliteJobStore, way: str, jobs: list[Job]) -> None:
    match way:
        case "forget":
            assert (await store.forget("console:ada")).jobs == [job.id for job in jobs]
        case "sweep":
            await store.sweep(OLD)
        case _:
            for generation in [each for job in jobs for each in job.generation_ids()]:
                await store.remove_generation(generation)
            await store.purge()


@pytest.mark.parametrize("way", ["forget", "sweep", "remove_generation"])
async def test_deleted_prompts_are_nowhere_in_the_files(store: SqliteJobStore, file: Path, way: str) -> None:
    going, staying = await fill(store)
    assert found(file, marks(going)) == marks(going)
    await erase(store, way, going)
    assert found(file, marks(going)) == []
    assert found(file, marks(staying)) == marks(staying)


async def test_a_settled_events_words_are_gone_with_the_next_sweep(store: SqliteJobStore, file: Path) -> None:
    words = [f"zebra-{number}-" for number in range(60)]
    for number, word in enumerate(words):
        await store.receive(an_event(number, payload=word * 90))
    assert found(file, words) == words
    for number in range(0, 60, 2):
        await store.settle(f"console:{number}")
    await store.sweep(Retention(pictures_before=0, jobs_before=0, inbox_before=0))
    assert found(file, words) == words[1::2]
    assert not await store.receive(an_event(0))


async def test_a_crash_before_the_log_was_cleaned_is_made_good_at_the_next_start(
    store: SqliteJobStore, file: Path, tmp_path: Path
) -> None:
    job = a_job(prompt="a secret zebra")
    await store.add(job)
    await store.database.change("DELETE FROM jobs")
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for each in file.parent.glob(f"{file.name}*"):
        shutil.copy(each, crashed)
    assert found(crashed / file.name, ["a secret zebra"])
    async with SqliteJobStore(crashed / file.name):
        assert not found(crashed / file.name, ["a secret zebra"])
