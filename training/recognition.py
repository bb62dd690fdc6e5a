"""A classifier that names the style of a picture.

It learns from the filters applied to drawn scenes, and never sees an output of the model nor a photograph.
Half of what it learns from has gone through the model's autoencoder: what a model paints is never sharper than that,
and a judge that knows sharp pictures alone takes the blur for a style. Linear, over statistics a person would go by:
colours and hues, contrast, edges and strokes at several scales.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.styles import filters as f


def _colours(pictures: Tensor) -> list[Tensor]:
    """Shares of the 4x4x4 boxes of RGB, moments of brightness and saturation, horizontal bands."""
    levels = (pictures * 3.999).long()
    codes = (levels[:, 0] * 16 + levels[:, 1] * 4 + levels[:, 2]).flatten(1)
    ones = torch.ones_like(codes, dtype=torch.float32)
    counts = torch.zeros(len(codes), 64).scatter_add_(1, codes, ones)
    shares = (counts / codes.shape[1]).sqrt()
    spread = pictures.amax(1) - pictures.amin(1)
    grey = f.luma(pictures).flatten(1)
    flat = spread.flatten(1)
    moments = torch.stack([grey.mean(1), grey.std(1), flat.mean(1), flat.std(1)], 1)
    channels = torch.cat([pictures.mean((2, 3)), pictures.std((2, 3))], 1)
    bands = functional.adaptive_avg_pool2d(pictures, (4, 1)).flatten(1)
    quantiles = grey.quantile(torch.tensor([0.05, 0.25, 0.5, 0.75, 0.95]), dim=1).T
    return [shares, moments, channels, bands, quantiles]


def _edges(pictures: Tensor) -> list[Tensor]:
    """Mean steps to the right, down and along both diagonals, and dark and bright ridges, at three scales."""
    out = []
    for _ in range(3):
        grey = f.luma(pictures)
        steps = [
            grey.diff(dim=3),
            grey.diff(dim=2),
            grey[:, :, 1:, 1:] - grey[:, :, :-1, :-1],
            grey[:, :, 1:, :-1] - grey[:, :, :-1, 1:],
        ]
        out += [step.abs().mean((1, 2, 3)) for step in steps]
        out += [(step.abs() > 0.15).float().mean((1, 2, 3)) for step in steps]
        ridge = grey - f.blur(grey, 1.5)
        out += [ridge.clamp_min(0).mean((1, 2, 3)), (-ridge).clamp_min(0).mean((1, 2, 3))]
        colour_steps = (pictures - grey).diff(dim=3).abs().mean((1, 2, 3))
        out.append(colour_steps)
        pictures = functional.avg_pool2d(pictures, 2)
    return [torch.stack(out, 1).clamp_min(1e-4).log()]


def _hues(pictures: Tensor) -> list[Tensor]:
    """How much chroma there is of each of twelve hues, and its quantiles."""
    red, green, blue = pictures.unbind(1)
    warm, yellow = red - green, (red + green) / 2 - blue
    chroma = (warm.square() + yellow.square()).sqrt().flatten(1)
    angle = (torch.atan2(yellow, warm) / (2 * math.pi) + 0.5).clamp(0, 1)
    hues = (angle * 11.999).long().flatten(1)
    amounts = torch.zeros(len(pictures), 12).scatter_add_(1, hues, chroma) / chroma.shape[1]
    return [amounts.sqrt(), chroma.quantile(torch.tensor([0.1, 0.5, 0.9]), dim=1).T]


def _strokes(pictures: Tensor) -> list[Tensor]:
    """How much neighbouring gradients agree in direction, and how detail is distributed, at three scales.

    Of detail: how unevenly it lies over the picture, and whether it is of dark dots or bright ones, of few strong
    edges or of many weak ones.
    """
    out = []
    for _ in range(3):
        grey = f.luma(pictures)
        right = functional.pad(grey.diff(dim=3), (0, 1))
        down = functional.pad(grey.diff(dim=2), (0, 0, 0, 1))
        across, along, mixed = (f.blur(product, 3.0) for product in (right * right, down * down, right * down))
        energy = across + along + 1e-6
        # Of the structure tensor: the difference of its eigenvalues over their sum.
        coherence = ((across - along).square() + 4 * mixed.square()).sqrt() / energy
        level = energy.log().flatten(1)
        detail = grey - f.blur(grey, 1.5)
        deviation = detail.std((1, 2, 3)) + 1e-3
        colour = pictures - grey
        out += [coherence.mean((1, 2, 3)), coherence.std((1, 2, 3)), level.mean(1), level.std(1)]
        out += list(level.quantile(torch.tensor([0.1, 0.5, 0.9]), dim=1))
        tails = (detail**4).mean((1, 2, 3)) / deviation**4  # 0 of a picture of one colour
        out += [(detail**3).mean((1, 2, 3)) / deviation**3, tails.clamp_min(1e-4).log()]
        out += [deviation.log(), ((colour - f.blur(colour, 1.5)).std((1, 2, 3)) + 1e-3).log()]
        pictures = functional.avg_pool2d(pictures, 2)
    return [torch.stack(out, 1)]


@torch.inference_mode()
def features(pictures: Tensor) -> Tensor:
    """(N, F) of pictures (N, 3, H, W) in [0, 1]."""
    pictures = pictures.float().clamp(0, 1)
    return torch.cat([*_colours(pictures), *_hues(pictures), *_edges(pictures), *_strokes(pictures)], 1)


def versus(made: Tensor, sources: Tensor) -> Tensor:
    """Features of pictures, and how they differ from those of what they were made from: (N, 2F).

    Without the source nobody can tell an orange cat in autumn from an orange cat.
    """
    return torch.cat([made, made - sources], 1)


class StyleClassifier:
    """Multinomial logistic regression on standardised features."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self._mean = self._deviation = torch.zeros(0)
        self._layer = nn.Linear(1, len(self.names))

    def fit(self, inputs: Tensor, labels: Tensor, *, epochs: int = 60, seed: int = 0) -> float:
        """Train on (N, F) features and (N,) indices of `names`; returns the share named right of these."""
        torch.manual_seed(seed)
        self._mean, self._deviation = inputs.mean(0), inputs.std(0).clamp_min(1e-3)
        x = self._standardise(inputs)
        self._layer = nn.Linear(x.shape[1], len(self.names))
        optimiser = torch.optim.AdamW(self._layer.parameters(), lr=5e-3, weight_decay=0.3)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
        for _ in range(epochs):
            for batch in torch.split(torch.randperm(len(x)), 256):
                # Noise on the features stands for all the ways a picture can differ from the filters' own.
                noisy = x[batch] + 0.6 * torch.randn(len(batch), x.shape[1])
                loss = functional.cross_entropy(self._layer(noisy), labels[batch])
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
            schedule.step()
        return float((self.predict(inputs) == labels).float().mean())

    @torch.inference_mode()
    def predict(self, inputs: Tensor) -> Tensor:
        """(N,) indices of `names`."""
        return self.likeliest(inputs, 1)[:, 0]

    @torch.inference_mode()
    def likeliest(self, inputs: Tensor, count: int) -> Tensor:
        """(N, count) indices of `names`, the likeliest first."""
        scores: Tensor = self._layer(self._standardise(inputs))
        return scores.topk(count, 1).indices

    def _standardise(self, inputs: Tensor) -> Tensor:
        return ((inputs - self._mean) / self._deviation).clamp(-6, 6)
