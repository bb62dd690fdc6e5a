"""Muon: momentum whose update is made orthogonal, for weight matrices; AdamW for everything else.

Newton-Schulz coefficients from Jordan's "Muon" (2024); the update is scaled by 0.2 sqrt(max(rows, columns))
as in Liu et al., "Muon is scalable for LLM training" (2025), so that one learning rate serves both parts.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

# First and last layers and lookup tables are no matrices between features; they do better with AdamW.
ADAM_NAMES = ("conv_in", "conv_out", "embed", "quant")
COEFFICIENTS = (3.4445, -4.7750, 2.0315)


def orthogonalise(matrices: Tensor) -> Tensor:
    """Push all singular values of (N, rows, columns) to about 1 with five Newton-Schulz steps in bfloat16."""
    transposed = matrices.size(-2) > matrices.size(-1)
    x = matrices.bfloat16()
    x = x.mT if transposed else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    linear, cubic, quintic = COEFFICIENTS
    for _ in range(5):
        gram = x @ x.mT
        x = linear * x + (cubic * gram + quintic * (gram @ gram)) @ x
    out: Tensor = x.mT if transposed else x
    return out.to(matrices.dtype)


class Muon:
    """Nothing in a step waits for the device: matrices of one shape go through it together."""

    def __init__(
        self, named: Iterable[tuple[str, nn.Parameter]], momentum: float = 0.95, weight_decay: float = 0.01
    ) -> None:
        self._matrices: dict[tuple[int, int], list[nn.Parameter]] = {}
        others: list[nn.Parameter] = []
        for name, parameter in named:
            if not parameter.requires_grad:
                continue
            if parameter.ndim >= 2 and not any(part in name for part in ADAM_NAMES):
                shape = (parameter.shape[0], parameter.numel() // parameter.shape[0])
                self._matrices.setdefault(shape, []).append(parameter)
            else:
                others.append(parameter)
        self.parameters = [parameter for group in self._matrices.values() for parameter in group] + others
        self._momentum, self._weight_decay = momentum, weight_decay
        self._buffers = {
            shape: torch.zeros(len(group), *shape, device=group[0].device) for shape, group in self._matrices.items()
        }
        self._adam = torch.optim.AdamW(others, betas=(0.9, 0.97), weight_decay=0.0)

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        for settings in self._adam.param_groups:
            settings["lr"] = learning_rate
        self._adam.step()
        for shape, group in self._matrices.items():
            gradients = torch.stack(
                [(p.grad if p.grad is not None else torch.zeros_like(p)).reshape(shape) for p in group]
            )
            buffer = self._buffers[shape].lerp_(gradients, 1 - self._momentum)
            update = orthogonalise(gradients.lerp(buffer, self._momentum)) * (0.2 * max(shape) ** 0.5)
            changes = [change.view(p.shape) for p, change in zip(group, update.unbind(), strict=True)]
            tensors: list[Tensor] = list(group)
            torch._foreach_mul_(tensors, 1 - learning_rate * self._weight_decay)
            torch._foreach_add_(tensors, changes, alpha=-learning_rate)

    def zero_grad(self) -> None:
        for parameter in self.parameters:
            parameter.grad = None

    def state_dict(self) -> dict[str, Any]:
        return {"momentum": self._buffers, "adam": self._adam.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for shape, buffer in state["momentum"].items():
            self._buffers[shape].copy_(buffer)
        self._adam.load_state_dict(state["adam"])
