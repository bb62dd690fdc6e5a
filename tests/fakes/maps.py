"""What the tests' engines make of control: maps that look like the source, and pictures that show their map."""

from PIL import Image, ImageChops, ImageFilter, ImageOps

from inference.api import Control
from inference.geometry import fit

KINDS = ("canny", "scribble")
"""What the tests' models can be made to keep."""


def control_map(picture: Image.Image, control: Control) -> Image.Image:
    """The given map, fitted into the picture; else edges of the picture, a little different for each kind."""
    if control.map is None:
        edges = picture.convert("L").filter(ImageFilter.FIND_EDGES)
        return ImageOps.autocontrast(edges).point(lambda value: value // (1 + len(control.kind) % 3)).convert("RGB")
    with Image.open(control.map, formats=("PNG",)) as opened:
        return ImageOps.pad(opened.convert("RGB"), picture.size)


def controlled(picture: Image.Image, source: Image.Image, control: Control | None) -> Image.Image:
    """A picture that shows the map it was made with, by its scale."""
    if control is None:
        return picture
    drawn = control_map(source, control).resize(picture.size)
    return Image.blend(picture, ImageChops.lighter(picture, drawn), min(1.0, control.scale))


def map_only(source: Image.Image, control: Control, max_pixels: int) -> Image.Image:
    """The map as a result."""
    return control_map(fit(source, max_pixels), control)
