"""The autoencoder: diffusers' AutoencoderKL, 8x down to 24 channels, trained on the drawn pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn
from torch.nn import functional

from training.loop import Loop, LoopSettings, Report
from training.pool import PicturePool
from training.speed import autocast
from training.styles import GREY
from training.styles.filters import luma

LATENT_CHANNELS = 24
SCALE = 8


@dataclass(frozen=True)
class AutoencoderSettings:
    channels: tuple[int, ...] = (24, 48, 96, 128)
    crop: int = 128
    batch: int = 16
    whole: float = 0.0  # share of steps with crops twice as wide, a quarter as many
    plain_share: float = 0.55  # of crops from sources; the others are from styled pictures
    square_weight: float = 10.0
    edge_weight: float = 0.8
    colour_weight: float = 1.0
    kl_weight: float = 1e-4
    noisy_share: float = 0.3  # of the crops the decoder is refined with, up to this deviation of noise:
    noise: float = 0.15
    grey_share: float = 0.35  # of those crops, pictures without colour, with up to this share of their source's left:
    trace: float = 0.1
    cast_weight: float = 2.0


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


def to_signed(pictures: Tensor) -> Tensor:
    """Bytes as values in [-1, 1]."""
    return pictures.float().div_(127.5).sub_(1)


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


def crops(noise: torch.Generator, pool: PicturePool, side: int, count: int, plain: float) -> Tensor:
    """A batch of square crops in [-1, 1], cut on the 8-pixel grid."""
    return cut(noise, pool.draw(noise, count, plain), side)


def cut(noise: torch.Generator, pictures: Tensor, side: int) -> Tensor:
    """A square of each of the pictures (count, channels, height, width), bytes; see `crops`."""
    count = len(pictures)
    places = (pictures.shape[-1] - side) // SCALE + 1
    corners = torch.randint(places, (2, count, 1), generator=noise, device=pictures.device) * SCALE
    along = torch.arange(side, device=pictures.device)
    rows, columns = (corners + along).unbind()
    every = torch.arange(count, device=pictures.device)[:, None, None]
    squares = pictures.permute(0, 2, 3, 1)[every, rows[:, :, None], columns[:, None, :]]
    return to_signed(squares.permute(0, 3, 1, 2).contiguous())


class Reconstruction(nn.Module):
    """What the autoencoder is trained by: loss and its parts, of pictures (B, 3, H, W) and posterior noise."""

    def __init__(self, network: AutoencoderKL, settings: AutoencoderSettings) -> None:
        super().__init__()
        self.network, self.settings = network, settings

    def forward(self, wanted: Tensor, drawn: Tensor) -> tuple[Tensor, Tensor]:
        with autocast(wanted.device.type):
            moments = self.network.quant_conv(self.network.encoder(wanted))
        mean, log_variance = moments.float().chunk(2, 1)
        log_variance = log_variance.clamp(-12, 4)
        latents = mean + torch.exp(0.5 * log_variance) * drawn
        with autocast(wanted.device.type):
            made = self.network.decoder(self.network.post_quant_conv(latents))
        total, parts = _errors(made.float(), wanted, self.settings)
        kl = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).mean()
        return total + self.settings.kl_weight * kl, torch.cat([parts, kl.detach()[None]])


PARTS = ("absolute", "square", "edge", "colour", "kl")


def _errors(made: Tensor, wanted: Tensor, settings: AutoencoderSettings) -> tuple[Tensor, Tensor]:
    """The weighted sum of what is wrong with reconstructions, and its parts."""
    absolute, square = (made - wanted).abs().mean(), ((made - wanted) ** 2).mean()
    edge, colour = edge_and_colour_errors(made, wanted)
    total = absolute + settings.square_weight * square + settings.edge_weight * edge + settings.colour_weight * colour
    return total, torch.stack([absolute, square, edge, colour]).detach()


def colour_cast(made: Tensor, wanted: Tensor) -> Tensor:
    """How far colours are off, measured against how bright the picture is there, as saturation is.

    In the dark a difference of a hundredth makes grey a colour, and no other error counts it.
    """
    bright = luma(wanted / 2 + 0.5) + 0.08
    return ((made - luma(made)) - (wanted - luma(wanted))).abs().mean(1, keepdim=True).div(bright).mean()


def latent_noise(noise: torch.Generator, pictures: Tensor) -> Tensor:
    shape = (len(pictures), LATENT_CHANNELS, pictures.shape[2] // SCALE, pictures.shape[3] // SCALE)
    return torch.randn(shape, generator=noise, device=pictures.device)


def train_autoencoder(
    pool: PicturePool,
    checkpoint: Path,
    *,
    loop_settings: LoopSettings,
    settings: AutoencoderSettings,
    device: str = "cpu",
    start: AutoencoderKL | None = None,
) -> tuple[AutoencoderKL, list[Report]]:
    """`start`: an autoencoder to train on instead of a new one."""
    torch.manual_seed(loop_settings.seed)
    network = (start or build_autoencoder(settings)).to(device)
    loop = Loop(network, loop_settings, checkpoint)
    objective = Reconstruction(network, settings)

    def loss(numbers: np.random.Generator, noise: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        # Some wide crops, since the norms see a whole picture otherwise than a part of it.
        wide = numbers.random() < settings.whole
        side, batch = (2 * settings.crop, settings.batch // 4) if wide else (settings.crop, settings.batch)
        wanted = crops(noise, pool, side, batch, settings.plain_share)
        total, parts = objective(wanted, latent_noise(noise, wanted))
        return total, dict(zip(PARTS, parts, strict=True))

    reports = loop.run(loss)
    average: nn.Module = loop.average
    assert isinstance(average, AutoencoderKL)
    return average, reports


def refining_examples(
    noise: torch.Generator, pool: PicturePool, settings: AutoencoderSettings, encoded: Callable[[Tensor], Tensor]
) -> tuple[Tensor, Tensor]:
    """Pictures (batch, 3, crop, crop) and the latents that they are to be decoded from.

    The last `grey_share` of them have no colour, and latents with a trace of their coloured source.
    """
    grey = pool.with_styles(GREY)
    traced = round(settings.grey_share * settings.batch) if len(grey) else 0
    wanted = crops(noise, pool, settings.crop, settings.batch - traced, settings.plain_share)
    latents = encoded(wanted)
    if not traced:
        return wanted, latents
    pairs = cut(noise, torch.cat(pool.draw_with_source(noise, grey, traced), 1), settings.crop)
    styled, sources = pairs.chunk(2, 1)
    left = settings.trace * torch.rand((traced, 1, 1, 1), generator=noise, device=pairs.device)
    mixed = torch.lerp(encoded(styled), encoded(sources), left)
    return torch.cat([wanted, styled]), torch.cat([latents, mixed])


def refine_decoder(
    network: AutoencoderKL,
    pool: PicturePool,
    checkpoint: Path,
    *,
    loop_settings: LoopSettings,
    settings: AutoencoderSettings,
    device: str = "cpu",
) -> nn.Module:
    """Train the decoder on, the latents staying what they are; returns its averaged parts under their names.

    Some latents get noise: those the denoiser makes are never quite right, and a decoder that has only seen clean
    ones turns their errors into blotches. Some are of pictures without colour, with a trace of the coloured source
    that a run of strength 0.7 leaves in them: such a picture is to be grey all the same.
    """
    network = network.to(device).requires_grad_(requires_grad=False)
    parts = nn.ModuleDict({"decoder": network.decoder, "post_quant_conv": network.post_quant_conv})
    parts.requires_grad_(requires_grad=True)

    def encoded(pictures: Tensor) -> Tensor:
        with torch.no_grad(), autocast(device):
            mean: Tensor = network.encode(pictures).latent_dist.mean
        return mean.float()

    def loss(_numbers: np.random.Generator, noise: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        wanted, latents = refining_examples(noise, pool, settings, encoded)
        amount, chosen = torch.rand((2, len(latents)), generator=noise, device=latents.device)
        amount = torch.where(chosen < settings.noisy_share, amount * settings.noise, 0)
        latents = latents + amount.view(-1, 1, 1, 1) * latent_noise(noise, wanted)
        with autocast(device):
            made = parts["decoder"](parts["post_quant_conv"](latents))
        total, shown = _errors(made.float(), wanted, settings)
        tinge = colour_cast(made.float(), wanted)
        total = total + settings.cast_weight * tinge
        return total, dict(zip(PARTS, shown, strict=False)) | {"cast": tinge.detach()}

    loop = Loop(parts, loop_settings, checkpoint)
    loop.run(loss)
    return loop.average


def normalise_latents(network: AutoencoderKL, pictures: Tensor) -> None:
    """Fold the latents' mean and deviation into the 1x1 convolutions: each channel becomes about N(0, 1).

    Then `scaling_factor` is 1 and the product needs no code of its own for it.
    """
    with torch.no_grad():
        latents = torch.cat([network.encode(some).latent_dist.mean for some in torch.split(pictures, 8)])
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
