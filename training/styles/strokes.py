"""Brush strokes: one for each cell, laid along the picture's edges and painted over each other."""

from dataclasses import dataclass

import torch
from torch import Tensor

from training.styles import filters as f


@dataclass(frozen=True)
class Brush:
    """Lengths in pixels.

    `cell` is the side of the squares that have a stroke each; `relief` is how much brighter the lit side of a stroke
    is, `jitter` how far strokes differ in brightness, `curve` how far a stroke's ends bend aside.
    """

    cell: int
    length: float
    width: float
    relief: float
    jitter: float
    bristles: float = 0.0
    curve: float = 0.0


def paint(
    colours: Tensor,
    direction: tuple[Tensor, Tensor],
    brush: Brush,
    noise: Tensor,
    *,
    size: Tensor | None = None,
    under: Tensor | None = None,
) -> Tensor:
    """Paint `colours` (B, 3, H, W) with strokes along `direction` (the doubled angle's cosine and sine).

    `noise` (B, 5 or more, rows / cell, columns / cell) places, orders and varies the strokes. `size` (B, 1, H, W)
    scales them, and a stroke of size 0 is not painted. `under`: what shows where no stroke lies.
    """
    cell = brush.cell
    numbers = f.chances(noise, 0, 1, 2, 3, 4)
    row, column = f.places(numbers[:, :1], numbers[:, 1:2], cell)
    shape = row.shape[2:]

    def of_cells(field: Tensor) -> Tensor:
        return f.cell_mean(field, cell)[:, :, : shape[0], : shape[1]]

    doubled = torch.atan2(of_cells(direction[1]), of_cells(direction[0])) + (numbers[:, 4:5] - 0.5) * 0.5
    cosine, sine = torch.cos(doubled / 2), torch.sin(doubled / 2)
    scale = 0.75 + 0.5 * numbers[:, 3:4]
    if size is not None:
        scale = scale * of_cells(size)
    colour = of_cells(colours) * (1 + brush.jitter * 2 * (numbers[:, 3:4] - 0.5))
    bend = brush.curve * 2 * (numbers[:, 4:5] - 0.5)
    name = torch.arange(shape[0] * shape[1], device=row.device).view(1, 1, *shape).to(row).expand_as(row)
    cells = torch.cat([cosine, sine, row, column, scale, bend, numbers[:, 2:3], name], 1)
    highest, topmost = torch.full_like(colours[:, :1], -1.0), torch.full_like(colours[:, :1], -1.0)
    grid = f.coordinates(colours)
    for near in f.neighbours(cells, colours, cell, int(brush.length * 1.25 / 2 / cell) + 1):
        along, across = _within(near, grid, brush)
        # An ellipse of the fourth power: straight sides and round ends.
        inside = (along**4 + across**4 < 1) & (near[:, 4:5] > 0.15) & (near[:, 4:5] < f.FAR / 2)
        above = inside & (near[:, 6:7] > highest)
        highest = torch.where(above, near[:, 6:7], highest)
        topmost = torch.where(above, near[:, 7:], topmost)
    stroke = topmost.clamp_min(0).long().flatten(2)

    def of_stroke(field: Tensor) -> Tensor:
        chosen = field.flatten(2).gather(2, stroke.expand(-1, field.shape[1], -1))
        return chosen.view(*field.shape[:2], *colours.shape[2:])

    own = of_stroke(cells[:, :6])
    _, across = _within(own, grid, brush)
    # Light falls from the upper left, so a stroke's upper or left flank is the brighter one.
    lit = -across * (own[:, :1] + own[:, 1:2].abs() * 0.3)
    shade = 1 + brush.relief * lit + brush.bristles * torch.cos(across * 6.0)
    return torch.where(topmost >= 0, of_stroke(colour) * shade, colours if under is None else under)


def _within(stroke: Tensor, grid: tuple[Tensor, Tensor], brush: Brush) -> tuple[Tensor, Tensor]:
    """Where in a stroke every pixel lies, along and across it; 1 is its end. `stroke`: as `paint` packs it."""
    down, right = grid[0] - stroke[:, 2:3], grid[1] - stroke[:, 3:4]
    c, s, scaled = stroke[:, :1], stroke[:, 1:2], stroke[:, 4:5].clamp_min(1e-3)
    along = (right * c + down * s) / (brush.length / 2 * scaled)
    across = (down * c - right * s) / (brush.width / 2 * scaled) - stroke[:, 5:6] * along * along
    return along, across
