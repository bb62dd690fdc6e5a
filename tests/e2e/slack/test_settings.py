"""What a workspace's admins decide, and that it holds."""

import pytest

from tests.builders.requests import png
from tests.servers.slack.member import Member, words
from tests.servers.slack.state import Conversation, File, Json, Team

pytestmark = pytest.mark.usefixtures("running")


@pytest.fixture
def photo(ann: Member, team: Team) -> File:
    return ann.slack.state.add_file(team, ann.user, png())


async def settings_of(member: Member, channel: Conversation) -> Json:
    """The settings modal, once Slack has said who asks."""
    page = await member.open("/settings", channel)
    views = member.slack.state.views
    await member.see(lambda: "moment" not in words(views[page["id"]]))
    return views[page["id"]]


@pytest.fixture
def admin(ann: Member) -> Member:
    ann.user.is_admin = True
    return ann


async def test_a_workspaces_defaults_hold_for_requests(
    admin: Member, bob: Member, general: Conversation, photo: File
) -> None:
    await admin.submit(await settings_of(admin, general), strength="strong", style="oil")
    await admin.told("are saved")
    await bob.say(general, "a boat", files=[photo])
    assert {"Strong 0.7", "style oil"} <= set(words(await bob.result(general)).replace("\n", " · ").split(" · "))


async def test_a_form_takes_the_workspaces_defaults_until_told_otherwise(
    admin: Member, bob: Member, general: Conversation, photo: File
) -> None:
    await admin.submit(await settings_of(admin, general), strength="strong", style="oil")
    await admin.told("are saved")
    form = await bob.open("/img2img", general, "a boat")
    fields = {block["block_id"]: block.get("element", {}) for block in form["blocks"] if "block_id" in block}
    assert fields["strength"]["initial_option"]["value"] == "none"
    assert fields["strength"]["options"][0]["text"]["text"] == "0.7, as is usual here"
    await bob.submit(form, file=photo)
    result = await bob.result(general)
    assert {"Strong 0.7", "style oil"} <= set(words(result).replace("\n", " · ").split(" · "))
    await bob.submit(await bob.open("/img2img", general, "a boat"), file=photo, style="none")
    plain = words(await bob.result(general, 1))
    assert "Strong 0.7" in plain
    assert "style oil" not in plain
    await bob.submit(await bob.opens(lambda: bob.press("Chain", general, result)), prompt="a ship")
    assert "Strong 0.7" in words(await bob.result(general, 2))
    await bob.submit(await bob.open("/refine", general, "crisp"), file=photo, strength="none")
    assert "Subtle 0.35" in words(await bob.result(general, 3))
    await admin.submit(await settings_of(admin, general), strength="")
    await admin.see(lambda: len([each for each in admin.slack.state.ephemerals if "saved" in each["text"]]) == 2)
    await bob.say(general, "a boat --style oil", files=[photo])
    assert "Balanced 0.6" in words(await bob.result(general, 4))


async def test_where_results_are_private_a_form_says_so_and_a_member_may_untick_it(
    admin: Member, bob: Member, general: Conversation, photo: File, team: Team
) -> None:
    await admin.submit(await settings_of(admin, general), private="private")
    await admin.told("are saved")
    await bob.submit(await bob.open("/img2img", general, "a boat"), file=photo)
    direct = bob.slack.state.direct(team, bob.user.id)
    alone = await bob.result(direct)
    await bob.submit(await bob.open("/img2img", general, "a ship"), file=photo, private="")
    shown = await bob.result(general)
    await bob.submit(await bob.opens(lambda: bob.press("Edit", general, shown)), prompt="a sail", private="")
    assert "a sail" in words(await bob.result(general, 1))
    await bob.submit(await bob.opens(lambda: bob.press("Edit", general, shown)), prompt="a mast")
    assert "a mast" in words(await bob.result(direct, 1))
    assert "a boat" in words(alone)


async def test_a_channels_settings_go_over_the_workspaces(
    admin: Member, general: Conversation, photo: File, team: Team
) -> None:
    other = admin.slack.state.add_channel(team, admin.user)
    await admin.submit(await settings_of(admin, general), strength="0.2")
    await admin.submit(await settings_of(admin, general), strength="0.8", scope="channel")
    await admin.see(lambda: len([each for each in admin.slack.state.ephemerals if "saved" in each["text"]]) == 2)
    for channel, strength, scope in ((general, "0.8", "channel"), (other, "0.2", "workspace")):
        form = {block["block_id"]: block["element"] for block in (await settings_of(admin, channel))["blocks"]}
        assert form["strength"]["initial_value"] == strength
        assert form["scope"]["initial_option"]["value"] == scope
    for channel, strength in ((general, "0.8"), (other, "0.2")):
        await admin.say(channel, "a boat", files=[photo])
        assert {"0.8": "Strong 0.8", "0.2": "Subtle 0.2"}[strength] in words(await admin.result(channel))


async def test_only_admins_change_settings(bob: Member, general: Conversation) -> None:
    page = await settings_of(bob, general)
    assert "submit" not in page
    assert "admins" in words(page)


async def test_a_submission_that_was_not_an_admins_is_refused(
    admin: Member, bob: Member, general: Conversation
) -> None:
    await bob.submit(await settings_of(admin, general), strength="0.9")
    await bob.told("Only the admins")


async def test_wrong_settings_are_told_in_their_field(admin: Member, general: Conversation) -> None:
    refused = await admin.submit(await settings_of(admin, general), strength="huge")
    assert set(refused.payload["errors"]) == {"strength"}


async def test_a_channel_that_is_not_on_the_list_is_refused(
    admin: Member, bob: Member, general: Conversation, photo: File
) -> None:
    await admin.submit(await settings_of(admin, general), channels="C99999999")
    await admin.told("are saved")
    await bob.say(general, "a boat", files=[photo])
    await bob.told("can't be used in this channel")


async def test_where_only_own_pictures_may_be_remixed_others_are_refused(
    admin: Member, bob: Member, general: Conversation, photo: File
) -> None:
    await admin.submit(await settings_of(admin, general), remix="own")
    await admin.told("are saved")
    message = await admin.say(general, "mine", files=[photo], mention=False)
    await bob.submit(await bob.opens(lambda: bob.remix(general, message)), prompt="a boat")
    await bob.told("only remix your own pictures")
    await admin.submit(await admin.opens(lambda: admin.remix(general, message)), prompt="a boat")
    await admin.result(general)


async def test_app_home_leads_admins_to_the_settings(admin: Member) -> None:
    home = await admin.open_home()
    before = len(admin.slack.state.views)
    await admin.press("Team settings", None, home)
    await admin.see(lambda: len(admin.slack.state.views) > before)
