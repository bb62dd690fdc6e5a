"""Fill pools with scenes and their styled pictures, drawn on all processors."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.pairs import PairSettings, draw_keys, enlarge, style, style_noise
from training.pool import PicturePool, PoolSize
from training.scenes import SHARD, render_shard
from training.sources import Pixels, SourceSettings, degrade, make_photographic
from training.words import NOUNS
from training.workers import on_all_processors

SEED = 2026
KINDS = list(NOUNS)


class OtherDrawing(ValueError):
    """A folder's scenes are not those that are asked for."""


@dataclass(frozen=True)
class Drawing:
    """What is drawn: `shards` of `shard_size` scenes.

    The scenes of the first `composed` shards are of the repertoire that is painted from pure noise. One shard of
    `large_every` is scaled up and styled at 512x512 too; 0 for none.
    """

    shards: int = 22
    composed: int = 2
    shard_size: int = SHARD
    pairs: PairSettings = field(default_factory=PairSettings)
    sources: SourceSettings = field(default_factory=SourceSettings)
    large_every: int = 0
    device: str = "cpu"

    @property
    def composed_scenes(self) -> int:
        return self.composed * self.shard_size

    @property
    def size(self) -> PoolSize:
        return PoolSize(self.shards * self.shard_size, self.pairs.targets)

    @property
    def large_shards(self) -> range:
        return range(0, self.shards, self.large_every) if self.large_every else range(0)

    @property
    def large_size(self) -> PoolSize:
        return PoolSize(len(self.large_shards) * self.shard_size, self.pairs.targets, 512)

    @property
    def composed_large(self) -> int:
        return sum(index < self.composed for index in self.large_shards) * self.shard_size


def draw_pool(folder: Path, drawing: Drawing, workers: int | None = None) -> PicturePool:
    """Draw what `folder` does not hold yet. On a GPU the pool lies in its memory, which does the styling then.

    Raises:
        OtherDrawing: the folder holds scenes that were drawn otherwise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _claim(folder, drawing)
    pool = _open(folder, drawing)
    missing = [index for index in range(drawing.shards) if not _done(folder, index).exists()]
    drawn = on_all_processors(partial(_draw, folder, drawing), missing, workers)
    for index in range(drawing.shards):
        if index in missing:
            next(drawn)
        keys, kinds = _labels(folder, drawing, index)
        places = pool.label(keys, kinds)
        if drawing.device != "cpu":
            pool.pictures[places] = _styled(folder, drawing, index, keys)
        print(f"{pool.filled} scenes drawn", flush=True)
    return pool


def draw_large(folder: Path, drawing: Drawing) -> PicturePool:
    """Some of the scenes that `folder` holds, scaled up and styled at 512x512, in the device's memory."""
    pool = PicturePool(drawing.large_size, drawing.device)
    for index in drawing.large_shards:
        keys, kinds = _labels(folder, drawing, index)
        places = pool.label(keys, kinds)
        pool.pictures[places] = _styled_large(folder, drawing, index, keys)
        print(f"{pool.filled} large scenes drawn", flush=True)
    return pool


def sketches_of(folder: Path, shards: Iterable[int]) -> Tensor:
    """The sketches of shards' scenes, (scenes, 256, 256) of bytes; white if a scene has none."""
    return torch.cat([torch.from_numpy(np.load(folder / f"{_name(index)}.sketches.npy")) for index in shards])


def _claim(folder: Path, drawing: Drawing) -> None:
    """Scenes of another drawing would be taken for these. How many shards of it are used may differ."""
    wanted = {name: value for name, value in asdict(drawing).items() if name not in {"shards", "large_every"}}
    note = folder / "drawing.json"
    if not note.exists():
        note.write_text(json.dumps(wanted, indent=1))
    elif json.loads(note.read_text()) != wanted:
        raise OtherDrawing(
            f"{folder} holds scenes of another drawing (its drawing.json): take another --work or delete it."
        )


