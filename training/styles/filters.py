"""Picture operations the styles are built from, batched over (B, C, H, W) tensors in [0, 1].

What a style places (strokes, panes, flakes) it places by `noise` (B, CHANCES, H / 8, W / 8), independent normal
numbers for every cell of the latents' grid. In training they are components of the very noise that a run starts from
(`training/bridge.py`), so the styled picture is a function of the picture and of what the network sees: sharp at
any strength, placed anew by every seed, and on no lattice. Patterns that are regular by nature (pixels, bricks,
printed dots) have periods of whole cells.
"""

import math
from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional

CELL = 8
CHANCES = 9


def luma(picture: Tensor) -> Tensor:
    return (picture * picture.new_tensor([0.3, 0.59, 0.11]).view(1, 3, 1, 1)).sum(1, keepdim=True)


def mix(first: Tensor, second: Tensor, share: Tensor | float) -> Tensor:
    return first * (1 - share) + second * share


def saturate(picture: Tensor, factor: float) -> Tensor:
    grey = luma(picture)
    return grey + (picture - grey) * factor


def colour(like: Tensor, red: float, green: float, blue: float) -> Tensor:
    return like.new_tensor([red, green, blue]).view(1, 3, 1, 1)


def smoothstep(value: Tensor, low: float, high: float) -> Tensor:
    share = ((value - low) / (high - low)).clamp(0, 1)
    return share * share * (3 - 2 * share)


def contrast(picture: Tensor, amount: float) -> Tensor:
    """Blend towards an S curve; 1 is the whole curve."""
    return mix(picture, picture * picture * (3 - 2 * picture), amount)


def stretch(picture: Tensor) -> Tensor:
    """Spread the 2nd to 98th percentile of brightness over almost the whole range, at most fourfold."""
    grey = luma(picture).flatten(1)
    low = grey.quantile(0.02, 1).view(-1, 1, 1, 1)
    high = grey.quantile(0.98, 1).view(-1, 1, 1, 1)
    return ((picture - low) / (high - low).clamp_min(0.25)).clamp(0, 1) * 0.94 + 0.03


def lift(picture: Tensor, black: float) -> Tensor:
    """Raise black to the given level and keep white."""
    return 1 - (1 - picture) * (1 - black)


def coordinates(like: Tensor) -> tuple[Tensor, Tensor]:
    """Row and column of every pixel, as two (H, W) tensors."""
    rows = torch.arange(like.shape[2], device=like.device, dtype=like.dtype)
    columns = torch.arange(like.shape[3], device=like.device, dtype=like.dtype)
    grid = torch.meshgrid(rows, columns, indexing="ij")
    return grid[0], grid[1]


def height(like: Tensor) -> Tensor:
    """Zero at the top edge, one at the bottom: (1, 1, H, W)."""
    return (coordinates(like)[0] / like.shape[2])[None, None]


def pad(picture: Tensor, size: int) -> Tensor:
    return functional.pad(picture, (size, size, size, size), mode="replicate")


def blur(picture: Tensor, sigma: float) -> Tensor:
    radius = max(1, int(3 * sigma + 0.5))
    taps = torch.exp(-(torch.arange(-radius, radius + 1, device=picture.device) ** 2) / (2 * sigma * sigma))
    taps = (taps / taps.sum()).to(picture)
    channels = picture.shape[1]
    padded = functional.pad(picture, (radius, radius, 0, 0), mode="replicate")
    rows = functional.conv2d(padded, taps.view(1, 1, 1, -1).expand(channels, 1, 1, -1), groups=channels)
    padded = functional.pad(rows, (0, 0, radius, radius), mode="replicate")
    return functional.conv2d(padded, taps.view(1, 1, -1, 1).expand(channels, 1, -1, 1), groups=channels)


def box_blur(picture: Tensor, radius: int) -> Tensor:
    return functional.avg_pool2d(pad(picture, radius), 2 * radius + 1, 1)


def bloom(picture: Tensor, threshold: float, sigma: float, amount: float) -> Tensor:
    """Let what is brighter than the threshold glow, screened over the picture."""
    glow = (blur((picture - threshold).clamp_min(0), sigma) * amount).clamp(0, 1)
    return 1 - (1 - picture.clamp(0, 1)) * (1 - glow)


