"""Encode all pictures once: the denoiser is trained on latents."""

from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from training.autoencoder import LATENT_CHANNELS, to_signed
from training.shards import read_labels


@torch.inference_mode()
def encode_shard(
    network: AutoencoderKL, pairs: Path, out: Path, name: str, *, device: str = "cpu", batch: int = 16
) -> None:
    """Write a shard's posterior means as float16 (scenes, 1 + targets, 16, H / 8, W / 8)."""
    path = out / f"{name}.pt"
    if path.exists():
        return
    stacks = np.load(pairs / f"{name}.pictures.npy")
    pictures = stacks.reshape(-1, *stacks.shape[2:])
    means = []
    with torch.autocast(device, torch.bfloat16):
        for start in range(0, len(pictures), batch):
            moments = network.encode(to_signed(pictures[start : start + batch]).to(device)).latent_dist
            means.append(moments.mean.half().cpu())
    unfinished = path.with_suffix(".tmp")
    torch.save(torch.cat(means).view(*stacks.shape[:2], LATENT_CHANNELS, *means[0].shape[2:]), unfinished)
    unfinished.replace(path)


class PairLatents:
    """All encoded pairs in memory, with what their targets' styles and their scenes' kinds are."""

    def __init__(self, latents: Path, pairs: Path, scenes: Path) -> None:
        names = sorted(path.stem for path in latents.glob("*.pt"))
        if not names:
            raise FileNotFoundError(f"no latents in {latents}: encode the pairs first")
        self.latents: Tensor = torch.cat([torch.load(latents / f"{name}.pt", weights_only=True) for name in names])
        count = len(self.latents)
        self.styles: list[list[list[str]]] = read_labels(pairs)[:count]
        self.kinds: list[str] = read_labels(scenes)[:count]
