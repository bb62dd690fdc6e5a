"""Captions made beforehand, as tokens on the device: drawing one for each example would take longer than a step."""

import numpy as np
import torch
from torch import Tensor
from transformers import CLIPTokenizer

from training.captions import caption, negative
from training.pairs import KEYS
from training.words import NOUNS


def tokens_of(tokenizer: CLIPTokenizer, texts: list[str]) -> Tensor:
    """(N, tokenizer.model_max_length) as 16-bit integers; the backend itself is twice as fast as what wraps it."""
    backend, length = tokenizer.backend_tokenizer, tokenizer.model_max_length
    backend.enable_truncation(length)
    backend.enable_padding(length=length, pad_id=tokenizer.pad_token_id, pad_token=tokenizer.pad_token)
    rows = [encoding.ids for encoding in backend.encode_batch(texts)]
    return torch.from_numpy(np.array(rows, np.int16))


def make_captions(tokenizer: CLIPTokenizer, each: int, seed: int = 3) -> dict[str, Tensor]:
    """`each` captions for every style (or pair), kind of scene, and whether the scene must be named."""
    generator = np.random.default_rng(seed)
    kinds = list(NOUNS)
    texts = [
        caption(generator, key, kind, describe=describe)
        for key in KEYS
        for kind in kinds
        for describe in (False, True)
        for _ in range(each)
    ]
    return {
        "styles": tokens_of(tokenizer, texts).view(len(KEYS), len(kinds), 2, each, -1),
        "negatives": tokens_of(tokenizer, [negative(generator) for _ in range(4 * each)]),
        "nothing": tokens_of(tokenizer, [""]),
    }


class CaptionBank:
    """Draws from `make_captions`."""

    def __init__(self, made: dict[str, Tensor], device: str = "cpu") -> None:
        self._styles, self._negatives = made["styles"].to(device), made["negatives"].to(device)
        self._nothing = made["nothing"].to(device).long()

    def draw(self, noise: torch.Generator, keys: Tensor, kinds: Tensor, describe: Tensor) -> Tensor:
        """Tokens (B, length) of captions for targets of these styles, scenes of these kinds."""
        chosen = torch.randint(self._styles.shape[3], keys.shape, generator=noise, device=keys.device)
        return self._styles[keys, kinds, describe.long(), chosen].long()

    def draw_none(self, noise: torch.Generator, count: int, negatives: float) -> Tensor:
        """Tokens of no caption (B, length), or of a list of faults for a share of them."""
        device = self._negatives.device
        chosen = torch.randint(len(self._negatives), (count,), generator=noise, device=device)
        faulty = torch.rand(count, 1, generator=noise, device=device) < negatives
        return torch.where(faulty, self._negatives[chosen].long(), self._nothing)
