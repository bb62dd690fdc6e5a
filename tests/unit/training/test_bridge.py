from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch

from training.bridge import BridgeSettings, draw_examples, draw_moments
from training.export import build_scheduler
from training.latents import PairLatents
from training.schedule import STEPS, alphas_cumprod


@pytest.mark.parametrize("strength", [0.3, 0.6, 0.9])
def test_a_perfect_model_is_led_through_the_states_it_is_trained_on(strength: float) -> None:
    generator = torch.Generator().manual_seed(3)
    source, target, noise = (torch.randn(1, 16, 8, 8, generator=generator) for _ in range(3))
    scheduler = build_scheduler()
    scheduler.set_timesteps(20)
    timesteps = scheduler.timesteps[20 - round(20 * strength) :]
    alpha_bar = alphas_cumprod()
    sigma = ((1 - alpha_bar) / alpha_bar).sqrt()
    start = timesteps[0]
    sample = scheduler.add_noise(source, noise, timesteps[:1])
    for t in timesteps:
        weight = sigma[t] / sigma[start]
        expected = alpha_bar[t].sqrt() * (target + weight * (source - target)) + (1 - alpha_bar[t]).sqrt() * noise
        torch.testing.assert_close(sample, expected, atol=2e-4, rtol=1e-4)
        velocity = (alpha_bar[t].sqrt() * sample - target) / (1 - alpha_bar[t]).sqrt()
        sample = scheduler.step(velocity, t, sample).prev_sample
    torch.testing.assert_close(sample, target, atol=2e-3, rtol=1e-3)


def test_the_mixture_covers_every_state_a_sampler_visits() -> None:
    settings = BridgeSettings()
    moments = draw_moments(np.random.default_rng(0), 40_000, settings)
    assert (moments.t <= moments.start).all()
    assert moments.weight.min() >= 0
    assert moments.weight.max() <= 1
    # First steps of runs of every strength, and the steps after them, each often enough to be learnt.
    first = moments.t[moments.t == moments.start].numpy()
    later = moments.t[moments.t < moments.start].numpy()
    for steps in (first[first < 0.95 * STEPS], later):
        counts, _ = np.histogram(steps, bins=10, range=(0.1 * STEPS, 0.9 * STEPS))
        assert counts.min() > 0.02 * counts.sum()
    terminal = moments.start == STEPS - 1
    assert terminal.float().mean().item() == pytest.approx(settings.terminal, abs=0.02)
    assert (moments.weight[terminal & (moments.t < 0.9 * STEPS)] < 0.05).all()


def pairs(styles: list[str]) -> PairLatents:
    generator = torch.Generator().manual_seed(1)
    latents = torch.randn(4, 3, 16, 32, 32, generator=generator).half()
    return cast(
        "PairLatents",
        SimpleNamespace(latents=latents, styles=[[styles, styles]] * 4, kinds=["city"] * 4),
    )


def test_examples_are_ordinary_velocity_targets() -> None:
    settings = BridgeSettings(batch=16, dropped=0.0, cropped=0.0, unstyled=0.0)
    examples = draw_examples(np.random.default_rng(1), torch.Generator().manual_seed(1), pairs(["oil"]), settings)
    alpha_bar = alphas_cumprod()[examples.t].view(-1, 1, 1, 1)
    predicted = alpha_bar.sqrt() * examples.noisy - (1 - alpha_bar).sqrt() * examples.velocity
    # v-prediction: x0 = alpha x - sigma v. It must be one of the targets.
    targets = pairs(["oil"]).latents[:, 1:].flatten(0, 1).float()
    for one in predicted:
        assert (targets - one).flatten(1).abs().amax(1).min() < 0.05
    assert all(text for text in examples.captions)
    assert ((examples.scale > 0) & (examples.scale <= 1)).all()


def test_dropped_captions_ask_for_no_change() -> None:
    settings = BridgeSettings(batch=16, dropped=1.0, cropped=0.0, terminal=0.0, at_start=1.0)
    examples = draw_examples(np.random.default_rng(2), torch.Generator().manual_seed(2), pairs(["oil"]), settings)
    alpha_bar = alphas_cumprod()[examples.t].view(-1, 1, 1, 1)
    predicted = alpha_bar.sqrt() * examples.noisy - (1 - alpha_bar).sqrt() * examples.velocity
    sources = pairs(["oil"]).latents[:, 0].float()
    for one in predicted:
        assert (sources - one).flatten(1).abs().amax(1).min() < 0.05


def test_crops_stay_on_the_grid_of_four_cells() -> None:
    settings = BridgeSettings(batch=2, cropped=1.0)
    for seed in range(10):
        examples = draw_examples(
            np.random.default_rng(seed), torch.Generator().manual_seed(seed), pairs(["photo"]), settings
        )
        assert all(side % 4 == 0 and 16 <= side <= 28 for side in examples.noisy.shape[2:])
        assert examples.noisy.shape == examples.velocity.shape
