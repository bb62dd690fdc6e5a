"""Draw every rendering anew: `python -m tests.renderings` (needs Chromium: apt-get install chromium)."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.harness.playground import CHROMIUM
from tests.renderings.pages import CHATS, THEMES, WIDTHS, page, size_of

OUT = Path(__file__).parents[2] / "docs" / "chat"
_QUALITY = 50


def main() -> None:
    """Write docs/chat/<chat>-<width>-<theme>.webp."""
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for chat in CHATS:
            for width in WIDTHS:
                for theme in THEMES:
                    wide, high = size_of(width)
                    tab = browser.new_page(viewport={"width": wide, "height": high})
                    tab.set_content(page(chat, theme, width))
                    taken = tab.screenshot(full_page=True)
                    tab.close()
                    with Image.open(io.BytesIO(taken)) as picture:
                        picture.convert("RGB").save(OUT / f"{chat}-{width}-{theme}.webp", quality=_QUALITY, method=6)
        browser.close()


if __name__ == "__main__":
    main()
