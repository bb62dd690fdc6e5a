"""The whole way from nothing to a picture, with networks and budgets small enough for a test."""

import json
from pathlib import Path

import pytest
import torch
from diffusers import ControlNetModel

from training.evaluate import Model
from training.export import file_hashes, folder_size
from training.photographs import child_drawing, to_tensor
from training.recipe import Recipe
from training.record import write_record
from training.stages import Stages, Workspace

# Half a minute alone on two cores; a machine that does other things too may take several times as long.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_losses_fall_and_a_picture_comes_out(tmp_path: Path) -> None:
    space, recipe, out, edges = Workspace(tmp_path / "work"), Recipe().tiny(), tmp_path / "model", tmp_path / "edges"
    stages = Stages(space, recipe)
    stages.autoencoder()
    stages.refine()
    stages.denoiser()
    stages.edges()
    stages.export(out, edges)

    for log in (space.autoencoder, space.denoiser):
        losses = [entry["loss"] for entry in json.loads(log.with_suffix(".json").read_text())]
        assert min(losses[-2:]) < 0.85 * losses[0]

    image = child_drawing(128)
    made = Model(out).restyle([image], "oil painting", 0.5)[0]
    assert made.size == image.size
    pixels = to_tensor([made])
    assert torch.isfinite(pixels).all()
    assert pixels.std() > 0.02
    assert any(
        weight.abs().max() > 0
        for weight in ControlNetModel.from_pretrained(edges).controlnet_down_blocks[0].parameters()
    )

    # A model can be trained on: it keeps its words and starts where it was.
    further = Stages(Workspace(tmp_path / "further"), Recipe(start=out).tiny())
    assert further.tokenizer.get_vocab() == stages.tokenizer.get_vocab()

    record = write_record(space, recipe, out, edges, tmp_path / "docs")
    for told, folder in ((record, out), (record["edges"], edges)):
        assert told["files"] == file_hashes(folder)
        assert told["bytes"] == folder_size(folder)
    assert (tmp_path / "docs" / "loss.png").stat().st_size > 1000
