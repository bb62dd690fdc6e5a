"""A member's requests one at a time, and how many may wait for it."""

import asyncio
from pathlib import Path

import pytest

from bot.domain.errors import LimitReached
from bot.domain.limits import Limits
from bot.domain.picture import Sent
from bot.texts import LANGUAGES
from bot.uploads import MOST_REFUSED
from tests.builders.requests import png, request
from tests.harness.core import bench
from tests.harness.waiting import eventually


async def test_only_so_many_requests_of_a_member_wait_and_what_is_more_is_told_and_counted(tmp_path: Path) -> None:
    goes_on, fetched = asyncio.Event(), 0

    async def slowly() -> bytes:
        nonlocal fetched
        fetched += 1
        await goes_on.wait()
        return png()

    limits = Limits(pending_per_user=1000, per_user_per_day=0, waiting_per_user=3)
    async with bench(tmp_path, start=False, limits=limits) as at:
        asked = [
            asyncio.ensure_future(at.service.submit(request(source=Sent(fetch=slowly))))
            for _ in range(4 + MOST_REFUSED)
        ]
        other = asyncio.ensure_future(at.service.submit(request("bob", source=Sent(fetch=slowly))))
        await eventually(lambda: fetched == 2 and sum(each.done() for each in asked) == MOST_REFUSED)
        await asyncio.sleep(0.05)  # for more that should not be
        assert fetched == 2, "one of each member is looked at"
        refusals = [each.exception() for each in asked if each.done()]
        assert len(refusals) == MOST_REFUSED
        assert {type(each) for each in refusals} == {LimitReached}
        assert str(refusals[0]) == (
            "3 requests of yours wait already that I have not looked at yet: wait for my answers to them."
        )
        assert len({refusals[0].sentence(language) for language in LANGUAGES}) == len(LANGUAGES)  # type: ignore[union-attr]
        goes_on.set()
        await other
        answers = await asyncio.gather(*asked, return_exceptions=True)
        late = {str(each) for each in answers if isinstance(each, LimitReached)} - {str(refusals[0])}
        assert len(late) == 1, "who was refused so often has to wait, as with pictures that are none"
        assert "refused in the last ten minutes" in late.pop()
        await at.service.submit(request("bob"))


async def test_a_place_that_was_waited_for_is_free_again_also_for_who_gave_up(tmp_path: Path) -> None:
    goes_on = asyncio.Event()

    async def slowly() -> bytes:
        await goes_on.wait()
        return png()

    limits = Limits(pending_per_user=1000, per_user_per_day=0, waiting_per_user=1)
    async with bench(tmp_path, start=False, limits=limits) as at:
        first, second = (
            asyncio.ensure_future(at.service.submit(request(source=Sent(fetch=slowly)))) for _ in range(2)
        )
        await asyncio.sleep(0.05)
        with pytest.raises(LimitReached):
            await at.service.submit(request())
        second.cancel()
        await asyncio.wait([second])
        third = asyncio.ensure_future(at.service.submit(request()))
        await asyncio.sleep(0)
        goes_on.set()
        assert (await first).job.id != (await third).job.id
        await at.service.submit(request())
