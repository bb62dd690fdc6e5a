"""A network that names the style of latents, and what two latents differ in by its features.

The squared error of latents alone is least for the mean of all the ways in which strokes may lie, which has none.
Features of a classifier tell strokes from their mean: Johnson et al., "Perceptual losses for real-time style
transfer" (2016); for what a diffusion model predicts, Lin and Yang, "Diffusion model with perceptual loss" (2023).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.autoencoder import LATENT_CHANNELS
from training.latents import PairLatents
from training.pairs import NAMES
from training.speed import autocast

WIDTHS = (64, 96, 128)
WINDOW = 4  # cells a side over which the energy of a feature is compared
BATCH = 64
SHOWN = 100  # steps between two lines that say how far it is


def _level(inside: int, width: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, width, 3, stride, 1), nn.SiLU(), nn.Conv2d(width, width, 3, 1, 1), nn.SiLU()
    )


class StyleFeatures(nn.Module):
    """Three levels of convolutions over latents (B, channels, h, w), at full, half and quarter size."""

    def __init__(self) -> None:
        super().__init__()
        inside = (LATENT_CHANNELS, *WIDTHS[:-1])
        self.levels = nn.ModuleList(map(_level, inside, WIDTHS, (1, 2, 2)))
        self.head = nn.Linear(2 * sum(WIDTHS), len(NAMES))
        for index, width in enumerate(WIDTHS):
            self.register_buffer(f"deviation{index}", torch.ones(width, 1, 1))

    def forward(self, latents: Tensor) -> list[Tensor]:
        features = []
        for level in self.levels:
            latents = level(latents)
            features.append(latents)
        return features

    def name(self, features: list[Tensor]) -> Tensor:
        """Scores (B, styles) by the means and deviations of the three levels."""
        statistics = [
            statistic for some in features for statistic in (some.mean((2, 3)), (some.var((2, 3)) + 1e-4).sqrt())
        ]
        scores: Tensor = self.head(torch.cat(statistics, 1))
        return scores

    def difference(self, made: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
        """Of two latents (B, channels, h, w), both (B,).

        Returns:
            The squared error of features and of their energy in windows.
            The Kullback-Leibler divergence of the styles that are seen in them.
        """
        with torch.no_grad():
            known = self(wanted)
            styles = self.name(known).float().log_softmax(1)
        seen = self(made)
        strokes = made.new_zeros(len(made))
        for index, (one, other) in enumerate(zip(seen, known, strict=True)):
            deviation = getattr(self, f"deviation{index}")
            first, second = one.float() / deviation, other.float() / deviation
            strokes = strokes + ((first - second) ** 2).mean((1, 2, 3))
            strokes = strokes + ((_energy(first) - _energy(second)) ** 2).mean((1, 2, 3))
        named = functional.kl_div(self.name(seen).float().log_softmax(1), styles, reduction="none", log_target=True)
        return strokes, named.sum(1)


def _energy(features: Tensor) -> Tensor:
    return (functional.avg_pool2d(features**2, WINDOW, WINDOW // 2) + 1e-4).sqrt()


def train_features(pairs: PairLatents, steps: int) -> StyleFeatures:
    """On the latents' device. Features are compared in units of their deviation, as the last batch has it."""
    torch.manual_seed(0)
    device = pairs.latents.device
    noise = torch.Generator(device).manual_seed(0)
    network = StyleFeatures().to(device)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    single = torch.nonzero((pairs.keys < len(NAMES))[:, 1 : pairs.half].to(device))
    right = []
    for step in range(1, steps + 1):
        seen, styles = _blends(noise, pairs, single)
        with autocast(device.type):
            scores = network.name(network(seen))
        loss = functional.cross_entropy(scores.float(), styles)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        right.append((scores.argmax(1) == styles).float().mean())
        if step % SHOWN == 0:
            print(f"step {step}: {torch.stack(right[-SHOWN:]).mean():.0%} of styles named right", flush=True)
    with torch.no_grad():
        for index, features in enumerate(network(_blends(noise, pairs, single)[0])):
            deviation = features.movedim(1, 0).flatten(1).std(1)
            network.get_buffer(f"deviation{index}").copy_(deviation.clamp_min(deviation.median() / 4).view(-1, 1, 1))
    return network


def _blends(noise: torch.Generator, pairs: PairLatents, single: Tensor) -> tuple[Tensor, Tensor]:
    """Targets, blended with their sources as runs of lower strength show them, and their styles.

    `single` (N, 2): scene and target, counted from 0, of all that are of one style.
    """
    device = noise.device
    some = torch.randint(len(single), (BATCH,), generator=noise, device=device)
    scene, place = single[some, 0], single[some, 1] + 1
    drawing = torch.randint(2, (BATCH,), generator=noise, device=device) * pairs.half
    source, styled = pairs.latents[scene, drawing].float(), pairs.latents[scene, drawing + place].float()
    share = torch.rand(BATCH, 1, 1, 1, generator=noise, device=device) * 0.5 + 0.5
    added = 0.1 * torch.randn(source.shape, generator=noise, device=device)
    seen = source + share * (styled - source) + added
    return seen.contiguous(memory_format=torch.channels_last), pairs.keys.to(device)[scene, place]


def frozen_features(state: dict[str, Tensor]) -> StyleFeatures:
    """A trained network by which others are trained."""
    network = StyleFeatures()
    network.load_state_dict(state)
    return network.eval().requires_grad_(requires_grad=False)
