"""Fill pools with scenes and their styled pictures, drawn on all processors."""

import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.pairs import PairSettings, Pixels, degrade, draw_keys, enlarge, style
from training.pool import PicturePool, PoolSize
from training.scenes import SHARD, render_shard
from training.words import NOUNS

SEED = 2026
KINDS = list(NOUNS)


@dataclass(frozen=True)
class Drawing:
    """What is drawn: `shards` of `shard_size` scenes.

    The scenes of the first `composed` shards are of the repertoire that is painted from pure noise. One shard of
    `large_every` is scaled up and styled at 512x512 too; 0 for none.
    """

    shards: int = 22
    composed: int = 8
    shard_size: int = SHARD
    pairs: PairSettings = field(default_factory=PairSettings)
    large_every: int = 0
    device: str = "cpu"

    @property
    def composed_scenes(self) -> int:
        return self.composed * self.shard_size

    @property
    def size(self) -> PoolSize:
        return PoolSize(self.shards * self.shard_size, self.pairs.targets)

    @property
    def large_size(self) -> PoolSize:
        shards = -(-self.shards // self.large_every) if self.large_every else 0
        return PoolSize(shards * self.shard_size, self.pairs.targets, 512)


@dataclass(frozen=True)
class Pools:
    """Pictures of 256x256 pixels, and perhaps of 512x512."""

    pictures: PicturePool
    large: PicturePool | None


def draw_pools(folder: Path, drawing: Drawing, workers: int | None = None) -> Pools:
    """Draw what `folder` does not hold yet. On a GPU the pools lie in its memory, which does the styling then."""
    folder.mkdir(parents=True, exist_ok=True)
    pool = _open(folder, drawing)
    large = PicturePool(drawing.large_size, drawing.device) if drawing.large_every else None
    # Spawned: a fork of a process whose torch has threads or a GPU can hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers or os.cpu_count(), context) as processes:
        for index in processes.map(partial(_draw, folder, drawing), range(drawing.shards)):
            keys, kinds = _labels(folder, drawing, index)
            places = pool.label(keys, kinds)
            if drawing.device != "cpu":
                pool.pictures[places, 0], pool.pictures[places, 1:] = _styled(folder, drawing, index, keys)
            if large is not None and index % drawing.large_every == 0:
                _take_large(folder, drawing, index, large)
            print(f"{pool.filled} scenes drawn", flush=True)
    return Pools(pool, large)


def _name(index: int) -> str:
    return f"{index:04d}"


def _open(folder: Path, drawing: Drawing) -> PicturePool:
    """In the GPU's memory; on a processor, a file in which every shard has its own place."""
    if drawing.device != "cpu":
        return PicturePool(drawing.size, drawing.device)
    return PicturePool(drawing.size, file=folder / "pictures.bytes")


def _draw(folder: Path, drawing: Drawing, index: int) -> int:
    torch.set_num_threads(1)
    name = _name(index)
    done = folder / f"{name}.done"
    if done.exists():
        return index
    render_shard(folder, name, SEED, drawing.shard_size, composed=index < drawing.composed)
    np.save(folder / f"{name}.sources.npy", _worsened(drawing, index, np.load(folder / f"{name}.pictures.npy")))
    if drawing.device == "cpu":
        keys, _ = _labels(folder, drawing, index)
        pictures = _open(folder, drawing).pictures
        places = slice(index * drawing.shard_size, (index + 1) * drawing.shard_size)
        pictures[places, 0], pictures[places, 1:] = _styled(folder, drawing, index, keys)
    done.touch()
    return index


def _labels(folder: Path, drawing: Drawing, index: int) -> tuple[Tensor, Tensor]:
    """Styles (n, targets) and kinds (n,) of a shard's scenes."""
    kinds = json.loads((folder / f"{_name(index)}.json").read_text())
    generator = np.random.default_rng([drawing.pairs.seed, index])
    keys = draw_keys(generator, len(kinds), drawing.pairs)
    return keys, torch.tensor([KINDS.index(kind) for kind in kinds])


def _worsened(drawing: Drawing, index: int, pictures: Pixels) -> Pixels:
    generator = np.random.default_rng([drawing.pairs.seed, index, 1])
    sources = pictures.copy()
    for place in np.flatnonzero(generator.random(len(pictures)) < drawing.pairs.degraded):
        sources[place] = degrade(generator, pictures[place])
    return sources


def _read(folder: Path, drawing: Drawing, index: int, what: str) -> Tensor:
    return torch.from_numpy(np.load(folder / f"{_name(index)}.{what}.npy")).to(drawing.device)


def _styled(folder: Path, drawing: Drawing, index: int, keys: Tensor) -> tuple[Tensor, Tensor]:
    """Sources (n, 3, 256, 256) and targets (n, targets, 3, 256, 256) of a shard, bytes."""
    pictures, masks, sources = (_read(folder, drawing, index, what) for what in ("pictures", "masks", "sources"))
    return sources, style(pictures, masks, keys)


def _take_large(folder: Path, drawing: Drawing, index: int, pool: PicturePool) -> None:
    keys, kinds = _labels(folder, drawing, index)
    pictures, masks = (enlarge(_read(folder, drawing, index, what), 2) for what in ("pictures", "masks"))
    places = pool.label(keys, kinds)
    pool.pictures[places, 0], pool.pictures[places, 1:] = pictures, style(pictures, masks, keys)
