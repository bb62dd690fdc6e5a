"""What the tests' engines make of control: pictures that show the map they were made with."""

from PIL import Image

from inference.api import Control, ControlKind

KINDS = (ControlKind.CANNY, ControlKind.SCRIBBLE)
"""What the tests' models can be made to keep."""


def showing(picture: Image.Image, drawn: Image.Image | None, control: Control | None) -> Image.Image:
    """A picture with the map that it was made with, as strongly as its scale says."""
    if drawn is None or control is None:
        return picture
    return Image.blend(picture, drawn, min(1.0, control.scale) / 2)
