"""Labels drawn into pictures, for when several stand side by side where a chat shows no captions."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

_GAP = 4
_BETWEEN = "#202225"
_INK, _PLATE = (255, 255, 255, 255), (0, 0, 0, 150)
_LETTERS = 0.06
"""Height of the letters, as a share of the picture's shorter side: a sweep of four is read on a phone."""


def marked(picture: Image.Image, label: str) -> Image.Image:
    """A copy with a label in its upper left corner; the picture itself if there is nothing to say."""
    if not label:
        return picture
    size = max(14, round(min(picture.size) * _LETTERS))
    font = ImageFont.load_default(size=size)
    pad, edge = round(size * 0.35), round(size * 0.4)
    left, top, right, bottom = font.getbbox(label)
    plate = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(plate)
    box = (edge, edge, edge + right - left + 2 * pad, edge + bottom - top + 2 * pad)
    draw.rounded_rectangle(box, radius=round(size * 0.35), fill=_PLATE)
    draw.text((edge + pad - left, edge + pad - top), label, font=font, fill=_INK)
    return Image.alpha_composite(picture.convert("RGBA"), plate).convert("RGB")


def mosaic(pictures: Sequence[Image.Image], *, widest: int = 1600) -> Image.Image:
    """Pictures of one size next to each other with hardly a gap: two side by side, four as two and two.

    Args:
        pictures: at least one; one of another size is fitted into the place of the first.
        widest: pixels that the whole has at most, each way.
    """
    columns = math.ceil(math.sqrt(len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    width, height = pictures[0].size
    scale = min(1.0, widest / (columns * width), widest / (rows * height))
    width, height = max(1, round(width * scale)), max(1, round(height * scale))
    whole = Image.new("RGB", (columns * width + (columns - 1) * _GAP, rows * height + (rows - 1) * _GAP), _BETWEEN)
    for place, picture in enumerate(pictures):
        row, column = divmod(place, columns)
        fitted = picture.resize((width, height), Image.Resampling.LANCZOS)
        whole.paste(fitted, (column * (width + _GAP), row * (height + _GAP)))
    return whole
