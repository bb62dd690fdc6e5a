"""A channel that the bot has left, or may not write in any more, while its service did not run."""

from pathlib import Path

import pytest

from bot.domain.job import JobStatus
from tests.builders.requests import png
from tests.fakes.engine import FakeEngine
from tests.harness.slack import bench
from tests.harness.waiting import eventually
from tests.servers.slack.member import Member, words
from tests.servers.slack.server import SlackServer
from tests.servers.slack.state import Conversation, Team


@pytest.mark.parametrize("told", [True, False], ids=["by a direct message", "by nothing that Slack takes"])
async def test_what_waited_for_a_channel_that_the_bot_has_left_is_shown_to_its_member_or_kept_for_them(
    slack: SlackServer, tmp_path: Path, team: Team, ann: Member, general: Conversation, *, told: bool
) -> None:
    engine = FakeEngine(slots=1)
    engine.hold()
    async with bench(slack, tmp_path, engine=engine):
        await ann.say(general, "a boat", files=[slack.state.add_file(team, ann.user, png())])
        await ann.see(lambda: ann.from_bot(general))
    general.members.discard(team.bot_user)
    direct = slack.state.direct(team, ann.user.id)
    if not told:
        slack.fail("chat.postMessage", error="messages_tab_disabled", where={"channel": ann.user.id})
    async with bench(slack, tmp_path) as again:
        store = again.core.store

        async def settled() -> bool:
            return not await store.deliveries()

        await eventually(settled)
        [job] = await store.jobs_of(f"slack:{team.id}/{ann.user.id}", limit=2)
        assert job.status is JobStatus.SUCCEEDED
        assert len(again.core.queue) == 0
        if told:
            assert "a boat" in words(await ann.result(direct))
        else:
            assert ann.from_bot(direct) == []
        assert "a boat" in words(await ann.open_home()), "it is kept, and found"
        [made] = await store.generations(job.id)
        assert await again.core.images.has(made.image)
