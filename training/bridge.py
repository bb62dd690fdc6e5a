"""Training examples: exactly the states an img2img sampler visits between source and styled picture.

Plain training on (caption, styled picture) fails img2img at low strength: palette and large shapes of the
source survive the noise, and nothing in training says that they should still change. We own pairs, so:

- z_a is the source's latent, z_b the target's, sigma_t = sqrt((1 - alpha_bar_t) / alpha_bar_t).
- A run of strength s starts at x = alpha z_a + noise at t_s. If the model predicts z_b there, a deterministic
  step to t
  leads exactly to x_t = alpha_t (z_b + w (z_a - z_b)) + noise, with **w = sigma_t / sigma_{t_s}**.
- So: draw s, draw t <= t_s, build x_t with that w and ask for z_b, as ordinary v-prediction.
- At s = 1, sigma_{t_s} is the terminal one, w vanishes and the very same formula is text-to-image training.
- A dropped caption asks for z_w itself: denoise what is there. Guidance then has nothing to push at late
  steps, so any
  scale stays sane, and negative prompts are harmless.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training import captions
from training.latents import PairLatents
from training.schedule import STEPS, alphas_cumprod


@dataclass(frozen=True)
class BridgeSettings:
    """Shares of the examples. Strengths below `least` are not worth learning: the first step is the last."""

    batch: int = 32
    least: float = 0.08
    most: float = 0.95
    terminal: float = 0.35  # runs from pure noise
    at_start: float = 0.35  # t is the run's first step
    exact: float = 0.6  # w as a perfect model would leave it; otherwise smaller
    finished: float = 0.1  # w is 0
    unstyled: float = 0.12  # the target is the source, and the caption names no style or "photo"
    dropped: float = 0.12  # no caption
    negatives: float = 0.35  # of the dropped captions, a list of faults instead of nothing
    cropped: float = 0.4
    snr_limit: float = 5.0


@dataclass(frozen=True)
class Moments:
    """For each example: the step `t`, the run's first step, the share `weight` of the source in it."""

    t: Tensor
    start: Tensor
    weight: Tensor


@dataclass(frozen=True)
class Examples:
    """`noisy` and `velocity` are (B, 16, h, w); `scale` weighs each example's squared error."""

    noisy: Tensor
    velocity: Tensor
    t: Tensor
    scale: Tensor
    captions: list[str]


def draw_moments(numbers: np.random.Generator, count: int, settings: BridgeSettings) -> Moments:
    alpha_bar = alphas_cumprod()
    sigma = ((1 - alpha_bar) / alpha_bar).sqrt()
    strength = numbers.uniform(settings.least, settings.most, count)
    terminal = numbers.random(count) < settings.terminal
    strength = np.where(terminal, 1.0, strength)
    start = (strength * (STEPS - 1)).astype(np.int64)
    share = numbers.random(count)
    # Late steps after a run from pure noise look like those after any other run; the early ones are its own.
    later = np.where(terminal, 1 - 0.55 * numbers.random(count), numbers.random(count) ** 0.8)
    t = np.where(share < settings.at_start * np.where(terminal, 0.4, 1.0), start, (start * later).astype(np.int64))
    ratio = (sigma[t] / sigma[start]).numpy()
    shape = numbers.random(count)
    shrunk = np.where(shape < settings.exact, ratio, ratio * numbers.random(count))
    weight = np.where(shape < 1 - settings.finished, shrunk, 0.0)
    weight = np.where(t == start, 1.0, weight)
    # The terminal step's ratio is 1 by definition, but what starts there is noise without a source.
    weight = np.where(terminal & (t == start), 0.0, weight)
    return Moments(torch.from_numpy(t), torch.from_numpy(start), torch.from_numpy(weight).float())


def _captions(
    numbers: np.random.Generator,
    pairs: PairLatents,
    scenes: list[int],
    targets: list[int],
    *,
    moments: Moments,
    settings: BridgeSettings,
) -> tuple[list[str], Tensor]:
    texts: list[str] = []
    dropped = numbers.random(len(scenes)) < settings.dropped
    for place, (scene, target) in enumerate(zip(scenes, targets, strict=True)):
        if dropped[place]:
            texts.append(captions.negative(numbers) if numbers.random() < settings.negatives else "")
            continue
        styles = pairs.styles[scene][target - 1] if target else ["photo"]
        from_noise = int(moments.start[place]) == STEPS - 1
        texts.append(
            captions.caption(numbers, styles, pairs.kinds[scene], describe=from_noise and numbers.random() < 0.85)
        )
    return texts, torch.from_numpy(dropped)


def draw_examples(
    numbers: np.random.Generator, noise: torch.Generator, pairs: PairLatents, settings: BridgeSettings
) -> Examples:
    count = settings.batch
    scenes = numbers.integers(0, len(pairs.latents), count)
    targets = numbers.integers(1, pairs.latents.shape[1], count)
    targets[numbers.random(count) < settings.unstyled] = 0
    source = pairs.latents[scenes, 0].float()
    target = pairs.latents[scenes, targets].float()
    moments = draw_moments(numbers, count, settings)
    texts, dropped = _captions(numbers, pairs, scenes.tolist(), targets.tolist(), moments=moments, settings=settings)
    weight = moments.weight.view(-1, 1, 1, 1)
    clean = target + weight * (source - target)
    wanted = torch.where(dropped.view(-1, 1, 1, 1), clean, target)
    alpha_bar = alphas_cumprod()[moments.t].view(-1, 1, 1, 1)
    alpha, deviation = alpha_bar.sqrt(), (1 - alpha_bar).sqrt()
    noisy = alpha * clean + deviation * torch.randn(clean.shape, generator=noise)
    velocity = (alpha * noisy - wanted) / deviation
    if numbers.random() < settings.cropped:
        noisy, velocity = _crop(numbers, noisy, velocity)
    ratio = (alpha_bar / (1 - alpha_bar)).view(-1)
    # Like min-SNR weighting, but the error of the predicted picture never weighs less than 1.
    scale = settings.snr_limit / (settings.snr_limit + ratio)
    return Examples(noisy, velocity, moments.t, scale, texts)


def _crop(numbers: np.random.Generator, *tensors: Tensor) -> list[Tensor]:
    """The same rectangle of each, 16 to 28 cells a side, cut on the network's grid of four cells."""
    side = tensors[0].shape[-1]
    rows, columns = (int(numbers.choice([16, 20, 24, 28])) for _ in range(2))
    top = int(numbers.integers(0, (side - rows) // 4 + 1)) * 4
    left = int(numbers.integers(0, (side - columns) // 4 + 1)) * 4
    return [tensor[:, :, top : top + rows, left : left + columns] for tensor in tensors]
