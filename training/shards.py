"""Pictures on disk, read through memory maps so that many more fit than memory holds."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


def shard_names(folder: Path) -> list[str]:
    """Finished shards: the .json is written last."""
    return sorted(path.stem for path in folder.glob("*.json"))


def read_labels(folder: Path) -> list[Any]:
    """What the .json files say, one entry for each scene of all shards."""
    return [entry for name in shard_names(folder) for entry in json.loads((folder / f"{name}.json").read_text())]


class PictureShards:
    """All pictures of a folder. With `skip_first`, entries are stacks whose first picture is the source."""

    def __init__(self, folder: Path, *, skip_first: bool = False) -> None:
        self._shards = [np.load(folder / f"{name}.pictures.npy", mmap_mode="r") for name in shard_names(folder)]
        if not self._shards:
            raise FileNotFoundError(f"no finished shards in {folder}: render them first")
        self._skip_first = skip_first

    def draw(self, generator: np.random.Generator) -> Pixels:
        """One picture (3, H, W) at random."""
        shard = self._shards[int(generator.integers(len(self._shards)))]
        entry: Pixels = shard[int(generator.integers(len(shard)))]
        return entry[int(generator.integers(1, len(entry)))] if self._skip_first else entry