def kuwahara(picture: Tensor, radius: int, passes: int = 1, sharpness: float = 8.0) -> Tensor:
    """Soft Kuwahara filter: a pixel takes the mean of its calmest quadrants; areas flatten, edges stay."""
    reach = max(1, radius // 2)
    for _ in range(passes):
        grey = luma(picture)
        means = box_blur(box_blur(torch.cat([picture, grey * grey], 1), reach), max(1, reach // 2))
        variance = (means[:, 3:] - luma(means[:, :3]) ** 2).clamp_min(1e-6)
        padded = pad(torch.cat([means[:, :3], variance], 1), reach)
        rows, columns = picture.shape[2:]
        total = torch.zeros_like(picture)
        weights = torch.zeros_like(grey)
        for top in (0, 2 * reach):
            for left in (0, 2 * reach):
                quadrant = padded[:, :, top : top + rows, left : left + columns]
                weight = (quadrant[:, 3:] + 2e-5) ** (-sharpness / 2)
                total = total + quadrant[:, :3] * weight
                weights = weights + weight
        picture = total / weights
    return picture


def gradient(picture: Tensor, sigma: float) -> tuple[Tensor, Tensor]:
    """Brightness differences to the right and downwards, after a blur."""
    padded = pad(blur(luma(picture), sigma), 1)
    right = padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]
    down = padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]
    return right, down


def edges(picture: Tensor, sigma: float, low: float, high: float) -> Tensor:
    """Strength of colour edges in [0, 1]: nothing below `low`, a full line above `high`."""
    padded = pad(blur(picture, sigma), 1)
    right = padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]
    down = padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]
    return smoothstep((right**2 + down**2).sum(1, keepdim=True).sqrt() / 2, low, high)


def thicken(lines: Tensor, radius: int = 1) -> Tensor:
    return functional.max_pool2d(lines, 2 * radius + 1, 1, radius)


def gradient_map(grey: Tensor, stops: list[tuple[float, tuple[float, float, float]]]) -> Tensor:
    """Replace brightness (B, 1, H, W) by the colour found on a scale of (position, colour) stops."""
    out = colour(grey, *stops[0][1]).expand(grey.shape[0], 3, *grey.shape[2:])
    for (start, first), (end, second) in pairwise(stops):
        share = ((grey - start) / (end - start)).clamp(0, 1)
        blend = mix(colour(grey, *first), colour(grey, *second), share)
        out = torch.where(grey >= start, blend, out)
    return out


def posterise(picture: Tensor, levels: int, softness: float = 0.1) -> Tensor:
    """Flat steps of brightness, hues kept; `softness` is the width of a ramp as a share of a step."""
    grey = luma(picture)
    scaled = grey * levels
    steps = (torch.floor(scaled) + smoothstep(scaled % 1, 0.5 - softness, 0.5 + softness)) / levels
    return picture * (steps + 0.1) / (grey + 0.1)


def chances(noise: Tensor, *channels: int) -> Tensor:
    """Numbers in (0, 1), evenly spread, for every cell: (B, len(channels), h, w)."""
    return 0.5 + 0.5 * torch.erf(noise[:, list(channels)] / math.sqrt(2))


