"""Training examples: exactly the states an img2img sampler visits between source and styled picture.

Plain training on (caption, styled picture) fails img2img at low strength: palette and large shapes of the
source survive the noise, and nothing in training says that they should still change. We own pairs, so:

- z_a is the source's latent, z_b the styled picture's, sigma_t = sqrt((1 - alpha_bar_t) / alpha_bar_t).
- What a run shows at a step is, under the noise, a mixture z = z_b + w (z_a - z_b). Asked for is the picture that
  lies `style_share(sigma)` of the way from z to z_b: all of it where noise is strong, none of it where it is weak.
- So a deterministic step from sigma to sigma' multiplies w by 1 - style_share(sigma) (1 - sigma' / sigma), and a run
  that starts at sigma_s has **w = exp(-integral of style_share over ln sigma)** left at sigma. What is asked for
  depends on what the network sees and on the noise level alone; strength decides how much of the style there is in
  the end by where a run starts. (To let the network infer the strength from the picture fails: half of a grey style
  looks like a whole one of a pale source.)
- Guidance multiplies the share, as a prediction without a caption asks for z itself. `guidance` says for which scales
  the mixtures are made.
- So: draw s, draw t <= t_s, build x_t with that w and ask for it as ordinary v-prediction.
- At s = 1, sigma_{t_s} is the terminal one, w vanishes and the very same formula is text-to-image training.
- Above `kept` z_b is styled from another drawing of the same layout, so that strength invents anew what the noise
  hides, and does not only blur it.
- What places the strokes of z_b is part of the noise (`quiet_directions`). Any joint distribution of noise and target
  is a bridge between the same ends; this one makes the target a function of what the network sees, so it need not
  paint the mean of all the places where a stroke may lie. `loose` examples have noise of their own: samplers that add
  noise on the way show the network strokes that its noise does not explain.
- Drawn scenes are smoother than photographs, and a chain goes on from a styled picture: `blended` sources are a
  drawing mixed with one of its targets, so that those strokes are painted over as a photograph's texture is to be.
- A dropped caption asks for z itself: denoise what is there. Guidance then has nothing to push at late steps, so any
  scale stays sane, and negative prompts are harmless.
"""

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from training.latents import PairLatents
from training.pairs import KEYS
from training.phrases import CaptionBank
from training.schedule import STEPS, alphas_cumprod, style_share


@dataclass(frozen=True)
class BridgeSettings:
    """Shares of the examples. Strengths lie between `least` and `most`, or are 1; 16 steps begin at 0.06 at least."""

    batch: int = 32
    least: float = 0.05
    most: float = 0.95
    guidance: tuple[float, float] = (1.0, 2.5)  # scales of the runs whose states are drawn
    kept: float = 0.72  # strength up to which the source's own drawing is the target
    redrawn: float = 0.86  # strength from which on another drawing of its layout always is
    loose: float = 0.15  # noise that has nothing to do with the target's strokes
    terminal: float = 0.32  # runs from pure noise
    repertoire: float = 0.95  # of those, targets that show one of the compositions
    early: float = 0.65  # of those, steps in which the composition is decided: the noisiest tenth
    at_start: float = 0.35  # t is the run's first step
    exact: float = 0.75  # w as a perfect model would leave it; otherwise smaller
    finished: float = 0.1  # w is 0
    unstyled: float = 0.17  # the target is the source, and the caption names no style or "photo"
    blended: float = 0.35  # sources that are partly in another style
    described: float = 0.95  # of the runs from pure noise, captions that name the scene
    dropped: float = 0.12  # no caption
    negatives: float = 0.35  # of the dropped captions, a list of faults instead of nothing
    cropped: float = 0.4  # of the batches, a rectangle of the latents
    large: float = 0.0  # of the batches, latents of 512x512 pictures, a quarter as many
    snr_limit: float = 5.0
    tint: float = 90.0  # weight of the error of coarse colours, beside that of the latents
    strokes: float = 0.18  # weight of the difference by features of styles, beside the error of the latents
    styles: float = 0.6  # weight of the divergence of the styles that are seen
    # Styles drawn more often than the others of a scene: those that came out worst. A trace of colour spoils noir.
    slow: tuple[str, ...] = (
        "oil", "pencil", "noir", "spring", "mosaic", "stained glass", "clay",
    )  # fmt: skip
    favour: float = 5.0  # how much more often


