"""Looks of time, season, place and film: what changes is light and colour, not the way of drawing.

The masks (B, 3, H, W) are known for drawn scenes only: sky, lamps and lit windows, distance. For photographs
they are zero; the network learns from the scenes where a sky is.
"""

import torch
from torch import Tensor

from training.styles import filters as f


def _sky(masks: Tensor) -> Tensor:
    """The sky's mask, or nothing if there is too little of it to paint on."""
    sky = masks[:, :1]
    return sky * (sky.mean((1, 2, 3), keepdim=True) > 0.12)


def sepia(picture: Tensor, _masks: Tensor, _noise: Tensor) -> Tensor:
    grey = f.luma(f.contrast(f.stretch(f.blur(picture, 0.7)), 0.25))
    return f.gradient_map(grey, [(0, (0.18, 0.11, 0.06)), (0.5, (0.58, 0.44, 0.29)), (1, (0.94, 0.86, 0.69))])


def noir(picture: Tensor, _masks: Tensor, _noise: Tensor) -> Tensor:
    """Low key, as in the films: most of it lies in the dark."""
    grey = f.luma(f.contrast(f.contrast(f.stretch(picture), 1.0), 0.5)) ** 1.4
    return f.lift(grey * 0.97, 0.03).expand_as(picture).clamp(0, 1)


def night(picture: Tensor, masks: Tensor, noise: Tensor) -> Tensor:
    stretched = f.stretch(picture)
    grey = f.luma(stretched)
    dark = f.gradient_map(
        grey * 0.8,
        [
            (0, (0.01, 0.015, 0.05)),
            (0.4, (0.06, 0.11, 0.28)),
            (0.75, (0.25, 0.36, 0.62)),
            (1, (0.8, 0.88, 1.0)),
        ],
    )
    dark = dark * 0.8 + f.saturate(stretched, 0.4) * f.colour(picture, 0.08, 0.11, 0.2)
    top = f.colour(picture, 0.012, 0.025, 0.1)
    heavens = f.mix(top, f.colour(picture, 0.12, 0.18, 0.4), (f.height(picture) * 1.4).clamp(0, 1))
    heavens = (
        heavens
        + f.luma(picture) * f.colour(picture, 0.1, 0.13, 0.22)
        + f.scattered(noise, picture, 4.0, 0.02, channel=0) * 0.85
    )
    row, column = f.coordinates(picture)
    rows, columns = picture.shape[2:]
    distance = torch.hypot(row - 0.16 * rows, column - 0.77 * columns)[None, None] * 256 / max(rows, columns)
    heavens = heavens + torch.exp(-distance / 26) * 0.45 * f.colour(picture, 0.6, 0.7, 1.0)
    heavens = f.mix(heavens, f.colour(picture, 0.97, 0.96, 0.88), f.smoothstep(13 - distance, -1, 1.5))
    out = f.mix(dark, heavens, _sky(masks))
    out = f.mix(out, f.colour(picture, 1.0, 0.78, 0.3), (masks[:, 1:2] * 1.1).clamp(0, 1) * 0.9)
    return f.bloom(out, 0.55, 5.0, 1.0).clamp(0, 1)


def sunset(picture: Tensor, masks: Tensor, _noise: Tensor) -> Tensor:
    stretched = f.stretch(picture)
    grey = f.luma(stretched)
    land = f.gradient_map(
        grey * 0.95,
        [
            (0, (0.12, 0.03, 0.12)),
            (0.3, (0.45, 0.14, 0.2)),
            (0.6, (0.92, 0.42, 0.2)),
            (0.85, (1, 0.74, 0.36)),
            (1, (1, 0.93, 0.7)),
        ],
    )
    land = land * 0.68 + stretched * f.colour(picture, 0.45, 0.26, 0.2)
    fall = (f.height(picture) * 1.7).clamp(0, 1)
    high = f.mix(f.colour(picture, 0.3, 0.16, 0.46), f.colour(picture, 0.95, 0.4, 0.36), (fall * 2).clamp(0, 1))
    sky = f.mix(high, f.colour(picture, 1.0, 0.8, 0.36), (fall * 2 - 1).clamp(0, 1)) * (0.75 + 0.4 * grey)
    # The low sun's colours lie over everything: violet above, gold towards the ground.
    land = f.mix(land, high, 0.3 * (1 - fall))
    return f.bloom(f.mix(land, sky, _sky(masks) * 0.85), 0.7, 8.0, 0.8).clamp(0, 1)


