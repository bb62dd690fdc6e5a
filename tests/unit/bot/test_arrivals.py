import asyncio
from pathlib import Path

import pytest

from bot.domain.job import JobStatus
from bot.texts import LANGUAGES, text
from inference.api import Arriving
from tests.builders.requests import request
from tests.fakes.engine import DEFAULTS, MODEL
from tests.harness.core import bench

HALF = Arriving(done=3_100_000_000, total=6_900_000_000, seconds_left=240.0)


@pytest.mark.looptime
async def test_a_job_whose_model_is_on_its_way_says_how_far_it_is_and_others_go_before_it(tmp_path: Path) -> None:
    async with bench(tmp_path, slots=1) as at:
        at.engine.offer(large=DEFAULTS)
        at.engine.miss("large", HALF)
        waits = [(await at.service.submit(request(model="large"))).job for _ in range(3)]
        card = await at.shown(waits[0].id, JobStatus.QUEUED)
        assert card.headline == "The model is being downloaded: 3.1 of 6.9 GB, about 4 min"
        await at.shown((await at.service.submit(request())).job.id)
        assert [each.model for each in at.engine.requests] == [MODEL], "it holds no slot"
        assert len(at.core.queue) == 3, "they count"

        at.engine.miss("large", Arriving(done=5_000_000_000, total=6_900_000_000))
        async with asyncio.timeout(60):
            while "5.0 of 6.9 GB" not in at.chat.of(waits[0].id)[-1].cards[-1].headline:
                await asyncio.sleep(1)
        await at.engine.receive("large")
        async with asyncio.timeout(60):
            while len(at.engine.requests) < 4:
                await asyncio.sleep(0.1)
        assert [each.model for each in at.engine.requests[1:]] == ["large"] * 3
        assert not at.core.queue.lacked_by(waits[0].id)


async def test_a_model_that_cannot_be_had_ends_the_jobs_that_wait_for_it_with_the_mend(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.offer(large=DEFAULTS)
        at.engine.miss("large", Arriving())
        first, second = [(await at.service.submit(request(model="large"))).job for _ in range(2)]
        assert (await at.shown(second.id, JobStatus.QUEUED)).headline == "The model is being downloaded"
        await at.engine.receive("large", refusal="The hub says no: ask nicely.")
        for job in (first, second):
            assert (await at.shown(job.id, JobStatus.FAILED)).headline == "The hub says no: ask nicely."
        assert len(at.core.queue) == 0
        await at.shown((await at.service.submit(request())).job.id)


async def test_a_job_that_waits_for_a_download_can_be_cancelled(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.offer(large=DEFAULTS)
        at.engine.miss("large", HALF)
        job = (await at.service.submit(request(model="large"))).job
        await at.shown(job.id, JobStatus.QUEUED)
        assert at.core.queue.remove(job.id)
        assert len(at.core.queue) == 0
        await at.engine.receive("large")
        await asyncio.sleep(0.1)
        assert not at.engine.requests


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_it_with_its_own_numbers(language: str) -> None:
    said = text(language, "headline-downloading-left", done=3.1, of=6.9, unit="GB", minutes=4)
    comma = language in {"de", "fr", "es"}
    assert ("3,1" if comma else "3.1") in said
    assert "4" in said
    assert ("Go" if language == "fr" else "GB") in said


@pytest.mark.looptime
async def test_nothing_grows_while_a_download_takes_hours(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.miss(MODEL, HALF)
        for number in range(5):
            await at.service.submit(request(f"member {number}"))
        await asyncio.sleep(3 * 3600)
        assert len(at.core.delivery._looks) <= 5
        await at.engine.receive(MODEL)
        await asyncio.sleep(60)
        assert not at.core.delivery._followers