@dataclass(frozen=True)
class Moments:
    """For each example: the step `t`, the run's first step, the share `weight` of the source in it."""

    t: Tensor
    start: Tensor
    weight: Tensor


@dataclass(frozen=True)
class Examples:
    """`noisy` and `velocity` are (B, channels, h, w); `scale` weighs each example's squared error.

    `share` (B,) of the style is asked for. `scenes` says which scenes the examples are made of, `places` which of
    their targets.
    """

    noisy: Tensor
    velocity: Tensor
    t: Tensor
    scale: Tensor
    tokens: Tensor
    share: Tensor
    scenes: Tensor
    places: Tensor


@cache
def _chances(slow: tuple[str, ...], favour: float, device: torch.device) -> Tensor:
    """Of each of `KEYS` to be drawn, not normalised."""
    return torch.tensor([favour if set(slow) & set(key) else 1.0 for key in KEYS], device=device)


@cache
def alpha_bar_on(device: torch.device) -> Tensor:
    return alphas_cumprod().to(device)


def draw_moments(noise: torch.Generator, count: int, settings: BridgeSettings) -> Moments:
    """On the generator's device, as everything here."""

    def uniform() -> Tensor:
        return torch.rand(count, generator=noise, device=noise.device)

    alpha_bar = alpha_bar_on(noise.device)
    sigma = ((1 - alpha_bar) / alpha_bar).sqrt()
    strength = settings.least + (settings.most - settings.least) * uniform()
    terminal = uniform() < settings.terminal
    strength = torch.where(terminal, 1.0, strength)
    start = (strength * (STEPS - 1)).long()
    # Late steps after a run from pure noise look like those after any other run; the early ones are its own.
    reach = torch.where(uniform() < settings.early, 0.1, 0.55)
    later = torch.where(terminal, 1 - reach * uniform(), uniform() ** 0.8)
    at_start = uniform() < torch.where(terminal, 0.3, 1.0) * settings.at_start
    t = torch.where(at_start, start, (start * later).long())
    # The terminal sigma is far beyond what a run starts from, and its logarithm spoils nothing: w is 0 there anyhow.
    level = sigma.log()
    share = style_share(sigma)
    passed = torch.cat([torch.zeros_like(level[:1]), (level.diff() * (share[1:] + share[:-1]) / 2).cumsum(0)])
    least, most = settings.guidance
    ratio = torch.exp(-(least + (most - least) * uniform()) * (passed[start] - passed[t]))
    shape = uniform()
    shrunk = torch.where(shape < settings.exact, ratio, ratio * uniform())
    weight = torch.where(shape < 1 - settings.finished, shrunk, 0.0)
    weight = torch.where(t == start, 1.0, weight)
    # The terminal step's ratio is 1 by definition, but what starts there is noise without a source.
    weight = torch.where(terminal & (t == start), 0.0, weight)
    return Moments(t, start, weight)


