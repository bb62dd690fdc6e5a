"""Steps that leave out most of a transformer if its first block's output has hardly changed since the step before.

That is diffusers' first-block cache. It changes pixels, so it is an owner's choice by model. What is remembered is
each request's own, so its rows are called alone.
"""

import weakref
from collections.abc import Callable
from typing import Any

import torch

from inference.batching.denoiser import Rows


class StepCache:
    """Of one model. Enables the cache of a transformer of diffusers, which from then on is called through this only.

    Args:
        model: FLUX.1, FLUX.2 or Qwen-Image.
        threshold: how much the first block's change may differ from the one before, as a share of it, to be taken for
            the same; more is faster and further from the true picture. Above 0; 0.05 to 0.2 are usual.
    """

    def __init__(self, model: Any, threshold: float) -> None:
        from diffusers import FirstBlockCacheConfig
        from diffusers.hooks.hooks import StateManager

        self.threshold = threshold
        self._model = model
        _unhook(model)
        model.enable_cache(FirstBlockCacheConfig(threshold=threshold))
        self._remembered = {
            id(part): part
            for module in model.modules()
            for hook in getattr(getattr(module, "_diffusers_hook", None), "hooks", {}).values()
            for part in vars(hook).values()
            if isinstance(part, StateManager)
        }
        self._owners: weakref.WeakSet[Any] = weakref.WeakSet()

    @staticmethod
    def takes(model: Any) -> bool:
        """Whether diffusers has this for a model."""
        return hasattr(model, "enable_cache")

    def call(self, denoise: Callable[[Rows], torch.Tensor], rows: Rows, owner: Any) -> torch.Tensor:
        """The model's outputs for one request's rows, [rows, channels, height, width].

        Args:
            denoise: the model.
            rows: in the same order in each step.
            owner: the request; what is remembered for it goes with it.
        """
        names = [f"{id(owner)} {row}" for row in range(len(rows.latents))]
        if owner not in self._owners:
            self._owners.add(owner)
            weakref.finalize(owner, self._forget, names)
        outputs = []
        for row, name in enumerate(names):
            with self._model.cache_context(name):
                outputs.append(denoise(rows.only(row)).clone())
        return torch.cat(outputs)

    def __len__(self) -> int:
        """How many rows something is remembered for."""
        return sum(len(each._state_cache) for each in self._remembered.values())  # noqa: SLF001 -- see `_forget`

    def _forget(self, names: list[str]) -> None:
        for each in self._remembered.values():
            for name in names:
                each._state_cache.pop(name, None)  # noqa: SLF001 -- diffusers forgets all of them or none


def _unhook(model: Any) -> None:
    """Take away what a copy of a model with a cache has of it: its hooks call the original's blocks."""
    if not model.is_cache_enabled:
        return
    for module in model.modules():
        if module.__dict__.pop("_diffusers_hook", None) is not None:
            module.__dict__.pop("forward", None)
    model._cache_config = None  # noqa: SLF001 -- else it says that it has one
