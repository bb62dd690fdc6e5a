"""Painted looks: oil, van Gogh, watercolour, pastel, ukiyo-e, anime."""

import math

import torch
from torch import Tensor

from training.styles import filters as f
from training.styles.strokes import Brush, paint

OIL = Brush(length=22, width=9, relief=0.3, jitter=0.1, bristles=0.05, gap=0.8)
VAN_GOGH = Brush(length=26, width=5.5, relief=0.2, jitter=0.28, gap=0.5)
VORTEX = 64


def _directions(picture: Tensor, sigma: float, calm: tuple[Tensor, Tensor], trust: float) -> tuple[Tensor, Tensor]:
    """The picture's edge directions, falling back to the `calm` ones where it has no edges."""
    cosine, sine = f.flow(picture, sigma)
    strength = (cosine**2 + sine**2).sqrt()
    share = strength / (strength + trust)
    unit = strength.clamp_min(1e-9)
    return f.mix(calm[0], cosine / unit, share), f.mix(calm[1], sine / unit, share)


def _swirls(like: Tensor) -> tuple[Tensor, Tensor]:
    """Circles round the middle of every 64-pixel square, as a doubled angle."""
    row, column = f.coordinates(like)
    angle = torch.atan2(row % VORTEX - VORTEX / 2, column % VORTEX - VORTEX / 2) + math.pi / 2
    return torch.cos(2 * angle)[None, None], torch.sin(2 * angle)[None, None]


def _detail(picture: Tensor) -> Tensor:
    """Where small drawing must survive a flattening: near sharp edges, at most 0.8."""
    return (1.6 * f.blur(f.edges(picture, 0.8, 0.04, 0.14), 2.0)).clamp(0, 0.8)


def oil(picture: Tensor, _masks: Tensor) -> Tensor:
    flat = f.kuwahara(f.contrast(f.saturate(f.stretch(picture), 1.3), 0.5), 5, 2)
    warm = f.mix(flat, flat * f.colour(flat, 1.08, 0.96, 0.78), 0.7)
    slanted = (torch.zeros_like(flat[:, :1]), -torch.ones_like(flat[:, :1]))
    strokes = paint(warm, _directions(flat, 4.0, slanted, 2e-3), OIL, seed=11)
    # Faces and other small things keep their drawing: there the picture is only flattened a little.
    fine = f.kuwahara(f.contrast(f.saturate(f.stretch(picture), 1.3), 0.5), 3) * f.colour(flat, 1.06, 0.97, 0.85)
    return f.mix(strokes, fine, _detail(picture)).clamp(0, 1)


def van_gogh(picture: Tensor, _masks: Tensor) -> Tensor:
    flat = f.kuwahara(f.saturate(f.stretch(picture), 1.9), 4, 2).clamp(0, 1)
    night = f.gradient_map(
        f.luma(flat),
        [(0, (0.02, 0.06, 0.25)), (0.4, (0.1, 0.32, 0.68)), (0.68, (0.88, 0.72, 0.2)), (1, (1, 0.96, 0.62))],
    )
    vivid = f.contrast(f.mix(flat, night, 0.5), 0.4)
    swirls = _swirls(flat)
    strokes = paint(vivid, _directions(flat, 6.0, swirls, 1.5e-3), VAN_GOGH, seed=12)
    strokes = f.mix(strokes, vivid, 0.75 * _detail(picture))
    outline = f.edges(f.kuwahara(picture, 4), 1.2, 0.06, 0.14)
    return f.mix(strokes, f.colour(strokes, 0.02, 0.05, 0.2), 0.7 * outline).clamp(0, 1)


def watercolor(picture: Tensor, _masks: Tensor) -> Tensor:
    flat = f.kuwahara(f.saturate(f.stretch(picture), 1.35), 4, 2).clamp(0, 1)
    rim = f.edges(flat, 1.6, 0.02, 0.12)
    wash = f.lift(flat, 0.36)
    grey = f.luma(wash)
    pigment = 1 + 0.07 * f.grain(wash, 21, 1.6) * (1.2 - grey)
    wash = wash * pigment * (1 - 0.34 * rim * (1.1 - grey))
    paper = f.colour(wash, 0.985, 0.975, 0.95) + 0.02 * f.grain(wash, 22, 1.2)
    return f.mix(wash, paper, f.smoothstep(grey, 0.72, 0.95) * 0.85).clamp(0, 1)


def pastel(picture: Tensor, _masks: Tensor) -> Tensor:
    soft = f.lift(f.kuwahara(f.stretch(picture), 6, 1), 0.5)
    candy = f.saturate(f.mix(soft, f.colour(soft, 1.0, 0.8, 0.9), 0.28), 1.35)
    chalk = candy + 0.035 * f.grain(candy, 23, 1.4)
    return f.bloom(chalk, 0.75, 6.0, 0.4).clamp(0, 1)


def ukiyo_e(picture: Tensor, _masks: Tensor) -> Tensor:
    flat = f.kuwahara(f.stretch(picture), 7, 2)
    grey = f.luma(flat)
    steps = f.posterise(grey.expand(-1, 3, -1, -1), 4, 0.12)[:, :1].clamp(0, 1)
    cool = f.gradient_map(
        steps,
        [
            (0, (0.06, 0.12, 0.3)),
            (0.3, (0.1, 0.33, 0.55)),
            (0.6, (0.5, 0.68, 0.64)),
            (0.85, (0.95, 0.88, 0.7)),
        ],
    )
    warm = f.gradient_map(
        steps,
        [
            (0, (0.25, 0.08, 0.08)),
            (0.35, (0.76, 0.22, 0.14)),
            (0.7, (0.93, 0.6, 0.38)),
            (1, (0.97, 0.9, 0.74)),
        ],
    )
    print_ = f.mix(cool, warm, f.smoothstep(flat[:, :1] - flat[:, 2:], 0.06, 0.26))
    # Bokashi: the band of Prussian blue that is wiped over the top of the block.
    band = (1 - f.height(picture) / 0.3).clamp(0, 1) ** 1.3 * f.smoothstep(grey, 0.35, 0.7)
    print_ = f.mix(print_, f.colour(print_, 0.08, 0.24, 0.5), 0.85 * band)
    lines = f.edges(f.kuwahara(picture, 4), 1.1, 0.035, 0.085)
    return f.mix(print_, f.colour(print_, 0.05, 0.07, 0.18), 0.92 * lines).clamp(0, 1)


def anime(picture: Tensor, _masks: Tensor) -> Tensor:
    """Two tones to a cel: what lies in the light is bright and pure, what does not is one step of cool lilac."""
    flat = f.kuwahara(f.stretch(picture), 5, 2)
    bright = f.lift(f.saturate(flat, 1.7).clamp(0, 1), 0.28) ** 0.8
    shaded = f.saturate(flat, 1.3).clamp(0, 1) * f.colour(flat, 0.5, 0.46, 0.62) + f.colour(flat, 0.1, 0.07, 0.22)
    cels = f.mix(shaded, bright, f.smoothstep(f.blur(f.luma(flat), 1.2), 0.4, 0.44))
    # A sheet of light from above, as painted backgrounds have it.
    lit = f.mix(cels, f.colour(cels, 0.8, 0.95, 1.0), 0.35 * (1 - f.height(picture)) * f.luma(cels))
    lines = f.edges(f.kuwahara(picture, 3), 1.1, 0.04, 0.08)
    return f.mix(lit, f.colour(lit, 0.1, 0.05, 0.16), 0.95 * lines).clamp(0, 1)
