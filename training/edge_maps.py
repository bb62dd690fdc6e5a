"""Maps of a picture's lines, white on black: what the edge ControlNet is trained to follow.

Batched and on any device: (B, 3, H, W) in [0, 1] to (B, 3, H, W) in [0, 1]. They stand for what OpenCV's Canny, edge
networks, scribbles and line drawings look like, with thresholds drawn at random so that none is learnt by heart.
"""

import torch
from torch import Tensor

from training.styles import filters as f


def _uniform(noise: torch.Generator, count: int, low: float, high: float) -> Tensor:
    return low + (high - low) * torch.rand(count, 1, 1, 1, generator=noise, device=noise.device)


def _thin(picture: Tensor, sigma: float) -> tuple[Tensor, Tensor]:
    """Strength of the brightness gradient, and where it is the largest across its own direction."""
    right, down = f.gradient(picture, sigma)
    strength = (right**2 + down**2).sqrt() / 2
    padded = f.pad(strength, 1)
    rows, columns = strength.shape[2:]

    def neighbour(row: int, column: int) -> Tensor:
        return padded[:, :, 1 + row : 1 + row + rows, 1 + column : 1 + column + columns]

    steep = down.abs() > 2.414 * right.abs()
    flat = right.abs() > 2.414 * down.abs()
    same = right * down > 0
    first = torch.where(flat, neighbour(0, 1), torch.where(same, neighbour(1, 1), neighbour(1, -1)))
    second = torch.where(flat, neighbour(0, -1), torch.where(same, neighbour(-1, -1), neighbour(-1, 1)))
    first, second = torch.where(steep, neighbour(1, 0), first), torch.where(steep, neighbour(-1, 0), second)
    return strength, (strength >= first) & (strength > second)


def canny(picture: Tensor, low: Tensor | float, high: Tensor | float, sigma: float = 1.0) -> Tensor:
    """Lines of one pixel, (B, 1, H, W) of 0 and 1: above `high`, and above `low` what hangs on to those."""
    strength, thin = _thin(picture, sigma)
    weak = (thin & (strength > low)).float()
    lines = weak * (strength > high)
    for _ in range(8):
        lines = weak * f.thicken(lines)
    return lines


def soft_edges(picture: Tensor, high: Tensor | float) -> Tensor:
    """Wide soft lines as edge networks draw them, (B, 1, H, W)."""
    strength = f.edges(picture, 1.2, 0.0, 0.25)
    return (f.blur(strength, 1.0) / high).clamp(0, 1)


def scribble(picture: Tensor, high: Tensor | float) -> Tensor:
    """Few thick lines, (B, 1, H, W) of 0 and 1."""
    return f.thicken(canny(picture, high * 0.5, high, 2.5), 2)


def line_art(picture: Tensor, gain: Tensor | float) -> Tensor:
    """Dark lines and edges with soft ends, (B, 1, H, W)."""
    grey = f.luma(picture)
    dark = (f.blur(grey, 4.0) - f.blur(grey, 0.8)).clamp_min(0)
    return (gain * dark + 0.6 * canny(picture, 0.03, 0.06)).clamp(0, 1)


def draw_maps(noise: torch.Generator, pictures: Tensor) -> Tensor:
    """A quarter of the batch each kind; (B, 3, H, W)."""
    some = list(torch.tensor_split(pictures, 4))
    made = []
    for kind, part in enumerate(some):
        if len(part) == 0:
            continue
        if kind == 0:
            high = _uniform(noise, len(part), 0.03, 0.12)
            made.append(canny(part, high * 0.5, high))
        elif kind == 1:
            made.append(soft_edges(part, _uniform(noise, len(part), 0.35, 0.9)))
        elif kind == 2:
            made.append(scribble(part, _uniform(noise, len(part), 0.012, 0.05)))
        else:
            made.append(line_art(part, _uniform(noise, len(part), 4, 12)))
    return torch.cat(made).expand(-1, 3, -1, -1)


def agreement(made: Tensor, lines: Tensor, reach: int = 2) -> Tensor:
    """How well the pictures' edges and the lines lie on each other, (B,): an F1 score within `reach` pixels."""
    edges = canny(made, 0.025, 0.06)
    wanted = (lines > 0.5).float()
    kept = (wanted * f.thicken(edges, reach)).sum((1, 2, 3)) / wanted.sum((1, 2, 3)).clamp_min(1)
    asked = (edges * f.thicken(wanted, reach)).sum((1, 2, 3)) / edges.sum((1, 2, 3)).clamp_min(1)
    return 2 * kept * asked / (kept + asked).clamp_min(1e-6)
