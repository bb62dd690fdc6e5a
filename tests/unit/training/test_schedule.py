import diffusers
import numpy as np
import pytest
import torch

from training import schedule
from training.export import build_scheduler

# diffusers asks numpy for torch's tensors the old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SCHEDULERS = (
    "EulerDiscreteScheduler", "DDIMScheduler", "DPMSolverMultistepScheduler", "UniPCMultistepScheduler",
    "PNDMScheduler", "LCMScheduler",
)  # fmt: skip


def sigma_at(share: float) -> float:
    alpha_bar = schedule.alphas_cumprod()[round(share * (schedule.STEPS - 1))].item()
    return float(np.sqrt((1 - alpha_bar) / alpha_bar))


def test_noise_only_grows_and_betas_are_usable() -> None:
    assert (np.diff(schedule.sigmas()) > 0).all()
    betas = np.array(schedule.betas())
    assert len(betas) == schedule.STEPS
    assert betas.min() > 0
    assert betas.max() < 0.999


def test_weak_until_strength_05_strong_from_07_and_terminal_at_1() -> None:
    for strength, sigma in ((0.3, 0.165), (0.5, 0.4), (0.7, 1.42), (0.85, 2.45), (0.9, 4.4)):
        assert sigma_at(strength) == pytest.approx(sigma, rel=0.02)
    alpha_bar = schedule.alphas_cumprod()[-1]
    assert 0 < alpha_bar < 5e-4


@pytest.mark.parametrize("name", SCHEDULERS)
@pytest.mark.parametrize("steps", [5, 20])
def test_every_listed_scheduler_finds_the_picture_from_pure_noise(name: str, steps: int) -> None:
    """With a model that always predicts the same picture, every solver must end near it."""
    scheduler = getattr(diffusers, name).from_config(build_scheduler().config)
    scheduler.set_timesteps(steps)
    generator = torch.Generator().manual_seed(0)
    picture = torch.randn(1, 16, 8, 8, generator=generator)
    sample = torch.randn(1, 16, 8, 8, generator=generator) * scheduler.init_noise_sigma
    alphas = schedule.alphas_cumprod()
    for t in scheduler.timesteps:
        seen = scheduler.scale_model_input(sample, t)
        alpha_bar = alphas[int(t)]
        velocity = (alpha_bar.sqrt() * seen - picture) / (1 - alpha_bar).sqrt()
        extra = {"generator": generator} if name == "LCMScheduler" else {}
        sample = scheduler.step(velocity, t, sample, **extra).prev_sample
        assert torch.isfinite(sample).all()
    assert (sample - picture).abs().mean() < 0.1
