"""The buckets, under held time."""

import asyncio

import pytest

from adapters.slack.budget import PROGRESS_PER_TEAM, Budget

pytestmark = pytest.mark.looptime


async def test_posts_in_one_channel_are_a_second_apart_and_channels_do_not_wait_for_each_other() -> None:
    budget, clock = Budget(), asyncio.get_running_loop().time
    begin = clock()

    async def post(channel: str) -> float:
        await budget.post("T1", channel)
        return clock() - begin

    times = await asyncio.gather(*(post("C1") for _ in range(4)), post("C2"))
    assert times[:4] == pytest.approx([0, 1, 2, 3])
    assert times[4] == pytest.approx(0)


async def test_progress_stays_below_forty_a_minute() -> None:
    budget = Budget()
    made = 0
    for _ in range(600):  # a minute in tenths of a second
        made += budget.edit("T1", must=False) == 0
        await asyncio.sleep(0.1)
    assert 40 <= made <= 40 + 10
    assert budget.edit("T2", must=False) == 0, "another workspace has its own"


async def test_what_must_be_said_waits_for_slacks_door_only() -> None:
    budget = Budget()
    while budget.edit("T1", must=False) == 0:
        pass
    assert budget.edit("T1", must=True) == 0
    budget.no_edits_for("T1", 30)
    assert budget.edit("T1", must=True) == pytest.approx(30)
    await asyncio.sleep(30 + PROGRESS_PER_TEAM)
    assert budget.edit("T1", must=True) == 0


async def test_slacks_pause_for_a_channel_is_told_and_ends() -> None:
    budget = Budget()
    assert await budget.post("T1", "C1") == 0
    budget.no_posts_for("T1", "C1", 30)
    assert await budget.post("T1", "C1") == pytest.approx(30)
    assert await budget.post("T1", "C2") == 0
    await asyncio.sleep(30)
    assert await budget.post("T1", "C1") == 0
