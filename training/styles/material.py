"""Looks made of pieces or of one stuff: pixels, bricks, mosaic, stained glass, low poly, gold, clay."""

import torch
from torch import Tensor
from torch.nn import functional

from training.styles import filters as f

BRICK = 16
KEPT = 0.62
"""The share of the cells of the noise that have a stone of a mosaic of their own."""
KEEPS_COLOUR = 2.0
"""How much a stone keeps to one colour: its border then follows the picture's."""
FACETS = (15, 75, 135)
"""Directions of their borders, in degrees."""
GLASS = ((0.3, 0.05, -0.35), (-0.25, 0.25, 0.1), (0.2, 0.2, 0.25))
"""How much of red, green and blue a pane lets through on one side of each border more than on the other."""
LEAD = 0.22
"""Half the width of a lead, in deviations of the field whose zero it follows."""


def pixel_art(picture: Tensor, _masks: Tensor, _noise: Tensor) -> Tensor:
    squares = f.cell_mean(f.stretch(picture))
    vivid = f.saturate(f.contrast(squares, 0.4), 1.5).clamp(0, 1)
    return f.upsample_cells((torch.round(vivid * 5) / 5).clamp(0, 1), picture)


def lego(picture: Tensor, _masks: Tensor, _noise: Tensor) -> Tensor:
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


def _stones(picture: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The Voronoi cells of points: every pixel's stone (B, 1, H, W), the lines between them, mean colours.

    A share `KEPT` of the cells of the noise has a point, anywhere in it. From points near the middles of nearly all
    cells come squares in rows, which a network learns as a lattice.
    """
    numbers = f.chances(noise, 0, 1, 2)
    row, column = f.places(numbers[:, :1], numbers[:, 1:2])
    count = row.shape[2] * row.shape[3]
    name = torch.arange(count, device=row.device).view(1, 1, *row.shape[2:]).expand(len(row), -1, -1, -1)
    smooth = f.blur(picture, 2.0)
    colours = f.cell_mean(smooth)[:, :, : row.shape[2], : row.shape[3]]
    row = torch.where(numbers[:, 2:] < KEPT, row, torch.full_like(row, f.FAR))
    cells = torch.cat([row, column, name.to(row), colours], 1)
    pixel_row, pixel_column = f.coordinates(picture)
    nearest = torch.full_like(picture[:, :1], torch.inf)
    stone = torch.zeros_like(nearest)
    for near in f.neighbours(cells, picture, 2):
        distance = ((pixel_row - near[:, :1]) ** 2 + (pixel_column - near[:, 1:2]) ** 2) / f.CELL**2
        distance = distance + KEEPS_COLOUR * ((smooth - near[:, 3:]) ** 2).sum(1, keepdim=True)
        closer = distance < nearest
        nearest = torch.where(closer, distance, nearest)
        stone = torch.where(closer, near[:, 2:3], stone)
    stone = stone.long().clamp(0, count - 1)
    beside = functional.pad((stone[..., 1:] != stone[..., :-1]).to(picture), (0, 1))
    below = functional.pad((stone[..., 1:, :] != stone[..., :-1, :]).to(picture), (0, 0, 0, 1))
    return stone, torch.maximum(beside, below), _region_mean(picture, stone, count)


def _region_mean(picture: Tensor, region: Tensor, count: int) -> Tensor:
    """Every pixel's region's mean colour; `region` (B, 1, H, W) holds whole numbers below `count`."""
    index = region.flatten(2).expand(-1, picture.shape[1], -1)
    totals = picture.new_zeros(*picture.shape[:2], count).scatter_add_(2, index, picture.flatten(2))
    sizes = torch.zeros_like(totals).scatter_add_(2, index, torch.ones_like(picture.flatten(2)))
    return (totals / sizes.clamp_min(1)).gather(2, index).view_as(picture)


def _shade(noise: Tensor, region: Tensor, channel: int, picture: Tensor) -> Tensor:
    """A random number in (-1, 1) for every region, whose names are its cells' places in a grid as `noise` has it."""
    flat = f.chances(noise, channel).flatten(2) * 2 - 1
    return flat.gather(2, region.flatten(2)).view_as(picture[:, :1])


def mosaic(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
    vivid = f.saturate(f.stretch(picture), 1.4).clamp(0, 1)
    stone, joint, colours = _stones(vivid, noise)
    shaded = colours * (1 + 0.16 * _shade(noise, stone, 3, picture))
    grout = (1.35 * f.blur(joint, 0.8)).clamp(0, 0.85)
    return f.mix(shaded, f.colour(picture, 0.86, 0.83, 0.75), grout).clamp(0, 1)


def _facets(picture: Tensor, noise: Tensor, turn: int) -> list[Tensor]:
    """Three fields of deviation 1 whose zeros are lines in one direction each: `FACETS`, turned by `turn` degrees."""
    return [
        f.streaks(f.drift(noise, picture, [channel], 0.6), f.turned(picture, degrees + turn), 36)
        for channel, degrees in enumerate(FACETS)
    ]


def stained_glass(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
    """Panes of many tints, with leads between them and round what the picture shows."""
    vivid = f.kuwahara(f.saturate(f.contrast(f.stretch(picture), 0.7), 2.3), 6, 2).clamp(0, 1)
    glass = 0.08 + 0.92 * vivid
    lead = f.thicken(f.edges(f.kuwahara(picture, 6, 2), 1.5, 0.05, 0.1))
    fields = _facets(picture, noise, 20)
    for field, tint in zip(fields, GLASS, strict=True):
        glass = glass * (1 + torch.tanh(6 * field) * f.colour(picture, *tint))
    for field in fields[:2]:  # a lead along every third border too leaves little glass
        lead = torch.maximum(lead, torch.exp(-((field / LEAD) ** 2)))
    return f.mix(glass.clamp(0, 1), f.colour(picture, 0.03, 0.03, 0.04), 0.96 * lead).clamp(0, 1)


def low_poly(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
    """Facets of matt card between straight lines of three directions, warm where they are lit and cool where not."""
    matt = f.lift(f.kuwahara(f.saturate(f.stretch(picture), 1.25).clamp(0, 1), 6, 2), 0.2)
    shade = sum((torch.tanh(6 * field) for field in _facets(picture, noise, 0)), torch.zeros_like(picture[:, :1]))
    return (matt * (1 + shade * f.colour(picture, 0.12, 0.09, 0.04))).clamp(0, 1)


def gold(picture: Tensor, _masks: Tensor, _noise: Tensor) -> Tensor:
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


def clay(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
    smooth = f.kuwahara(f.saturate(f.stretch(picture), 1.5), 4, 1)
    plain = f.mix(smooth, f.colour(smooth, 0.9, 0.76, 0.66), 0.22)
    right, down = f.gradient(f.blur(smooth, 1.5), 2.0)
    # Dents of the fingers that pressed it into shape, lit from above, and the finer grain of the stuff.
    prints = 0.02 * f.grain(noise, picture, 1.5) + 0.05 * f.drift(noise, picture, [5], 0.7)
    shaded = plain * (1 + 3.2 * (-right - 1.2 * down).clamp(-0.12, 0.12) + prints)
    return f.bloom((shaded * 0.9 + 0.08).clamp(0, 1), 0.75, 4.0, 0.4).clamp(0, 1)
