"""Painted looks: oil, van Gogh, watercolour, pastel, ukiyo-e, anime."""

import torch
from torch import Tensor

from training.styles import filters as f
from training.styles.strokes import Brush, paint

OIL = Brush(length=36, width=3.2, ridge=0.18, relief=0.22, sharp=3.0)
VAN_GOGH = Brush(length=36, width=3.4, ridge=0.32, relief=0.25, sharp=2.5)


def _directions(picture: Tensor, sigma: float, calm: tuple[Tensor, Tensor], trust: float) -> tuple[Tensor, Tensor]:
    """The picture's edge directions, falling back to the `calm` ones where it has no edges."""
    cosine, sine = f.flow(picture, sigma)
    strength = (cosine**2 + sine**2).sqrt()
    share = strength / (strength + trust)
    unit = strength.clamp_min(1e-9)
    return f.mix(calm[0], cosine / unit, share), f.mix(calm[1], sine / unit, share)


def _leaning(noise: Tensor, like: Tensor, degrees: float, wander: float) -> tuple[Tensor, Tensor]:
    """Directions near one angle, as a doubled angle, that turn slowly over the picture as far as `wander` says.

    A brush has a hand that leans one way. With strokes in all directions a small network paints their mean.
    """
    cosine, sine = f.turned(like, degrees)
    turns = wander * f.drift(noise, like, [5, 6], 3.0)
    cosine, sine = cosine + turns[:, :1], sine + turns[:, 1:]
    length = (cosine**2 + sine**2).sqrt().clamp_min(1e-3)
    return cosine / length, sine / length


def _detail(picture: Tensor) -> Tensor:
    """Where small drawing must survive a flattening: near sharp edges, at most 0.8."""
    return (1.6 * f.blur(f.edges(picture, 0.8, 0.04, 0.14), 2.0)).clamp(0, 0.8)


def oil(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
    """Thick strokes under the warm glaze of an old master, from umber over ochre to cream."""
    rich = f.contrast(f.saturate(f.stretch(picture), 1.25), 0.4).clamp(0, 1)
    flat = f.kuwahara(rich, 5, 2)
    varnish = f.gradient_map(
        f.luma(flat),
        [(0, (0.07, 0.04, 0.03)), (0.3, (0.33, 0.17, 0.08)), (0.65, (0.78, 0.55, 0.28)), (1, (1, 0.93, 0.76))],
    )
    warm = f.mix(flat, varnish, 0.5)
    directions = _directions(flat, 4.0, _leaning(noise, flat, -45, 0.3), 8e-3)
    # Faces and other small things keep their drawing: there the picture is hardly flattened.
    fine = f.mix(f.kuwahara(rich, 2), varnish, 0.5)
    return f.mix(paint(warm, directions, OIL, noise), fine, _detail(picture)).clamp(0, 1)


def van_gogh(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
    flat = f.kuwahara(f.saturate(f.stretch(picture), 1.9), 4, 2).clamp(0, 1)
    night = f.gradient_map(
        f.luma(flat),
        [(0, (0.02, 0.06, 0.25)), (0.4, (0.1, 0.32, 0.68)), (0.68, (0.88, 0.72, 0.2)), (1, (1, 0.96, 0.62))],
    )
    vivid = f.contrast(f.mix(flat, night, 0.5), 0.4)
    directions = _directions(flat, 6.0, _leaning(noise, flat, 20, 0.6), 4e-3)
    strokes = f.mix(paint(vivid, directions, VAN_GOGH, noise), vivid, 0.7 * _detail(picture))
    outline = f.edges(f.kuwahara(picture, 4), 1.2, 0.06, 0.14)
    return f.mix(strokes, f.colour(strokes, 0.02, 0.05, 0.2), 0.7 * outline).clamp(0, 1)


def watercolor(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
    """Washes with soft and wandering borders, darker at their rims, pale and uneven where water stood."""
    tremble = f.drift(noise, picture, [5, 6], 1.3) * 2.0
    loose = f.displaced(picture, tremble[:, :1], tremble[:, 1:])
    kept = f.mix(loose, picture, _detail(picture))
    flat = f.kuwahara(f.saturate(f.stretch(kept), 1.35), 5, 2).clamp(0, 1)
    rim = f.edges(flat, 1.6, 0.02, 0.12)
    wash = f.lift(flat, 0.36)
    grey = f.luma(wash)
    pools = 0.07 * f.drift(noise, picture, [7], 2.5)
    pigment = 1 + (0.05 * f.grain(noise, wash, 1.6) + pools) * (1.25 - grey)
    wash = wash * pigment * (1 - 0.38 * rim * (1.1 - grey))
    paper = f.colour(wash, 0.985, 0.975, 0.95) + 0.015 * f.grain(noise, wash, 1.2)
    return f.mix(wash, paper, f.smoothstep(grey + pools, 0.72, 0.95) * 0.85).clamp(0, 1)


def pastel(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
    soft = f.lift(f.kuwahara(f.stretch(picture), 6, 1), 0.5)
    candy = f.saturate(f.mix(soft, f.colour(soft, 1.0, 0.8, 0.9), 0.28), 1.35)
    directions = _directions(soft, 4.0, _leaning(noise, soft, -30, 0.3), 8e-3)
    chalk = candy + 0.045 * f.streaks(f.grain(noise, candy, 2.0), directions, 18)
    return f.bloom(chalk, 0.75, 6.0, 0.4).clamp(0, 1)


def ukiyo_e(picture: Tensor, _masks: Tensor, noise: Tensor) -> Tensor:
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
    # The grain of the block shows in the flat areas.
    along = (torch.ones_like(grey), 0.25 * f.drift(noise, grey, [5], 3.0))
    print_ = print_ * (1 + 0.08 * f.streaks(f.grain(noise, grey, 2.4), along, 24))
    return f.mix(print_, f.colour(print_, 0.05, 0.07, 0.18), 0.92 * lines).clamp(0, 1)


def anime(picture: Tensor, _masks: Tensor, _noise: Tensor) -> Tensor:
    """Two tones to a cel: what lies in the light is bright and pure, what does not is one step of cool lilac."""
    flat = f.kuwahara(f.stretch(picture), 5, 2)
    bright = f.lift(f.saturate(flat, 1.7).clamp(0, 1), 0.28) ** 0.8
    shaded = f.saturate(flat, 1.3).clamp(0, 1) * f.colour(flat, 0.5, 0.46, 0.62) + f.colour(flat, 0.1, 0.07, 0.22)
    cels = f.mix(shaded, bright, f.smoothstep(f.blur(f.luma(flat), 1.2), 0.4, 0.44))
    # A sheet of light from above, as painted backgrounds have it.
    lit = f.mix(cels, f.colour(cels, 0.8, 0.95, 1.0), 0.35 * (1 - f.height(picture)) * f.luma(cels))
    lines = f.edges(f.kuwahara(picture, 3), 1.1, 0.04, 0.08)
    return f.mix(lit, f.colour(lit, 0.1, 0.05, 0.16), 0.95 * lines).clamp(0, 1)
