"""The autoencoder: diffusers' AutoencoderKL, 8x down to 24 channels, trained on the drawn pictures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn
from torch.nn import functional

from training.loop import Loop, LoopSettings, Report
from training.shards import PictureShards, Pixels

LATENT_CHANNELS = 24
SCALE = 8


@dataclass(frozen=True)
class AutoencoderSettings:
    channels: tuple[int, ...] = (24, 48, 96, 128)
    crop: int = 128
    batch: int = 16
    plain_share: float = 0.4  # of crops from sources; the others are from styled pictures
    square_weight: float = 4.0
    edge_weight: float = 0.8
    colour_weight: float = 1.0
    kl_weight: float = 3e-4
    noisy_share: float = 0.3  # of the crops the decoder is refined with, up to this deviation of noise:
    noise: float = 0.15


def build_autoencoder(settings: AutoencoderSettings) -> AutoencoderKL:
    """No attention in the middle: it costs time at 1024 pixels and buys nothing at this depth."""
    levels = len(settings.channels)
    network = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        block_out_channels=settings.channels,
        layers_per_block=1,
        latent_channels=LATENT_CHANNELS,
        norm_num_groups=8,
        mid_block_add_attention=False,
        sample_size=256,
        scaling_factor=1.0,
    )
    with torch.no_grad():
        # Start with little posterior noise (sigma about 0.08): at sigma 1 the first minutes learn nothing.
        network.quant_conv.weight[LATENT_CHANNELS:] *= 0.1
        network.quant_conv.bias[LATENT_CHANNELS:] = -5.0
    return network


def to_signed(pixels: Pixels) -> Tensor:
    return torch.from_numpy(pixels).float().div_(127.5).sub_(1)


def edge_and_colour_errors(made: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """L1 of the differences between neighbours at three scales, and of the colours of 8x8 blocks.

    The second brings hues early; without it green and magenta come last by far.
    """
    edges = made.new_zeros(())
    for _ in range(3):
        for axis in (2, 3):
            edges = edges + (made.diff(dim=axis) - wanted.diff(dim=axis)).abs().mean()
        made, wanted = functional.avg_pool2d(made, 2), functional.avg_pool2d(wanted, 2)
    return edges / 3, (made - wanted).abs().mean()


def crops(
    numbers: np.random.Generator, plain: PictureShards, styled: PictureShards, settings: AutoencoderSettings
) -> Tensor:
    """A batch of square crops in [-1, 1], cut on the 8-pixel grid."""
    pictures = []
    for _ in range(settings.batch):
        shards = plain if numbers.random() < settings.plain_share else styled
        picture = shards.draw(numbers)
        top, left = numbers.integers(0, (picture.shape[1] - settings.crop) // SCALE + 1, 2) * SCALE
        pictures.append(picture[:, top : top + settings.crop, left : left + settings.crop])
    return to_signed(np.stack(pictures))


def train_autoencoder(
    plain: PictureShards,
    styled: PictureShards,
    checkpoint: Path,
    *,
    loop_settings: LoopSettings,
    settings: AutoencoderSettings,
    device: str = "cpu",
) -> tuple[AutoencoderKL, list[Report]]:
    torch.manual_seed(loop_settings.seed)
    network = build_autoencoder(settings).to(device)

    def loss(numbers: np.random.Generator, noise: torch.Generator) -> tuple[Tensor, dict[str, float]]:
        wanted = crops(numbers, plain, styled, settings).to(device)
        with torch.autocast(device, torch.bfloat16):
            moments = network.quant_conv(network.encoder(wanted))
        mean, log_variance = moments.float().chunk(2, 1)
        log_variance = log_variance.clamp(-12, 4)
        drawn = torch.randn(mean.shape, generator=noise).to(device)
        with torch.autocast(device, torch.bfloat16):
            made = network.decoder(network.post_quant_conv(mean + torch.exp(0.5 * log_variance) * drawn))
        total, shown = _errors(made.float(), wanted, settings)
        kl = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).mean()
        return total + settings.kl_weight * kl, shown | {"kl": kl.item()}

    loop = Loop(network, loop_settings, checkpoint)
    reports = loop.run(loss)
    average: nn.Module = loop.average
    assert isinstance(average, AutoencoderKL)
    return average, reports


def _errors(made: Tensor, wanted: Tensor, settings: AutoencoderSettings) -> tuple[Tensor, dict[str, float]]:
    """The weighted sum of what is wrong with reconstructions, and its parts."""
    absolute, square = (made - wanted).abs().mean(), ((made - wanted) ** 2).mean()
    edge, colour = edge_and_colour_errors(made, wanted)
    total = absolute + settings.square_weight * square + settings.edge_weight * edge + settings.colour_weight * colour
    shown = {"absolute": absolute, "square": square, "edge": edge, "colour": colour}
    return total, {name: value.item() for name, value in shown.items()}


def refine_decoder(
    network: AutoencoderKL,
    plain: PictureShards,
    styled: PictureShards,
    checkpoint: Path,
    *,
    loop_settings: LoopSettings,
    settings: AutoencoderSettings,
    device: str = "cpu",
) -> nn.Module:
    """Train the decoder on, the latents staying what they are; returns its averaged parts under their names.

    Some latents get noise: those the denoiser makes are never quite right, and a decoder that has only seen clean
    ones turns their errors into blotches.
    """
    network = network.to(device).requires_grad_(requires_grad=False)
    parts = nn.ModuleDict({"decoder": network.decoder, "post_quant_conv": network.post_quant_conv})
    parts.requires_grad_(requires_grad=True)

    def loss(numbers: np.random.Generator, noise: torch.Generator) -> tuple[Tensor, dict[str, float]]:
        wanted = crops(numbers, plain, styled, settings).to(device)
        with torch.no_grad(), torch.autocast(device, torch.bfloat16):
            latents = network.encode(wanted).latent_dist.mean.float()
        amount = torch.rand(len(latents), generator=noise) * settings.noise
        amount[torch.rand(len(latents), generator=noise) >= settings.noisy_share] = 0
        latents = latents + (amount.view(-1, 1, 1, 1) * torch.randn(latents.shape, generator=noise)).to(device)
        with torch.autocast(device, torch.bfloat16):
            made = parts["decoder"](parts["post_quant_conv"](latents))
        return _errors(made.float(), wanted, settings)

    loop = Loop(parts, loop_settings, checkpoint)
    loop.run(loss)
    return loop.average


def normalise_latents(network: AutoencoderKL, pictures: Tensor) -> None:
    """Fold the latents' mean and deviation into the 1x1 convolutions: each channel becomes about N(0, 1).

    Then `scaling_factor` is 1 and the product needs no code of its own for it.
    """
    with torch.no_grad():
        latents = network.encode(pictures).latent_dist.mean
        mean, deviation = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
        after, before = network.quant_conv, network.post_quant_conv
        after.weight[:LATENT_CHANNELS] /= deviation.view(-1, 1, 1, 1)
        after.bias[:LATENT_CHANNELS] = (after.bias[:LATENT_CHANNELS] - mean) / deviation
        after.bias[LATENT_CHANNELS:] -= 2 * deviation.log()
        before.bias += before.weight[:, :, 0, 0] @ mean
        before.weight *= deviation.view(1, -1, 1, 1)


def psnr(made: Tensor, wanted: Tensor) -> Tensor:
    """Peak signal to noise ratio of each picture in dB, for values in [-1, 1]."""
    return 10 * torch.log10(4 / ((made - wanted) ** 2).mean((1, 2, 3)))
