"""The first minute is the same in either chat: one card where the bot arrives, and what its buttons lead to."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.options import Options
from bot.texts import text
from tests.harness.waiting import PATIENCE
from tests.scenarios.newcomers import Newcomer, new_on_discord, new_on_slack


@pytest.fixture(params=[new_on_discord, new_on_slack], ids=["discord", "slack"])
async def chat(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Newcomer]:
    async with request.param(tmp_path) as made:
        yield made


async def greeted(chat: Newcomer) -> None:
    async with asyncio.timeout(PATIENCE):
        while not chat.cards():
            await asyncio.sleep(0.01)


async def test_a_place_that_brings_the_bot_in_gets_one_card_with_the_ways_in_and_a_strip(chat: Newcomer) -> None:
    await chat.join()
    await greeted(chat)
    (card,) = (chat.shown(each) for each in chat.cards())
    assert all(way in card.words for way in ("img2img", "Remix image", "mention me"))
    assert [label.split(maxsplit=1)[-1] if not label[0].isascii() else label for label in card.labels] == [
        "Try it with a sample",
        "What can I do?",
        "Set up",
    ]
    strip = Image.open(io.BytesIO(card.pictures[0]))
    assert strip.width > 3 * strip.height, "before and three afters, side by side"
    await chat.join()
    await chat.end(chat.command("img2img", Options(prompt="an oil painting")))
    assert len(chat.cards()) == 1


@pytest.mark.parametrize("said", ["a wish", "hello"])
async def test_a_place_that_was_missed_gets_the_card_at_its_first_use(chat: Newcomer, said: str) -> None:
    await chat.slip_in()
    await (chat.hello() if said == "hello" else chat.end(chat.command("img2img", Options(prompt="an oil painting"))))
    await greeted(chat)
    assert len(chat.cards()) == 1


async def test_what_is_asked_in_private_shows_others_nothing(chat: Newcomer) -> None:
    await chat.slip_in()
    await chat.end(chat.command("img2img", Options(prompt="a secret", private=True)))
    assert chat.messages() == []


async def test_the_sample_is_a_picture_as_any_other(chat: Newcomer) -> None:
    await chat.join()
    await greeted(chat)
    made = await chat.end(chat.press(chat.cards()[0], "Try it with a sample"))
    assert made.job is not None
    assert "an oil painting of a cup of coffee" in chat.shown(made.message).words
    assert chat.shown(made.message).source
    assert not chat.shown(made.message).in_thread, "in the channel, as what is made by a press is"
    assert (await chat.service.quota(chat.requester))[0].pictures == 1


async def test_what_can_i_do_is_answered_to_whoever_asks(chat: Newcomer) -> None:
    await chat.join()
    await greeted(chat)
    told = await chat.page(chat.press(chat.cards()[0], "What can I do?"))
    assert text("en", "button-reroll") in told
    assert len(chat.messages()) == 1


async def test_only_admins_set_it_up(chat: Newcomer) -> None:
    await chat.join()
    await greeted(chat)
    told = await chat.page(chat.press(chat.cards()[0], "Set up"))
    assert "Manage Server" in told or text("en", "slack-settings-whose") in told
    assert len(chat.messages()) == 1
