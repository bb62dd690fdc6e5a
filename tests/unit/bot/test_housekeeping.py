"""What is deleted by age, and what a clock that jumps may not do."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.domain.actions import Verb
from bot.domain.errors import LimitReached
from bot.domain.ids import ImageId, generation_id
from bot.domain.job import JobStatus
from bot.domain.limits import DAY, Limits
from bot.domain.request import ReplyTarget
from bot.erasure import Retention
from bot.lifecycle import CLOCK_SECONDS, HOUSEKEEPING_SECONDS, RetentionDays, _keep_house
from tests.builders.requests import press, request
from tests.fakes.clock import LoopClock
from tests.fakes.store import MemoryJobStore
from tests.harness.core import bench

pytestmark = pytest.mark.looptime

KEEP = RetentionDays(pictures_days=7, jobs_days=30, inbox_days=2)


@dataclass
class JumpingClock:
    """Wall-clock time that somebody sets."""

    ahead: float = 0.0

    def now(self) -> float:
        return LoopClock().now() + self.ahead


async def test_what_is_old_goes_and_its_pictures_with_it(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        job = (await at.service.submit(request())).job
        await at.shown(job.id)
        await asyncio.sleep(1)
        house = asyncio.ensure_future(_keep_house(at.core, KEEP))
        await asyncio.sleep(6 * DAY)
        assert len(list((tmp_path / "kept").iterdir())) == 2
        await asyncio.sleep(2 * DAY)
        assert list((tmp_path / "kept").iterdir()) == []
        assert await at.store.job(job.id)
        await asyncio.sleep(23 * DAY)
        assert await at.store.job(job.id) is None
        await over(house)


async def test_what_a_chat_that_is_off_never_showed_goes_by_its_age_as_well(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        job = (await at.service.submit(request(reply_to=ReplyTarget(platform="off", address={})))).job
        house = asyncio.ensure_future(_keep_house(at.core, KEEP))
        await asyncio.sleep(6 * DAY)
        kept = await at.store.job(job.id)
        assert kept
        assert kept.status is JobStatus.SUCCEEDED
        assert len(list((tmp_path / "kept").iterdir())) == 2, "its chat may be on again by tomorrow"
        await asyncio.sleep(2 * DAY)
        assert list((tmp_path / "kept").iterdir()) == []
        await asyncio.sleep(23 * DAY)
        assert await at.store.job(job.id) is None
        await over(house)


async def test_a_clock_that_went_ahead_deletes_nothing_for_a_day(tmp_path: Path) -> None:
    clock = JumpingClock()
    async with bench(tmp_path) as at:
        job = (await at.service.submit(request())).job
        await at.shown(job.id)
        house = asyncio.ensure_future(_keep_house(replace(at.core, clock=clock), KEEP))
        await asyncio.sleep(2 * HOUSEKEEPING_SECONDS)
        clock.ahead = 365 * DAY
        await asyncio.sleep(DAY / 2)
        assert await at.store.job(job.id), "it was set back in time, or will be"
        clock.ahead = 0.0
        await asyncio.sleep(2 * DAY)
        assert await at.store.job(job.id)
        clock.ahead = 365 * DAY
        await asyncio.sleep(1.5 * DAY)
        assert await at.store.job(job.id) is None, "a machine that slept for a year wakes up to the truth"
        await over(house)


@pytest.mark.parametrize("days", [365, -365])
async def test_a_clock_that_is_set_right_soon_after_a_start_has_deleted_nothing(tmp_path: Path, days: int) -> None:
    clock = JumpingClock()
    async with bench(tmp_path) as at:
        job = (await at.service.submit(request())).job
        await at.shown(job.id)
        left = await at.images.put(b"of a crash")
        clock.ahead = days * DAY
        house = asyncio.ensure_future(_keep_house(replace(at.core, clock=clock), KEEP))
        await asyncio.sleep(CLOCK_SECONDS - 1)
        assert not await at.images.has(left), "which no clock is asked for"
        clock.ahead = 0.0
        await asyncio.sleep(6 * DAY)
        assert await at.images.has(job.source)
        await asyncio.sleep(DAY + 2 * HOUSEKEEPING_SECONDS)
        assert not await at.images.has(job.source), "in time"
        await over(house)


async def test_a_service_that_is_restarted_again_and_again_deletes_by_age_all_the_same(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        job = (await at.service.submit(request())).job
        await at.shown(job.id)
        await asyncio.sleep(8 * DAY)
        house = asyncio.ensure_future(_keep_house(at.core, KEEP))
        await asyncio.sleep(CLOCK_SECONDS - 1)
        await over(house)
        assert not await at.images.has(job.source)


async def test_a_press_after_the_clock_was_set_back_is_no_double_click(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        clock = JumpingClock(ahead=DAY / 12)  # as at the start of a machine that has another system, of local time
        at.core.service._clock = at.core.service._admission._clock = clock
        first = (await at.service.submit(request())).job
        await at.shown(first.id)
        again = await at.service.press(press(Verb.REROLL, generation_id(first.id, 0)))
        await at.shown(again.job.id)
        clock.ahead = 0.0
        assert not (await at.service.press(press(Verb.REROLL, generation_id(first.id, 0)))).duplicate


async def test_a_clock_that_was_ahead_locks_nobody_out(tmp_path: Path) -> None:
    async with bench(tmp_path, limits=Limits(per_user_per_day=1)) as at:
        clock = JumpingClock(ahead=30 * DAY)
        at.core.service._admission._clock = clock
        await at.service.submit(request())
        with pytest.raises(LimitReached):
            await at.service.submit(request())
        clock.ahead = 0.0
        await at.service.submit(request())
        with pytest.raises(LimitReached, match="come back in 24 hours"):
            await at.service.submit(request())


async def test_sessions_that_have_ended_are_swept_each_time(tmp_path: Path) -> None:
    swept: list[float] = []

    class Watched(MemoryJobStore):
        async def sweep(self, retention: Retention) -> frozenset[ImageId]:
            swept.append(retention.sessions_before - LoopClock().now())
            return await super().sweep(retention)

    async with bench(tmp_path, store=Watched()) as at:
        house = asyncio.ensure_future(_keep_house(at.core, KEEP))
        await asyncio.sleep(1.5 * HOUSEKEEPING_SECONDS)
        assert swept == pytest.approx([0.0, 0.0])
        await over(house)


async def over(house: "asyncio.Future[None]") -> None:
    house.cancel()
    with suppress(asyncio.CancelledError):
        await house
