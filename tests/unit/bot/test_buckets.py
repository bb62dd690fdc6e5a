"""Leaky buckets, under held time."""

import asyncio

import pytest

from bot.buckets import Buckets

pytestmark = pytest.mark.looptime


async def test_a_burst_fits_at_once_and_the_rest_an_interval_apart() -> None:
    buckets = Buckets(interval=2.0, burst=3)
    assert [buckets.take("a") for _ in range(5)] == pytest.approx([0, 0, 0, 2, 4])
    assert buckets.wait("a") == pytest.approx(6)
    assert buckets.take("b") == 0, "another one is empty"
    await asyncio.sleep(10)
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0], "it has run empty again"


async def test_a_closed_one_takes_nothing_until_it_opens() -> None:
    buckets = Buckets(interval=1.0)
    buckets.close("a", 30)
    assert [buckets.closed("a"), buckets.wait("a")] == pytest.approx([30, 30])
    assert buckets.closed("b") == 0
    await asyncio.sleep(30)
    assert [buckets.closed("a"), buckets.wait("a")] == [0, 0]
