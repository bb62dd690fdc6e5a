"""Encode all pictures once: the denoiser is trained on latents."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from torch import Tensor

from training.autoencoder import LATENT_CHANNELS, SCALE, to_signed
from training.pairs import style_noise
from training.pool import PicturePool
from training.speed import autocast

SHOWN = 512  # pictures between two lines that say how far it is


@dataclass(frozen=True)
class PairLatents:
    """All encoded pairs in memory, (scenes, 2 (1 + targets), channels, h, w) in half precision, with their labels.

    They lie as the pictures of a pool do. `noise` (scenes, targets, CHANCES, h, w) placed the strokes of a scene's
    targets, in both drawings. The first `composed` scenes are of the repertoire that is painted from pure noise.
    """

    latents: Tensor
    keys: Tensor
    kinds: Tensor
    noise: Tensor
    composed: int = 0

    @property
    def half(self) -> int:
        """How many pictures there are of one drawing: the source and its targets."""
        return self.latents.shape[1] // 2


@torch.no_grad()
def encode(network: AutoencoderKL, pictures: Tensor, batch: int) -> Tensor:
    """Posterior means as float16 of bytes (..., 3, H, W), on the pictures' device."""
    network.to(memory_format=torch.channels_last)  # a third faster on a processor
    flat = pictures.flatten(0, -4)
    side = [length // SCALE for length in pictures.shape[-2:]]
    means = torch.empty(len(flat), LATENT_CHANNELS, *side, dtype=torch.float16, device=pictures.device)
    with autocast(pictures.device.type):
        for start in range(0, len(flat), batch):
            some = to_signed(flat[start : start + batch]).contiguous(memory_format=torch.channels_last)
            means[start : start + batch] = network.encode(some).latent_dist.mean.half()
            if start // SHOWN != (start + len(some)) // SHOWN:
                print(f"{start + len(some)} of {len(flat)} pictures encoded", flush=True)
    return means.view(*pictures.shape[:-3], LATENT_CHANNELS, *side)


def encode_pool(
    network: AutoencoderKL,
    pool: PicturePool,
    batch: int,
    numbers: Sequence[int],
    composed: int = 0,
    *,
    made: Tensor | None = None,
) -> PairLatents:
    """Of all scenes, whose `numbers` say what noise they had; the first `composed` are of the repertoire.

    `made`: latents of the first of them that are there already.
    """
    there = slice(pool.filled)
    first = 0 if made is None else min(len(made), pool.filled)
    rest = encode(network, pool.pictures[first : pool.filled], batch)
    every = rest if made is None else torch.cat([made[:first], rest])
    noise = style_noise(numbers, pool.targets, pool.pictures.shape[-1]).to(rest.device)
    return PairLatents(every, pool.keys[there], pool.kinds[there], noise, min(composed, pool.filled))


def quiet_directions(latents: Tensor, count: int) -> Tensor:
    """The `count` orthonormal directions (count, channels) in which latents (N, channels, h, w) vary least.

    Noise can be read there almost unhidden by the picture: these components of it place the strokes.
    """
    cells = latents.double().movedim(1, -1).flatten(0, -2)
    directions: Tensor = torch.linalg.eigh(torch.cov(cells.T))[1][:, :count]
    return directions.T.float().contiguous()


def save(pairs: PairLatents, path: Path) -> None:
    unfinished = path.with_suffix(".tmp")
    torch.save(vars(pairs), unfinished)
    unfinished.replace(path)


def load(path: Path) -> PairLatents:
    return PairLatents(**torch.load(path, weights_only=True, mmap=True))
