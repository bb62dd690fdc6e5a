"""Small pictures of how far a request is, without decoding anything.

A latent is nearly a linear code of the colour it stands for. The map is fitted to the request's own source, whose
latents and pixels are both known, so it needs no weights made for the model; a chart that was encoded when the model
was loaded stands in for the colours that the source does not have.
"""

import numpy as np
import torch
from PIL import Image

from inference.batching.components import Components, LatentDist

SIDE = 512
"""Pixels along the longer side of a preview at most: a chat shows it as large as the result that takes its place."""

CHART = 128
"""Pixels along a side of the chart."""

CHART_WEIGHT = 0.05
"""Weight of the chart's fit against the source, as a share of the source's mean variance."""


class LatentPreview:
    """The linear map from latents to colours. Made by fitting a colour chart; `fitted` adds a source. On the CPU."""

    def __init__(self, components: Components) -> None:
        chart = _chart()
        dist = components.encode_picture(chart)
        self._weights = _fit(dist, chart, torch.zeros(dist.mean.shape[1] + 1, 3), 1e-4)

    def fitted(self, dist: LatentDist, source: Image.Image) -> torch.Tensor:
        """Weights [channels + 1, 3], the last row for a constant 1, from unscaled latents to RGB in [0, 1]."""
        return _fit(dist, source, self._weights, CHART_WEIGHT)


def render(latents: torch.Tensor, weights: torch.Tensor, size: tuple[int, int]) -> Image.Image:
    """The picture that unscaled latents [channels, height, width] stand for, as large as `sized` makes it."""
    features = _features(latents)
    colours = (features @ weights).clamp(0, 1).view(*latents.shape[1:], 3)
    return sized(Image.fromarray((colours * 255).round().to(torch.uint8).numpy()), size)


def sized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A picture as large as a result of `size`, its longer side `SIDE` pixels at most."""
    scale = min(1.0, SIDE / max(size))
    width, height = (max(1, round(side * scale)) for side in size)
    return picture.resize((width, height), Image.Resampling.BICUBIC)


def _fit(dist: LatentDist, picture: Image.Image, prior: torch.Tensor, weight: float) -> torch.Tensor:
    """Ridge regression towards `prior`, which decides in the directions in which the picture varies little."""
    latents = dist.mean[0].cpu()
    features = _features(latents)
    height, width = latents.shape[1:]
    pixels = np.asarray(picture.resize((width, height), Image.Resampling.BOX), dtype=np.float32) / 255
    colours = torch.from_numpy(pixels).view(-1, 3)
    gram = features.T @ features
    ridge = weight * gram.diagonal().mean() * torch.eye(len(gram))
    weights: torch.Tensor = torch.linalg.solve(gram + ridge, features.T @ colours + ridge @ prior)
    return weights


def _features(latents: torch.Tensor) -> torch.Tensor:
    """Latents [channels, height, width] as [height * width, channels + 1], with a 1 at the end of each row."""
    rows = latents.detach().float().cpu().flatten(1).T
    return torch.cat([rows, torch.ones(len(rows), 1)], dim=1)


def _chart() -> Image.Image:
    """Smooth patches of all colours, always the same."""
    patches = np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize((CHART, CHART), Image.Resampling.BICUBIC)
