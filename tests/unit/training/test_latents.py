"""Latents are encoded once, and more scenes can be added to them later."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from training.autoencoder import AutoencoderSettings, build_autoencoder
from training.pairs import PairSettings, style_noise
from training.recipe import Recipe
from training.rendering import Drawing
from training.sources import AS_DRAWN
from training.stages import Stages, Workspace


def stages(folder: Path, shards: int) -> Stages:
    drawing = Drawing(shards=shards, composed=1, shard_size=2, pairs=PairSettings(targets=1), sources=AS_DRAWN)
    small = AutoencoderSettings(channels=(8, 8, 8, 8))
    return Stages(Workspace(folder), replace(Recipe().tiny(), drawing=drawing, autoencoder=small))


def test_scenes_that_are_added_are_encoded_and_the_others_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = stages(tmp_path, 1)
    torch.save(build_autoencoder(first.recipe.autoencoder).state_dict(), first.space.normalised)
    before = first.encoded.pairs
    assert before.latents.shape == (2, 4, 24, 32, 32)
    assert (before.half, before.composed) == (2, 2)
    assert torch.equal(before.noise, style_noise(range(2), 1, 256))

    asked: list[int] = []

    def counted(_network: object, pictures: torch.Tensor, _batch: int) -> torch.Tensor:
        asked.append(len(pictures))
        return torch.full((*pictures.shape[:-3], 24, 32, 32), 7.0, dtype=torch.float16)

    monkeypatch.setattr("training.latents.encode", counted)
    after = stages(tmp_path, 2).encoded.pairs
    assert asked == [2], "only what is new"
    assert torch.equal(after.latents[:2], before.latents)
    assert (after.latents[2:] == 7).all()
    assert after.noise.shape[0] == after.keys.shape[0] == 4
    assert stages(tmp_path, 2).encoded.pairs.latents.shape == after.latents.shape
    assert asked == [2], "and that once"
