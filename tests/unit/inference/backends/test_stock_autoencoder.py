"""Halves of an autoencoder for which float16 is too narrow, as diffusers calls them."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL

from inference.backends.stock_autoencoder import widen_on_overflow
from inference.models.devices import WIDENED


class Noting(torch.nn.Linear):
    """Called as the encoders of Qwen-Image and Wan: what it notes goes by keyword, and says how far it is."""

    def forward(self, sample: torch.Tensor, feat_cache: Any = None, feat_idx: Any = None) -> torch.Tensor:
        feat_cache[feat_idx[0]] = sample
        feat_idx[0] += 1
        return super().forward(sample)


@pytest.mark.parametrize("weight", [1.0, 6e4])
def test_a_half_that_notes_where_it_is_goes_on_in_float32_from_where_it_began(
    weight: float, capsys: pytest.CaptureFixture[str]
) -> None:
    half = Noting(2, 1, bias=False).half()
    torch.nn.init.constant_(half.weight, weight)
    widen_on_overflow(SimpleNamespace(vae=SimpleNamespace(encoder=half)), "m")
    cache, place = [None], [0]
    half(torch.full((1, 2), 1.0, dtype=torch.float16), feat_cache=cache, feat_idx=place)
    assert place == [1]
    assert (WIDENED in capsys.readouterr().err) is (weight > 1)


@torch.no_grad()
def test_an_autoencoder_goes_on_when_its_encoder_overflowed() -> None:
    """Pipelines hand in what the autoencoder says that its dtype is, and layers beside the halves take it."""
    vae = AutoencoderKL(
        block_out_channels=(16, 32),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=4,
        norm_num_groups=8,
    ).half()
    vae.encoder.mid_block.resnets[0].conv2.weight.mul_(5e5)
    widen_on_overflow(SimpleNamespace(vae=vae), "m")
    for _ in range(2):
        latents = vae.encode(torch.rand(1, 3, 32, 32).to(vae.dtype)).latent_dist.mean
        made = vae.decode(latents.clamp(-1, 1).to(vae.dtype)).sample
        assert latents.isfinite().all()
        assert made.dtype == vae.dtype == torch.float16
        assert made.isfinite().all()
