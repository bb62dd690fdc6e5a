"""Sizes: how a picture of any size and aspect ratio meets what a model can work on, and comes back.

A picture is scaled down if it exceeds the model's working area, padded by mirroring to what the model needs, and
the result is cropped back. Padding goes to the right and bottom, so the picture keeps its place on the model's grid.
A result fed back is never resized again: chains do not shrink or blur.
"""

import math

from PIL import Image

MIN_SIDE = 64
"""Least side a model is given, in pixels: 8 latents survive the three halvings of a UNet."""

Size = tuple[int, int]
"""Width and height in pixels."""


def working_size(size: Size, max_pixels: int) -> Size:
    """The size a result has: `size`, or less if that is more than `max_pixels`.

    Both sides are rounded down, so the result fits and maps to itself.
    """
    width, height = size
    if width * height <= max_pixels:
        return size
    # Whole numbers: a square root in floating point can lose a pixel to rounding.
    return max(1, math.isqrt(max_pixels * width // height)), max(1, math.isqrt(max_pixels * height // width))


def padded_size(size: Size, multiple: int) -> Size:
    """The least size that holds `size` and that the model takes."""
    width, height = (math.ceil(max(side, MIN_SIDE) / multiple) * multiple for side in size)
    return width, height


def fit(picture: Image.Image, max_pixels: int) -> Image.Image:
    """Scale an RGB picture down to `working_size`; the same picture if it fits already."""
    size = working_size(picture.size, max_pixels)
    return picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)


def pad(picture: Image.Image, multiple: int) -> Image.Image:
    """Extend an RGB picture to `padded_size` by mirroring it at its right and lower edge."""
    width, height = padded_size(picture.size, multiple)
    right, below = width - picture.width, height - picture.height
    if not right and not below:
        return picture
    import numpy as np  # a tenth of a second for the bot's own process, which only asks for sizes

    pixels = np.pad(np.asarray(picture), ((0, below), (0, right), (0, 0)), mode="symmetric")
    return Image.fromarray(pixels)


def crop(picture: Image.Image, size: Size) -> Image.Image:
    """Cut off what `pad` added."""
    return picture.crop((0, 0, *size))
