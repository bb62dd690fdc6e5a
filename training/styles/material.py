"""Looks made of pieces or of one stuff: pixels, bricks, mosaic, stained glass, low poly, gold, clay."""

import math
from functools import cache

import torch
from torch import Tensor

from training.styles import filters as f

BRICK = 16
FACET = 16


def pixel_art(picture: Tensor, _masks: Tensor) -> Tensor:
    squares = f.cell_mean(f.stretch(picture))
    vivid = f.saturate(f.contrast(squares, 0.4), 1.5).clamp(0, 1)
    few = f.upsample_cells((torch.round(vivid * 4) / 4).clamp(0, 1), picture)
    row, column = f.coordinates(picture)
    # The dark gaps of an old screen: they show where one pixel ends even where two have the same colour.
    gap = ((row % f.CELL == f.CELL - 1) | (column % f.CELL == f.CELL - 1)).to(picture)[None, None]
    return (few * (1.05 - 0.35 * gap)).clamp(0, 1)


def lego(picture: Tensor, _masks: Tensor) -> Tensor:
    plastic = f.saturate(f.contrast(f.blocks(f.stretch(picture), BRICK), 0.4), 1.8).clamp(0, 1)
    plastic = torch.round(plastic * 4) / 4 * 0.9 + 0.06
    row, column = f.coordinates(picture)
    down, right = row % BRICK - (BRICK - 1) / 2, column % BRICK - (BRICK - 1) / 2
    distance = (down**2 + right**2).sqrt()
    facing = -(down + right) / distance.clamp_min(1) * 0.7071
    rim = torch.exp(-(((distance - 4.6) / 1.1) ** 2))
    joint = f.smoothstep(torch.maximum(down.abs(), right.abs()), 6.4, 7.6)
    shade = (1 + 0.45 * rim * facing - 0.5 * joint)[None, None]
    gleam = (0.12 * rim * facing.clamp_min(0))[None, None]
    return (plastic * shade + gleam).clamp(0, 1)


def mosaic(picture: Tensor, _masks: Tensor) -> Tensor:
    stones = f.cell_mean(f.saturate(f.stretch(picture), 1.4)).clamp(0, 1)
    stones = f.upsample_cells(stones * (0.88 + 0.24 * f.cell_noise(picture, 41)), picture)
    row, column = f.coordinates(picture)
    down, right = row % 8 - 3.5, column % 8 - 3.5
    bevel = ((-down - right) / 7 * 0.16)[None, None]
    grout = f.smoothstep(torch.maximum(down.abs(), right.abs()), 2.7, 3.5)[None, None]
    return f.mix((stones * (1 + bevel)).clamp(0, 1), f.colour(picture, 0.83, 0.8, 0.72), grout * 0.9)


