"""From a sketch to a picture with `pentimento serve` as a process, in Slack, across a restart."""

from pathlib import Path

import pytest

from tests.builders.pictures import drawing, saved
from tests.builders.sketches import lines_kept, sketch
from tests.e2e.slack.test_whole_product import serving
from tests.harness.product import keeps_structure
from tests.servers.slack.member import Member, images, words
from tests.servers.slack.server import SlackServer
from tests.servers.slack.state import Conversation

MODULE = "tests.harness.product"


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_sketch_its_map_and_the_pictures_made_with_it(
    slack: SlackServer, tmp_path: Path, ann: Member, general: Conversation, mode: str
) -> None:
    environ = keeps_structure(tmp_path)
    sketch = slack.state.add_file(ann.team, ann.user, drawing())
    async with serving(slack, tmp_path, mode, module=MODULE, **environ):
        await ann.submit(await ann.open("/map", general, "a planet --control canny"), file=sketch)
        alone = slack.state.direct(ann.team, ann.user.id)
        shown = await ann.result(alone)
        assert "The map" in words(shown)
    async with serving(slack, tmp_path, mode, module=MODULE, **environ):
        await ann.press("Use map", alone, shown)
        made = await ann.result(alone, 1)
        assert "control canny, from a given map" in words(made)
        form = await ann.open("/img2img", general, "a planet --strength 1 --control scribble")
        await ann.submit(form, file=sketch)
        direct = await ann.result(general)
        assert "control scribble" in words(direct)
        page = await ann.opens(lambda: ann.press("Details", general, direct))
        await ann.press("Show map", None, page)
        assert "The map" in words(await ann.result(alone, 2))


@pytest.mark.slow
async def test_the_model_that_ships_keeps_the_lines_of_a_sketch(
    slack: SlackServer, tmp_path: Path, ann: Member, general: Conversation
) -> None:
    drawn = slack.state.add_file(ann.team, ann.user, saved(sketch(), "PNG"))
    async with serving(slack, tmp_path, "socket"):
        asked = "a cyberpunk neon city --strength 1 --seed 7 --steps 8 --control scribble"
        await ann.submit(await ann.open("/img2img", general, asked), file=drawn)
        made = await ann.result(general)
        form = await ann.opens(lambda: ann.press("Edit", general, made))
        await ann.submit(form, control="none")
        plain = await ann.result(general, 1)
        kept, chance = (
            lines_kept(slack.state.files[images(post)[0]["slack_file"]["id"]].content) for post in (made, plain)
        )
        assert kept > chance + 0.1, (kept, chance)
