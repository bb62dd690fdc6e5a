"""A channel that the bot may not see or write in any more, found out after a restart."""

import pytest

from adapters.discord.permissions import NEEDED
from bot.domain.job import JobStatus
from tests.e2e.discord.conftest import Start
from tests.e2e.discord.test_faults import given_up, running
from tests.harness.waiting import eventually
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel


@pytest.mark.parametrize("lacks", ["View Channels", "Send Messages"])
@pytest.mark.parametrize("closed", [False, True], ids=["by a direct message", "in their queue"])
async def test_what_waited_where_the_bot_may_not_be_any_more_reaches_its_member(
    start: Start, anna: Person, channel: Channel, *, lacks: str, closed: bool
) -> None:
    async with start(held=True) as bench:
        asked, message = await running(bench, anna, channel)
    asked.dead, anna.closed = True, closed
    channel.denied = NEEDED[lacks]
    message.deleted = True  # one that stands could be edited without the right to write
    async with start() as bench:
        [job] = await bench.store.jobs_of(f"discord:{anna.id}", limit=1)
        if closed:
            await eventually(lambda: given_up(bench, job.id))
            elsewhere = bench.discord.channel()
            listed = await bench.discord.shown(await anna.command(elsewhere, "queue"))
            await anna.press(listed, "Collect 1")
            await bench.discord.until(lambda: listed.pictures, what="the collected result")
        else:
            assert (await anna.told(lambda post: post.pictures)).done

        async def shown() -> bool:
            return not await bench.store.deliveries()

        await eventually(shown)
        [job] = await bench.store.jobs_of(f"discord:{anna.id}", limit=1)
        assert job.status is JobStatus.SUCCEEDED
        assert len(bench.core.queue) == 0