@cache
def _panes(rows: int, columns: int) -> tuple[Tensor, int, Tensor]:
    """Voronoi panes, four to a period: every pixel's pane, their number, pixels to the pane's border."""
    table = f.lattice(5, 2)
    row, column = torch.meshgrid(torch.arange(rows).float(), torch.arange(columns).float(), indexing="ij")
    nearest = torch.full((rows, columns), torch.inf)
    second = nearest.clone()
    pane = torch.zeros(rows, columns, dtype=torch.long)
    half = f.PERIOD // 2
    for index in range(4):
        shift = table[:, index // 2, index % 2] * 9 - 4.5
        centre_row, centre_column = (index // 2 + 0.5) * half + shift[0], (index % 2 + 0.5) * half + shift[1]
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                tile_row, tile_column = row // f.PERIOD + down, column // f.PERIOD + right
                distance = torch.hypot(
                    row - tile_row * f.PERIOD - centre_row, column - tile_column * f.PERIOD - centre_column
                )
                closer = distance < nearest
                second = torch.where(closer, nearest, torch.minimum(second, distance))
                nearest = torch.where(closer, distance, nearest)
                name = ((tile_row + 1) * 4096 + tile_column + 1).long() * 4 + index
                pane = torch.where(closer, name, pane)
    names, pane = torch.unique(pane, return_inverse=True)
    return pane, len(names), second - nearest


@cache
def _facets(rows: int, columns: int) -> tuple[Tensor, int, Tensor]:
    """Squares of 16 pixels cut along a diagonal: every pixel's facet, their number, their shades."""
    row, column = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    odd = (row // FACET + column // FACET) % 2 > 0
    down, right = row % FACET, column % FACET
    upper = torch.where(odd, down > right, down + right > FACET - 1).long()
    facet = ((row // FACET) * 4096 + column // FACET) * 2 + upper
    phase = ((row // FACET) % 2 * 2 + (column // FACET) % 2) * 2 + upper
    shades = torch.tensor([1.1, 0.92, 0.96, 1.07, 0.9, 1.04, 1.12, 0.94])[phase]
    names, facet = torch.unique(facet, return_inverse=True)
    return facet, len(names), shades


def _region_mean(picture: Tensor, region: Tensor, count: int) -> Tensor:
    index = region.flatten().to(picture.device)
    totals = picture.new_zeros(*picture.shape[:2], count).index_add_(2, index, picture.flatten(2))
    sizes = torch.bincount(index, minlength=count)
    return (totals / sizes)[:, :, index].view_as(picture)


def stained_glass(picture: Tensor, _masks: Tensor) -> Tensor:
    pane, count, border = _panes(picture.shape[2], picture.shape[3])
    border = border.to(picture)[None, None]
    vivid = f.kuwahara(f.saturate(f.contrast(f.stretch(picture), 0.7), 2.3), 6, 1).clamp(0, 1)
    glass = f.mix(vivid, _region_mean(vivid, pane, count), 0.6) * 1.1 + 0.03
    glass = glass * (0.94 + 0.14 * f.smoothstep(border, 2, 10))
    lead = 1 - f.smoothstep(border, 1.2, 2.8)
    return f.mix(glass.clamp(0, 1), f.colour(picture, 0.03, 0.03, 0.04), lead * 0.96)


def low_poly(picture: Tensor, _masks: Tensor) -> Tensor:
    facet, count, shades = _facets(picture.shape[2], picture.shape[3])
    vivid = f.saturate(f.stretch(picture), 1.35).clamp(0, 1)
    return (_region_mean(vivid, facet, count) * shades.to(picture)).clamp(0, 1)


def gold(picture: Tensor, _masks: Tensor) -> Tensor:
    smooth = f.kuwahara(f.stretch(picture), 5, 1)
    right, down = f.gradient(smooth, 1.5)
    sheen = (f.luma(smooth) * 0.8 + 1.3 * (-right - down) + 0.08).clamp(0, 1)
    metal = [
        (0.0, (0.1, 0.04, 0.0)),
        (0.3, (0.5, 0.27, 0.04)),
        (0.55, (0.93, 0.68, 0.16)),
        (0.68, (0.7, 0.42, 0.06)),
        (0.85, (1.0, 0.88, 0.42)),
        (1.0, (1.0, 0.99, 0.85)),
    ]
    return f.gradient_map(sheen, metal)


def clay(picture: Tensor, _masks: Tensor) -> Tensor:
    smooth = f.kuwahara(f.saturate(f.stretch(picture), 1.5), 4, 2)
    plain = f.mix(smooth, f.colour(smooth, 0.9, 0.76, 0.66), 0.22)
    right, down = f.gradient(f.blur(smooth, 1.5), 2.0)
    # Dents of the fingers that pressed it into shape, lit from above, and the finer grain of the stuff.
    row, column = f.coordinates(picture)
    dents = torch.cos((row + 2.0) * math.pi / 8) * torch.cos((column + (row // 16 % 2) * 8) * math.pi / 8)
    prints = 0.02 * f.grain(picture, 42, 2.2) + 0.07 * dents[None, None]
    shaded = plain * (1 + 3.2 * (-right - 1.2 * down).clamp(-0.12, 0.12) + prints)
    return f.bloom((shaded * 0.9 + 0.08).clamp(0, 1), 0.75, 4.0, 0.4).clamp(0, 1)
