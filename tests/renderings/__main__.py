"""Draw every rendering anew: `python -m tests.renderings`.

It needs Chromium and emoji: `apt-get install chromium fonts-noto-color-emoji`.
"""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.harness.playground import CHROMIUM
from tests.renderings.pages import CHATS, THEMES, WIDTHS, page, size_of

OUT = Path(__file__).parents[2] / "docs" / "chat"
_QUALITY = 40
_OF_THE_README = {"discord": "dark", "slack": "light"}
_RESULT_WIDTH, _RESULT_QUALITY = 752, 85
_OF_THE_GUIDES = {
    "discord": ("greeting", "form of set up", "form of remix", "painting", "sweep", "queue", "report", "settings"),
    "slack": ("greeting", "form of settings", "form of remix", "painting", "sweep", "home", "report"),
}
_GUIDE_QUALITY = 60
"""Of one card each, beside the sentences that speak of it."""


def main() -> None:
    """Write docs/chat/<chat>-<width>-<theme>.webp, and single cards for the README and the guides."""
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for chat in CHATS:
            for width in WIDTHS:
                for theme in THEMES:
                    wide, high = size_of(width)
                    tab = browser.new_page(viewport={"width": wide, "height": high})
                    tab.set_content(page(chat, theme, width))
                    _write(tab.screenshot(full_page=True), f"{chat}-{width}-{theme}", _QUALITY)
                    tab.close()
            for name, quality in [
                ("result", _RESULT_QUALITY),
                *((each, _GUIDE_QUALITY) for each in _OF_THE_GUIDES[chat]),
            ]:
                tab = browser.new_page(viewport={"width": _RESULT_WIDTH, "height": 100})
                tab.set_content(page(chat, _OF_THE_README[chat], "desktop", only=[name]))
                tab.add_style_tag(content="figcaption { display: none }")
                _write(tab.screenshot(full_page=True), f"{chat}-{name.replace(' ', '-')}", quality)
                tab.close()
        browser.close()


def _write(taken: bytes, name: str, quality: int) -> None:
    with Image.open(io.BytesIO(taken)) as picture:
        picture.convert("RGB").save(OUT / f"{name}.webp", quality=quality, method=6)


if __name__ == "__main__":
    main()
