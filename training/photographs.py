"""Held-out pictures, never trained on: public-domain photographs, and one drawing."""

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

# Which square of each is taken: (rows, columns). All are CC0 or in the public domain; see scikit-image's data
# page.
CUTS: dict[str, tuple[slice, slice]] = {
    "astronaut": (slice(0, 440), slice(30, 470)),
    "coffee": (slice(0, 400), slice(100, 500)),
    "chelsea": (slice(0, 300), slice(60, 360)),
    "rocket": (slice(0, 427), slice(100, 527)),
    "camera": (slice(0, 512), slice(0, 512)),
}


def photographs(size: int = 256) -> dict[str, Image.Image]:
    from skimage import data

    pictures = {}
    for name, (rows, columns) in CUTS.items():
        pixels = np.asarray(getattr(data, name)())[rows, columns]
        image = Image.fromarray(np.ascontiguousarray(pixels)).convert("RGB")
        pictures[name] = image.resize((size, size), Image.Resampling.LANCZOS)
    return pictures


def child_drawing(size: int = 256) -> Image.Image:
    """A house, hills, a tree and the sun with thick outlines, as people draw them."""
    image = Image.new("RGB", (1024, 1024), "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 700, 1024, 1024), fill=(150, 200, 110))
    pen.line((0, 700, 1024, 690), fill="black", width=8)
    hills = [(0, 700), (180, 420), (330, 600), (520, 350), (760, 690)]
    pen.polygon(hills, fill=(170, 170, 185))
    pen.line(hills, fill="black", width=8)
    pen.ellipse((780, 90, 930, 240), fill=(255, 220, 60), outline="black", width=8)
    pen.rectangle((360, 560, 640, 820), fill=(230, 200, 170), outline="black", width=8)
    roof = [(330, 560), (500, 400), (670, 560), (330, 560)]
    pen.polygon(roof, fill=(200, 80, 60))
    pen.line(roof, fill="black", width=8)
    pen.rectangle((460, 690, 540, 820), fill=(120, 80, 50), outline="black", width=6)
    for left in (390, 560):
        pen.rectangle((left, 600, left + 60, 660), fill=(170, 210, 240), outline="black", width=6)
    pen.rectangle((810, 640, 850, 860), fill=(110, 70, 40), outline="black", width=6)
    pen.ellipse((720, 430, 940, 680), fill=(70, 150, 70), outline="black", width=8)
    pen.ellipse((120, 130, 300, 220), outline="black", width=8)
    pen.ellipse((230, 100, 420, 220), outline="black", width=8)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def to_tensor(images: list[Image.Image]) -> Tensor:
    """(N, 3, H, W) in [0, 1]."""
    return torch.stack([torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 255 for image in images])


def to_image(picture: Tensor) -> Image.Image:
    """From (3, H, W) in [0, 1]."""
    pixels = (picture.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).cpu().numpy()
    return Image.fromarray(pixels)
