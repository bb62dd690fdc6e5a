"""Pausing, draining and looking over a service, as its operator does."""

import asyncio
from pathlib import Path

import pytest
import structlog

from bot.domain.access import Asker
from bot.domain.errors import Gone, LimitReached, NotAllowed
from bot.domain.job import JobStatus
from bot.overseeing import Mode
from bot.pages import queue_page
from inference.api import Failed, FailureKind
from tests.builders.requests import asker, request, requester
from tests.fakes.store import MemoryJobStore
from tests.harness.core import bench

pytestmark = pytest.mark.looptime
OPERATOR = Asker(requester=requester("op", platform="web"), operates=True)


async def test_while_paused_requests_are_taken_nothing_begins_and_members_are_told(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        await at.core.operations.change(Mode.PAUSED)
        job = (await at.service.submit(request())).job.id
        card = await at.shown(job, JobStatus.QUEUED)
        assert card.headline == "Paused by the bot's owner, #1 in line"
        assert card.waiting is not None
        assert card.waiting.expected_at is None
        page = queue_page(await at.service.status(requester()), now=0.0, locale="en", most=9)
        assert "paused by the bot's owner, number 1 in line" in "".join(part.text for part in page.rows[0].parts)
        assert at.engine.requests == []
        await at.core.operations.change(Mode.RUNNING)
        await at.shown(job)


async def test_what_waited_before_a_pause_is_told_of_it_and_of_its_end(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.hold()
        first, second = [(await at.service.submit(request())).job.id for _ in range(2)]
        await at.shown(first, JobStatus.RUNNING)
        await at.core.operations.change(Mode.PAUSED)
        await at.engine.release()
        await at.shown(first)
        card = (await at.shown(second, JobStatus.QUEUED)).waiting
        assert card is not None
        overview = await at.core.operations.overview(most=9)
        assert ([job.id for job in overview.waiting], overview.running, overview.mode) == ([second], [], Mode.PAUSED)
        await asyncio.sleep(3)
        await at.core.operations.change(Mode.RUNNING)
        await at.shown(second)
        [message] = at.chat.of(second)
        assert any(card.waiting and card.waiting.paused for card in message.cards)


async def test_while_draining_nothing_is_taken_and_what_waits_is_made(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.hold()
        jobs = [(await at.service.submit(request())).job.id for _ in range(2)]
        await at.core.operations.change(Mode.DRAINING)
        with pytest.raises(LimitReached, match="I take nothing new for now"):
            await at.service.submit(request())
        await at.engine.release()
        for job in jobs:
            await at.shown(job)
        await at.core.operations.change(Mode.RUNNING)
        await at.shown((await at.service.submit(request())).job.id)


async def test_a_pause_lasts_over_a_restart(tmp_path: Path) -> None:
    store = MemoryJobStore()
    async with bench(tmp_path, store=store) as at:
        await at.core.operations.change(Mode.PAUSED)
        job = (await at.service.submit(request())).job.id
    async with bench(tmp_path, store=store, images=at.images, chat=at.chat) as at:
        assert (await at.shown(job, JobStatus.QUEUED)).headline.startswith("Paused")
        assert at.engine.requests == []
        await store.set_mode(Mode.RUNNING)  # as the command line does, in another process
        await at.core.operations.look()
        await at.shown(job)


async def test_the_overview_says_who_did_what_and_why_it_failed(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.script(Failed(FailureKind.INVALID, "The moon is down."))
        failed = (await at.service.submit(request("bob"))).job.id
        await at.shown(failed, JobStatus.FAILED)
        await at.shown((await at.service.submit(request())).job.id)
        at.engine.hold()
        running, waiting = [(await at.service.submit(request())).job.id for _ in range(2)]
        await at.engine.until_running(f"{running}.0-1")
        found = await at.core.operations.overview(most=9)
        assert [(job.id, job.error) for job in found.failures] == [(failed, "The moon is down.")]
        assert [job.id for job, _ in found.running] == [running]
        assert [job.id for job in found.waiting] == [waiting]
        assert found.ended == {JobStatus.FAILED: 1, JobStatus.SUCCEEDED: 1}
        assert {each.name: each.jobs for each in found.usage}["Ann"] == 3
        await at.engine.release()


async def test_words_and_pictures_are_for_the_operator_alone_and_the_log_says_that_they_were_seen(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as at:
        job = (await at.service.submit(request(prompt="a secret"))).job.id
        await at.shown(job)
        with structlog.testing.capture_logs() as said:
            revealed = await at.core.operations.reveal(job, by=OPERATOR)
        assert (revealed.job.recipes[0].prompt, len(revealed.generations)) == ("a secret", 1)
        assert [(line["event"], line["job"], line["member"]) for line in said] == [
            ("revealed to the operator", job, "fake:ann")
        ]
        for nobody in (asker("bob"), asker("ann"), asker("mo", moderates=True)):
            with pytest.raises((Gone, NotAllowed)):
                await at.core.operations.reveal(job, by=nobody)


async def test_the_operator_cancels_anybodys_job_and_sees_nothing_by_that(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.hold()
        job = (await at.service.submit(request())).job.id
        await at.shown(job, JobStatus.RUNNING)
        await at.service.removal.cancel(job, by=OPERATOR)
        await at.shown(job, JobStatus.CANCELLED)
        with pytest.raises(Gone):
            await at.service.results.describe(job, by=OPERATOR)
