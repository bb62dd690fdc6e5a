"""The first minute of a channel: the card that it gets once, and what its buttons do."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.slack.members import Team as OurTeam
from adapters.slack.members import place_key
from adapters.web.messenger import WebMessenger
from bot.domain.place import PlaceSettings
from bot.domain.request import ReplyTarget
from bot.first_minute import greeting_strip
from tests.builders.places import set_to
from tests.builders.requests import png, request
from tests.harness.slack import Bench, bench
from tests.harness.waiting import PATIENCE, eventually
from tests.servers.slack.member import Member, images, labels_of, words
from tests.servers.slack.server import SlackServer
from tests.servers.slack.state import Conversation, Json, Team, User


@pytest.fixture
async def greeting(slack: SlackServer, tmp_path: Path, ann: Member) -> AsyncIterator[Bench]:
    del ann  # the team must be there before the bot is
    async with bench(slack, tmp_path, greets=True) as made:
        yield made


@pytest.fixture
def room(slack: SlackServer, team: Team, ann: Member) -> Conversation:
    """A channel that the bot is not in yet."""
    return slack.state.add_channel(team, ann.user, bot_in=False)


def cards(member: Member, room: Conversation) -> list[Json]:
    return [each for each in member.from_bot(room) if any("sample" in label for label in labels_of(each))]


async def card_in(member: Member, room: Conversation) -> Json:
    found: Json = await member.see(lambda: next((each for each in cards(member, room) if images(each)), None))
    return found


async def test_a_channel_that_invites_the_bot_is_greeted(
    slack: SlackServer, greeting: Bench, ann: Member, room: Conversation
) -> None:
    del greeting
    await ann.invite_bot(room)
    card = await card_in(ann, room)
    assert labels_of(card) == ["☕ Try it with a sample", "💡 What can I do?", "⚙️ Set up"]
    assert "/img2img" in words(card)
    assert "*Remix image*" in words(card)
    assert "mention me" in words(card)
    (image,) = images(card)
    file = slack.state.files[image["slack_file"]["id"]]
    assert file.content == await greeting_strip()
    assert room.id in file.shared
    assert image["alt_text"].startswith("A photo of a coffee cup")


async def test_it_is_greeted_once_however_it_is_told(
    slack: SlackServer, tmp_path: Path, team: Team, ann: Member, room: Conversation
) -> None:
    async with bench(slack, tmp_path, greets=True):
        await ann.invite_bot(room)
        await card_in(ann, room)
        await ann.invite_bot(room)
        await ann.say(room, "an oil painting", files=[slack.state.add_file(team, ann.user, png())])
        await ann.result(room, 1)
    async with bench(slack, tmp_path, greets=True):
        await ann.invite_bot(room)
        await ann.say(room, "a watercolor", files=[slack.state.add_file(team, ann.user, png())])
        await ann.result(room, 2)
        assert len(cards(ann, room)) == 1


async def test_a_workspace_that_was_never_greeted_is_at_its_first_use(
    slack: SlackServer, greeting: Bench, team: Team, ann: Member, general: Conversation
) -> None:
    del greeting
    other = slack.state.add_channel(team, ann.user)
    await ann.say(general, "an oil painting", files=[slack.state.add_file(team, ann.user, png())])
    await card_in(ann, general)
    for place, number in ((other, 0), (general, 2)):
        await ann.say(place, "a watercolor", files=[slack.state.add_file(team, ann.user, png())])
        await ann.result(place, number)
    assert len(cards(ann, general)) == 1
    assert cards(ann, other) == [], "one channel of a workspace is enough"


async def test_a_channel_that_was_missed_is_greeted_when_somebody_calls(
    slack: SlackServer, greeting: Bench, team: Team, ann: Member, general: Conversation
) -> None:
    await greeting.core.store.greet(place_key(OurTeam(team.id)), "")  # it used the bot before there were greetings
    await ann.say(general, "an oil painting", files=[slack.state.add_file(team, ann.user, png())])
    await ann.result(general)
    assert cards(ann, general) == [], "who knows how to ask needs none"
    await ann.say(general, "hello")
    await card_in(ann, general)
    await ann.say(general, "hello")
    await ann.told("Send me a picture")
    assert len(cards(ann, general)) == 1


async def test_without_its_picture_the_words_stand(
    slack: SlackServer, greeting: Bench, ann: Member, room: Conversation
) -> None:
    del greeting
    slack.fail("files.getUploadURLExternal", error="storage_limit_reached")
    await ann.invite_bot(room)
    card = await ann.see(lambda: next(iter(cards(ann, room)), None))
    assert "/img2img" in words(card)


async def test_a_picture_that_somebody_deleted_is_missing_in_one_card_and_uploaded_for_the_next(
    slack: SlackServer, greeting: Bench, team: Team, ann: Member, room: Conversation
) -> None:
    async def done() -> bool:
        return not await greeting.core.store.unsettled("slack")

    await ann.invite_bot(room)
    (image,) = images(await card_in(ann, room))
    slack.state.files[image["slack_file"]["id"]].deleted = True
    second, third = (slack.state.add_channel(team, ann.user, bot_in=False) for _ in range(2))
    await ann.invite_bot(second)
    await eventually(done)
    await ann.invite_bot(third)
    (again,) = images(await card_in(ann, third))
    assert again["slack_file"] != image["slack_file"]
    assert cards(ann, second)


async def test_what_can_i_do_opens_the_help(
    slack: SlackServer, greeting: Bench, ann: Member, room: Conversation
) -> None:
    del greeting
    await ann.invite_bot(room)
    card = await card_in(ann, room)
    page = await ann.opens(lambda: ann.press("What can I do?", room, card))
    assert labels_of(page) == ["☕ Try it with a sample", "🎨 Styles", "📋 My queue"]
    views = slack.state.views
    await ann.press("Styles", None, page)
    await ann.see(lambda: views[page["id"]]["title"]["text"] == "Styles")
    again = await ann.opens(lambda: ann.press("What can I do?", room, card))
    await ann.press("My queue", None, again)
    await ann.see(lambda: "queue" in words(views[again["id"]]))
    await ann.press("Try it with a sample", None, page)
    assert "an oil painting of a cup of coffee" in words(await ann.result(room, 1)), "where the page was opened"


async def test_admins_set_the_workspace_up_and_others_read_what_is_set(
    slack: SlackServer, greeting: Bench, team: Team, ann: Member, room: Conversation
) -> None:
    boss: User = slack.state.add_user("boss", is_admin=True)
    room.members.add(boss.id)
    admin = Member(slack, team, boss)
    await ann.invite_bot(room)
    card = await card_in(ann, room)
    read = await ann.opens(lambda: ann.press("Set up", room, card))
    await ann.see(lambda: "admins" in words(slack.state.views[read["id"]]))
    opened = await admin.opens(lambda: admin.press("Set up", room, card))
    form = await admin.see(
        lambda: view if (view := slack.state.views[opened["id"]]).get("callback_id") == "settings" else None
    )
    await admin.submit(form, style="oil", private="private", log=room.id, blocked="blood")
    place = place_key(OurTeam(team.id))

    async def saved() -> PlaceSettings:
        return await greeting.core.service.places.settings(place)

    await admin.told("saved")
    assert await saved() == PlaceSettings(style="oil", private=True, log=room.id, blocked=("blood",))


async def test_a_workspace_that_removes_the_app_is_greeted_when_it_comes_back(
    greeting: Bench, team: Team, ann: Member, room: Conversation
) -> None:
    await ann.invite_bot(room)
    await card_in(ann, room)
    place = place_key(OurTeam(team.id), room.id)
    await ann.uninstall()

    async with asyncio.timeout(PATIENCE):
        while not await greeting.core.store.greet(place, "a look"):
            await asyncio.sleep(0.02)


async def test_home_shows_the_pictures_also_those_of_an_earlier_process(
    slack: SlackServer, team: Team, tmp_path: Path
) -> None:
    eve = Member(slack, team, slack.state.add_user("eve"))
    room = slack.state.add_channel(team, eve.user)
    photo = slack.state.add_file(team, eve.user, png())
    async with bench(slack, tmp_path):
        await eve.say(room, "an oil painting", files=[photo])
        result = await eve.result(room)
        await eve.say(room, "a watercolor --private", files=[photo])
        direct = slack.state.direct(team, eve.user.id)
        private = await eve.result(direct)
        home = await eve.open_home()
        assert pictures_in(home) == [file_of(private), file_of(result)], words(home)
    async with bench(slack, tmp_path):
        await eve.open_home()
        await eve.see(lambda: pictures_in(slack.state.homes[eve.user.id]) == [file_of(private), file_of(result)])
        await eve.press("Delete", room, result)
        await eve.see(lambda: result["ts"] not in room.messages)
        assert pictures_in(await eve.open_home()) == [file_of(private)]
        slack.fail("views.publish", error="invalid_blocks")
        home = await eve.open_home()
        assert pictures_in(home) == [], "what Slack does not show is left out, and the page stands"


async def test_what_a_member_made_on_the_web_can_be_shown_reported_and_deleted_here(
    slack: SlackServer, team: Team, tmp_path: Path
) -> None:
    eve = Member(slack, team, slack.state.add_user("eve"))
    eve.user.is_admin = True
    room, mods = (slack.state.add_channel(team, eve.user) for _ in range(2))
    async with bench(slack, tmp_path) as first:
        first.messengers["web"] = WebMessenger()
        await eve.say(room, "an oil painting", files=[slack.state.add_file(team, eve.user, png())])
        result = await eve.result(room)
        [own] = await first.core.store.jobs_of(f"slack:{team.id}/{eve.user.id}", limit=2)
        wish = request(requester=own.requester, reply_to=ReplyTarget(platform="web"), prompt="a watercolor")
        made = (await first.core.service.submit(wish)).job.id
        async with asyncio.timeout(PATIENCE):
            while await first.core.store.deliveries():
                await asyncio.sleep(0.02)
    async with bench(slack, tmp_path) as second:
        await second.core.service.places.change(place_key(OurTeam(team.id)), set_to(PlaceSettings(log=mods.id)))
        await eve.open_home()
        await eve.see(lambda: pictures_in(slack.state.homes[eve.user.id]) == [file_of(result)])
        details = await eve.open("/info", room, made)
        await eve.press("Report", None, details)
        await eve.told("The moderators see it now")
        report = next(each for each in eve.from_bot(mods) if "a watercolor" in words(each))
        await eve.press("Delete", mods, report)
        await eve.see(lambda: eve.from_bot(mods) == [])


def file_of(message: Json) -> str:
    """Slack's file of a result's picture."""
    return str(images(message)[0]["slack_file"]["id"])


def pictures_in(home: Json) -> list[str]:
    """The files that App Home shows."""
    return [block["accessory"]["slack_file"]["id"] for block in home["blocks"] if "accessory" in block]
