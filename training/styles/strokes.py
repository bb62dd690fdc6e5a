"""Brush strokes: one for each 8x8 cell, laid along the picture's edges and painted over each other."""

from dataclasses import dataclass

import torch
from torch import Tensor

from training.styles.filters import CELL, cell_mean, cell_noise, coordinates, upsample_cells


@dataclass(frozen=True)
class Brush:
    """Lengths in pixels.

    `relief` is how much brighter the lit side of a stroke is, `jitter` how far strokes differ in brightness,
    `gap` what is left of the ground colour where no stroke lies.
    """

    length: float
    width: float
    relief: float
    jitter: float
    bristles: float = 0.0
    gap: float = 0.6


def paint(colours: Tensor, direction: tuple[Tensor, Tensor], brush: Brush, seed: int) -> Tensor:
    """Paint `colours` (B, 3, H, W) with strokes along `direction` (the doubled angle's cosine and sine).

    Positions, order and jitter come from a fixed lattice, so the painting is a function of the picture.
    """
    table = cell_noise(colours, seed, 4)
    ground = cell_mean(colours)
    doubled = torch.atan2(cell_mean(direction[1]), cell_mean(direction[0]))
    cosine, sine = torch.cos(doubled / 2), torch.sin(doubled / 2)
    row, column = coordinates(colours[:, :, ::CELL, ::CELL])
    centre_row = row[None, None] * CELL + CELL * (0.1 + 0.8 * table[:, :1])
    centre_column = column[None, None] * CELL + CELL * (0.1 + 0.8 * table[:, 1:2])
    brightness = 1 + brush.jitter * 2 * (table[:, 3:] - 0.5)
    pixel_row, pixel_column = coordinates(colours)

    batch = colours.shape[0]
    cells = torch.cat([ground * brightness, cosine, sine, (centre_row + 0 * cosine), (centre_column + 0 * cosine)], 1)
    painted = colours * brush.gap
    highest = torch.full_like(colours[:, :1], -1.0)
    reach = int(brush.length / 2 / CELL) + 1
    rows, columns = cells.shape[2:]
    padded = torch.nn.functional.pad(cells, (reach,) * 4, mode="replicate")
    order = torch.nn.functional.pad(table[:, 2:3].expand(batch, 1, rows, columns), (reach,) * 4, value=-2.0)
    for top in range(2 * reach + 1):
        for left in range(2 * reach + 1):
            window = (slice(None), slice(None), slice(top, top + rows), slice(left, left + columns))
            near = upsample_cells(padded[window], colours)
            rank = upsample_cells(order[window], colours)
            down, right = pixel_row - near[:, 5:6], pixel_column - near[:, 6:7]
            along = right * near[:, 3:4] + down * near[:, 4:5]
            across = down * near[:, 3:4] - right * near[:, 4:5]
            # An ellipse of the fourth power: straight sides and round ends.
            inside = (2 * along / brush.length) ** 4 + (2 * across / brush.width) ** 4 < 1
            above = inside & (rank > highest)
            side = across / brush.width
            # Light falls from the upper left, so a stroke's upper or left flank is the brighter one.
            lit = -2 * side * (near[:, 3:4] + near[:, 4:5].abs() * 0.3)
            shade = 1 + brush.relief * lit + brush.bristles * torch.cos(side * 12.0)
            painted = torch.where(above, near[:, :3] * shade, painted)
            highest = torch.where(above, rank, highest)
    return painted
