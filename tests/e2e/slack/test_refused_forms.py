"""What a member typed into a form is not lost if the form is refused after Slack took it."""

from pathlib import Path

import pytest

from tests.builders.requests import png
from tests.harness.slack import Bench, bench
from tests.servers.slack.member import Member, buttons
from tests.servers.slack.server import SlackServer
from tests.servers.slack.state import Conversation, Json, Team


def fields(view: Json) -> dict[str, str]:
    """What stands in a form."""
    found = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            chosen = element.get("initial_option") or {}
            found[block["block_id"]] = element.get("initial_value") or chosen.get("value", "")
    return found


@pytest.fixture
async def refusal(slack: SlackServer, team: Team, ann: Member, general: Conversation, running: Bench) -> Json:
    """Of a form whose picture is none."""
    broken = slack.state.add_file(team, ann.user, b"no picture")
    form = await ann.open("/img2img", general, "a boat --seed 42 --private")
    await ann.submit(form, file=broken, prompt="a *tiger*", strength="0.7", style="oil", control="canny")

    def offered() -> Json | None:
        return next((each for each in slack.state.ephemerals if buttons(each)), None)

    found: Json = await ann.see(offered)
    assert running.engine.requests == []
    return found


async def test_a_refused_form_is_offered_again_as_it_was(
    running: Bench, slack: SlackServer, ann: Member, general: Conversation, refusal: Json
) -> None:
    said = [block["text"]["text"] for block in refusal["blocks"] if block["type"] == "section"]
    assert "a *tiger*" in said, "it can be copied from there after a restart as well"
    again = await ann.opens(lambda: ann.press("Open the form again", general, {"ts": "1.1", **refusal}))
    stood = fields(again)
    assert {name: stood[name] for name in ("prompt", "strength", "style", "control", "seed")} == {
        "prompt": "a *tiger*",
        "strength": "0.7",
        "style": "oil",
        "control": "canny",
        "seed": "42",
    }
    good = slack.state.add_file(ann.team, ann.user, png())
    assert (await ann.submit(again, file=good, control="none")).payload == {}
    await ann.see(lambda: running.engine.requests)
    made = running.engine.requests[0]
    assert (made.prompt.split(",")[0], made.strength, made.seed) == ("a *tiger*", 0.7, 42)


async def test_nobody_opens_another_members_form(
    ann: Member, bob: Member, general: Conversation, refusal: Json
) -> None:
    del ann
    await bob.press("Open the form again", general, {"ts": "1.1", **refusal})
    await bob.told("have that form any more")


async def test_after_a_restart_the_loss_is_said(
    slack: SlackServer, team: Team, ann: Member, general: Conversation, tmp_path: Path
) -> None:
    async with bench(slack, tmp_path):
        broken = slack.state.add_file(team, ann.user, b"no picture")
        await ann.submit(await ann.open("/img2img", general, "a boat"), file=broken)
        refused: Json = await ann.see(lambda: next((each for each in slack.state.ephemerals if buttons(each)), None))
    async with bench(slack, tmp_path):
        await ann.press("Open the form again", general, {"ts": "1.1", **refused})
        await ann.told("have that form any more")


async def test_a_style_that_is_none_is_taken_for_a_near_one(
    running: Bench, slack: SlackServer, ann: Member, bob: Member, general: Conversation
) -> None:
    photo = slack.state.add_file(ann.team, ann.user, png())
    await ann.say(general, "a tiger --style vangohh --strength 0.7", files=[photo])
    refused: Json = await ann.see(lambda: next((each for each in slack.state.ephemerals if buttons(each)), None))
    assert "Did you mean oil?" in refused["text"]
    await bob.press("Take oil", general, refused)
    await bob.told("too long ago")
    await ann.press("Take oil", general, refused)
    await ann.result(general)
    (made,) = running.engine.requests
    assert (made.prompt, made.strength) == ("a tiger, oil painting", 0.7)


async def test_so_is_one_in_the_words_of_a_form(
    running: Bench, slack: SlackServer, team: Team, ann: Member, general: Conversation
) -> None:
    photo = slack.state.add_file(team, ann.user, png())
    await ann.submit(await ann.open("/img2img", general), file=photo, prompt="a tiger --style vangohh --seed 42")
    refused: Json = await ann.see(lambda: next((each for each in slack.state.ephemerals if buttons(each)), None))
    await ann.press("Take oil", general, refused)
    await ann.result(general)
    (made,) = running.engine.requests
    assert (made.prompt, made.seed) == ("a tiger, oil painting", 42)
