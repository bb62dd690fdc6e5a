import asyncio
import errno
import os
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.access import Asker
from bot.domain.errors import StorageFailed
from bot.domain.ids import generation_id
from bot.domain.job import MAX_STRIKES, Job, JobStatus
from bot.domain.request import Action
from bot.pages import details_page
from bot.texts import text
from inference.api import Done, EngineStopped, Event, Failed, FailureKind, Img2ImgRequest, Preview, Started, Step
from tests.builders.requests import png, request
from tests.fakes.engine import DIE, HANG, FakeEngine
from tests.harness.core import bench

CRASH = Failed(FailureKind.CRASH, "The worker died.")


async def test_a_job_whose_worker_died_is_tried_again_and_its_owner_sees_no_error(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.script(CRASH, Failed(FailureKind.HANG, "The worker hung."))
        job = (await at.service.submit(request())).job
        await at.shown(job.id)

        assert len(at.engine.requests) == 3
        [message] = at.chat.of(job.id)
        assert JobStatus.FAILED not in {card.status for card in message.cards}


async def test_a_job_that_kills_every_worker_ends_with_a_clear_word_and_the_next_one_works(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.script(*[CRASH] * MAX_STRIKES)
        poison = (await at.service.submit(request())).job
        card = await at.shown(poison.id, JobStatus.FAILED)
        healthy = (await at.service.submit(request())).job
        await at.shown(healthy.id)

        assert "was stopped" in card.headline
        assert len(at.engine.requests) == MAX_STRIKES + 1


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FailureKind.OUT_OF_MEMORY, JobStatus.FAILED),
        (FailureKind.INVALID, JobStatus.FAILED),
        (FailureKind.REFUSED, JobStatus.REFUSED),
    ],
)
async def test_what_another_attempt_cannot_mend_ends_the_job_with_the_engines_words(
    tmp_path: Path, kind: FailureKind, status: JobStatus
) -> None:
    async with bench(tmp_path) as at:
        at.engine.script(Failed(kind, "In one sentence."))
        job = (await at.service.submit(request())).job
        card = await at.shown(job.id, status)

        assert card.headline == "In one sentence."
        assert len(at.engine.requests) == 1


