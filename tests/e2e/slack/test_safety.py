"""What a member of a Slack workspace sees of the owner's rules: no spoilers, no age-restricted channels."""

from pathlib import Path

import pytest

from adapters.moderation.moderator import OwnersModerator
from bot.domain.safety import Outcome, Policy, Verdict
from tests.builders.requests import png
from tests.e2e.slack.test_settings import settings_of
from tests.fakes.moderator import FakeModerator
from tests.harness.slack import bench
from tests.servers.slack.member import Member, images, words
from tests.servers.slack.server import SlackServer
from tests.servers.slack.state import Conversation, File, Team


@pytest.fixture
def photo(ann: Member, team: Team) -> File:
    return ann.slack.state.add_file(team, ann.user, png())


async def test_a_workspaces_words_are_refused_alone_and_not_repeated(
    slack: SlackServer, tmp_path: Path, ann: Member, bob: Member, general: Conversation
) -> None:
    ann.user.is_admin = True
    photo = slack.state.add_file(ann.team, ann.user, png())
    moderator = OwnersModerator(blocked=(), classifier=None, threshold=0.5)
    async with bench(slack, tmp_path, moderator=moderator):
        await ann.submit(await settings_of(ann, general), blocked="gun*\nred queen")
        await ann.told("are saved")
        await bob.say(general, "a GUNfight", files=[photo])
        assert "gun" not in (await bob.told("not allowed here")).lower()
        form = {block["block_id"]: block["element"] for block in (await settings_of(ann, general))["blocks"]}
        assert form["blocked"]["initial_value"] == "gun*\nred queen"
        await bob.say(general, "a boat", files=[photo])
        assert images(await bob.result(general))


@pytest.mark.parametrize("verdict", [Verdict.UNSAFE, Verdict.UNCHECKABLE])
async def test_what_is_refused_ends_with_a_sentence_and_no_picture(
    slack: SlackServer, tmp_path: Path, ann: Member, general: Conversation, verdict: Verdict
) -> None:
    sentence = "isn't allowed in this channel" if verdict is Verdict.UNSAFE else "couldn't be checked"
    photo = slack.state.add_file(ann.team, ann.user, png())
    files = len(slack.state.files)
    async with bench(slack, tmp_path, moderator=FakeModerator(always=verdict)):
        await ann.say(general, "a boat", files=[photo])
        message = await ann.see(lambda: [each for each in ann.from_bot(general) if sentence in words(each)])
        assert not images(message[0])
        assert len(slack.state.files) == files, "nothing was uploaded"


async def test_what_would_be_a_spoiler_is_shown_to_its_requester_alone_and_cannot_be_published(
    slack: SlackServer, tmp_path: Path, ann: Member, general: Conversation, photo: File
) -> None:
    policy = Policy(unsafe=Outcome.SPOILER)
    async with bench(slack, tmp_path, moderator=FakeModerator(always=Verdict.UNSAFE), policy=policy):
        await ann.say(general, "a boat", files=[photo])
        await ann.see(lambda: [each for each in ann.from_bot(general) if "Ask again with private on" in words(each)])
        await ann.say(general, "a boat --private", files=[photo])
        direct = slack.state.direct(ann.team, ann.user.id)
        result = await ann.result(direct)
        assert images(result)
        await ann.press("Publish", direct, result)
        await ann.told("may not be shown in this place")
