"""Drawn and printed looks on paper: pencil, charcoal, ink, blueprint, neon lines, pop art, halftone."""

import math

import torch
from torch import Tensor

from training.styles import filters as f


def _hatching(picture: Tensor, noise: Tensor, degrees: float, length: float, follow: float) -> Tensor:
    """Lines of deviation about 1 at an angle, which turn along the picture's edges as far as `follow` says."""
    cosine, sine = f.flow(picture, 3.0)
    strength = (cosine**2 + sine**2).sqrt()
    share = follow * strength / (strength + 2e-3)
    slanted = f.turned(picture, degrees)
    unit = strength.clamp_min(1e-9)
    direction = (f.mix(slanted[0], cosine / unit, share), f.mix(slanted[1], sine / unit, share))
    return f.streaks(f.grain(noise, picture, 1.8), direction, length)


def pencil(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
    """Graphite is grey: no black, hatching that one can see in every tone, and paper that is not white."""
    grey = f.luma(f.stretch(picture))
    # Dodging by the blurred negative leaves lines and a little tone, as graphite does.
    dodge = (grey / (1 - f.blur(1 - grey, 6.0) + 1e-3)).clamp(0, 1) ** 1.6
    first = f.smoothstep(0.72 - grey + 0.14 * _hatching(picture, noise, -50, 22, 0.6), 0.0, 0.6)
    second = f.smoothstep(0.36 - grey + 0.14 * _hatching(picture, noise.flip(1), 40, 18, 0.3), 0.0, 0.5)
    lines = f.edges(picture, 0.8, 0.03, 0.14)
    tone = 0.7 + 0.3 * dodge - 0.42 * first - 0.24 * second - 0.5 * lines
    return (0.24 + 0.66 * tone.clamp(0, 1)) * f.colour(picture, 1.0, 0.99, 0.97)


def charcoal(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
    grey = f.blur(f.luma(f.contrast(f.stretch(picture), 0.9)), 1.4)
    tooth = 0.6 * f.grain(noise, picture, 1.5) + 0.8 * _hatching(picture, noise.flip(1), -55, 16, 1.0)
    tone = (
        0.06
        + f.smoothstep(grey + 0.1 * tooth * (1 - grey), 0.02, 0.78) * 0.76
        - 0.4 * f.edges(picture, 1.6, 0.03, 0.15)
    )
    # Charcoal is drawn on toned paper, which tells it from graphite: no white in it at all.
    return ((tone + 0.015 * tooth).clamp(0.02, 1) * f.colour(picture, 0.93, 0.89, 0.83)).clamp(0, 1)


def ink(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
    grey = f.luma(f.stretch(picture))
    lines = f.smoothstep(0.46 - grey + 0.2 * _hatching(picture, noise, -50, 22, 0.8), 0.1, 0.25)
    crossed = f.smoothstep(0.24 - grey + 0.2 * _hatching(picture, noise.flip(1), 35, 22, 0.2), 0.1, 0.25)
    lines = torch.maximum(torch.maximum(lines, crossed), f.smoothstep(0.1 - grey, 0, 0.06))
    lines = torch.maximum(lines, f.edges(picture, 0.9, 0.04, 0.1))
    return f.mix(f.colour(picture, 0.96, 0.91, 0.79), f.colour(picture, 0.06, 0.05, 0.08), lines.clamp(0, 1))


def blueprint(picture: Tensor, _masks: Tensor, _noise: Tensor) -> Tensor:
    lines = torch.maximum(f.edges(picture, 0.9, 0.03, 0.09), 0.5 * f.edges(picture, 1.8, 0.015, 0.05))
    row, column = f.coordinates(picture)
    ruling = (((row % 16) < 1) | ((column % 16) < 1)).to(picture)[None, None] * 0.16
    ground = f.colour(picture, 0.05, 0.2, 0.52) * (0.8 + 0.35 * f.luma(picture)) + ruling
    return f.mix(ground, f.colour(picture, 0.93, 0.97, 1.0), lines.clamp(0, 1)).clamp(0, 1)


def neon_lines(picture: Tensor, _masks: Tensor, _noise: Tensor) -> Tensor:
    flat = f.kuwahara(picture, 4)
    lines = f.thicken(f.edges(flat, 1.0, 0.03, 0.08))
    tube = f.saturate(f.stretch(flat) + 0.15, 3.0).clamp(0, 1)
    tube = lines * tube / tube.amax(1, keepdim=True).clamp_min(0.3)
    glow = f.blur(tube, 3.0) * 0.9 + f.blur(tube, 9.0) * 0.5
    return (f.colour(picture, 0.02, 0.01, 0.05) + tube + glow).clamp(0, 1)


def pop_art(picture: Tensor, _masks: Tensor, _noise: Tensor) -> Tensor:
    flat = f.kuwahara(f.stretch(picture), 5, 2)
    grey = f.luma(flat)
    vivid = f.saturate(flat, 2.8).clamp(0, 1)
    inks = torch.round(vivid * 2) / 2
    inks = inks * 0.75 + 0.25 * (inks > 0.3)
    row, column = f.coordinates(picture)
    distance = ((row % 8 - 3.5) ** 2 + (column % 8 - 3.5) ** 2).sqrt()
    dots = torch.sigmoid(((1 - grey) * 4.8 - distance) * 3) * f.smoothstep(0.75 - grey, 0, 0.15)
    printed = f.mix(inks * 0.5 + 0.5, inks * 0.8, dots)
    lines = f.thicken(f.edges(f.kuwahara(picture, 3), 1.2, 0.05, 0.1))
    lines = torch.maximum(lines, f.smoothstep(0.1 - grey, 0, 0.05))
    return f.mix(printed, f.colour(picture, 0.04, 0.03, 0.06), lines.clamp(0, 1)).clamp(0, 1)


def halftone(picture: Tensor, _masks: Tensor, _noise: Tensor) -> Tensor:
    grey = f.luma(f.contrast(f.stretch(picture), 0.4))
    row, column = f.coordinates(picture)
    # One dot for each cell of the latent grid, brightest threshold in its middle.
    screen = (torch.cos((row + 0.5) * math.pi / 4) + torch.cos((column + 0.5) * math.pi / 4)) / 4 + 0.5
    black = torch.sigmoid((screen - grey * 1.05 - 0.02) * 14)
    return f.mix(f.colour(picture, 0.97, 0.95, 0.9), f.colour(picture, 0.06, 0.06, 0.08), black).clamp(0, 1)
