"""A whole organisation (Enterprise Grid) has the app; what is kept goes by workspace, and some of those leave."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.access import Asker
from bot.domain.errors import StorageFailed
from bot.domain.ids import generation_id
from bot.domain.place import PlaceSettings
from tests.builders.requests import png
from tests.harness.slack import Bench, bench
from tests.harness.waiting import PATIENCE
from tests.servers.slack.member import Member, words
from tests.servers.slack.server import SlackServer
from tests.servers.slack.state import Conversation, Json, Team

ORGANISATION, FIRST, SECOND = "E00000001", "T00000001", "T00000002"


@pytest.fixture
def first(slack: SlackServer) -> Team:
    team = slack.state.teams[FIRST]
    team.enterprise, team.org_wide = ORGANISATION, True
    return team


@pytest.fixture
def second(slack: SlackServer, first: Team) -> Team:
    team = slack.state.add_team(SECOND, token=first.token, enterprise=ORGANISATION)
    team.org_wide, team.bot_user, team.bot_id = True, first.bot_user, first.bot_id
    return team


@pytest.fixture
def ann(slack: SlackServer, first: Team) -> Member:
    """An admin of the first workspace."""
    user = slack.state.add_user("ann", is_admin=True)
    user.home = first.id
    return Member(slack, first, user, home=first)


@pytest.fixture
def eve(slack: SlackServer, second: Team) -> Member:
    user = slack.state.add_user("eve")
    user.home = second.id
    return Member(slack, second, user, home=second)


@pytest.fixture
async def at(slack: SlackServer, first: Team, second: Team, tmp_path: Path) -> AsyncIterator[Bench]:  # noqa: ARG001 -- the token is theirs before it is looked at
    async with bench(slack, tmp_path) as running:
        yield running


def elsewhere(member: Member, team: Team) -> Member:
    """The same member in another workspace of the organisation."""
    return Member(member.slack, team, member.user, home=member.home)


async def settings_of(member: Member, channel: Conversation) -> Json:
    page = await member.open("/settings", channel)
    views = member.slack.state.views
    await member.see(lambda: "moment" not in words(views[page["id"]]))
    return views[page["id"]]


async def paint(member: Member, channel: Conversation) -> Json:
    await member.say(channel, "a boat", files=[member.slack.state.add_file(member.team, member.user, png())])
    return await member.result(channel)


async def settled(at: Bench) -> None:
    async with asyncio.timeout(PATIENCE):
        while await at.core.store.unsettled("slack"):
            await asyncio.sleep(0.02)


async def spaces(at: Bench, member: Member) -> list[str]:
    """The workspaces that a member's jobs are kept under, latest first."""
    jobs = await at.core.store.jobs_of(f"slack:{ORGANISATION}/{member.user.id}", limit=9)
    return [job.requester.space for job in jobs]


async def test_each_workspace_has_its_own_settings_and_admins(
    slack: SlackServer, at: Bench, ann: Member, eve: Member
) -> None:
    here = slack.state.add_channel(ann.team, ann.user, eve.user)
    there = slack.state.add_channel(eve.team, ann.user, eve.user)
    await ann.submit(await settings_of(ann, here), strength="strong")
    await ann.told("are saved")
    page = await settings_of(elsewhere(ann, eve.team), there)
    assert all(block["type"] != "input" for block in page["blocks"])
    places = at.core.service.places
    assert (await places.settings(f"slack:{FIRST}/")).strength == 0.7
    assert await places.settings(f"slack:{SECOND}/") == PlaceSettings()
    assert await places.settings(f"slack:{ORGANISATION}/") == PlaceSettings()


async def test_a_disk_that_refuses_is_told_in_a_workspace_that_was_not_noted_yet(
    slack: SlackServer, at: Bench, eve: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = slack.state.add_channel(eve.team, eve.user)

    async def refuses(*_: object) -> None:
        raise StorageFailed

    with monkeypatch.context() as full:
        for writes in ("receive", "change_place", "set_parent"):
            full.setattr(at.core.store, writes, refuses)
        await eve.command("/img2img", channel)
        await eve.told("cannot store anything")


async def test_what_is_pressed_counts_where_its_job_was_asked_for(
    slack: SlackServer, at: Bench, ann: Member, eve: Member
) -> None:
    channel = slack.state.add_channel(ann.team, ann.user, eve.user)
    guest, shown = elsewhere(eve, ann.team), await paint(ann, channel)
    await guest.press("Strong", channel, shown)
    await guest.result(channel, 1)
    await guest.submit(await guest.opens(lambda: guest.press("Chain", channel, shown)), prompt="a ship")
    await guest.result(channel, 2)
    assert await spaces(at, guest) == [FIRST, FIRST]


async def test_a_workspace_that_leaves_is_forgotten_and_the_others_notice_nothing(
    slack: SlackServer, at: Bench, ann: Member, eve: Member
) -> None:
    places = at.core.service.places
    for member in (ann, eve):
        await paint(member, slack.state.add_channel(member.team, member.user))
        await places.change(f"slack:{member.team.id}/", lambda own: own.over(PlaceSettings(strength=0.7)))
    await slack.deliver("events_api", eve.told_of_leaving(), retry=3)  # they are back by now
    await settled(at)
    assert await spaces(at, eve) == [SECOND]
    await ann.leave()
    await settled(at)
    assert (await spaces(at, ann), await spaces(at, eve)) == ([], [SECOND])
    assert await places.settings(f"slack:{FIRST}/") == PlaceSettings()
    assert (await places.settings(f"slack:{SECOND}/")).strength == 0.7
    await eve.uninstall()
    ann.team.installed = False
    await eve.uninstall("tokens_revoked")
    await settled(at)
    assert await spaces(at, eve) == []
    assert await places.settings(f"slack:{SECOND}/") == PlaceSettings()


async def test_a_workspace_begins_with_the_settings_that_an_earlier_version_kept_for_all(
    slack: SlackServer, at: Bench, ann: Member
) -> None:
    places, channel = at.core.service.places, slack.state.add_channel(ann.team, ann.user)
    await places.change(f"slack:{ORGANISATION}/", lambda own: own.over(PlaceSettings(strength=0.7)))
    await places.change(f"slack:{ORGANISATION}/{channel.id}", lambda own: own.over(PlaceSettings(strength=0.2)))
    await ann.open("/help", channel)
    await settled(at)
    assert (await places.settings(f"slack:{FIRST}/")).strength == 0.7
    assert await places.settings(f"slack:{ORGANISATION}/{channel.id}") == PlaceSettings()


async def test_what_is_deleted_on_the_pages_goes_from_the_home_of_an_organisations_member(
    slack: SlackServer, at: Bench, eve: Member
) -> None:
    await paint(eve, slack.state.add_channel(eve.team, eve.user))
    assert "a boat" in words(await eve.open_home())
    [job] = await at.core.store.jobs_of(f"slack:{ORGANISATION}/{eve.user.id}", limit=2)
    await at.core.service.removal.delete(generation_id(job.id, 0), by=Asker(requester=job.requester))
    await eve.see(lambda: "a boat" not in words(slack.state.homes[eve.user.id]))
    assert slack.state.homes[eve.user.id]["private_metadata"] == f"{SECOND}/", "what is pressed there counts there"