async def test_what_ends_a_job_is_said_in_its_owners_language(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        too_large = Failed(
            FailureKind.OUT_OF_MEMORY, "Too large.", cause="picture-too-large", values={"size": "64x64"}
        )
        at.engine.script(too_large, *[CRASH] * MAX_STRIKES)
        memory = (await at.service.submit(request("dora", locale="de"))).job
        assert "auch bei kleineren Größen" in (await at.shown(memory.id, JobStatus.FAILED)).headline
        deadly = (await at.service.submit(request("dora", locale="de"))).job
        assert "zu oft zum Absturz gebracht" in (await at.shown(deadly.id, JobStatus.FAILED)).headline


async def test_what_ended_a_job_is_said_in_the_language_of_the_page_that_it_is_read_on(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.script(Failed(FailureKind.INVALID, "Too many.", "too-many-steps", {"model": "x", "steps": "9"}))
        job = (await at.service.submit(request("dora", locale="en"))).job
        card = await at.shown(job.id, JobStatus.FAILED)
        assert card.headline == text("en", "failed-too-many-steps", model="x", steps="9")
        described = await at.service.results.describe(job.id, by=Asker(requester=job.requester))
        page = details_page(described, now=0.0, locale="de")
        said = [part.text for row in page.rows for part in row.parts]
        assert text("de", "failed-too-many-steps", model="x", steps="9") in said


@pytest.mark.parametrize("slots", [1, 2, 4])
async def test_a_sweep_interrupted_in_the_middle_keeps_what_it_has(tmp_path: Path, slots: int) -> None:
    async with bench(tmp_path, slots=slots) as at:
        sweep = request(action=Action.SWEEP)
        at.engine.script(*([CRASH] if slots > 1 else [Failed(FailureKind.HANG, "It hung.")]))
        job = (await at.service.submit(sweep)).job
        card = await at.shown(job.id)

        assert len(card.pictures) == 4
        stored = await at.store.job(job.id)
        assert stored is not None
        assert stored.strikes == 1


async def test_one_failed_picture_ends_the_sweep_and_stops_its_others(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.script(Failed(FailureKind.OUT_OF_MEMORY, "Too large."))
        job = (await at.service.submit(request(action=Action.SWEEP))).job
        await at.shown(job.id, JobStatus.FAILED)
        after = (await at.service.submit(request())).job
        await at.shown(after.id)

        assert len(at.engine.requests) == 2


class FailsBehind(FakeEngine):
    """Fails each picture behind so many steps."""

    def __init__(self, steps: int) -> None:
        super().__init__(slots=1)
        self._behind = steps

    async def _events(self, request: Img2ImgRequest) -> AsyncGenerator[Event, None]:
        yield Started(loading=False)
        for step in range(self._behind):
            yield Step(step + 1, 4)
        yield Failed(FailureKind.OUT_OF_MEMORY, f"{request.id} is too large.")


@pytest.mark.parametrize(("steps", "counted"), [(0, 0), (1, 1)])
async def test_a_failure_gives_back_what_the_device_did_not_work_on(tmp_path: Path, steps: int, counted: int) -> None:
    async with bench(tmp_path, engine=FailsBehind(steps)) as at:
        job = (await at.service.submit(request(action=Action.SWEEP))).job
        await at.shown(job.id, JobStatus.FAILED)
        assert (await at.store.usage(job.requester.key, since=0)).pictures == counted


async def test_slots_are_filled_and_every_job_ends_once(tmp_path: Path) -> None:
    async with bench(tmp_path, slots=3) as at:
        jobs = [(await at.service.submit(request(user))).job for user in "abcabcabc"]
        for job in jobs:
            await at.shown(job.id)

        for job in jobs:
            [message] = at.chat.of(job.id)
            assert [card.status for card in message.cards].count(JobStatus.SUCCEEDED) == 1


async def test_slots_that_a_loaded_model_brings_are_filled_while_its_first_picture_is_made(tmp_path: Path) -> None:
    async with bench(tmp_path, slots=1) as at:
        at.engine.learn(slots=3)
        at.engine.hold()
        jobs = [(await at.service.submit(request(user))).job for user in "abcd"]
        async with asyncio.timeout(60):
            for job in jobs[:3]:
                await at.engine.until_running(f"{generation_id(job.id, 0)}-1")

        assert len(at.engine.requests) == 3
        await at.engine.release()
        for job in jobs:
            await at.shown(job.id)


async def test_work_that_outlives_its_grace_is_back_in_line_after_a_restart(tmp_path: Path) -> None:
    async with bench(tmp_path, grace=0.05) as first:
        first.engine.script(HANG)
        job = (await first.service.submit(request())).job
        await first.engine.until_running(f"{generation_id(job.id, 0)}-1")
    left = await first.store.job(job.id)
    assert left is not None
    assert left.status is JobStatus.QUEUED

    async with bench(tmp_path, store=first.store, images=first.images, chat=first.chat) as second:
        await second.shown(job.id)
    assert len(second.chat.of(job.id)) == 1
    finished = await first.store.job(job.id)
    assert finished is not None
    assert finished.strikes == 0


async def test_a_job_left_running_by_a_killed_service_is_run_again(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False) as killed:
        job = (await killed.service.submit(request())).job
        running = job.started(lease="an earlier run", at=killed.core.clock.now())
        assert await killed.store.replace(job, running)

    async with bench(tmp_path, store=killed.store, images=killed.images, chat=killed.chat) as at:
        await at.shown(job.id)
        stored = await at.store.job(job.id)
        assert stored is not None
        assert stored.attempt == 2


async def test_an_engine_that_can_do_nothing_more_stops_the_service(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.script(DIE)

    async def serve_one() -> None:
        async with bench(tmp_path, engine=engine) as at:
            job = (await at.service.submit(request())).job
            await at.shown(job.id)

    with pytest.raises(ExceptionGroup) as stopped:
        await serve_one()

    assert stopped.group_contains(EngineStopped)


@pytest.mark.looptime
async def test_a_picture_taken_up_just_before_a_stop_gets_the_whole_grace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row is still being written, so the engine has not heard of it when the stop begins."""
    async with bench(tmp_path, grace=60.0) as at:
        real_replace = at.store.replace

        async def slow_replace(before: Job, after: Job, **more: Any) -> bool:
            await asyncio.sleep(0.5)
            return await real_replace(before, after, **more)

        monkeypatch.setattr(at.store, "replace", slow_replace)
        at.engine.hold()
        job = (await at.service.submit(request())).job
        await asyncio.sleep(0.1)
        assert not at.engine.requests
        loop = asyncio.get_running_loop()
        loop.call_later(20, lambda: releasing.append(loop.create_task(at.engine.release())))
        releasing: list[asyncio.Task[None]] = []

    ended = await at.store.job(job.id)
    assert ended is not None
    assert ended.status is JobStatus.SUCCEEDED


async def test_a_sweep_that_a_stop_interrupts_between_two_pictures_waits_and_says_so(tmp_path: Path) -> None:
    async with bench(tmp_path) as first:
        first.engine.hold()
        job = (await first.service.submit(request(action=Action.SWEEP))).job
        await first.engine.until_running(f"{generation_id(job.id, 0)}-1")
        asyncio.get_running_loop().call_later(0.1, asyncio.ensure_future, first.engine.release())
    left = await first.store.job(job.id)
    assert left is not None
    assert left.status is JobStatus.QUEUED
    assert len(await first.store.generations(job.id)) == 1
    assert first.chat.of(job.id)[0].cards[-1].status is JobStatus.QUEUED

    async with bench(tmp_path, store=first.store, images=first.images, chat=first.chat) as second:
        card = await second.shown(job.id)
    assert len(card.pictures) == 4
    assert len(second.engine.requests) == 3


@pytest.mark.looptime
async def test_a_result_that_the_disk_had_no_room_for_is_made_again_when_there_is_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(tmp_path) as at:
        tries: list[float] = []

        async def find_room(size: int) -> None:
            assert size >= 64 * 64 * 3
            tries.append(asyncio.get_running_loop().time())
            if len(tries) < 4:
                raise StorageFailed

        monkeypatch.setattr(at.images, "find_room", find_room)
        at.engine.script(Failed(FailureKind.UNSAVED, "The result could not be saved.", cause="not-saved"))
        job = (await at.service.submit(request())).job
        await at.shown(job.id)

        stored = await at.store.job(job.id)
        assert stored is not None
        assert (stored.status, stored.attempt, stored.strikes) == (JobStatus.SUCCEEDED, 2, 0)
        assert len(tries) == 4
        assert tries[-1] - tries[0] >= 1 + 2 + 5


@pytest.mark.parametrize("method", ["read_bytes", "unlink"])
@pytest.mark.parametrize("cause", [errno.EMFILE, errno.EROFS, errno.EIO])
async def test_a_disk_that_gives_no_preview_or_lets_no_file_go_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, cause: int
) -> None:
    real = getattr(Path, method)

    def refused(path: Path, *arguments: Any, **named: Any) -> Any:
        if path.suffix == ".jpg" or (method == "unlink" and not path.exists()):  # a result was moved away
            raise OSError(cause, os.strerror(cause))
        return real(path, *arguments, **named)

    async def painting(given: Img2ImgRequest) -> AsyncGenerator[Event]:
        preview = given.output.with_suffix(".jpg")
        preview.write_bytes(b"a preview")
        yield Started(loading=False)
        yield Preview(path=preview)
        given.output.write_bytes(png())
        yield Done(output=given.output, seconds=1.0, width=64, height=64, effective_steps=1)

    async with bench(tmp_path) as at:
        monkeypatch.setattr(at.engine, "run", painting)
        monkeypatch.setattr(Path, method, refused)
        for _ in range(2):
            job = (await at.service.submit(request())).job
            await at.shown(job.id)
        monkeypatch.undo()
