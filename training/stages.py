"""The stages from nothing to a model, each resumable: what a folder already holds is not made again."""

import json
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch.multiprocessing.spawn import spawn
from transformers import CLIPTokenizer

from training.autoencoder import (
    AutoencoderSettings,
    build_autoencoder,
    normalise_latents,
    refine_decoder,
    to_signed,
    train_autoencoder,
)
from training.bridge import BridgeSettings
from training.denoiser import Denoiser, DenoiserSettings, train_denoiser
from training.export import export
from training.latents import PairLatents, encode_shard
from training.loop import LoopSettings
from training.pairs import PairSettings, render_pairs
from training.replicas import MEETING, replica
from training.scenes import SHARD, render_shard
from training.shards import PictureShards, shard_names
from training.tokenizer import train_tokenizer

SEED = 2026


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what comes out, apart from the machine's speed."""

    shards: int = 32
    shard_size: int = SHARD
    encoded_shards: int = 8
    pairs: PairSettings = field(default_factory=PairSettings)
    autoencoder: AutoencoderSettings = field(default_factory=AutoencoderSettings)
    autoencoder_loop: LoopSettings = field(default_factory=lambda: LoopSettings(2.5e-3, minutes=37))
    denoiser: DenoiserSettings = field(default_factory=DenoiserSettings)
    bridge: BridgeSettings = field(default_factory=BridgeSettings)
    denoiser_loop: LoopSettings = field(
        default_factory=lambda: LoopSettings(
            2e-3, minutes=55, warmup=150, hold=0.3, floor=2e-5, average=0.9965, seed=1
        )
    )
    refine_loop: LoopSettings = field(default_factory=lambda: LoopSettings(1e-3, minutes=30, warmup=50, seed=2))
    device: str = "cpu"
    replicas: int = 2  # processes of one thread each that train the denoiser together

    def with_minutes(self, minutes: float) -> "Recipe":
        """Share a time between the trainings; rendering and encoding come on top of it."""
        return replace(
            self,
            autoencoder_loop=replace(self.autoencoder_loop, minutes=0.4 * minutes),
            denoiser_loop=replace(self.denoiser_loop, minutes=0.45 * minutes),
            refine_loop=replace(self.refine_loop, minutes=0.15 * minutes),
        )

    def for_gpu(self) -> "Recipe":
        """Eight times the pictures and bigger batches, for a machine that gets through them."""
        return replace(
            self,
            shards=256,
            encoded_shards=256,
            autoencoder=replace(self.autoencoder, batch=64),
            bridge=replace(self.bridge, batch=256),
            device="cuda",
            replicas=1,
        )


@dataclass(frozen=True)
class Workspace:
    """Where the stages leave what they make."""

    root: Path

    @property
    def scenes(self) -> Path:
        return self.root / "scenes"

    @property
    def pairs(self) -> Path:
        return self.root / "styled"

    @property
    def latents(self) -> Path:
        return self.root / "latents"

    @property
    def tokenizer(self) -> Path:
        return self.root / "tokenizer"

    @property
    def autoencoder(self) -> Path:
        return self.root / "vae.ckpt"

    @property
    def normalised(self) -> Path:
        return self.root / "autoencoder.pt"

    @property
    def refined(self) -> Path:
        return self.root / "decoder.ckpt"

    @property
    def denoiser(self) -> Path:
        return self.root / "denoiser.ckpt"


def _one_thread() -> None:
    torch.set_num_threads(1)


def _on_all_processors(work: Callable[[str], str], names: list[str], workers: int | None) -> None:
    # Spawned: a fork of a process whose torch has threads can hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers or os.cpu_count(), context, _one_thread) as pool:
        for count, shard in enumerate(pool.map(work, names), 1):
            print(f"shard {shard}, {count} of {len(names)}", flush=True)


def _render(space: Workspace, recipe: Recipe, shard: str) -> str:
    if not (space.scenes / f"{shard}.json").exists():
        render_shard(space.scenes, shard, SEED, recipe.shard_size)
    if not (space.pairs / f"{shard}.json").exists():
        render_pairs(space.scenes, space.pairs, shard, recipe.pairs)
    return shard


