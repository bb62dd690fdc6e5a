"""Structure control as members of a workspace use it: forms, flags, maps alone and what goes on from them."""

import pytest

from inference.api import Control, ControlKind
from tests.builders.pictures import drawing
from tests.builders.requests import png
from tests.harness.slack import Bench
from tests.servers.slack.member import Member, buttons, images, words
from tests.servers.slack.state import Conversation, File, Json, Team


@pytest.fixture
def sketch(ann: Member, team: Team) -> File:
    return ann.slack.state.add_file(team, ann.user, drawing())


def field(form: Json, name: str) -> Json:
    found: Json = next(block["element"] for block in form["blocks"] if block.get("block_id") == name)
    return found


async def test_a_sketch_becomes_a_picture_that_keeps_its_lines(
    running: Bench, ann: Member, general: Conversation, sketch: File
) -> None:
    form = await ann.open("/img2img", general, "a planet --strength 1 --control scribble --control-scale 0.8")
    assert [each["value"] for each in field(form, "control")["options"]] == ["none", "canny", "scribble"]
    assert field(form, "control_scale")["initial_value"] == "0.8"
    await ann.submit(form, file=sketch)
    result = await ann.result(general)
    assert "control scribble · control scale 0.8" in words(result)
    assert running.engine.requests[0].control == Control(kind=ControlKind.SCRIBBLE, scale=0.8)
    await ann.press("Strong", general, result)
    assert "control scribble" in words(await ann.result(general, 1))
    page = await ann.opens(lambda: ann.press("Details", general, result))
    assert "control scribble · control scale 0.8" in words(page)


async def test_a_map_is_shown_before_anything_is_painted_and_then_used(
    running: Bench, ann: Member, general: Conversation, sketch: File
) -> None:
    form = await ann.open("/map", general)
    await ann.submit(form, file=sketch, control="canny")
    alone = ann.slack.state.direct(ann.team, ann.user.id)
    shown = await ann.result(alone)
    assert "The map" in words(shown)
    assert images(shown)[0]["alt_text"] == "Control map (canny)"
    assert [each["text"]["text"].split(" ", 1)[1] for each in buttons(shown)] == [
        "Use map",
        "Details",
        "Delete",
        "Publish",
    ]
    asking = await ann.opens(lambda: ann.press("Use map", alone, shown))
    assert not {"control", "picture", "map"} & {block.get("block_id") for block in asking["blocks"]}
    await ann.submit(asking, prompt="a planet", strength="0.9")
    await ann.result(alone, 1)
    drawn, made = running.engine.requests
    assert drawn.map_only
    assert made.control is not None
    assert made.control.map is not None
    assert (made.prompt, made.strength, made.source) == ("a planet", 0.9, drawn.source)


async def test_a_map_that_was_asked_for_with_words_is_used_at_once_and_shown_again(
    running: Bench, ann: Member, bob: Member, general: Conversation, sketch: File
) -> None:
    await ann.submit(await ann.open("/map", general, "a planet --control canny"), file=sketch)
    alone = ann.slack.state.direct(ann.team, ann.user.id)
    shown = await ann.result(alone)
    await ann.press("Use map", alone, shown)
    result = await ann.result(alone, 1)
    assert "a planet" in words(result)
    page = await ann.opens(lambda: ann.press("Details", alone, result))
    await ann.press("Show map", None, page)
    assert "The map" in words(await ann.result(alone, 2))
    assert not bob.from_bot(general), "maps are for whoever wants to see them"
    assert [request.map_only for request in running.engine.requests] == [True, False, True]


async def test_a_map_of_ones_own_goes_along_until_control_is_let_go_of(
    running: Bench, ann: Member, general: Conversation, sketch: File, team: Team
) -> None:
    photo = ann.slack.state.add_file(team, ann.user, png())
    form = await ann.open("/img2img", general, "a planet --control canny --seed 1")
    await ann.submit(form, file=photo, drawn=sketch)
    result = await ann.result(general)
    assert "control canny, from a given map" in words(result)
    await ann.submit(await ann.opens(lambda: ann.press("Chain", general, result)), prompt="at night")
    await ann.result(general, 1)
    first, chained = running.engine.requests
    assert first.control is not None
    assert first.control.map is not None
    assert chained.control == first.control
    form = await ann.opens(lambda: ann.press("Edit", general, result))
    await ann.submit(form, control="none")
    edited = await ann.result(general, 2)
    assert "control" not in words(edited)
    assert running.engine.requests[2].control is None


async def test_a_map_that_was_drawn_is_drawn_anew_in_a_thread(
    running: Bench, ann: Member, general: Conversation, sketch: File
) -> None:
    message = await ann.say(general, "a planet --control canny", files=[sketch])
    await ann.result(general)
    await ann.say(general, "at night --strength 0.3", thread=message["ts"])
    await ann.result(general, 1)
    assert [request.control for request in running.engine.requests] == [Control(kind=ControlKind.CANNY)] * 2


async def test_the_map_alone_by_a_flag(running: Bench, ann: Member, general: Conversation, sketch: File) -> None:
    await ann.say(general, "--map --control canny", files=[sketch])
    assert "The map" in words(await ann.result(ann.slack.state.direct(ann.team, ann.user.id)))
    assert running.engine.requests[0].map_only


async def test_the_map_of_a_result_by_a_flag_in_its_thread(
    running: Bench, ann: Member, general: Conversation, sketch: File
) -> None:
    message = await ann.say(general, "a planet", files=[sketch])
    await ann.result(general)
    await ann.say(general, "--map --control canny", thread=message["ts"])
    assert "The map" in words(await ann.result(ann.slack.state.direct(ann.team, ann.user.id)))
    painted, drawn = running.engine.requests
    assert drawn.map_only
    assert drawn.source != painted.source, "the map of the result itself"


async def test_what_makes_no_sense_is_told_where_it_stands(
    running: Bench, ann: Member, general: Conversation, sketch: File
) -> None:
    form = await ann.open("/img2img", general, "x --control canny --control-scale 0.5")
    answer = await ann.submit(form, file=sketch, control_start="0.5", control_end="0.2")
    assert "the start before the end" in answer.payload["errors"]["control_end"]
    answer = await ann.submit(form, file=sketch, control_scale="3")
    assert "from 0 to 2" in answer.payload["errors"]["control_scale"]
    await ann.say(general, "x --control depth", files=[sketch])
    await ann.told("cannot keep depth: choose from canny or scribble")
    assert running.engine.requests == []


@pytest.mark.usefixtures("running")
async def test_a_map_that_shows_nothing_is_told_in_the_members_language(
    ann: Member, general: Conversation, sketch: File, team: Team
) -> None:
    ann.user.locale = "de-DE"
    blank = ann.slack.state.add_file(team, ann.user, png("white"))
    form = await ann.open("/img2img", general, "ein Planet --control canny --seed 1")
    await ann.submit(form, file=sketch, drawn=blank)
    said = "Das Strukturbild für canny ist leer: schick eines, das zeigt, was bleiben soll."
    await ann.see(lambda: any(said in words(message) for message in ann.from_bot(general)))
