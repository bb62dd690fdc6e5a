"""All renderings of one chat as one page, in a theme and a width."""

import base64
import html
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tests.renderings import cases, markup

CHATS = {"discord": (cases.discord, markup.discord), "slack": (cases.slack, markup.slack)}
THEMES = ("dark", "light")
WIDTHS = {"desktop": (720, 2), "phone": (390, 3)}
"""Pixels of a column, and how many stand side by side."""

_STYLE = Path(__file__).with_name("style.css")
_FONTS = {"discord": "noto-sans", "slack": "lato"}
"""Slack's own font, and what is closest to Discord's: with what a machine happens to have, lines break elsewhere."""


@cache
def _font(chat: str) -> str:
    faces = []
    for weight in (400, 700):
        file = Path(__file__).parent / "fonts" / f"{_FONTS[chat]}-{weight}.woff2"
        address = "data:font/woff2;base64," + base64.b64encode(file.read_bytes()).decode()
        faces.append(f"@font-face {{ font-family: chat; font-weight: {weight}; src: url({address}); }}")
    return "".join(faces)


def size_of(width: str) -> tuple[int, int]:
    """The viewport of a page."""
    pixels, columns = WIDTHS[width]
    return columns * pixels + (columns - 1) * 24 + 32, 800


def page(chat: str, theme: str, width: str, *, only: Iterable[str] = ()) -> str:
    """The HTML."""
    payloads, shown = CHATS[chat]
    pixels, columns = WIDTHS[width]
    wanted = set(only)
    figures = "".join(
        f"<figure><figcaption>{html.escape(name)}</figcaption>{shown(payload)}</figure>"
        for name, payload in payloads().items()
        if not wanted or name in wanted
    )
    count = 1 if wanted else columns
    whole = count * pixels + (count - 1) * 24 + 32
    return (
        f"<!doctype html><meta charset=utf-8><style>{_font(chat)}{_STYLE.read_text()}</style>"
        f"<body class='{chat} {theme} {width}' style='--columns:{count};--width:{whole}px'>{figures}"
    )
