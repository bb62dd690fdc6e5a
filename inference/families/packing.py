"""Latents as the tokens of FLUX.1 and Qwen-Image, and the positions of these.

Positions are computed on the device in each call. A captured call holds none of the tensors that it reads: those of a
cache would be gone when that drops them, and numbers from the host cannot be captured.
"""

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


def positions(height: int, width: int, *, doubled: bool, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """Positions of tokens, [tokens, 3]: which picture (0: the sample, 1: the source), row and column."""
    sides = (torch.arange(count, device=device) for count in (2 if doubled else 1, height, width))
    return torch.cartesian_prod(*sides).to(dtype)


def text_positions(tokens: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """Positions of prompt embeds, [tokens, 3]: all 0."""
    return torch.zeros(tokens, 3, dtype=dtype, device=device)
