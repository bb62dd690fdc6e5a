"""Several pictures as one: a labelled contact sheet of a sweep, a strip that shows the way of a chain."""

import io
import math
import unicodedata
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from bot.domain.picture import Tile

_BACKGROUND, _TEXT, _ARROW = "#202225", "#e3e5e8", "#8b9098"
_WIDEST = 2048  # chats scale anything wider down, and the labels with it
_STRIP_ROW = 5  # pictures of a chain that stay in one row
_PANORAMA = 2.0  # from here on a chat shows two side by side smaller than one above the other


def contact_sheet(tiles: Sequence[Tile]) -> bytes:
    """The pictures side by side, left to right and top to bottom, as a PNG."""
    return _sheet(tiles, arrows=False)


def strip(tiles: Sequence[Tile]) -> bytes:
    """The pictures in a row with an arrow from each to the next, as a PNG; more than five go on in the next row."""
    return _sheet(tiles, arrows=True)


def _sheet(tiles: Sequence[Tile], *, arrows: bool) -> bytes:
    """Lay the tiles out on a grid, each row with its captions below.

    Raises:
        ValueError: if there are none.
    """
    if not tiles:
        raise ValueError("a sheet needs a picture")
    pictures = [opened(tile.content) for tile in tiles]
    widest = max(picture.width for picture in pictures)
    highest = max(picture.height for picture in pictures)
    columns = _strip_columns(len(tiles), widest / highest) if arrows else _sheet_columns(len(tiles), widest / highest)
    rows = math.ceil(len(tiles) / columns)
    scale = min(1.0, _WIDEST / (columns * widest * 1.1), _WIDEST / (rows * highest * 1.2))
    width, height = round(widest * scale), round(highest * scale)
    unit = max(96, min(width, height))  # all else is in proportion to a tile, so sheets of any size look alike
    letters = max(13, round(unit * 0.07))
    font = ImageFont.load_default(size=letters)
    gap, caption = max(8, round(unit * 0.05)), round(letters * 2)
    gutter = gap * 3 if arrows else gap
    sheet = Image.new(
        "RGB",
        (2 * gap + columns * width + (columns - 1) * gutter, gap + rows * (height + caption)),
        _BACKGROUND,
    )
    draw = ImageDraw.Draw(sheet)
    for place, (picture, tile) in enumerate(zip(pictures, tiles, strict=True)):
        row, column = divmod(place, columns)
        missing = 0 if arrows else columns - min(columns, len(tiles) - row * columns)
        left = gap + column * (width + gutter) + missing * (width + gutter) // 2  # a short last row stands centred
        top = gap + row * (height + caption)
        picture.thumbnail((width, height), Image.Resampling.LANCZOS)
        sheet.paste(picture, (left + (width - picture.width) // 2, top + (height - picture.height) // 2))
        below = (left + width / 2, top + height + caption * 0.47)
        draw.text(below, _fitting(tile.label, font, width), fill=_TEXT, font=font, anchor="mm")
        if arrows and column:
            _arrow(draw, (left - gutter / 2, top + height / 2), gap)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()


def opened(content: bytes) -> Image.Image:
    """A PNG or JPEG of ours or of the owner, ready to be drawn on."""
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as stored:
        return stored.convert("RGB")


def _sheet_columns(count: int, aspect: float) -> int:
    """As many as make the sheet nearest to 16:9 with the fewest empty places."""

    def badness(columns: int) -> float:
        rows = math.ceil(count / columns)
        return abs(math.log(columns * aspect / rows * 9 / 16)) + 0.6 * (rows * columns - count)

    return min(range(1, count + 1), key=badness)


def _strip_columns(count: int, aspect: float) -> int:
    """One row if it is short, else rows of nearly one length; two panoramas stand below each other."""
    if count == 2 and aspect >= _PANORAMA:
        return 1
    return count if count <= _STRIP_ROW else math.ceil(count / math.ceil(count / (_STRIP_ROW - 1)))


def _fitting(label: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    """As much of a label as the font can draw in one line; letters lose accents it does not know."""
    unknown = bytes(font.getmask("\uffff"))
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", label)
        if not unicodedata.combining(letter) and (letter == " " or bytes(font.getmask(letter)) != unknown)
    )
    if font.getlength(plain) <= width:
        return plain
    while plain and font.getlength(plain + "…") > width:
        plain = plain[:-1]
    return plain.rstrip() + "…"


def _arrow(draw: ImageDraw.ImageDraw, centre: tuple[float, float], size: float) -> None:
    x, y = centre
    half, thick = size * 0.8, max(2, round(size * 0.16))
    draw.line((x - half, y, x + half, y), fill=_ARROW, width=thick)
    draw.line(
        ((x + half * 0.2, y - half * 0.6), (x + half, y), (x + half * 0.2, y + half * 0.6)),
        fill=_ARROW,
        width=thick,
        joint="curve",
    )
