"""Fill a pool with scenes and their styled pictures, drawn on all processors while something else may go on."""

import json
import multiprocessing
import os
import time
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import takewhile
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
TOGETHER = 4  # shards


@dataclass(frozen=True)
class Drawing:
    """What is drawn: `shards` of `shard_size` scenes, within `seconds` where that is not None.

    One shard of `large_every` is scaled up and styled at 512x512 too; 0 for none.
    """

    shards: int = 32
    shard_size: int = SHARD
    pairs: PairSettings = field(default_factory=PairSettings)
    seconds: float | None = None
    large_every: int = 0
    device: str = "cpu"

    @property
    def size(self) -> PoolSize:
        return PoolSize(self.shards * self.shard_size, self.pairs.targets)

    @property
    def large_size(self) -> PoolSize:
        shards = -(-self.shards // self.large_every) if self.large_every else 0
        return PoolSize(shards * self.shard_size, self.pairs.targets, 512)


def shard_name(index: int) -> str:
    return f"{index:04d}"


def _draw(folder: Path, drawing: Drawing, index: int) -> int:
    torch.set_num_threads(1)
    name = shard_name(index)
    if (folder / f"{name}.done").exists():
        return index
    render_shard(folder, name, SEED, drawing.shard_size)
    np.save(folder / f"{name}.sources.npy", _worsened(drawing, index, np.load(folder / f"{name}.pictures.npy")))
    if drawing.device == "cpu":
        # Every shard has its own place in the file, so the processes do not meet there.
        keys, _ = _labels(folder, drawing, index)
        pictures = open_pool(folder, drawing).pictures
        sources, targets = _styled(folder, drawing, [index], keys)
        places = slice(index * drawing.shard_size, (index + 1) * drawing.shard_size)
        pictures[places, 0], pictures[places, 1:] = sources, targets
    (folder / f"{name}.done").touch()
    return index


def _labels(folder: Path, drawing: Drawing, index: int) -> tuple[Tensor, Tensor]:
    """Styles (n, targets) and kinds (n,) of a shard's scenes."""
    kinds = json.loads((folder / f"{shard_name(index)}.json").read_text())
    generator = np.random.default_rng([drawing.pairs.seed, index])
    keys = draw_keys(generator, len(kinds), drawing.pairs)
    return keys, torch.tensor([KINDS.index(kind) for kind in kinds])


def _worsened(drawing: Drawing, index: int, pictures: Pixels) -> Pixels:
    generator = np.random.default_rng([drawing.pairs.seed, index, 1])
    sources = pictures.copy()
    for place in np.flatnonzero(generator.random(len(pictures)) < drawing.pairs.degraded):
        sources[place] = degrade(generator, pictures[place])
    return sources


def _read(folder: Path, what: str, indices: list[int]) -> Pixels:
    pixels: Pixels = np.concatenate([np.load(folder / f"{shard_name(index)}.{what}.npy") for index in indices])
    return pixels


def _styled(folder: Path, drawing: Drawing, indices: list[int], keys: Tensor) -> tuple[Tensor, Tensor]:
    """Sources and their targets of some shards, bytes; the second on the device."""
    pictures, masks = (torch.from_numpy(_read(folder, what, indices)) for what in ("pictures", "masks"))
    sources = torch.from_numpy(_read(folder, "sources", indices))
    return sources, style(pictures.to(drawing.device), masks.to(drawing.device), keys)


def open_pool(folder: Path, drawing: Drawing) -> PicturePool:
    """An empty pool in the device's memory; on a processor, the file where the drawing processes leave pictures."""
    if drawing.device != "cpu":
        return PicturePool(drawing.size, drawing.device)
    return PicturePool(drawing.size, file=folder / "pictures.bytes")


class Renderer:
    """Draws in other processes from the start; `feed` moves what is finished into the pools."""

    def __init__(self, folder: Path, drawing: Drawing, workers: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.pool = open_pool(folder, drawing)
        self.large = PicturePool(drawing.large_size, drawing.device) if drawing.large_every else None
        self._folder, self._drawing = folder, drawing
        self._start = time.monotonic()
        # Spawned: a fork of a process whose torch has threads or a GPU can hang.
        context = multiprocessing.get_context("spawn")
        self._processes = ProcessPoolExecutor(workers or os.cpu_count(), context)
        self._waiting: deque[Future[int]] = deque(
            self._processes.submit(_draw, folder, drawing, index) for index in range(drawing.shards)
        )
        self._told, self._closed = self._start, False

    @property
    def done(self) -> bool:
        return not self._waiting

    def feed(self) -> None:
        """Take in what is finished, in order, without waiting; give up what is not begun when the time is over."""
        over = self._drawing.seconds is not None and time.monotonic() - self._start > self._drawing.seconds
        if over:
            self._waiting = deque(future for future in self._waiting if not future.cancel())
        ready = sum(1 for _ in takewhile(Future.done, self._waiting))
        # Filters cost little more for many pictures than for few.
        if ready >= TOGETHER or ready == len(self._waiting):
            self._take([self._waiting.popleft().result() for _ in range(min(ready, TOGETHER))])
        if self._closed:
            return
        if self.done:
            self._closed = True
            self._processes.shutdown(wait=False)
        if self._closed or time.monotonic() - self._told > 10:
            self._told = time.monotonic()
            seconds = self._told - self._start
            print(f"{self.pool.filled} scenes drawn in {seconds:.0f} s", flush=True)

    def wait(self, scenes: int | None = None) -> None:
        """Until there are so many scenes, or all of them."""
        while not self.done and (scenes is None or self.pool.filled < scenes):
            self.feed()
            time.sleep(0.05)

    def _take(self, indices: list[int]) -> None:
        if not indices:
            return
        labels = [_labels(self._folder, self._drawing, index) for index in indices]
        keys, kinds = torch.cat([some for some, _ in labels]), torch.cat([some for _, some in labels])
        if self._drawing.device == "cpu":
            self.pool.label(keys, kinds)
            return
        sources, targets = _styled(self._folder, self._drawing, indices, keys)
        places = self.pool.label(keys, kinds)
        self.pool.pictures[places, 0] = sources.to(self._drawing.device)
        self.pool.pictures[places, 1:] = targets
        for index, (some_keys, some_kinds) in zip(indices, labels, strict=True):
            if self.large is not None and index % self._drawing.large_every == 0:
                self._take_large(index, some_keys, some_kinds)

    def _take_large(self, index: int, keys: Tensor, kinds: Tensor) -> None:
        assert self.large is not None
        name, device = shard_name(index), self._drawing.device
        pictures = enlarge(torch.from_numpy(np.load(self._folder / f"{name}.pictures.npy")).to(device), 2)
        masks = enlarge(torch.from_numpy(np.load(self._folder / f"{name}.masks.npy")).to(device), 2)
        places = self.large.label(keys, kinds)
        self.large.pictures[places, 0] = pictures
        self.large.pictures[places, 1:] = style(pictures, masks, keys)
