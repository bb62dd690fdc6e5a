"""Photograph the pages anew: `python -m tests.renderings.web` (needs Chromium: apt-get install chromium).

With a folder (`python -m tests.renderings.web FOLDER`) every state is put there, light and dark, wide and narrow, to
be looked at; without one those that the documents show are written to docs/web.
"""

import io
import sys
import tempfile
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Page

from tests.harness.playground import chromium, opened
from tests.harness.playground import playground as running
from tests.renderings.states import playground

OUT = Path(__file__).parents[2] / "docs" / "web"
_QUALITY = 80
_Scheme = Literal["light", "dark"]
_WIDE, _NARROW = (1280, 900), (390, 844)
_SHOWN: dict[str, list[tuple[str, _Scheme, tuple[int, int], bool]]] = {
    "result": [("result", "light", _WIDE, False), ("phone", "dark", _NARROW, False)],
    "several": [("sweep", "light", _WIDE, False)],
    "gallery": [("gallery", "light", _WIDE, False)],
    "operator-running": [("operator", "light", _WIDE, True)],
}
"""Of a state: its file, colours, size, and whether the page is shown to its end."""


def main() -> None:
    """Walk through the playground with a camera."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with (
        tempfile.TemporaryDirectory() as kept,
        running(Path(kept) / "kept", PENTIMENTO__ENGINE__DEVICES="2") as service,
        chromium() as browser,
        opened(browser, viewport={"width": _WIDE[0], "height": _WIDE[1]}) as (page, _),
    ):
        for number, state in enumerate(playground(page, service.address)):
            if folder:
                for scheme in ("light", "dark"):
                    for size in (_WIDE, _NARROW):
                        _take(page, scheme, size, folder / f"{number:02}-{state}-{scheme}-{size[0]}.webp", whole=True)
            else:
                for name, scheme, size, whole in _SHOWN.get(state, ()):
                    _take(page, scheme, size, OUT / f"{name}.webp", whole=whole)
            page.set_viewport_size({"width": _WIDE[0], "height": _WIDE[1]})


def _take(page: Page, scheme: _Scheme, size: tuple[int, int], file: Path, *, whole: bool) -> None:
    file.parent.mkdir(exist_ok=True)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    with Image.open(io.BytesIO(page.screenshot(full_page=whole))) as picture:
        picture.save(file, "WEBP", quality=_QUALITY, method=6)


if __name__ == "__main__":
    main()
