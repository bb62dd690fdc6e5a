"""The stages from nothing to a model, each resumable: what a folder already holds is not made again."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from diffusers import AutoencoderKL, ControlNetModel
from torch.multiprocessing.spawn import spawn
from transformers import CLIPTokenizer

from training import latents
from training.autoencoder import build_autoencoder, normalise_latents, refine_decoder, to_signed, train_autoencoder
from training.denoiser import Denoiser, train_denoiser
from training.edges import build_control, train_edges
from training.export import export, export_control
from training.latents import PairLatents
from training.phrases import make_captions
from training.pool import PicturePool
from training.recipe import Recipe
from training.rendering import SEED, Renderer
from training.replicas import MEETING, replica
from training.tokenizer import train_tokenizer

# Enough scenes for a network to begin with while others are still drawn.
FIRST_SCENES = 2048


@dataclass(frozen=True)
class Workspace:
    """Where the stages leave what they make."""

    root: Path

    @property
    def scenes(self) -> Path:
        return self.root / "scenes"

    @property
    def verdicts(self) -> Path:
        return self.root / "verdicts"

    @property
    def latents(self) -> Path:
        return self.root / "latents.pt"

    @property
    def tokenizer(self) -> Path:
        return self.root / "tokenizer"

    @property
    def captions(self) -> Path:
        return self.root / "captions.pt"

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

    @property
    def edges(self) -> Path:
        return self.root / "edges.ckpt"


@dataclass(frozen=True)
class Encoded:
    """What the denoiser is trained on: latents of 256x256 pictures, and perhaps of 512x512 ones."""

    pairs: PairLatents
    large: PairLatents | None = None


def load_weights(path: Path) -> dict[str, torch.Tensor]:
    """The averaged weights of a checkpoint."""
    average: dict[str, torch.Tensor] = torch.load(path, weights_only=True, map_location="cpu")["average"]
    return average


def autoencode(
    space: Workspace, recipe: Recipe, pool: PicturePool, between: Callable[[], None] | None = None
) -> None:
    """Train the autoencoder, then fold its latents' statistics into it."""
    network, _ = train_autoencoder(
        pool,
        space.autoencoder,
        loop_settings=recipe.autoencoder_loop,
        settings=recipe.autoencoder,
        device=recipe.device,
        verdicts=space.verdicts if recipe.device == "cuda" else None,
        between=between,
    )
    normalise(space, network, pool)


def normalise(space: Workspace, network: AutoencoderKL, pool: PicturePool, pictures: int = 96) -> None:
    noise = torch.Generator(pool.pictures.device).manual_seed(SEED)
    normalise_latents(network, to_signed(pool.draw(noise, pictures, 0.5)))
    unfinished = space.normalised.with_suffix(".tmp")
    torch.save(network.state_dict(), unfinished)
    unfinished.replace(space.normalised)


def load_autoencoder(space: Workspace, recipe: Recipe) -> AutoencoderKL:
    """With the refined decoder, where there is one: the latents are the same."""
    network = build_autoencoder(recipe.autoencoder)
    network.load_state_dict(torch.load(space.normalised, weights_only=True, map_location="cpu"))
    if space.refined.exists():
        network.load_state_dict(load_weights(space.refined), strict=False)
    return network.eval()


def encode(space: Workspace, recipe: Recipe, renderer: Renderer) -> Encoded:
    """To the device's memory; on a processor, to a file as well."""
    if recipe.device == "cpu" and space.latents.exists():
        return Encoded(latents.load(space.latents))
    network = load_autoencoder(space, recipe).to(recipe.device)
    pairs = latents.encode_pool(network, renderer.pool, recipe.encode_batch, recipe.encoded)
    if recipe.device == "cpu":
        latents.save(pairs, space.latents)
        return Encoded(pairs)
    if renderer.large is None:
        return Encoded(pairs)
    return Encoded(pairs, latents.encode_pool(network, renderer.large, recipe.encode_batch // 4))


def load_tokenizer(space: Workspace) -> CLIPTokenizer:
    if not (space.tokenizer / "tokenizer_config.json").exists():
        train_tokenizer(space.tokenizer, seed=0)
    return CLIPTokenizer.from_pretrained(space.tokenizer)


def load_captions(space: Workspace, recipe: Recipe) -> dict[str, torch.Tensor]:
    if not space.captions.exists():
        unfinished = space.captions.with_suffix(f".{os.getpid()}")
        torch.save(make_captions(load_tokenizer(space), recipe.captions), unfinished)
        unfinished.replace(space.captions)
    made: dict[str, torch.Tensor] = torch.load(space.captions, weights_only=True)
    return made


def _denoise(rank: int, space: Workspace, recipe: Recipe, encoded: Encoded | None = None) -> None:
    encoded = encoded or Encoded(latents.load(space.latents))
    with replica(rank, recipe.replicas, space.root):
        train_denoiser(
            encoded.pairs,
            encoded.large,
            load_tokenizer(space),
            space.denoiser,
            loop_settings=recipe.denoiser_loop,
            settings=recipe.denoiser,
            bridge=replace(recipe.bridge, batch=recipe.bridge.batch // recipe.replicas),
            captions=load_captions(space, recipe),
            device=recipe.device,
            verdicts=space.verdicts if recipe.device == "cuda" else None,
        )


def denoise(space: Workspace, recipe: Recipe, encoded: Encoded) -> None:
    load_captions(space, recipe)  # made once, before the replicas look for it
    if recipe.replicas == 1:
        _denoise(0, space, recipe, encoded)
    else:
        (space.root / MEETING).unlink(missing_ok=True)
        spawn(_denoise, (space, recipe), recipe.replicas)  # type: ignore[no-untyped-call]


def refine(space: Workspace, recipe: Recipe, pool: PicturePool) -> None:
    """Train the decoder on. It changes no latent, so it may come before the denoiser's training or after it."""
    refine_decoder(
        load_autoencoder(space, recipe),
        pool,
        space.refined,
        loop_settings=recipe.refine_loop,
        settings=recipe.autoencoder,
        device=recipe.device,
    )


def load_denoiser(space: Workspace, recipe: Recipe) -> Denoiser:
    denoiser = Denoiser(recipe.denoiser, load_tokenizer(space))
    denoiser.load_state_dict(load_weights(space.denoiser))
    return denoiser.eval()


def control(space: Workspace, recipe: Recipe, encoded: Encoded, pool: PicturePool) -> None:
    """Train the edge ControlNet beside the finished denoiser."""
    train_edges(
        load_denoiser(space, recipe),
        encoded.pairs,
        pool,
        space.edges,
        loop_settings=recipe.edge_loop,
        settings=recipe.edges,
        bridge=recipe.edge_bridge,
        captions=load_captions(space, recipe),
        device=recipe.device,
        verdicts=space.verdicts if recipe.device == "cuda" else None,
    )


def load_control(space: Workspace, recipe: Recipe) -> ControlNetModel:
    network = build_control(load_denoiser(space, recipe).unet)
    network.load_state_dict(load_weights(space.edges))
    return network.eval()


def ship(space: Workspace, recipe: Recipe, out: Path, edges_out: Path | None = None) -> None:
    """Export the averaged weights of the last checkpoints."""
    export(load_autoencoder(space, recipe), load_denoiser(space, recipe), load_tokenizer(space), out)
    if edges_out is not None and space.edges.exists():
        export_control(load_control(space, recipe), edges_out)
