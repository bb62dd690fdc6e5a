"""Leaving out the text encoder's last layers, against that layer's own output."""

from pathlib import Path
from typing import Any

import pytest
import torch

from inference.api import Lora, ModelUnavailable
from inference.models.entry import LoraEntry
from inference.models.loading import quiet, skip_layers
from inference.models.loras import LoraSet
from tests.tiny_models.loras import save_lora
from tests.tiny_models.pipelines import stable_diffusion, stable_diffusion_xl

quiet()


def words(pipeline: Any) -> torch.Tensor:
    encoded: torch.Tensor = pipeline.encode_prompt("an ink drawing", "cpu", 1, False)[0]
    return encoded


def before_the_last(pipeline: Any) -> torch.Tensor:
    """What diffusers' `clip_skip=1` computes: its own code looks for a part that transformers 5.6 took away."""
    options = {"padding": "max_length", "max_length": pipeline.tokenizer.model_max_length, "return_tensors": "pt"}
    ids = pipeline.tokenizer("an ink drawing", truncation=True, **options).input_ids
    encoder = pipeline.text_encoder
    inner = getattr(encoder, "text_model", encoder)
    with torch.no_grad():
        hidden = encoder(ids, output_hidden_states=True).hidden_states[-2]
        normalised: torch.Tensor = inner.final_layer_norm(hidden)
    return normalised


def test_the_layer_before_the_last_is_taken_at_two() -> None:
    theirs, plain = before_the_last(stable_diffusion()), words(stable_diffusion())
    pipeline = stable_diffusion()
    skip_layers(pipeline, 2, "mine")
    assert torch.equal(words(pipeline), theirs)
    assert not torch.allclose(theirs, plain)


def test_one_changes_nothing() -> None:
    pipeline = stable_diffusion()
    skip_layers(pipeline, 1, "mine")
    assert torch.equal(words(pipeline), words(stable_diffusion()))


def test_an_adapter_for_all_layers_still_fits(tmp_path: Path) -> None:
    """Its part for the layer that is not there has nothing to change."""
    save_lora(stable_diffusion(), tmp_path / "ink.safetensors", seed=1, words=True)
    pipeline = stable_diffusion()
    skip_layers(pipeline, 2, "mine")
    loras = LoraSet("mine", pipeline, {"ink": LoraEntry(place=str(tmp_path / "ink.safetensors"))})
    loras.apply((Lora("ink"),))
    theirs = stable_diffusion()
    theirs.load_lora_weights(str(tmp_path / "ink.safetensors"), adapter_name="ink")
    assert torch.allclose(words(loras.adapted()), before_the_last(theirs), atol=1e-6)


def test_other_families_and_too_many_layers_are_refused() -> None:
    with pytest.raises(ModelUnavailable, match=r"takes no clip_skip.*: leave it out"):
        skip_layers(stable_diffusion_xl(), 2, "mine")
    with pytest.raises(ModelUnavailable, match="has 2 layers: give a clip_skip up to that"):
        skip_layers(stable_diffusion(), 3, "mine")
