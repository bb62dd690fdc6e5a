"""How often Slack is called, under held time."""

import asyncio

import pytest

from adapters.slack.messenger import PROGRESS_BURST, PROGRESS_PER_TEAM
from adapters.slack.posting import POSTS_PER_CHANNEL
from bot.buckets import Buckets

pytestmark = pytest.mark.looptime


def posts() -> Buckets:
    return Buckets(interval=POSTS_PER_CHANNEL)


def edits() -> Buckets:
    return Buckets(interval=PROGRESS_PER_TEAM, burst=PROGRESS_BURST)


async def test_posts_in_one_channel_are_a_second_apart_and_channels_do_not_wait_for_each_other() -> None:
    channels, clock = posts(), asyncio.get_running_loop().time
    begin = clock()

    async def post(channel: str) -> float:
        await channels.turn(channel)
        return clock() - begin

    times = await asyncio.gather(*(post("C1") for _ in range(4)), post("C2"))
    assert times[:4] == pytest.approx([0, 1, 2, 3])
    assert times[4] == pytest.approx(0)


async def test_progress_stays_below_forty_a_minute() -> None:
    teams = edits()
    made = 0
    for _ in range(600):  # a minute in tenths of a second
        made += teams.put("T1") == 0
        await asyncio.sleep(0.1)
    assert 40 <= made <= 40 + 10
    assert teams.put("T2") == 0, "another workspace has its own"


async def test_what_must_be_said_waits_for_slacks_door_only() -> None:
    teams = edits()
    while teams.put("T1") == 0:
        pass
    assert teams.put("T1", must=True) == 0
    teams.close("T1", 30)
    assert teams.put("T1", must=True) == pytest.approx(30)
    await asyncio.sleep(30 + PROGRESS_PER_TEAM)
    assert teams.put("T1", must=True) == 0


async def test_slacks_pause_for_a_channel_is_told_and_ends() -> None:
    channels = posts()
    assert await channels.turn("C1") == 0
    channels.close("C1", 30)
    assert await channels.turn("C1") == pytest.approx(30)
    assert await channels.turn("C2") == 0
    await asyncio.sleep(30)
    assert await channels.turn("C1") == 0
