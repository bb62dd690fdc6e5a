"""What a workspace's admins have: reports in a channel of theirs, a block for a time, a pause."""

import pytest

from tests.builders.requests import png
from tests.e2e.slack.test_settings import settings_of
from tests.servers.slack.member import Member, images, words
from tests.servers.slack.state import Conversation, File, Team

pytestmark = pytest.mark.usefixtures("running")


@pytest.fixture
def photo(ann: Member, team: Team) -> File:
    return ann.slack.state.add_file(team, ann.user, png())


@pytest.fixture
def admin(ann: Member) -> Member:
    ann.user.is_admin = True
    return ann


async def test_a_report_goes_to_the_channel_that_an_admin_named_and_its_member_is_blocked_there(
    admin: Member, bob: Member, general: Conversation, photo: File, team: Team
) -> None:
    mods = admin.slack.state.add_channel(team, admin.user)
    await bob.say(general, "a boat", files=[photo])
    result = await bob.result(general)
    details = await admin.opens(lambda: admin.press("Details", general, result))
    await admin.press("Report", None, details)
    await admin.told("no channel for reports")
    await admin.submit(await settings_of(admin, general), log=mods.id)
    await admin.told("are saved")
    details = await admin.opens(lambda: admin.press("Details", general, result))
    await admin.press("Report", None, details)
    report = await admin.see(lambda: next((each for each in admin.from_bot(mods) if "Report" in words(each)), None))
    assert f"<@{bob.user.id}>" in words(report)
    assert "a boat" in words(report)
    await admin.see(lambda: any(images(each) for each in admin.from_bot(mods)))
    await admin.press("Block for 7 days", mods, report)
    await bob.say(general, "a ship", files=[photo])
    await bob.told("blocked you")
    await admin.press("Dismiss", mods, report)
    await admin.see(lambda: report["ts"] not in mods.messages)
    form = await settings_of(admin, general)
    banned = next(block for block in form["blocks"] if block.get("block_id") == "banned")
    assert [option["text"]["text"] for option in banned["element"]["options"]] == ["Bob"]


async def test_a_paused_workspace_is_paused_until_it_is_resumed(
    admin: Member, bob: Member, general: Conversation, photo: File
) -> None:
    await admin.submit(await settings_of(admin, general), paused="yes")
    await admin.told("are saved")
    await bob.say(general, "a boat", files=[photo])
    await bob.told("paused")
    await admin.submit(await settings_of(admin, general), paused="")
    await admin.see(lambda: len([each for each in admin.slack.state.ephemerals if "saved" in each["text"]]) == 2)
    await bob.say(general, "a boat", files=[photo])
    await bob.result(general)
