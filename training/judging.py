"""What a report measures of pictures and their sources: colours, structure, lattices, saturation."""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from inference.api import ControlKind
from training.edge_maps import agreement, draw_map
from training.photographs import to_image
from training.styles import filters as f

Lags = npt.NDArray[np.float64]
NEAREST, FARTHEST = 16, 64
"""Lags in pixels between which a lattice is looked for: nearer ones are a stroke's own size."""


def lab_distance(made: Tensor, sources: Tensor) -> float:
    """Mean CIE76 distance of pictures (N, 3, H, W) in [0, 1]."""
    from skimage.color import rgb2lab

    one, other = (rgb2lab(pictures.movedim(1, -1).clamp(0, 1).numpy()) for pictures in (made, sources))
    return float(np.linalg.norm(one - other, axis=-1).mean())


def structure(made: Tensor, source: Tensor) -> float:
    """How well the edges of two pictures (3, H, W) lie on each other at half the size: F1 within two pixels."""
    half = [functional.avg_pool2d(picture[None], 2)[0] for picture in (made, source)]
    return agreement(half[0], draw_map(ControlKind.CANNY, to_image(half[1])).float() / 255)


def saturation(pictures: Tensor) -> float:
    """Mean saturation as HSV has it, of pictures (N, 3, H, W)."""
    hsv = np.stack([np.asarray(to_image(picture).convert("HSV"))[..., 1] for picture in pictures])
    return float(hsv.mean() / 255)


def texture(made: Tensor, sources: Tensor) -> Tensor:
    """What a style has put on top of the smoothed sources, without broad changes of tone: (N, H, W)."""
    added = f.luma(made) - f.luma(f.blur(sources, 3.0))
    return (added - f.blur(added, 8.0))[:, 0]


def autocorrelation(textures: Tensor) -> Lags:
    """Mean over textures (N, H, W) of the share of their variance that repeats at every lag up to `FARTHEST`.

    (2 FARTHEST + 1, 2 FARTHEST + 1), lag 0 in the middle. What pictures do not share averages out.
    """
    rows, columns = textures.shape[1:]
    padded = (2 * rows, 2 * columns)
    spectrum = torch.fft.rfft2(textures.double(), s=padded)
    raw = torch.fft.irfft2(spectrum.abs() ** 2, s=padded)
    there = torch.fft.rfft2(torch.ones(rows, columns, dtype=torch.double), s=padded)
    overlap = torch.fft.irfft2(there.abs() ** 2, s=padded).clamp_min(1)
    mean = raw / overlap
    shares = (mean / mean[:, :1, :1].clamp_min(1e-9)).mean(0)
    centred = torch.roll(shares, (FARTHEST, FARTHEST), (0, 1))[: 2 * FARTHEST + 1, : 2 * FARTHEST + 1]
    values: Lags = centred.numpy()
    return values


def lattice(textures: Tensor) -> tuple[float, tuple[int, int]]:
    """The highest autocorrelation at a lag of `NEAREST` to `FARTHEST` pixels, and that lag (down, right)."""
    shares = autocorrelation(textures)
    lags = np.abs(np.mgrid[-FARTHEST : FARTHEST + 1, -FARTHEST : FARTHEST + 1]).max(0)
    inside = np.where(lags >= NEAREST, shares, -1.0)
    down, right = np.unravel_index(int(inside.argmax()), inside.shape)
    return float(inside.max()), (int(down) - FARTHEST, int(right) - FARTHEST)


def moved(first: Tensor, second: Tensor) -> float:
    """How much of two textures (N, H, W) differs: 0 for the same strokes, 1 for strokes without any likeness."""
    one, other = (textures.flatten(1) - textures.flatten(1).mean(1, keepdim=True) for textures in (first, second))
    alike = (one * other).sum(1) / (one.norm(dim=1) * other.norm(dim=1)).clamp_min(1e-9)
    return float(1 - alike.mean())


def structures(made: Tensor, sources: Tensor) -> float:
    return float(np.mean([structure(one, source) for one, source in zip(made, sources, strict=True)]))
