"""Picture operations the styles are built from, batched over (B, C, H, W) tensors in [0, 1].

Every regular pattern (dots, tiles, hatching, jittered lattices) repeats with a period that divides `PERIOD`
pixels and starts at the top left corner; van Gogh's vortices and a neon city's signs take twice as much. The
latent grid has one cell for `CELL` pixels and the denoiser halves it twice, so a pattern locked to that period is
something the network can place exactly: the style becomes a function of the picture and stays sharp even where
little noise leaves nothing to be invented.
"""

import math
from functools import cache
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional

CELL = 8
PERIOD = 32


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


def hatching(like: Tensor, angle: int, period: int, grey: Tensor, threshold: float) -> Tensor:
    """Parallel lines at 0, 45, 90 or 135 degrees where `grey` is below the threshold, wider in the dark."""
    row, column = coordinates(like)
    phase = {0: row, 90: column, 45: row + column, 135: row - column}[angle]
    ramp = ((phase % period) / period - 0.5).abs() * 2
    return torch.sigmoid(((threshold - grey) * 1.6 - ramp + 0.35) * 10) * smoothstep(threshold + 0.02 - grey, 0, 0.08)


@cache
def lattice(seed: int, channels: int) -> Tensor:
    """A fixed table of numbers in [0, 1) for the PERIOD / CELL squared cells of one period."""
    cells = PERIOD // CELL
    return torch.rand(channels, cells, cells, generator=torch.Generator().manual_seed(seed))


def cell_noise(like: Tensor, seed: int, channels: int = 1) -> Tensor:
    """The lattice's numbers, one for each 8x8 cell of a picture: (1, channels, rows / 8, columns / 8)."""
    table = lattice(seed, channels).to(like)
    rows, columns = -(-like.shape[2] // CELL), -(-like.shape[3] // CELL)
    repeats = (-(-rows // table.shape[1]), -(-columns // table.shape[2]))
    return table.repeat(1, *repeats)[None, :, :rows, :columns]


@cache
def _grain(seed: int, sigma: float) -> Tensor:
    noise = torch.randn(PERIOD, PERIOD, generator=torch.Generator().manual_seed(seed))
    frequency = torch.fft.fftfreq(PERIOD)
    falloff = torch.exp(-2 * (math.pi * sigma) ** 2 * (frequency[:, None] ** 2 + frequency[None] ** 2))
    smooth: Tensor = torch.fft.ifft2(torch.fft.fft2(noise) * falloff).real
    return (smooth - smooth.mean()) / smooth.std()


def grain(like: Tensor, seed: int, sigma: float = 1.5) -> Tensor:
    """Paper or canvas: a seamless random texture of one period, mean 0 and deviation 1: (1, 1, H, W)."""
    tile = _grain(seed, sigma).to(like)
    repeats = (-(-like.shape[2] // PERIOD), -(-like.shape[3] // PERIOD))
    return tile.repeat(*repeats)[None, None, : like.shape[2], : like.shape[3]]


def spots(like: Tensor, seed: int, radius: float, share: float) -> Tensor:
    """Soft round spots, at most one in each 8x8 cell, in `share` of the cells: (1, 1, H, W) in [0, 1].

    `radius` in pixels should stay below half a cell: a spot is placed so that it never leaves its own.
    """
    table = cell_noise(like, seed, 4).repeat_interleave(CELL, 2).repeat_interleave(CELL, 3)
    table = table[:, :, : like.shape[2], : like.shape[3]]
    row, column = coordinates(like)
    room = CELL - 1 - 2 * radius
    down = row % CELL - radius - table[:, 0] * room
    right = column % CELL - radius - table[:, 1] * room
    size = radius * (0.6 + 0.4 * table[:, 3])
    spot = (size - (down**2 + right**2).sqrt() + 0.7).clamp(0, 1) * (table[:, 2] < share)
    return spot[None]


def flow(picture: Tensor, sigma: float) -> tuple[Tensor, Tensor]:
    """Twice the angle of the edges' direction as a vector (cosine, sine), its length the edges' strength."""
    right, down = gradient(picture, 1.0)
    tensor = blur(torch.cat([right * right, down * down, right * down], 1), sigma)
    # The structure tensor's main axis is the gradient; turning by 90 degrees flips the doubled angle's sign.
    return -(tensor[:, :1] - tensor[:, 1:2]), -2 * tensor[:, 2:]


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
