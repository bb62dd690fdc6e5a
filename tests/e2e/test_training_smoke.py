"""The whole way from nothing to a picture, with networks and budgets small enough for a test."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from training import stages
from training.autoencoder import AutoencoderSettings
from training.bridge import BridgeSettings
from training.denoiser import DenoiserSettings
from training.evaluate import Model
from training.export import file_hashes, folder_size
from training.photographs import child_drawing, to_tensor
from training.record import write_record
from training.stages import Recipe, Workspace

pytestmark = pytest.mark.slow


def recipe() -> Recipe:
    plan = Recipe()
    return replace(
        plan,
        shards=1,
        shard_size=16,
        replicas=1,
        autoencoder=AutoencoderSettings(channels=(16, 16, 24, 32), crop=64, batch=8),
        autoencoder_loop=replace(plan.autoencoder_loop, minutes=30, steps=70, warmup=10, report_every=10),
        denoiser=DenoiserSettings(channels=(32, 64, 64), text_width=64, text_layers=1, text_heads=2),
        denoiser_loop=replace(plan.denoiser_loop, minutes=30, steps=60, warmup=10, report_every=10),
        bridge=BridgeSettings(batch=8, terminal=0.2),
        refine_loop=replace(plan.refine_loop, minutes=30, steps=10, warmup=2, report_every=5),
    )


def test_losses_fall_and_a_picture_comes_out(tmp_path: Path) -> None:
    space, plan, out = Workspace(tmp_path / "work"), recipe(), tmp_path / "model"
    stages.render(space, plan, workers=1)
    stages.autoencode(space, plan)
    stages.encode(space, plan)
    stages.denoise(space, plan)
    stages.refine(space, plan)
    stages.ship(space, plan, out)

    for log in (space.autoencoder, space.denoiser):
        losses = [entry["loss"] for entry in json.loads(log.with_suffix(".json").read_text())]
        assert min(losses[-2:]) < 0.85 * losses[0]

    image = child_drawing(128)
    made = Model(out).restyle([image], "oil painting", 0.5)[0]
    assert made.size == image.size
    pixels = to_tensor([made])
    assert torch.isfinite(pixels).all()
    assert pixels.std() > 0.02

    record = write_record(space, plan, out, tmp_path / "docs")
    assert record["files"] == file_hashes(out)
    assert record["bytes"] == folder_size(out)
    assert (tmp_path / "docs" / "loss.png").stat().st_size > 1000
