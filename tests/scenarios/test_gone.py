"""A result that went by its age, while its message still stands."""

import asyncio

import pytest

from bot.domain.options import Options
from bot.erasure import Retention
from bot.texts import text
from tests.scenarios.chats import Chat


@pytest.mark.parametrize("way", ["answer", "Remix image"])
async def test_whoever_goes_on_from_it_on_slack_is_told_that_it_is_gone(slack: Chat, way: str) -> None:
    made = await slack.end(slack.command("img2img", Options(prompt="a boat")))
    assert made.job is not None
    while await slack.core.store.deliveries():  # what is not shown yet is kept
        await asyncio.sleep(0.02)
    await slack.service.removal.sweep(Retention(pictures_before=1e12, jobs_before=1e12, inbox_before=0.0))
    assert await slack.core.store.job(made.job.id) is None
    act = slack.answer(made.message, "in winter") if way == "answer" else slack.remix_of(made.message)
    assert (await slack.end(act)).refused == text("en", "refused-gone")
