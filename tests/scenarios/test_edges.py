"""Wishes and pictures at the edge of what people send: on either chat they end in a picture, and words stay words."""

import asyncio
import io
from typing import Any

import pytest
from PIL import Image

from bot.domain.options import Options
from bot.domain.request import Action
from tests.builders.requests import png
from tests.harness.waiting import PATIENCE
from tests.scenarios.chats import Chat, End

SHOWN = 200
"""Characters of a prompt on its card; the whole of it stands in Details."""

PROMPTS = {
    "2,000 characters": ("word " * 400).strip(),
    "emoji": "🎨" * 1000,
    "joined emoji": "👩‍👩‍👧‍👦🏳️‍🌈" * 100,
    "right to left": "قطة على سطح البيت (ليلا)",
    "Discord's marks": "# head **bold** `code` > q || s || [x](http://a.b) @everyone ~~x~~ discord.gg/abc",
    "Slack's marks": "*b* _i_ ~s~ `c` <!channel> <@U00000001> :smile: & < >",
    "lines": "one\n- two\n> three\n-# four\n5. five",
}


@pytest.fixture(params=["discord", "slack"])
def chat(request: pytest.FixtureRequest) -> Chat:
    found: Chat = request.getfixturevalue(request.param)
    return found


async def result(chat: Chat, prompt: str = "a boat", **said: Any) -> End:
    end = await chat.end(chat.command("img2img", Options(prompt=prompt, seed=5, **said)))
    assert end.refused == ""
    return end


async def alone(chat: Chat, count: int) -> list[Image.Image]:
    async with asyncio.timeout(PATIENCE):
        while len(chat.sent_alone()) < count:
            await asyncio.sleep(0.01)
    return [Image.open(io.BytesIO(content)) for content in chat.sent_alone()]


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
async def test_any_words_end_in_a_picture_under_one_line_of_them(chat: Chat, prompt: str) -> None:
    made = await result(chat, prompt)
    shown = chat.shown(made.message)
    assert len(shown.pictures) == 1
    assert "Balanced 0.5" in shown.words
    title = shown.words.partition("Balanced")[0]
    assert len(title) < 3 * SHOWN, "a mark takes a sign that makes it plain"
    assert "<!channel>" not in title
    assert chat.requester.platform == "slack" or "@everyone" not in title, "that calls whoever stands in the raw text"
    assert made.job is not None
    if prompt == PROMPTS["2,000 characters"]:
        assert made.job.recipes[0].prompt == prompt


@pytest.mark.parametrize(
    ("size", "mode"),
    [((1024, 256), "RGB"), ((256, 1024), "RGB"), ((32, 32), "RGB"), ((1, 1), "RGB"), ((128, 128), "RGBA")],
    ids=["panorama", "tower", "tiny", "one pixel", "transparent"],
)
async def test_a_picture_of_any_form_is_shown_and_compared(chat: Chat, size: tuple[int, int], mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, size).save(file, "PNG")
    chat.picture = file.getvalue()
    made = await result(chat)
    shown = chat.shown(made.message)
    (picture,) = (Image.open(io.BytesIO(content)) for content in shown.pictures)
    assert picture.width / picture.height == pytest.approx(size[0] / size[1], rel=0.02)
    assert shown.source
    await chat.in_details(made.message, "Compare")
    strip, wiped = await alone(chat, 2)
    assert max(wiped.size) >= 256, "what is compared can be seen"
    beside = strip.width > 1.5 * wiped.width * strip.height / (strip.height + wiped.height)
    assert (strip.height > 1.9 * wiped.height) if size[0] >= 2 * size[1] else beside


async def test_seven_strengths_and_four_seeds_can_each_be_kept(chat: Chat) -> None:
    strengths = (0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 0.9)
    sweep = await chat.end(chat.command("sweep", Options(prompt="a boat", strengths=strengths)))
    assert [label for label in chat.shown(sweep.message).labels if "Keep" in label] == [
        label for label in chat.shown(sweep.message).labels if any(f"Keep {each:g}" in label for each in strengths)
    ]
    assert sum("Keep" in label for label in chat.shown(sweep.message).labels) == 7
    chat.picture = png(size=(96, 64))
    several = await result(chat, count=4)
    assert sum("Keep #" in label for label in chat.shown(several.message).labels) == 4
    last = next(label for label in chat.shown(several.message).labels if "#4" in label)
    kept = await chat.end(chat.press(several.message, last))
    assert kept.job is not None
    assert kept.job.action is Action.KEEP
    assert kept.job.recipes[0].seed == 8, "the fourth of those that follow 5"


async def test_a_strip_of_twelve_passes_stands_in_rows(chat: Chat) -> None:
    end = await result(chat)
    for number in range(2, 13):
        end = await chat.end(chat.press(end.message, "Chain", prompt=f"pass {number}"))
    assert end.job is not None
    assert end.job.lineage.depth == 12
    assert "pass 12" in chat.shown(end.message).words
    await chat.in_details(end.message, "Compare")
    strip, _ = await alone(chat, 2)
    assert 0.8 < strip.width / strip.height < 2.5, "thirteen pictures in rows of nearly one length"
