"""What a workspace's admins have: reports in a channel of theirs, a block for a time, a pause."""

import asyncio

import pytest

from tests.builders.requests import png
from tests.e2e.slack.test_settings import settings_of
from tests.harness.slack import Bench
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
    await admin.told("can't use me here until")
    await bob.say(general, "a ship", files=[photo])
    await bob.told("blocked you")
    await admin.press("Dismiss", mods, report)
    await admin.see(lambda: report["ts"] not in mods.messages)
    assert admin.from_bot(mods) == []
    (picture,), files = images(result), admin.slack.state.files
    shown = [picture, result["blocks"][0]["accessory"]]
    assert [files[each["slack_file"]["id"]].deleted for each in shown] == [False, False], (
        "an unfounded one costs nothing"
    )
    form = await settings_of(admin, general)
    banned = next(block for block in form["blocks"] if block.get("block_id") == "banned")
    assert [option["text"]["text"] for option in banned["element"]["options"]] == ["Bob"]


async def test_a_double_press_reports_once_and_slack_being_busy_reports_none_twice(
    admin: Member, bob: Member, general: Conversation, photo: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack, mods = admin.slack, admin.slack.state.add_channel(admin.team, admin.user)
    await admin.submit(await settings_of(admin, general), log=mods.id)
    await admin.told("are saved")
    await bob.say(general, "a boat", files=[photo])
    result = await bob.result(general)
    details = await admin.opens(lambda: admin.press("Details", general, result))
    slack.fail("chat.postMessage", error="ratelimited", status=429, retry_after=1, where={"channel": mods.id})
    await admin.press("Report", None, details)
    await admin.told("The chat does not take my answer")
    monkeypatch.setattr("bot.buckets._now", lambda: asyncio.get_running_loop().time() + 10)  # after Retry-After
    busy = slack.fail(
        "chat.postMessage", error="ratelimited", status=429, retry_after=30, where={"channel": mods.id}, skip=1
    )
    await admin.press("Report", None, details)
    await admin.press("Report", None, details)
    await admin.told("The moderators see it now")
    await admin.told("reported that already")
    assert not busy.times
    (report,) = admin.from_bot(mods)
    assert "a boat" in words(report)


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


async def test_an_admin_deletes_a_result_from_its_report_and_nothing_of_it_stays(
    admin: Member, bob: Member, general: Conversation, photo: File, running: Bench
) -> None:
    team = admin.team
    mods = admin.slack.state.add_channel(team, admin.user)
    await admin.submit(await settings_of(admin, general), log=mods.id)
    await admin.told("are saved")
    await bob.say(general, "a boat", files=[photo])
    result = await bob.result(general)
    details = await bob.opens(lambda: bob.press("Details", general, result))
    await bob.press("Report", None, details)
    report = await admin.see(lambda: next((each for each in admin.from_bot(mods) if "Report" in words(each)), None))
    await admin.see(lambda: any(images(each) for each in admin.from_bot(mods)))
    await admin.press("Delete", mods, report)
    await admin.see(lambda: not admin.from_bot(mods) and result["ts"] not in general.messages)
    (job,) = await running.core.store.jobs_of(f"slack:{team.id}/{bob.user.id}", limit=5)
    assert await running.core.store.generations(job.id) == []
    files = admin.slack.state.files.values()  # what the bot uploaded goes from the workspace
    await admin.see(lambda: [file.id for file in files if not file.deleted] == [photo.id])


async def test_an_admin_blocks_a_member_in_the_settings_and_lets_them_in_again(
    admin: Member, bob: Member, general: Conversation, photo: File
) -> None:
    await admin.submit(await settings_of(admin, general), ban=bob.user.id)
    await admin.told("are saved")
    await bob.say(general, "a boat", files=[photo])
    await bob.told("blocked you")
    form = await settings_of(admin, general)
    banned = next(block for block in form["blocks"] if block.get("block_id") == "banned")
    assert [option["text"]["text"] for option in banned["element"]["options"]] == ["Bob"]
    (kept,) = banned["element"].pop("initial_options")
    assert kept["text"]["text"] == "Bob"
    await admin.submit(form)
    await admin.see(lambda: len([each for each in admin.slack.state.ephemerals if "saved" in each["text"]]) == 2)
    await bob.say(general, "a boat", files=[photo])
    await bob.result(general)


async def test_a_form_that_was_open_while_somebody_was_blocked_lets_them_in_no_more(
    admin: Member, bob: Member, general: Conversation, photo: File
) -> None:
    opened_before = await settings_of(admin, general)
    await admin.submit(await settings_of(admin, general), ban=bob.user.id)
    await admin.told("are saved")
    await admin.submit(opened_before, strength="0.4")
    await admin.see(lambda: len([each for each in admin.slack.state.ephemerals if "saved" in each["text"]]) == 2)
    await bob.say(general, "a boat", files=[photo])
    await bob.told("blocked you")


async def test_a_block_of_the_workspace_ends_in_a_channel_with_settings_of_its_own(
    admin: Member, bob: Member, general: Conversation, photo: File
) -> None:
    await admin.submit(await settings_of(admin, general), ban=bob.user.id)
    await admin.told("are saved")
    await admin.submit(await settings_of(admin, general), scope="channel", strength="0.4")
    await admin.told("this channel are saved")
    form = await settings_of(admin, general)  # shows the channel's settings now, and who is blocked in the workspace
    banned = next(block for block in form["blocks"] if block.get("block_id") == "banned")
    assert [option["text"]["text"] for option in banned["element"].pop("initial_options")] == ["Bob"]
    await admin.submit(form)
    await admin.see(lambda: len([each for each in admin.slack.state.ephemerals if "saved" in each["text"]]) == 3)
    await bob.say(general, "a boat", files=[photo])
    assert "0.4" in words(await bob.result(general))


async def test_a_refused_prompt_is_a_line_in_the_channel_of_the_reports(
    admin: Member, bob: Member, general: Conversation, photo: File
) -> None:
    mods = admin.slack.state.add_channel(admin.team, admin.user)
    await admin.submit(await settings_of(admin, general), log=mods.id, blocked="kitten", refusals="yes")
    await admin.told("are saved")
    await bob.say(general, "a kitten", files=[photo])
    line = await admin.see(lambda: next(iter(admin.from_bot(mods)), None))
    assert f"<@{bob.user.id}>" in words(line)
    assert f"<#{general.id}>" in words(line)
    assert "kitten" not in words(line)
