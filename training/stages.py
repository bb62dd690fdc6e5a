"""The stages from nothing to a model, each resumable: what a folder already holds is not made again."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from torch.multiprocessing.spawn import spawn
from transformers import CLIPTextModel, CLIPTokenizer

from training import latents
from training.autoencoder import build_autoencoder, normalise_latents, refine_decoder, to_signed, train_autoencoder
from training.colours import fit_colours
from training.denoiser import Denoiser, train_denoiser
from training.edge_maps import Maps, draw_maps
from training.edges import build_control, train_edges
from training.export import export, export_control
from training.latents import PairLatents, quiet_directions
from training.perceptual import StyleFeatures, frozen_features, train_features
from training.phrases import make_captions
from training.pool import PicturePool
from training.recipe import Recipe
from training.rendering import SEED, draw_large, draw_pool, numbers_of, sketches_of
from training.replicas import MEETING, replica
from training.styles.filters import CHANCES
from training.tokenizer import train_tokenizer


@dataclass(frozen=True)
class Workspace:
    """Where the stages leave what they make."""

    root: Path

    @property
    def scenes(self) -> Path:
        return self.root / "scenes"

    @property
    def latents(self) -> Path:
        return self.root / "latents.pt"

    @property
    def large(self) -> Path:
        return self.root / "large.pt"

    @property
    def maps(self) -> Path:
        return self.root / "maps.pt"

    @property
    def large_maps(self) -> Path:
        return self.root / "large-maps.pt"

    @property
    def tokenizer(self) -> Path:
        return self.root / "tokenizer"

    @property
    def captions(self) -> Path:
        return self.root / "captions.pt"

    @property
    def colours(self) -> Path:
        return self.root / "colours.pt"

    @property
    def quiet(self) -> Path:
        return self.root / "quiet.pt"

    @property
    def features(self) -> Path:
        return self.root / "features.pt"

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


def _averaged(path: Path) -> dict[str, torch.Tensor]:
    """The averaged weights of a checkpoint."""
    average: dict[str, torch.Tensor] = torch.load(path, weights_only=True, map_location="cpu")["average"]
    return average


def _write(path: Path, content: object) -> None:
    """All of it or nothing."""
    unfinished = path.with_suffix(".tmp")
    torch.save(content, unfinished)
    unfinished.replace(path)


T = TypeVar("T")


def _kept(path: Path, make: Callable[[], T]) -> T:
    """What `path` holds, made first if it holds nothing."""
    if not path.exists():
        _write(path, make())
    kept: T = torch.load(path, weights_only=True, mmap=True)
    return kept


class Stages:
    """A recipe carried out in a workspace. Pictures and latents are drawn and encoded when first asked for."""

    def __init__(self, space: Workspace, recipe: Recipe) -> None:
        self.space, self.recipe = space, recipe
        space.root.mkdir(parents=True, exist_ok=True)

    @cached_property
    def pool(self) -> PicturePool:
        """Of 256x256 pixels."""
        return draw_pool(self.space.scenes, self.recipe.drawing)

    @cached_property
    def large_pool(self) -> PicturePool:
        """Of 512x512 pixels."""
        assert self.pool.filled, "their scenes are drawn first"
        return draw_large(self.space.scenes, self.recipe.drawing)

    @cached_property
    def maps(self) -> Maps:
        """Of lines, for every scene."""
        drawing, scenes = self.recipe.drawing, self.space.scenes
        every = range(drawing.shards)
        self._drop_if_fewer(self.space.maps, drawing.size.scenes)
        self._drop_if_fewer(self.space.large_maps, drawing.large_size.scenes)
        pairs = _kept(self.space.maps, lambda: draw_maps(self.pool, sketches_of(scenes, every)))
        if not drawing.large_every:
            return Maps(pairs)
        some = drawing.large_shards
        return Maps(
            pairs, _kept(self.space.large_maps, lambda: draw_maps(self.large_pool, sketches_of(scenes, some)))
        )

    @staticmethod
    def _drop_if_fewer(path: Path, scenes: int) -> None:
        """Maps of another number of scenes are drawn again."""
        if path.exists() and len(torch.load(path, weights_only=True, mmap=True)) != scenes:
            path.unlink()

    @cached_property
    def tokenizer(self) -> CLIPTokenizer:
        """Trained once; a model that is trained on keeps its own: its text encoder knows no other tokens."""
        folder, start = self.space.tokenizer, self.recipe.start
        if not (folder / "tokenizer_config.json").exists():
            if start is None:
                train_tokenizer(folder, seed=0)
            else:
                shutil.copytree(start / "tokenizer", folder, dirs_exist_ok=True)
        return CLIPTokenizer.from_pretrained(folder)

    @cached_property
    def captions(self) -> dict[str, torch.Tensor]:
        return _kept(self.space.captions, lambda: make_captions(self.tokenizer, self.recipe.captions))

    @cached_property
    def colours(self) -> torch.Tensor:
        return _kept(self.space.colours, self._fit_colours)

    def _fit_colours(self) -> torch.Tensor:
        some = slice(None, None, max(1, self.pool.filled // 64))
        made, pictures = self.encoded.pairs.latents[some], self.pool.pictures[: self.pool.filled][some]
        return fit_colours(made.flatten(0, 1), pictures.flatten(0, 1)).cpu()

    @cached_property
    def quiet(self) -> torch.Tensor:
        """The directions of the noise that place strokes."""
        return _kept(self.space.quiet, self._find_quiet)

    def _find_quiet(self) -> torch.Tensor:
        latents_ = self.encoded.pairs.latents
        return quiet_directions(latents_[:: max(1, len(latents_) // 256)].flatten(0, 1), CHANCES).cpu()

    @cached_property
    def features(self) -> StyleFeatures:
        """By which the denoiser's strokes are compared with those wanted."""
        pairs, steps = self.encoded.pairs, self.recipe.features
        kept = _kept(self.space.features, lambda: train_features(pairs, steps).state_dict())
        return frozen_features(kept)

    @cached_property
    def encoded(self) -> Encoded:
        """In the device's memory; on a processor, in files that are mapped into it."""
        drawing, batch = self.recipe.drawing, self.recipe.encode_batch
        every = range(drawing.shards * drawing.shard_size)
        pairs = self._encode(self.space.latents, lambda: self.pool, batch, every, drawing.composed_scenes)
        if not drawing.large_every:
            return Encoded(pairs)
        some = [number for index in drawing.large_shards for number in numbers_of(drawing, index)]
        large = self._encode(self.space.large, lambda: self.large_pool, batch // 4, some, drawing.composed_large)
        return Encoded(pairs, large)

    def _encode(
        self, path: Path, pool: Callable[[], PicturePool], batch: int, numbers: Sequence[int], composed: int
    ) -> PairLatents:
        device = self.recipe.device
        made = None
        if device == "cpu" and path.exists():
            kept = latents.load(path)
            if len(kept.kinds) == len(numbers):
                return kept
            made = kept.latents  # more scenes are asked for than when it was written
        pairs = latents.encode_pool(self.load_autoencoder().to(device), pool(), batch, numbers, composed, made=made)
        if device == "cpu":
            latents.save(pairs, path)
        return pairs

    def autoencoder(self) -> None:
        """Train the autoencoder, then fold its latents' statistics into it."""
        if self.space.normalised.exists():
            return
        start = self.recipe.start
        network, _ = train_autoencoder(
            self.pool,
            self.space.autoencoder,
            loop_settings=self.recipe.autoencoder_loop,
            settings=self.recipe.autoencoder,
            device=self.recipe.device,
            start=None if start is None else AutoencoderKL.from_pretrained(start / "vae", torch_dtype=torch.float32),
        )
        noise = torch.Generator(self.pool.pictures.device).manual_seed(SEED)
        some = min(96, self.pool.filled * self.pool.pictures.shape[1])
        normalise_latents(network, to_signed(self.pool.draw(noise, some, 0.5)))
        _write(self.space.normalised, network.state_dict())

    def refine(self) -> None:
        """Train the decoder on. It changes no latent, so it may come before the denoiser's training or after it."""
        refine_decoder(
            self.load_autoencoder(),
            self.pool,
            self.space.refined,
            loop_settings=self.recipe.refine_loop,
            settings=self.recipe.autoencoder,
            device=self.recipe.device,
        )

    def denoiser(self) -> None:
        self._together("train_denoiser")

    def mean(self, others: Mapping[Path, float]) -> None:
        """Mix the denoiser's weights with those of exported models; the numbers are their shares, below 1 together.

        The checkpoint keeps what the training came to, so that a second mean starts from that and not from the first.
        """
        state = torch.load(self.space.denoiser, weights_only=True, map_location="cpu")
        mixed = Denoiser(self.recipe.denoiser, self.tokenizer)
        mixed.load_state_dict(state.setdefault("trained", state["average"]))
        with torch.no_grad():
            torch._foreach_mul_(list(mixed.parameters()), 1 - sum(others.values()))
            for folder, share in others.items():
                other = self.load_exported(folder)
                torch._foreach_add_(list(mixed.parameters()), list(other.parameters()), alpha=share)
        state["average"] = mixed.state_dict()
        _write(self.space.denoiser, state)

    def edges(self) -> None:
        """Train the edge ControlNet beside the finished denoiser."""
        self._together("train_edges")

    def _together(self, stage: str) -> None:
        """Run a method here, or in several processes whose weights are averaged again and again."""
        own = ("maps",) if stage == "train_edges" else ("colours", "features")
        for needed in ("encoded", "captions", "quiet", *own):
            getattr(self, needed)  # made once, before the replicas look for it
        if self.recipe.replicas == 1:
            getattr(self, stage)()
        else:
            (self.space.root / MEETING).unlink(missing_ok=True)
            spawn(_replica, (stage, self.space, self.recipe), self.recipe.replicas)  # type: ignore[no-untyped-call]

    def train_denoiser(self) -> None:
        recipe, encoded = self.recipe, self.encoded
        train_denoiser(
            encoded.pairs,
            encoded.large,
            self.quiet,
            self.tokenizer,
            self.space.denoiser,
            loop_settings=recipe.denoiser_loop,
            settings=recipe.denoiser,
            bridge=replace(recipe.bridge, batch=recipe.bridge.batch // recipe.replicas),
            captions=self.captions,
            colours=self.colours,
            features=self.features,
            device=recipe.device,
            start=None if recipe.start is None else self.load_exported(recipe.start),
        )

    def train_edges(self) -> None:
        recipe = self.recipe
        train_edges(
            self.load_denoiser(),
            self.encoded.pairs,
            self.encoded.large,
            self.quiet,
            self.maps,
            self.space.edges,
            loop_settings=recipe.edge_loop,
            settings=recipe.edges,
            bridge=replace(recipe.edge_bridge, batch=recipe.edge_bridge.batch // recipe.replicas),
            captions=self.captions,
            device=recipe.device,
            start=self._exported_control(),
        )

    def _exported_control(self) -> ControlNetModel | None:
        """That of the model whose training goes on, which lies beside it."""
        start = self.recipe.start
        folder = None if start is None else start.with_name(f"{start.name}-edges")
        if folder is None or not folder.exists():
            return None
        return ControlNetModel.from_pretrained(folder, torch_dtype=torch.float32)

    def export(self, out: Path, edges_out: Path) -> None:
        """Write the averaged weights of the last checkpoints as the folders that ship."""
        export(self.load_autoencoder(), self.load_denoiser(), self.tokenizer, out)
        if self.space.edges.exists():
            export_control(self.load_control(), edges_out)

    def load_autoencoder(self) -> AutoencoderKL:
        """With the refined decoder, if there is one: the latents are the same.

        One that was not trained here is that of the model whose training goes on.
        """
        start = self.recipe.start
        if start is not None and not self.space.normalised.exists():
            network = AutoencoderKL.from_pretrained(start / "vae", torch_dtype=torch.float32)
        else:
            network = build_autoencoder(self.recipe.autoencoder)
            network.load_state_dict(torch.load(self.space.normalised, weights_only=True, map_location="cpu"))
        if self.space.refined.exists():
            network.load_state_dict(_averaged(self.space.refined), strict=False)
        return network.eval()

    def load_denoiser(self) -> Denoiser:
        denoiser = Denoiser(self.recipe.denoiser, self.tokenizer)
        denoiser.load_state_dict(_averaged(self.space.denoiser))
        return denoiser.eval()

    def load_control(self) -> ControlNetModel:
        network = build_control(self.load_denoiser().unet)
        network.load_state_dict(_averaged(self.space.edges))
        return network.eval()

    def load_exported(self, start: Path) -> Denoiser:
        """An exported model's denoiser, to be trained on."""
        denoiser = Denoiser(self.recipe.denoiser, self.tokenizer)
        unet = UNet2DConditionModel.from_pretrained(start / "unet", torch_dtype=torch.float32)
        text_encoder = CLIPTextModel.from_pretrained(start / "text_encoder", torch_dtype=torch.float32)
        denoiser.unet.load_state_dict(unet.state_dict())
        denoiser.text_encoder.load_state_dict(text_encoder.state_dict())
        return denoiser


def _replica(rank: int, stage: str, space: Workspace, recipe: Recipe) -> None:
    with replica(rank, recipe.replicas, space.root):
        getattr(Stages(space, recipe), stage)()