def snow(picture: Tensor, masks: Tensor, noise: Tensor) -> Tensor:
    stretched = f.stretch(picture)
    grey = f.luma(stretched)
    land = 1 - masks[:, :1]
    cold = f.saturate(stretched, 0.35) * f.colour(picture, 0.8, 0.9, 1.04)
    cold = f.mix(cold, f.colour(picture, 0.88, 0.93, 1.0), 0.25)
    cold = f.mix(cold, f.colour(picture, 0.93, 0.96, 1.0), f.smoothstep(grey, 0.3, 0.75) * land * 0.65)
    # Snow lies where brightness falls downwards: on the upper rims of things.
    padded = f.pad(f.luma(f.blur(picture, 1.2)), 3)
    drop = padded[:, :, :-6, 3:-3] - padded[:, :, 3:-3, 3:-3]
    cold = f.mix(cold, f.colour(picture, 0.98, 0.99, 1.0), f.smoothstep(drop, 0.04, 0.2) * 0.9 * land)
    cold = f.mix(cold, f.colour(picture, 0.72, 0.79, 0.88) * (0.92 + 0.12 * grey), masks[:, :1] * 0.8)
    flakes = torch.maximum(
        f.scattered(noise, picture, 6.0, 0.07, channel=0) * 0.85,
        f.scattered(noise, picture, 10.0, 0.05, channel=4),
    )
    return f.mix(cold, torch.ones_like(cold), flakes * 0.95).clamp(0, 1)


def cyberpunk(picture: Tensor, masks: Tensor, noise: Tensor) -> Tensor:
    stretched = f.stretch(picture)
    flat = f.kuwahara(stretched, 4)
    grey = f.luma(flat)
    lines = f.edges(flat, 1.2, 0.035, 0.12)
    base = f.gradient_map(
        grey,
        [
            (0, (0.01, 0.01, 0.05)),
            (0.35, (0.1, 0.04, 0.25)),
            (0.6, (0.3, 0.1, 0.5)),
            (0.82, (0.75, 0.2, 0.65)),
            (1, (0.65, 0.85, 1.0)),
        ],
    )
    base = base * 0.85 + f.saturate(stretched, 1.8).clamp(0, 1) * 0.12
    cyan_share = f.smoothstep(picture[:, 2:] - picture[:, :1] + 0.25 * (grey - 0.5), -0.12, 0.12)
    neon = f.mix(f.colour(picture, 1.0, 0.12, 0.65), f.colour(picture, 0.1, 0.92, 1.0), cyan_share)
    smog = f.mix(
        f.colour(picture, 0.03, 0.01, 0.12),
        f.colour(picture, 0.5, 0.1, 0.45),
        (f.height(picture) * 1.5).clamp(0, 1),
    )
    base = f.mix(base, smog * (0.6 + 0.6 * grey), _sky(masks) * 0.85)
    pink = f.drift(noise, picture, [0], 2.0) > 0
    signs = torch.where(pink, f.colour(picture, 1.0, 0.25, 0.75), f.colour(picture, 0.2, 0.95, 1.0))
    out = f.mix(base + lines * neon * 0.75, signs, masks[:, 1:2] * 0.9)
    return f.bloom((out + f.blur(lines * neon, 4.0) * 0.75).clamp(0, 1.2), 0.6, 6.0, 0.8).clamp(0, 1)


def vaporwave(picture: Tensor, _masks: Tensor, _noise: Tensor) -> Tensor:
    grey = f.luma(f.stretch(picture))
    duotone = f.gradient_map(
        grey,
        [
            (0, (0.16, 0.05, 0.36)),
            (0.35, (0.5, 0.2, 0.72)),
            (0.62, (1.0, 0.45, 0.72)),
            (0.82, (0.55, 0.85, 0.95)),
            (1, (0.97, 0.98, 0.95)),
        ],
    )
    row, _ = f.coordinates(picture)
    scan_lines = 1 - 0.16 * ((row % 8) < 4).to(picture)[None, None]
    return ((duotone * 0.88 + f.saturate(picture, 1.4) * 0.12) * scan_lines).clamp(0, 1)