def resize(field: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(field, size=like.shape[2:], mode="bilinear", align_corners=False)


def drift(noise: Tensor, like: Tensor, channels: list[int], sigma: float) -> Tensor:
    """Smooth random fields of deviation about 1, `sigma` cells wide: (B, len(channels), H, W)."""
    return resize(blur(noise[:, channels], sigma) * (2 * math.sqrt(math.pi) * sigma), like)


def grain(noise: Tensor, like: Tensor, sigma: float = 1.5) -> Tensor:
    """Paper or canvas: a random texture of mean 0 and deviation about 1, nine numbers to a cell: (B, 1, H, W)."""
    fine = functional.pixel_shuffle(noise[:, :9], 3)
    width = 3 * sigma / CELL
    soft = blur(fine, width) * max(1.0, 2 * math.sqrt(math.pi) * width)
    return resize(soft, like)


def displaced(picture: Tensor, right: Tensor, down: Tensor) -> Tensor:
    """The picture read from places that lie so many pixels (B or 1, 1, H, W) to the right and below."""
    row, column = coordinates(picture)
    rows, columns = picture.shape[2:]
    x = (2 * (column + right[:, 0]) + 1) / columns - 1
    y = (2 * (row + down[:, 0]) + 1) / rows - 1
    grid = torch.stack([x, y], -1).expand(len(picture), -1, -1, -1)
    return functional.grid_sample(picture, grid, mode="bilinear", padding_mode="border", align_corners=False)


def streaks(texture: Tensor, direction: tuple[Tensor, Tensor], length: float, steps: int = 4) -> Tensor:
    """A texture smeared along `direction` (a doubled angle's cosine and sine) to lines of about deviation 1."""
    half = torch.atan2(direction[1], direction[0]) / 2
    right, down = torch.cos(half), torch.sin(half)
    total = texture.clone()
    for step in range(1, steps + 1):
        reach = length / 2 * step / steps
        total = total + displaced(texture, reach * right, reach * down)
        total = total + displaced(texture, -reach * right, -reach * down)
    return total / total.std((2, 3), keepdim=True).clamp_min(1e-3)


FAR = 1e4


def neighbours(cells: Tensor, like: Tensor, reach: int) -> Iterator[Tensor]:
    """What every pixel finds in the cells around its own, one of them after the other: (B, C, H, W) each.

    Beyond the border all numbers are `FAR`, so that a place read there is out of reach.
    """
    padded, (rows, columns) = functional.pad(cells, (reach,) * 4, value=FAR), cells.shape[2:]
    for top in range(2 * reach + 1):
        for left in range(2 * reach + 1):
            window = padded[:, :, top : top + rows, left : left + columns]
            yield upsample_cells(window, like)


def places(down: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Row and column of one point anywhere in every cell, from numbers in (0, 1)."""
    row, column = coordinates(down)
    return (row + down) * CELL, (column + right) * CELL


def scattered(noise: Tensor, like: Tensor, wide: float, share: float, *, channel: int, long: float = 0.0) -> Tensor:
    """Flakes, leaves or dots: (B, 1, H, W) in [0, 1].

    They lie where a blur of one channel of the noise is highest, are about `wide` pixels across, many smaller and few
    larger, the smaller the fainter, and cover a `share` of the picture. `long`: they are so many pixels longer than
    wide, each in a direction of its own, which the two channels before say.
    """
    field = blur(drift(noise, like, [channel], wide / (2 * CELL)), 2.0)
    if long:
        bent = drift(noise, like, [channel - 1, channel - 2], 0.7)
        field = streaks(field, (bent[:, :1], bent[:, 1:]), long, steps=2)
    field = field / field.std((2, 3), keepdim=True).clamp_min(1e-3)
    least = math.sqrt(2) * float(torch.erfinv(torch.tensor(1 - 2 * share)))
    return smoothstep(field, least - 0.5, least + 0.6)


def flow(picture: Tensor, sigma: float) -> tuple[Tensor, Tensor]:
    """Twice the angle of the edges' direction as a vector (cosine, sine), its length the edges' strength."""
    right, down = gradient(picture, 1.0)
    tensor = blur(torch.cat([right * right, down * down, right * down], 1), sigma)
    # The structure tensor's main axis is the gradient; turning by 90 degrees flips the doubled angle's sign.
    return -(tensor[:, :1] - tensor[:, 1:2]), -2 * tensor[:, 2:]


def turned(like: Tensor, degrees: float) -> tuple[Tensor, Tensor]:
    """One direction everywhere, as a doubled angle's cosine and sine (B, 1, H, W)."""
    doubled = math.radians(2 * degrees)
    one = torch.ones_like(like[:, :1])
    return math.cos(doubled) * one, math.sin(doubled) * one


def upsample_cells(cells: Tensor, like: Tensor) -> Tensor:
    full = cells.repeat_interleave(CELL, 2).repeat_interleave(CELL, 3)
    return full[:, :, : like.shape[2], : like.shape[3]]


def cell_mean(picture: Tensor, size: int = CELL) -> Tensor:
    """Mean colour of every size x size block; a cut-off block at the right or bottom counts what it has."""
    return functional.avg_pool2d(picture, size, ceil_mode=True, count_include_pad=False)


def blocks(picture: Tensor, size: int) -> Tensor:
    """The picture in flat squares of its mean colours."""
    full = cell_mean(picture, size).repeat_interleave(size, 2).repeat_interleave(size, 3)
    return full[:, :, : picture.shape[2], : picture.shape[3]]