def draw_examples(  # noqa: PLR0917 - chance, what to draw from, and how
    noise: torch.Generator,
    pairs: PairLatents,
    quiet: Tensor,
    phrases: CaptionBank,
    settings: BridgeSettings,
    count: int,
) -> Examples:
    """`quiet`: see `quiet_directions`."""
    device = noise.device

    def uniform() -> Tensor:
        return torch.rand(count, generator=noise, device=device)

    moments = draw_moments(noise, count, settings)
    terminal = moments.start == STEPS - 1
    by_heart = terminal & (uniform() < settings.repertoire) if pairs.composed else torch.zeros_like(terminal)
    scenes = (uniform() * torch.where(by_heart, pairs.composed, len(pairs.latents))).long()
    chances = _chances(settings.slow, settings.favour, device)[pairs.keys[scenes, 1 : pairs.half]]
    places = 1 + torch.multinomial(chances, 1, generator=noise)[:, 0]
    places = torch.where(uniform() < settings.unstyled, 0, places)
    flat = pairs.latents.view(-1, *pairs.latents.shape[2:])
    first = scenes * pairs.latents.shape[1]
    strength = moments.start / (STEPS - 1)
    anew = (strength - settings.kept) / (settings.redrawn - settings.kept)
    # Of the repertoire there are few scenes, each to be learnt by heart: their other drawings would blur them.
    anew = torch.where(terminal, 0.0, anew)
    seen = places + torch.where(uniform() < anew, pairs.half, 0)
    source, styled = flat.index_select(0, first).float(), flat.index_select(0, first + seen).float()
    blend = (uniform() * (uniform() < settings.blended)).view(-1, 1, 1, 1)
    other = 1 + (uniform() * (pairs.half - 1)).long()
    source = source + blend * (flat.index_select(0, first + other).float() - source)
    # Without a style the source is to stay as it is, another style in it included.
    styled = torch.where((seen == 0).view(-1, 1, 1, 1), source, styled)
    dropped = uniform() < settings.dropped
    described = terminal & (uniform() < settings.described)
    tokens = phrases.draw(noise, pairs.keys[scenes, places], pairs.kinds[scenes], described)
    tokens = torch.where(dropped[:, None], phrases.draw_none(noise, count, settings.negatives), tokens)
    weight = moments.weight.view(-1, 1, 1, 1)
    clean = styled + weight * (source - styled)
    alpha_bar = alpha_bar_on(device)[moments.t].view(-1, 1, 1, 1)
    share = torch.where(dropped.view(-1, 1, 1, 1), 0.0, style_share(((1 - alpha_bar) / alpha_bar).sqrt()))
    wanted = clean + share * (styled - clean)
    alpha, deviation = alpha_bar.sqrt(), (1 - alpha_bar).sqrt()
    added = torch.randn(clean.shape, generator=noise, device=device)
    bound = (places > 0) & (uniform() >= settings.loose)
    placing = pairs.noise[scenes, (places - 1).clamp(min=0)].to(device).float()
    noisy = alpha * clean + deviation * torch.where(bound.view(-1, 1, 1, 1), bind(added, placing, quiet), added)
    velocity = (alpha * noisy - wanted) / deviation
    ratio = (alpha_bar / (1 - alpha_bar)).view(-1)
    # Like min-SNR weighting, but the error of the predicted picture never weighs less than 1.
    scale = settings.snr_limit / (settings.snr_limit + ratio)
    return Examples(noisy, velocity, moments.t, scale, tokens, share.view(-1), scenes, places)


def bind(noise: Tensor, placing: Tensor, quiet: Tensor) -> Tensor:
    """Noise (B, channels, h, w) whose components in the `quiet` directions are `placing` (B, count, h, w)."""
    own = torch.einsum("kc,bchw->bkhw", quiet, noise)
    return noise + torch.einsum("kc,bkhw->bchw", quiet, placing - own)


def crop(corner: tuple[float, float], size: tuple[int, int], tensor: Tensor) -> Tensor:
    """A rectangle of `size` cells; `corner` in [0, 1) says where.

    Anywhere, not on the network's grid of four cells: what always lies in one place there is learnt as a lattice.
    """
    sides = zip(tensor.shape[-2:], size, corner, strict=True)
    top, left = (int(share * (side - length + 1)) for side, length, share in sides)
    return tensor[..., top : top + size[0], left : left + size[1]]
