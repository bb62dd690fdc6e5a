"""App Home after something of its member's was deleted or cancelled, wherever and by whomever."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.domain.access import Asker
from bot.domain.ids import generation_id
from bot.domain.request import Requester
from tests.builders.requests import png
from tests.harness.slack import Bench, bench
from tests.harness.waiting import eventually
from tests.servers.slack.member import Member, words
from tests.servers.slack.server import SlackServer
from tests.servers.slack.state import Conversation, File, Json, Team


@pytest.fixture
def photo(ann: Member, team: Team) -> File:
    return ann.slack.state.add_file(team, ann.user, png())


@pytest.fixture
async def result(running: Bench, ann: Member, general: Conversation, photo: File) -> Json:
    """A finished picture of Ann's in the channel."""
    del running
    await ann.say(general, "a boat", files=[photo])
    return await ann.result(general)


@pytest.fixture
def boss(slack: SlackServer, team: Team, general: Conversation) -> Member:
    """Somebody who runs the workspace."""
    user = slack.state.add_user("boss", is_admin=True)
    general.members.add(user.id)
    return Member(slack, team, user)


def home_of(member: Member) -> str:
    return words(member.slack.state.homes[member.user.id])


def drawn(slack: SlackServer) -> list[str]:
    """Whose was published, in order."""
    return [call.arguments["user_id"] for call in slack.state.calls_of("views.publish")]


async def on_the_pages(running: Bench, member: Member) -> None:
    """Delete their latest result as the pages do, where nobody is in any conversation."""
    core, key = running.core, f"slack:{member.team.id}/{member.user.id}"
    [job] = await core.store.jobs_of(key, limit=1)
    await core.service.removal.delete(generation_id(job.id, 0), by=Asker(requester=job.requester))


Delete = Callable[[Bench, Member, Member, Conversation, Json], Awaitable[object]]
WAYS: dict[str, Delete] = {
    "their button": lambda _, ann, __, channel, result: ann.press("Delete", channel, result),
    "their reaction": lambda _, ann, __, channel, result: ann.react("x", channel, result),
    "a moderator's button": lambda _, __, boss, channel, result: boss.press("Delete", channel, result),
    "a moderator's reaction": lambda _, __, boss, channel, result: boss.react("x", channel, result),
    "the pages": lambda running, ann, *_: on_the_pages(running, ann),
}


@pytest.mark.parametrize("way", WAYS)
async def test_what_is_deleted_goes_from_its_members_home(
    running: Bench, ann: Member, boss: Member, general: Conversation, *, result: Json, way: str
) -> None:
    assert "a boat" in words(await ann.open_home())
    await WAYS[way](running, ann, boss, general, result)
    await ann.see(lambda: result["ts"] not in general.messages)
    await ann.see(lambda: "a boat" not in home_of(ann))
    assert set(drawn(ann.slack)) == {ann.user.id}


async def test_what_somebody_else_crosses_stays_and_no_home_is_drawn(
    running: Bench, ann: Member, bob: Member, general: Conversation, result: Json
) -> None:
    told: list[Requester] = []
    running.core.service.removal.watch(told.append)
    await ann.open_home()
    before = drawn(ann.slack)
    await bob.react("x", general, result)

    async def settled() -> bool:
        return not await running.core.store.unsettled("slack")

    await eventually(settled)
    assert (told, drawn(ann.slack)) == ([], before)
    assert result["ts"] in general.messages
    assert "a boat" in home_of(ann)


async def test_what_a_moderator_cancels_goes_from_its_members_home(
    running: Bench, ann: Member, boss: Member, general: Conversation, photo: File
) -> None:
    running.engine.hold()
    await ann.say(general, "a boat", files=[photo])
    (waiting,) = await ann.see(lambda: ann.from_bot(general))
    assert "a boat" in words(await ann.open_home())
    await boss.press("Cancel", general, waiting)
    await ann.see(lambda: "a boat" not in home_of(ann))
    await running.engine.release()


async def test_a_home_that_was_being_drawn_does_not_show_what_was_deleted_meanwhile(
    slack: SlackServer, tmp_path: Path, ann: Member, general: Conversation, photo: File
) -> None:
    async with bench(slack, tmp_path):
        await ann.say(general, "a boat", files=[photo])
        result = await ann.result(general)
    async with bench(slack, tmp_path) as again:
        late = slack.fail("views.publish", until=asyncio.Event(), skip=1)  # with the pictures, which are looked up
        assert "a boat" in words(await ann.open_home())
        await ann.see(lambda: not late.times)
        await ann.press("Delete", general, result)
        await ann.see(lambda: result["ts"] not in general.messages)
        assert late.until
        late.until.set()
        await ann.see(lambda: "a boat" not in home_of(ann))

        async def settled() -> bool:
            return not await again.core.store.unsettled("slack")

        await eventually(settled)
        assert "a boat" not in home_of(ann)


async def test_a_home_that_slack_does_not_take_keeps_no_other_from_being_drawn(
    ann: Member, bob: Member, general: Conversation, result: Json, photo: File
) -> None:
    await bob.say(general, "a ship", files=[photo])
    other = await bob.result(general, 1)
    assert "a ship" in words(await bob.open_home())
    ann.slack.fail("views.publish", error="not_enabled", times=2, where={"user_id": ann.user.id})
    await ann.press("Delete", general, result)
    await bob.press("Delete", general, other)
    await bob.see(lambda: "a ship" not in home_of(bob))


@pytest.mark.usefixtures("running")
async def test_a_workspace_that_removes_the_app_is_said_to_show_nothing_more(
    ann: Member, bob: Member, general: Conversation, photo: File, capfd: pytest.CaptureFixture[str]
) -> None:
    await bob.say(general, "a ship", files=[photo])
    other = await bob.result(general)
    ann.slack.fail("views.publish", error="account_inactive", where={"user_id": ann.user.id})
    await ann.say(general, "a boat", files=[photo])
    await ann.press("Delete", general, await ann.result(general, 1))
    await ann.see(lambda: ann.user.id in drawn(ann.slack))
    await bob.press("Delete", general, other)  # is drawn after the first one
    await bob.see(lambda: bob.user.id in drawn(bob.slack))
    assert "home still shows" not in "".join(capfd.readouterr())
