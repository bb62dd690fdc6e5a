"""Captions made beforehand, as tokens on the device: drawing one for each example would take longer than a step."""

import numpy as np
import torch
from torch import Tensor
from transformers import CLIPTokenizer

from training.captions import caption, negative
from training.pairs import KEYS
from training.words import NOUNS


def tokens_of(tokenizer: CLIPTokenizer, texts: list[str]) -> Tensor:
    """(N, tokenizer.model_max_length)"""
    found = tokenizer(
        texts, padding="max_length", max_length=tokenizer.model_max_length, truncation=True, return_tensors="pt"
    )
    tokens: Tensor = found.input_ids
    return tokens


class CaptionBank:
    """`each` captions for every style (or pair), kind of scene, and whether the scene must be named."""

    def __init__(self, tokenizer: CLIPTokenizer, each: int, *, device: str = "cpu", seed: int = 3) -> None:
        generator = np.random.default_rng(seed)
        kinds = list(NOUNS)
        rows = []
        for key in KEYS:
            texts = [
                caption(generator, key, kind, describe=describe)
                for kind in kinds
                for describe in (False, True)
                for _ in range(each)
            ]
            rows.append(tokens_of(tokenizer, texts).to(torch.int16))
        length = tokenizer.model_max_length
        self._tokens = torch.stack(rows).view(len(KEYS), len(kinds), 2, each, length).to(device)
        faults = [negative(generator) for _ in range(4 * each)]
        self._negatives = tokens_of(tokenizer, faults).to(torch.int16).to(device)
        self._nothing = tokens_of(tokenizer, [""]).to(device)

    def draw(self, noise: torch.Generator, keys: Tensor, kinds: Tensor, describe: Tensor) -> Tensor:
        """Tokens (B, length) of captions for targets of these styles, scenes of these kinds."""
        each = self._tokens.shape[3]
        chosen = torch.randint(each, keys.shape, generator=noise, device=keys.device)
        return self._tokens[keys, kinds, describe.long(), chosen].long()

    def draw_none(self, noise: torch.Generator, count: int, negatives: float) -> Tensor:
        """Tokens of no caption (B, length), or of a list of faults for a share of them."""
        device = self._negatives.device
        chosen = torch.randint(len(self._negatives), (count,), generator=noise, device=device)
        faulty = torch.rand(count, 1, generator=noise, device=device) < negatives
        return torch.where(faulty, self._negatives[chosen].long(), self._nothing)
