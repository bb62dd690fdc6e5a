"""A member chooses their name: whatever stands in it is shown as it is, calls nobody and breaks nothing."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.markdown import inert
from adapters.slack.text import escape, literal
from bot.domain.actions import Verb
from bot.domain.request import Requester
from bot.domain.words import clean_text
from tests.scenarios.humans import REFUSALS, DiscordHuman, Human, SlackHuman
from tests.scenarios.people import People, people_of

# The SDK asks `oauth.v2.access` with a class that aiohttp will drop in version 4.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

NAMES = {
    "marks": "**Bo** `x` _i_ ~~s~~ ||h|| *b* :smile:",
    "calls": "<@1> <@U00000099> <!channel> @everyone",
    "links": "[l](http://a.b) <http://a.b|c> discord.gg/abc",
    "the other way": "Bo\u202egnol \u2066x\u200b",
    "two lines": "Bo\n# head\n> quote",
    "joined emoji": "👩‍👩‍👧‍👦🏳️‍🌈 Ædé 猫",
    "80 characters": "W" * 80,
    "nothing that shows": "\u200b\u2060",
}
CALLS = ("<@1>", "<!channel>", "<@U00000099>", "<http", "\u202e", "\u2066")
MARKS = ("@everyone", "**Bo**", "*b*", "`x`", "](http")
"""What Discord alone reads, wherever it stands; in Slack's text a bold name calls nobody."""


def call(human: Human, name: str) -> str:
    """Give somebody a name; their id."""
    if isinstance(human, DiscordHuman):
        human._person.payload["global_name"] = name
        return str(human._person.id)
    assert isinstance(human, SlackHuman)
    human._member.user.shown = name
    return human.key.removeprefix("slack:")


def read(told: Any, *, marked: bool = False) -> Iterator[str]:
    """Every text of a message or view in which the chat reads marks."""
    if isinstance(told, list):
        for each in told:
            yield from read(each)
    elif isinstance(told, dict):
        marked = told.get("type") != "plain_text" and ("ts" in told or "embeds" in told or "type" in told)
        for key, each in told.items():
            if isinstance(each, str) and key in {"text", "content", "description", "value"} and marked:
                yield each
            elif key in {"blocks", "elements", "fields", "text", "embeds", "components", "accessory", "title"}:
                yield from read(each)


def everything(people: People) -> list[str]:
    """What the bot wrote anywhere, to anybody."""
    one = people.requester
    if isinstance(one, DiscordHuman):
        mine = one._server.posts.values()
        return [text for post in mine for text in read({**post.payload, "embeds": post.payload.get("embeds", [])})]
    assert isinstance(one, SlackHuman)
    state = one._slack.state
    bot = one._member.team.bot_user
    posts = [
        post for room in state.conversations.values() for post in room.messages.values() if post.get("user") == bot
    ]
    told = [{"ts": "", **each} for each in state.ephemerals]
    return [text for each in (*posts, *told, *state.views.values()) for text in read(each)]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_a_name_is_shown_as_it_is_and_calls_nobody(chat: str, name: str, tmp_path: Path) -> None:
    async with people_of(chat, tmp_path) as people:
        identity = call(people.requester, name)
        _, job = await people.painted("public")
        shown = Requester(platform=chat, user=identity, name=name).shown_name
        assert job.requester.shown_name == shown
        assert shown == (clean_text(name) or identity)
        literally, live = (inert(shown), CALLS + MARKS) if chat == "discord" else (shown, CALLS)
        for who in (people.member, people.requester):
            told = await who.press(Verb.DETAILS, job.id)
            assert told not in REFUSALS
            assert literally in (told, html.unescape(told))[chat == "slack"], told
        assert await people.moderator.press(Verb.BAN, job.id) not in REFUSALS
        written = everything(people)
        read_as_marks = [re.sub(r"\\.", "", text) if chat == "discord" else text for text in written]
        assert len(written) > 5
        assert [text for text in read_as_marks for each in live if each in text and each in name] == []
        if chat == "slack":  # who is blocked is named without being called
            assert any(each in text for text in written for each in (shown, escape(shown), literal(shown)))
