"""The payloads behind docs/chat are those of today, and a result's message is mostly its picture."""

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab

from tests.harness.playground import chromium, needs_browser
from tests.renderings.pages import CHATS, page

GOLDEN = Path(__file__).parents[1] / "golden" / "chat"


@pytest.mark.parametrize("chat", CHATS)
def test_payloads_are_those_that_were_drawn(chat: str) -> None:
    """After a change that is meant: `PENTIMENTO_DRAW=1 pytest tests/e2e/test_renderings.py`, then draw, then look."""
    payloads, _ = CHATS[chat]
    now = json.dumps(payloads(), ensure_ascii=False, indent=1) + "\n"
    kept = GOLDEN / f"{chat}.json"
    if os.environ.get("PENTIMENTO_DRAW"):
        kept.write_text(now, encoding="utf-8")
    assert json.loads(kept.read_text(encoding="utf-8")) == json.loads(now), f"{chat}: python -m tests.renderings"


def shares(tab: Tab) -> tuple[float, float]:
    """Of a result's card, what of its height is the result, and what is a picture, its source included."""
    card, result = (tab.locator(where).bounding_box() for where in (".card", ".gallery img"))
    source = tab.locator(".source").bounding_box()
    assert card
    assert result
    assert source
    beside = source["height"] if source["y"] > result["y"] else 0.0
    return result["height"] / card["height"], (result["height"] + beside) / card["height"]


@needs_browser
@pytest.mark.parametrize(
    ("chat", "width", "least"),
    [("discord", 752, 0.7), ("discord", 390, 0.6), ("slack", 752, 0.7), ("slack", 390, 0.55)],
)
def test_a_result_of_512_pixels_is_mostly_picture(chat: str, width: int, least: float) -> None:
    with chromium() as browser:
        tab = browser.new_page(viewport={"width": width, "height": 900})
        tab.set_content(page(chat, "dark", "phone" if width == 390 else "desktop", only=["result"]))
        _, pictures = shares(tab)
        assert pictures >= least
