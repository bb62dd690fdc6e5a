"""A job without a result is begun again from its source, which its member sent once."""

import itertools
from dataclasses import replace
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from bot.domain.access import Asker
from bot.domain.ask import Ask, Wish
from bot.domain.errors import Gone, NotAllowed
from bot.domain.job import Job, JobStatus
from bot.domain.options import Options
from bot.domain.picture import Sent
from bot.domain.request import ReplyTarget
from tests.builders.requests import asker, png, request
from tests.harness.core import Bench, bench

_events = itertools.count(1)


async def cancelled(at: Bench, **changes: object) -> Job:
    job = (await at.service.submit(request(**changes))).job  # type: ignore[arg-type]  # checked by Request
    await at.service.removal.cancel(job.id, by=asker())
    return job


async def again(at: Bench, of: Job, by: Asker | None = None, **changes: object) -> Job:
    wish = Wish(options=Options(prompt="at night", strengths=(0.0,)), again=of.id, author="ann")
    wish = replace(wish, **changes)  # type: ignore[arg-type]  # checked by Wish
    answer = AsyncMock(return_value=ReplyTarget(platform="fake"))
    asked = Ask(wish=wish, by=by or asker(), event_id=f"fake:again-{next(_events)}", answer=answer)
    return (await at.service.ask(asked)).job


async def test_a_job_without_a_result_is_begun_again_from_what_was_sent_as_it_was_sent(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.engine.hold()
        blocker = (await at.service.submit(request("eve"))).job
        sent = Sent(fetch=AsyncMock(return_value=png("red")), spoiler=True, description="a red wall")
        first = await cancelled(at, source=sent)
        second = await again(at, first)
        await at.engine.release()
        await at.shown(blocker.id)
        await at.shown(second.id)
        assert (second.source, second.pixels, second.lineage) == (first.source, first.pixels, first.lineage)
        assert second.lineage.spoiler
        assert (await at.store.job(second.id) or second).status is JobStatus.SUCCEEDED
        await at.service.removal.forget(second.requester)
        with pytest.raises(Gone):
            await again(at, first)


async def test_another_picture_that_is_sent_takes_its_place(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False) as at:
        first = await cancelled(at, source=png("red"))
        assert (await again(at, first, source=png("blue"))).source != first.source


async def test_nobody_begins_with_the_source_of_anothers_job(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False) as at:
        first = await cancelled(at, source=png("red"))
        with pytest.raises(NotAllowed) as refused:
            await again(at, first, by=asker("bob"), author="bob")
        assert refused.value.message == "refused-source-hidden"


async def test_what_is_begun_again_from_a_private_job_is_private(tmp_path: Path) -> None:
    async with bench(tmp_path, start=False) as at:
        first = await cancelled(at, private=True)
        assert (await again(at, first)).private
