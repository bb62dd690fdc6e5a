"""All pictures at once, drawn from by index: in the GPU's memory, or in a file that the processor's memory maps."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from training.pairs import KEYS, PHOTO


@dataclass(frozen=True)
class PoolSize:
    scenes: int
    targets: int
    side: int = 256

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.scenes, 2 * (1 + self.targets), 3, self.side, self.side)


class PicturePool:
    """`pictures` (scenes, 2 (1 + targets), 3, side, side) as bytes; the first `filled` scenes are there.

    Of every scene the source and its styled pictures come first, then another drawing of it and the same styles of
    that. `keys` (scenes, 2 (1 + targets)) are the pictures' styles as indices of `pairs.KEYS`, `kinds` (scenes,) the
    scenes' kinds as indices of `NOUNS`.
    """

    def __init__(self, size: PoolSize, device: str = "cpu", file: Path | None = None) -> None:
        count = math.prod(size.shape)
        if file is None:
            flat = torch.empty(count, dtype=torch.uint8, device=device)
        else:
            flat = torch.from_file(str(file), shared=True, size=count, dtype=torch.uint8)
        self.pictures: Tensor = flat.view(size.shape)
        self.targets = size.targets
        self.keys = torch.full(size.shape[:2], PHOTO, dtype=torch.long, device=device)
        self.kinds = torch.zeros(size.scenes, dtype=torch.long, device=device)
        self.filled = 0

    @property
    def room(self) -> int:
        return len(self.pictures) - self.filled

    def label(self, keys: Tensor, kinds: Tensor) -> slice:
        """Say what the next scenes are: styles (n, targets) and kinds (n,). Returns their places."""
        places = slice(self.filled, self.filled + len(kinds))
        half = 1 + keys.shape[1]
        self.keys[places, 1:half] = self.keys[places, half + 1 :] = keys.to(self.keys.device)
        self.kinds[places] = kinds.to(self.kinds.device)
        self.filled = places.stop
        return places

    def draw(self, noise: torch.Generator, count: int, plain: float) -> Tensor:
        """`count` pictures (count, 3, side, side) of bytes at random, a share of them sources."""
        device = self.pictures.device
        scenes = torch.randint(self.filled, (count,), generator=noise, device=device)
        places = torch.randint(1, self.pictures.shape[1], (count,), generator=noise, device=device)
        places[torch.rand(count, generator=noise, device=device) < plain] = 0  # sources
        return self.at(scenes, places)

    def with_styles(self, names: Collection[str]) -> Tensor:
        """(n, 2): scene and place of every picture that is in one of these styles alone."""
        wanted = torch.tensor([len(key) == 1 and key[0] in names for key in KEYS], device=self.keys.device)
        return torch.nonzero(wanted[self.keys[: self.filled]])

    def draw_with_source(self, noise: torch.Generator, among: Tensor, count: int) -> tuple[Tensor, Tensor]:
        """Of pictures `among` (see `with_styles`) some at random, and what they were made from: bytes, as `draw`."""
        chosen = torch.randint(len(among), (count,), generator=noise, device=among.device)
        scenes, places = among[chosen].unbind(1)
        half = 1 + self.targets
        return self.at(scenes, places), self.at(scenes, places // half * half)

    def at(self, scenes: Tensor, places: Tensor) -> Tensor:
        flat = self.pictures.view(-1, *self.pictures.shape[2:])
        return flat.index_select(0, scenes * self.pictures.shape[1] + places)
