"""What was deleted is gone when it is said, on the real database and the real disk; what was used stays counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from adapters.files.image_store import FileImageStore
from adapters.sqlite.database import Database
from adapters.sqlite.store import SqliteJobStore
from bot.domain.actions import Verb
from bot.domain.errors import LimitReached, PromptBlocked, StorageFailed
from bot.domain.ids import GenerationId, generation_id
from bot.domain.limits import Limits
from bot.domain.picture import Sent
from bot.erasure import Retention
from bot.notices import Notices
from bot.texts import text
from bot.uploads import MOST_REFUSED
from tests.builders.jobs import a_job
from tests.builders.requests import asker, png, press, request, requester
from tests.fakes.disk import no_file_over
from tests.fakes.moderator import FakeModerator
from tests.harness.core import Bench, bench

EVERYTHING = Retention(pictures_before=1e12, jobs_before=1e12, inbox_before=1e12)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Bench]:
    (tmp_path / "work").mkdir()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(SqliteJobStore(tmp_path / "pentimento.db"))
        images = await stack.enter_async_context(FileImageStore(tmp_path / "images"))
        limits = Limits(pending_per_user=9, per_user_per_day=9)
        yield await stack.enter_async_context(bench(tmp_path / "work", store=store, images=images, limits=limits))


def kept(folder: Path) -> set[str]:
    return {file.name for file in (folder / "images" / "kept").glob("??/*")}


def words(folder: Path) -> int:
    return sum(file.read_bytes().count(b"zebra") for file in folder.glob("pentimento.db*"))


async def made(at: Bench, user: str = "ann", colour: str = "teal") -> GenerationId:
    job = (await at.service.submit(request(user, prompt="a zebra", source=png(colour)))).job
    await at.shown(job.id)
    return generation_id(job.id, 0)


async def used(at: Bench, user: str = "ann") -> int:
    usage, _ = await at.service.quota(requester(user))
    return usage.pictures


async def test_a_member_who_is_forgotten_leaves_no_picture_and_no_word(at: Bench, tmp_path: Path) -> None:
    await made(at)
    await made(at, colour="red")
    assert len(kept(tmp_path)) == 4
    assert words(tmp_path)
    gone = await at.service.removal.forget(requester())
    assert (gone.jobs, gone.held, kept(tmp_path), words(tmp_path)) == (2, 0, set(), 0)


async def test_a_deleted_result_is_off_the_disk_when_the_member_is_told(at: Bench, tmp_path: Path) -> None:
    sent = Sent(fetch=AsyncMock(return_value=png()), description="a zebra on a wall")
    job = (await at.service.submit(request(prompt="a zebra", source=sent))).job
    await at.shown(job.id)
    await at.service.removal.delete(generation_id(job.id, 0), by=asker())
    assert (kept(tmp_path), words(tmp_path)) == (set(), 0)


async def test_what_others_made_from_it_is_said_and_still_works(at: Bench, tmp_path: Path) -> None:
    result = await made(at)
    theirs = (await at.service.press(press(Verb.RERUN, result, "bob"))).job
    await at.shown(theirs.id)
    gone = await at.service.removal.forget(requester())
    assert (gone.jobs, gone.held) == (1, 1)
    assert len(kept(tmp_path)) == 2, "the source, and what bob made of it"
    said = text("en", "privacy-deleted", jobs=gone.jobs, held=gone.held)
    assert said.endswith("words; they go when that job does.")
    again = (await at.service.press(press(Verb.RERUN, generation_id(theirs.id, 0), "bob", strengths=(0.9,)))).job
    await at.shown(again.id)
    await at.service.removal.forget(requester("bob"))
    assert (kept(tmp_path), words(tmp_path)) == (set(), 0)


async def test_a_source_stays_for_the_other_job_that_uses_it(at: Bench, tmp_path: Path) -> None:
    first, second = await made(at), await made(at)
    await at.service.removal.delete(first, by=asker())
    assert len(kept(tmp_path)) == 2
    await at.shown((await at.service.press(press(Verb.RERUN, second, strengths=(0.2,)))).job.id)


async def test_a_picture_sent_again_while_its_last_job_is_deleted_works(at: Bench, tmp_path: Path) -> None:
    for _ in range(4):
        result = await made(at)
        _, receipt = await asyncio.gather(
            at.service.removal.delete(result, by=asker()), at.service.submit(request(source=png("teal")))
        )
        await at.shown(receipt.job.id)
        await at.service.removal.delete(generation_id(receipt.job.id, 0), by=asker())
        assert kept(tmp_path) == set()


async def test_a_job_deleted_while_it_runs_leaves_nothing(at: Bench, tmp_path: Path) -> None:
    at.engine.hold()
    job = (await at.service.submit(request(prompt="a zebra"))).job
    await at.engine.until_running(f"{generation_id(job.id, 0)}-1")
    while not at.chat.of(job.id):
        await asyncio.sleep(0.01)
    await at.service.removal.delete(generation_id(job.id, 0), by=asker())
    while at.chat.of(job.id):  # its message is taken away
        await asyncio.sleep(0.01)
    await at.engine.release()
    while await at.store.deliveries():
        await asyncio.sleep(0.01)
    assert at.chat.of(job.id) == []
    assert (kept(tmp_path), words(tmp_path)) == (set(), 0)


async def test_what_a_crash_left_without_a_job_is_found(at: Bench, tmp_path: Path) -> None:
    result = await made(at)
    await at.images.put(b"an orphan")
    assert len(kept(tmp_path)) == 3
    await at.service.removal.sweep_images()
    assert len(kept(tmp_path)) == 2
    stored = await at.store.generation(result)
    assert stored is not None
    assert await at.images.has(stored.image)


async def test_the_days_quota_survives_being_forgotten(at: Bench) -> None:
    for colour in ("red", "green", "blue"):
        await made(at, colour=colour)
    await at.service.removal.forget(requester())
    assert await used(at) == 3


async def test_a_picture_stopped_before_its_end_counts_and_one_that_waited_does_not(at: Bench) -> None:
    at.engine.hold()
    first = (await at.service.submit(request())).job
    second = (await at.service.submit(request())).job
    await at.engine.until_running(f"{generation_id(first.id, 0)}-1")
    for job in (second, first):
        await at.service.removal.cancel(job.id, by=asker())
    await at.engine.release()
    assert await used(at) == 1


@pytest.mark.parametrize("way", ["forget", "sweep"])
async def test_what_went_before_the_disk_refused_went_with_its_pictures(at: Bench, tmp_path: Path, way: str) -> None:
    images, forgotten = set(), a_job().requester
    for number in range(100):
        job = a_job(prompt="long " * 60, source=await at.images.put(b"%d" % number))
        await at.store.add(job)
        await at.store.replace(job, job.failed("no", at=1001))
        await at.store.delivered(job.id)
        images.add(job.source)
    await at.service.removal.sweep(Retention(pictures_before=0, jobs_before=0, inbox_before=0))  # empties the log
    removal = at.service.removal
    with no_file_over(150_000), pytest.raises(StorageFailed):
        await (removal.forget(forgotten) if way == "forget" else removal.sweep(EVERYTHING))
    assert 0 < len(kept(tmp_path)) < 100
    assert kept(tmp_path) == await at.store.needed(images)
    await (removal.forget(forgotten) if way == "forget" else removal.sweep(EVERYTHING))
    assert kept(tmp_path) == set()


async def test_a_result_whose_words_the_disk_keeps_in_its_log_is_not_said_to_be_gone(
    at: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = await made(at)
    with monkeypatch.context() as full:
        full.setattr(Database, "purge", AsyncMock(side_effect=StorageFailed))
        with pytest.raises(StorageFailed):
            await at.service.removal.delete(result, by=asker())
    assert kept(tmp_path) == set(), "which makes room"
    await at.service.removal.delete(result, by=asker())
    assert words(tmp_path) == 0


async def test_the_words_of_a_result_are_gone_before_its_message_goes(
    at: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = await made(at)
    gone: list[str] = []
    purge = Database.purge

    async def noted(database: Database) -> None:
        await purge(database)
        gone.append("words")

    monkeypatch.setattr(Database, "purge", noted)
    monkeypatch.setattr(Notices, "wake", lambda _: gone.append("message"))
    await at.service.removal.delete(result, by=asker())
    assert gone == ["words", "message"]


async def test_pictures_that_were_deleted_before_the_disk_refused_are_gone(
    at: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = (await at.service.submit(request(count=2))).job
    await at.shown(job.id)
    first = await at.store.remove_generation(generation_id(job.id, 0))
    monkeypatch.setattr(at.store, "remove_generation", AsyncMock(side_effect=[first, StorageFailed]))
    with pytest.raises(StorageFailed):
        await at.service.removal.delete(generation_id(job.id, 0), by=asker())
    assert not await at.images.has(*first)


async def test_prompts_that_are_refused_again_and_again_count(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False, moderator=FakeModerator(blocked=["bad"])) as at:
        for _ in range(MOST_REFUSED):
            with pytest.raises(PromptBlocked):
                await at.service.submit(request(prompt="a bad cat"))
        with pytest.raises(LimitReached, match="20 of your pictures or prompts were refused"):
            await at.service.submit(request(prompt="a good cat"))
        await at.service.submit(request("bob", prompt="a good cat"))


async def test_a_queue_of_more_minutes_than_the_owner_allows_is_full(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False, max_minutes=10) as at:
        receipts = [await at.service.submit(request(f"m{number}")) for number in range(6)]
        cost = receipts[0].job.unit_cost(0)  # nothing was measured till now: only the number of jobs counted
        at.core.pace.observe(cost=cost, seconds=120)
        with pytest.raises(LimitReached, match=r"The queue is full\. Come back in 2 minutes"):
            await at.service.submit(request("late"))
        at.core.pace.observe(cost=cost, seconds=1)
        at.core.pace.observe(cost=cost, seconds=1)
        await at.service.submit(request("late"))


async def test_one_long_job_is_taken_by_an_empty_queue_whatever_it_takes(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False, max_minutes=1) as at:
        at.core.pace.observe(cost=0.001, seconds=3600)
        await at.service.submit(request(steps=50))