def render(space: Workspace, recipe: Recipe, workers: int | None = None) -> None:
    """Scenes and their styled pictures, a shard for each task, on all processors."""
    space.scenes.mkdir(parents=True, exist_ok=True)
    space.pairs.mkdir(parents=True, exist_ok=True)
    names = [f"{index:04d}" for index in range(recipe.shards)]
    _on_all_processors(partial(_render, space, recipe), names, workers)


def autoencode(space: Workspace, recipe: Recipe) -> None:
    """Train the autoencoder, then fold its latents' statistics into it."""
    network, _ = train_autoencoder(
        PictureShards(space.scenes),
        PictureShards(space.pairs, skip_first=True),
        space.autoencoder,
        loop_settings=recipe.autoencoder_loop,
        settings=recipe.autoencoder,
        device=recipe.device,
    )
    normalise(space, recipe, network)


def normalise(space: Workspace, recipe: Recipe, network: AutoencoderKL, pictures: int = 96) -> None:
    generator = np.random.default_rng(SEED)
    styled = PictureShards(space.pairs, skip_first=True)
    plain = PictureShards(space.scenes)
    some = [(styled if index % 2 else plain).draw(generator) for index in range(pictures)]
    normalise_latents(network, to_signed(np.stack(some)).to(recipe.device))
    torch.save(network.state_dict(), space.normalised)


def load_autoencoder(space: Workspace, recipe: Recipe) -> AutoencoderKL:
    network = build_autoencoder(recipe.autoencoder)
    network.load_state_dict(torch.load(space.normalised, weights_only=True, map_location="cpu"))
    return network.eval()


def _encode(space: Workspace, recipe: Recipe, shard: str) -> str:
    network = load_autoencoder(space, recipe).to(recipe.device)
    encode_shard(network, space.pairs, space.latents, shard, device=recipe.device)
    return shard


def encode(space: Workspace, recipe: Recipe) -> None:
    space.latents.mkdir(parents=True, exist_ok=True)
    names = shard_names(space.pairs)[: recipe.encoded_shards]
    _on_all_processors(partial(_encode, space, recipe), names, 1 if recipe.device == "cuda" else None)


def load_tokenizer(space: Workspace) -> CLIPTokenizer:
    if not (space.tokenizer / "vocab.json").exists():
        train_tokenizer(space.tokenizer, seed=0)
    return CLIPTokenizer.from_pretrained(space.tokenizer)


def _denoise(rank: int, space: Workspace, recipe: Recipe) -> None:
    with replica(rank, recipe.replicas, space.root):
        train_denoiser(
            PairLatents(space.latents, space.pairs, space.scenes),
            load_tokenizer(space),
            space.denoiser,
            loop_settings=recipe.denoiser_loop,
            settings=recipe.denoiser,
            bridge=replace(recipe.bridge, batch=recipe.bridge.batch // recipe.replicas),
            device=recipe.device,
        )


def denoise(space: Workspace, recipe: Recipe) -> None:
    load_tokenizer(space)  # made once, before the replicas look for it
    if recipe.replicas == 1:
        _denoise(0, space, recipe)
    else:
        (space.root / MEETING).unlink(missing_ok=True)
        spawn(_denoise, (space, recipe), recipe.replicas)  # type: ignore[no-untyped-call]


def refine(space: Workspace, recipe: Recipe) -> None:
    """Train the decoder on. It changes no latent, so it may run beside the denoiser or after it."""
    refine_decoder(
        load_autoencoder(space, recipe),
        PictureShards(space.scenes),
        PictureShards(space.pairs, skip_first=True),
        space.refined,
        loop_settings=recipe.refine_loop,
        settings=recipe.autoencoder,
        device=recipe.device,
    )


def ship(space: Workspace, recipe: Recipe, out: Path) -> None:
    """Export the averaged weights of the last checkpoint."""
    tokenizer = load_tokenizer(space)
    denoiser = Denoiser(recipe.denoiser, tokenizer)
    state = torch.load(space.denoiser, weights_only=True, map_location="cpu")
    denoiser.load_state_dict(state["average"])
    autoencoder = load_autoencoder(space, recipe)
    if space.refined.exists():
        parts = torch.load(space.refined, weights_only=True, map_location="cpu")["average"]
        autoencoder.load_state_dict(parts, strict=False)
    export(autoencoder, denoiser.eval(), tokenizer, out)


def save_recipe(recipe: Recipe, path: Path) -> None:
    path.write_text(json.dumps(asdict(recipe), indent=1) + "\n")
