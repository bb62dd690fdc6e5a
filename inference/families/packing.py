"""Latents as the tokens of FLUX.1 and Qwen-Image, and the positions of these."""

from functools import lru_cache

import torch


def packed(latents: torch.Tensor) -> torch.Tensor:
    """Latents [rows, channels, height, width] as tokens of 2 by 2, [rows, tokens, 4 * channels]."""
    rows, channels, height, width = latents.shape
    patches = latents.view(rows, channels, height // 2, 2, width // 2, 2).permute(0, 2, 4, 1, 3, 5)
    return patches.reshape(rows, (height // 2) * (width // 2), channels * 4)


def unpacked(tokens: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """The inverse of `packed`: latents [rows, channels, height, width]."""
    rows, _, wide = tokens.shape
    patches = tokens.view(rows, height // 2, width // 2, wide // 4, 2, 2).permute(0, 3, 1, 4, 2, 5)
    return patches.reshape(rows, wide // 4, height, width)


@lru_cache(maxsize=64)
def positions(height: int, width: int, *, doubled: bool, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """Positions of tokens, [tokens, 3]: which picture (0: the sample, 1: the source), row and column."""
    found = torch.cartesian_prod(torch.zeros(1), torch.arange(height).float(), torch.arange(width).float())
    if doubled:
        found = torch.cat([found, found + torch.tensor([1.0, 0.0, 0.0])])
    return found.to(device, dtype)


@lru_cache(maxsize=64)
def text_positions(tokens: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """Positions of prompt embeds, [tokens, 3]: all 0."""
    return torch.zeros(tokens, 3, dtype=dtype, device=device)
