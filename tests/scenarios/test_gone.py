"""A result that is not kept any more, while its message still stands."""

import pytest

from bot.domain.access import Asker
from bot.domain.ids import generation_id
from bot.domain.options import Options
from bot.texts import text
from tests.scenarios.chats import Chat


@pytest.mark.parametrize("way", ["answer", "Remix image"])
async def test_whoever_goes_on_from_it_on_slack_is_told_that_it_is_gone(slack: Chat, way: str) -> None:
    made = await slack.end(slack.command("img2img", Options(prompt="a boat")))
    assert made.job is not None
    await slack.service.removal.delete(generation_id(made.job.id, 0), by=Asker(requester=made.job.requester))
    act = slack.answer(made.message, "in winter") if way == "answer" else slack.remix_of(made.message)
    assert (await slack.end(act)).refused == text("en", "refused-gone")
