"""The pictures that stand in the renderings: the demo's cup, its oil painting, and what lies between them.

They show where pictures stand and how large; what the model makes is in docs/demo. A sweep's are blends of the two.
"""

import base64
import io
from functools import cache
from pathlib import Path

from PIL import Image, ImageFilter

from adapters.pictures.marks import marked, mosaic
from adapters.pictures.sheet import contact_sheet
from bot.domain.picture import Tile
from config.styles import load_styles
from tests.renderings.cases import DEMO

SAMPLES = Path(__file__).parents[2] / "bot" / "sample"
_SIDE = 512
_SOURCE, _OIL = (67, 44, 284, 261), (747, 44, 964, 261)
"""Boxes of both in the demo's sheet."""


@cache
def address(name: str) -> str:
    """A picture by the name of its file, as a `data:` address."""
    buffer = io.BytesIO()
    _drawn(name).save(buffer, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def _drawn(name: str) -> Image.Image:  # noqa: PLR0911 -- one for each picture
    with Image.open(DEMO / "example.jpg") as sheet:
        source, oil = (sheet.convert("RGB").crop(box).resize((_SIDE, _SIDE)) for box in (_SOURCE, _OIL))
    rungs = [marked(Image.blend(source, oil, share), f"{share:g}") for share in (0.3, 0.5, 0.7, 0.9)]
    blurred = oil.resize((64, 64)).resize(oil.size).filter(ImageFilter.GaussianBlur(6))
    match name.rpartition(".")[0] or name:
        case "source" | "SOURCE":
            return source.resize((256, 256))
        case "STRIP" | "pentimento":
            return Image.open(io.BytesIO((SAMPLES / "strip.jpg").read_bytes())).convert("RGB")
        case "STYLES":
            painted = [each for each in load_styles("").values() if each.theme == "painting" and each.picture]
            tiles = [Tile(each.picture.read_bytes(), each.name) for each in painted[:12] if each.picture]
            return Image.open(io.BytesIO(contact_sheet(tiles))).convert("RGB")
        case "SHEET":
            return mosaic(rungs)
        case "PREVIEW":
            return blurred
        case word if word.startswith("preview"):
            return blurred
        case "result0" | "RESULT":
            return oil
        case word if word.startswith("rung"):
            return rungs[int(word[4:])]
        case _:
            return rungs[int(name.removeprefix("result").partition(".")[0])]
