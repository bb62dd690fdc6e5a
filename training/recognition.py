"""A classifier that names the style of a picture.

It learns from the filters applied to drawn scenes, and never sees an output of the model nor a photograph.
Linear, over statistics a person would go by: colours, contrast and edges at several scales, and the patterns
of the tile grid.
"""

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


def _patterns(pictures: Tensor) -> list[Tensor]:
    """What all 32x32 tiles have in common, and how much changes at each phase of a 16-pixel grid."""
    grey = f.luma(pictures)
    detail = grey - f.box_blur(grey, 8)
    side = f.PERIOD
    rows, columns = grey.shape[2] // side, grey.shape[3] // side
    tiles = detail[:, 0, : rows * side, : columns * side].reshape(-1, rows, side, columns, side)
    common = functional.avg_pool2d(tiles.mean((1, 3))[:, None], 2).flatten(1)
    across = grey.diff(dim=3, append=grey[..., -1:]).abs().mean((1, 2))
    down = grey.diff(dim=2, append=grey[..., -1:, :]).abs().mean((1, 3))
    phases = [line.reshape(len(line), -1, 16).mean(1) for line in (across, down)]
    relative = [phase / (phase.mean(1, keepdim=True) + 0.01) for phase in phases]
    return [common * 5, *relative]


@torch.inference_mode()
def features(pictures: Tensor) -> Tensor:
    """(N, F) of pictures (N, 3, H, W) in [0, 1] whose sides are multiples of 32."""
    pictures = pictures.float().clamp(0, 1)
    return torch.cat([*_colours(pictures), *_edges(pictures), *_patterns(pictures)], 1)


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
                noisy = x[batch] + 0.3 * torch.randn(len(batch), x.shape[1])
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
