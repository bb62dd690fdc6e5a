"""Progress if no terminal is: few lines, and none for what is soon over."""

import asyncio
import io

import pytest

from adapters.console.lines import SECONDS, PlainLines

pytestmark = pytest.mark.looptime


async def test_what_is_waited_for_is_said_every_few_seconds_if_it_is_news() -> None:
    stream = io.StringIO()
    with PlainLines(stream) as lines:
        loading = lines.add_task("Loading pocket", total=None)
        await asyncio.sleep(3 * SECONDS + 1)
        lines.remove_task(loading)
        job = lines.add_task("", total=1.0)
        for share in range(100):
            lines.update(job, completed=share / 100, description=f"Painting… {share}%")
            await asyncio.sleep(0.1)
    told = stream.getvalue().splitlines()
    assert told[0] == "pentimento: Loading pocket"
    assert [line.startswith("pentimento: Painting… ") for line in told[1:]] == [True, True]
    await asyncio.sleep(10 * SECONDS)
    assert len(stream.getvalue().splitlines()) == 3, "nothing is said after the end"


async def test_what_is_soon_over_says_nothing() -> None:
    stream = io.StringIO()
    with PlainLines(stream) as lines:
        lines.add_task("Loading pocket", total=None)
        await asyncio.sleep(SECONDS - 1)
    assert not stream.getvalue()
