"""The whole way from nothing to a picture, with networks and budgets small enough for a test."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from diffusers import ControlNetModel

from training.bridge import draw_examples
from training.denoiser import Denoiser
from training.evaluate import Model
from training.export import export, file_hashes, folder_size
from training.photographs import child_drawing, to_tensor
from training.phrases import CaptionBank
from training.recipe import Recipe
from training.record import write_record
from training.stages import Stages, Workspace

# Half a minute alone on two cores; a machine that does other things too may take several times as long.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


# Correlation of 16x16 blocks with the source: about 0 untrained, 0.9 after this training.
KEPT = 0.6


def blocks(pixels: torch.Tensor) -> torch.Tensor:
    """Brightness of 16x16 blocks of one picture."""
    return torch.nn.functional.adaptive_avg_pool2d(pixels.mean(1), 16).flatten()


@torch.no_grad()
def error(stages: Stages, denoiser: Denoiser) -> float:
    """Weighed as in training, over 64 examples that are the same at each call."""
    noise, captions = torch.Generator().manual_seed(0), CaptionBank(stages.captions, "cpu")
    some = draw_examples(noise, stages.encoded.pairs, stages.quiet, captions, stages.recipe.bridge, 64)
    velocity = denoiser(some.noisy, some.t, some.tokens)
    return float((((velocity - some.velocity) ** 2).mean((1, 2, 3)) * some.scale).mean())


def test_losses_fall_and_a_picture_comes_out(tmp_path: Path) -> None:
    space, recipe, out, edges = Workspace(tmp_path / "work"), Recipe().tiny(), tmp_path / "model", tmp_path / "edges"
    stages = Stages(space, recipe)
    stages.autoencoder()
    stages.refine()
    stages.denoiser()
    stages.edges()
    stages.export(out, edges)

    losses = [entry["loss"] for entry in json.loads(space.autoencoder.with_suffix(".json").read_text())]
    assert losses[-1] < 0.85 * losses[0]
    # Batches of four differ by more than forty steps teach: the same examples are asked of both networks.
    trained, untrained = stages.load_denoiser(), Denoiser(recipe.denoiser, stages.tokenizer)
    assert error(stages, trained) < 0.95 * error(stages, untrained)

    image = child_drawing(128)
    made = Model(out).restyle([image], "oil painting", 0.5)[0]
    assert made.size == image.size
    pixels = to_tensor([made])
    assert torch.isfinite(pixels).all()
    kept = torch.corrcoef(torch.stack([blocks(each) for each in (to_tensor([image]), pixels)]))[0, 1]
    assert kept > KEPT, "what was learnt starts from the source"
    assert any(
        weight.abs().max() > 0
        for weight in ControlNetModel.from_pretrained(edges).controlnet_down_blocks[0].parameters()
    )

    # A model can be trained on: it keeps its words and starts where it was, but for the rounding of fp16.
    further = Stages(Workspace(tmp_path / "further"), replace(Recipe().tiny(), start=out))
    assert further.tokenizer.get_vocab() == stages.tokenizer.get_vocab()
    torch.testing.assert_close(further.load_exported(out).state_dict(), trained.state_dict(), atol=1e-3, rtol=1e-3)
    again = tmp_path / "again"
    export(further.load_autoencoder(), further.load_exported(out), further.tokenizer, again)
    assert not any(str(tmp_path) in file.read_text() for file in again.rglob("*.json")), "of nobody's machine"

    # The same mean again is of what was trained, not of the mean.
    export(further.load_autoencoder(), untrained, further.tokenizer, tmp_path / "other")
    stages.mean({tmp_path / "other": 0.25})
    stages.mean({tmp_path / "other": 0.25})
    for mixed, kept, other in zip(
        stages.load_denoiser().parameters(), trained.parameters(), untrained.parameters(), strict=True
    ):
        torch.testing.assert_close(mixed, kept.lerp(other.float(), 0.25), atol=1e-3, rtol=1e-3)

    record = write_record(space, recipe, out, edges, tmp_path / "docs")
    for told, folder in ((record, out), (record["edges"], edges)):
        assert told["files"] == file_hashes(folder)
        assert told["bytes"] == folder_size(folder)
    assert (tmp_path / "docs" / "loss.png").stat().st_size > 1000
