"""Every way a member can ask for a picture, through the real SDK, to the picture in the channel."""

from tests.fakes.core import png
from tests.fakes.slack_house import House
from tests.fakes.slack_server.member import Member, buttons, images, words
from tests.fakes.slack_server.server import SlackServer
from tests.fakes.slack_server.state import Conversation, Team


async def test_a_command_opens_a_form_and_its_file_becomes_a_picture_with_buttons(
    running: House, slack: SlackServer, team: Team, ann: Member, general: Conversation
) -> None:
    form = await ann.open("/img2img", general, "an oil painting --strength 0.7")
    prompt = next(block for block in form["blocks"] if block["block_id"] == "prompt")
    assert prompt["element"]["initial_value"] == "an oil painting"
    ack = await ann.submit(form, file=slack.state.add_file(team, ann.user, png()))
    assert ack.payload == {}
    result = await ann.result(general)
    assert "strength 0.7 (strong)" in words(result)
    (image,) = images(result)
    uploaded = slack.state.files[image["slack_file"]["id"]]
    assert uploaded.content.startswith(b"\x89PNG")
    assert "an oil painting" in image["alt_text"]
    assert f"<@{ann.user.id}>" in result["text"]
    labels = [button["text"]["text"] for button in buttons(result)]
    assert [label.split()[-1] for label in labels] == [
        "0.3", "0.5", "0.7", "0.9", "Chain", "Reroll", "Edit", "Sweep", "Details", "Delete",
    ]  # fmt: skip
    assert len(ann.from_bot(general)) == 1