def _name(index: int) -> str:
    return f"{index:04d}"


def _open(folder: Path, drawing: Drawing) -> PicturePool:
    """In the GPU's memory; on a processor, a file in which every shard has its own place."""
    if drawing.device != "cpu":
        return PicturePool(drawing.size, drawing.device)
    return PicturePool(drawing.size, file=folder / "pictures.bytes")


def _done(folder: Path, index: int) -> Path:
    return folder / f"{_name(index)}.done"


def _draw(folder: Path, drawing: Drawing, index: int) -> None:
    name = _name(index)
    render_shard(folder, name, SEED, drawing.shard_size, composed=index < drawing.composed)
    drawn = folder / f"{name}.pictures.npy"
    if index >= drawing.composed:  # the repertoire is painted from pure noise, and is to be clear
        generator = np.random.default_rng([drawing.pairs.seed, index, 2])
        np.save(drawn, make_photographic(generator, np.load(drawn), drawing.sources))
    np.save(folder / f"{name}.sources.npy", _worsened(drawing, index, np.load(drawn)[0]))
    if drawing.device == "cpu":
        keys, _ = _labels(folder, drawing, index)
        pictures = _open(folder, drawing).pictures
        places = slice(index * drawing.shard_size, (index + 1) * drawing.shard_size)
        pictures[places] = _styled(folder, drawing, index, keys)
    _done(folder, index).touch()


def _labels(folder: Path, drawing: Drawing, index: int) -> tuple[Tensor, Tensor]:
    """Styles (n, targets) and kinds (n,) of a shard's scenes."""
    kinds = json.loads((folder / f"{_name(index)}.json").read_text())
    generator = np.random.default_rng([drawing.pairs.seed, index])
    keys = draw_keys(generator, len(kinds), drawing.pairs)
    return keys, torch.tensor([KINDS.index(kind) for kind in kinds])


def _worsened(drawing: Drawing, index: int, pictures: Pixels) -> Pixels:
    generator = np.random.default_rng([drawing.pairs.seed, index, 1])
    sources = pictures.copy()
    for place in np.flatnonzero(generator.random(len(pictures)) < drawing.sources.degraded):
        sources[place] = degrade(generator, pictures[place])
    return sources


def _read(folder: Path, drawing: Drawing, index: int, what: str) -> Tensor:
    return torch.from_numpy(np.load(folder / f"{_name(index)}.{what}.npy")).to(drawing.device)


def numbers_of(drawing: Drawing, index: int) -> range:
    """The numbers of a shard's scenes, which their noise depends on."""
    return range(index * drawing.shard_size, (index + 1) * drawing.shard_size)


def _styled(folder: Path, drawing: Drawing, index: int, keys: Tensor) -> Tensor:
    """Everything of a shard's scenes (n, 2 (1 + targets), 3, 256, 256), bytes, as a pool has it."""
    pictures, masks, sources = (_read(folder, drawing, index, what) for what in ("pictures", "masks", "sources"))
    return _both(drawing, index, keys, pictures, masks, sources)


def _styled_large(folder: Path, drawing: Drawing, index: int, keys: Tensor) -> Tensor:
    pictures, masks = (_read(folder, drawing, index, what) for what in ("pictures", "masks"))
    large, soft = (torch.stack([enlarge(some, 2) for some in both]) for both in (pictures, masks))
    return _both(drawing, index, keys, large, soft, large[0])


def _both(  # noqa: PLR0917 - a shard and everything it holds
    drawing: Drawing, index: int, keys: Tensor, pictures: Tensor, masks: Tensor, sources: Tensor
) -> Tensor:
    noise = style_noise(numbers_of(drawing, index), keys.shape[1], pictures.shape[-1])
    halves = [
        torch.cat([plain[:, None], style(drawn, mask, keys, noise)], 1)
        for plain, drawn, mask in zip((sources, pictures[1]), pictures, masks, strict=True)
    ]
    return torch.cat(halves, 1)
