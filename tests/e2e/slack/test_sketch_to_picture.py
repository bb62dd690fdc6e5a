"""From a sketch to a picture with `pentimento serve` as a process, in Slack, across a restart."""

from pathlib import Path

import pytest

from tests.e2e.slack.test_whole_product import serving
from tests.fakes.pictures import drawing
from tests.fakes.product import keeps_structure
from tests.fakes.slack_server.member import Member, words
from tests.fakes.slack_server.server import SlackServer
from tests.fakes.slack_server.state import Conversation

MODULE = "tests.fakes.product"


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_sketch_its_map_and_the_pictures_made_with_it(
    slack: SlackServer, tmp_path: Path, ann: Member, general: Conversation, mode: str
) -> None:
    environ = keeps_structure(tmp_path)
    sketch = slack.state.add_file(ann.team, ann.user, drawing())
    async with serving(slack, tmp_path, mode, module=MODULE, **environ):
        await ann.submit(await ann.open("/map", general, "a planet --control canny"), file=sketch)
        shown = await ann.result(general)
        assert "The map" in words(shown)
    async with serving(slack, tmp_path, mode, module=MODULE, **environ):
        await ann.press("Use map", general, shown)
        made = await ann.result(general, 1)
        assert "control canny, from a given map" in words(made)
        form = await ann.open("/img2img", general, "a planet --strength 1 --control scribble")
        await ann.submit(form, file=sketch)
        direct = await ann.result(general, 2)
        assert "control scribble" in words(direct)
        await ann.press("Show map", general, direct)
        assert "The map" in words(await ann.result(general, 3))
