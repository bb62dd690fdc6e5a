"""The payloads behind docs/chat are those of today."""

import json
import os
from pathlib import Path

import pytest

from tests.renderings.pages import CHATS

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