def autumn(picture: Tensor, masks: Tensor, noise: Tensor) -> Tensor:
    stretched = f.stretch(picture)
    grey = f.luma(stretched)
    green = f.smoothstep(stretched[:, 1:2] - 0.5 * (stretched[:, :1] + stretched[:, 2:]), -0.03, 0.09)
    leaf = f.gradient_map(
        (grey * 1.15).clamp(0, 1),
        [(0, (0.2, 0.06, 0.02)), (0.35, (0.7, 0.2, 0.04)), (0.65, (0.95, 0.5, 0.08)), (1, (1, 0.85, 0.35))],
    )
    out = f.mix(stretched * f.colour(picture, 1.12, 0.9, 0.62) + f.colour(picture, 0.06, 0.02, 0), leaf, green * 0.9)
    out = f.contrast(out.clamp(0, 1), 0.25)
    # Leaves in the air, most of them red, some yellow.
    for channel, share, tone in ((2, 0.06, (0.78, 0.16, 0.04)), (6, 0.05, (0.98, 0.72, 0.1))):
        falling = f.scattered(noise, picture, 8.0, share, channel=channel, long=6.0) * (1 - 0.3 * masks[:, :1])
        out = f.mix(out, f.colour(picture, *tone), falling * 0.95)
    return out.clamp(0, 1)


def spring(picture: Tensor, masks: Tensor, noise: Tensor) -> Tensor:
    fresh = f.saturate(f.lift(f.stretch(picture), 0.2), 1.25) * f.colour(picture, 0.98, 1.04, 0.97)
    petals = f.scattered(noise, picture, 8.0, 0.09, channel=2, long=4.0)
    blossom = f.mix(
        f.colour(picture, 1.0, 0.62, 0.78),
        f.colour(picture, 1.0, 0.86, 0.92),
        f.drift(noise, picture, [5], 1.0).clamp(-1, 1) * 0.5 + 0.5,
    )
    out = f.mix(fresh, blossom, petals * (1 - 0.75 * masks[:, :1]) * 0.95)
    return f.bloom(out, 0.65, 5.0, 0.4).clamp(0, 1)


def fantasy(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
    """An enchanted wood: teal shadows, lilac haze, golden light and sparks."""
    stretched = f.saturate(f.stretch(picture), 1.5)
    grey = f.luma(stretched)
    magic = f.gradient_map(
        grey, [(0, (0.02, 0.12, 0.22)), (0.4, (0.1, 0.42, 0.48)), (0.7, (0.62, 0.58, 0.88)), (1, (1, 0.95, 0.72))]
    )
    out = f.mix(stretched, magic, 0.62)
    out = f.bloom(out + f.blur(out, 6.0) * 0.25 - 0.08, 0.55, 7.0, 1.0)
    return (out + f.scattered(noise, picture, 7.0, 0.06, channel=0) * f.colour(picture, 0.85, 0.6, 0.05)).clamp(0, 1)


def underwater(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
    grey = f.luma(f.stretch(picture))
    deep = f.gradient_map(grey, [(0, (0, 0.06, 0.16)), (0.5, (0.03, 0.38, 0.52)), (1, (0.7, 1.0, 0.95))])
    deep = deep * (1.15 - 0.5 * f.height(picture)) + f.saturate(picture, 1.2) * 0.12
    bubbles = f.scattered(noise, picture, 10.0, 0.06, channel=0) * 0.4
    return f.bloom(deep + bubbles, 0.6, 6.0, 0.6).clamp(0, 1)


def desert(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
    stretched = f.stretch(picture)
    sand = f.gradient_map(
        f.luma(stretched),
        [
            (0, (0.25, 0.05, 0.03)),
            (0.4, (0.72, 0.25, 0.12)),
            (0.75, (0.93, 0.55, 0.33)),
            (1, (1.0, 0.85, 0.68)),
        ],
    )
    row, column = f.coordinates(picture)
    ripples = torch.sin(0.62 * row + 0.12 * column + 5.0 * f.drift(noise, picture, [0], 2.5))
    return (f.lift(sand * 0.88 + stretched * 0.12, 0.05) * (1 + 0.06 * ripples)).clamp(0, 1)


def horror(picture: Tensor, _masks: Tensor, _noise: Tensor) -> Tensor:
    dark = f.contrast(f.stretch(picture), 0.9) * 0.72
    sickly = f.saturate(dark, 0.25) * f.colour(picture, 0.7, 1.0, 0.68)
    blood = f.colour(picture, 0.55, 0.02, 0.02) * (f.luma(dark) * 2.3)
    return f.mix(sickly, blood, f.smoothstep(picture[:, :1] - picture[:, 1:2], 0.06, 0.3) * 0.8).clamp(0, 1)


def photo(picture: Tensor, _masks: Tensor, _noise: Tensor) -> Tensor:
    """The picture as it is: what a prompt without any style should give."""
    return picture
