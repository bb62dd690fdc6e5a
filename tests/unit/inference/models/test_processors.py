"""Models of text and pictures load without torchvision, and say the same as before."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from inference.api import ModelUnavailable
from inference.models import loading
from inference.models.entry import ModelEntry
from tests.tiny_models import flow, folders

loading.quiet()

DEVICE = torch.device("cpu")


def loaded(make: Callable[[], Any], folder: Path, **index: Any) -> Any:
    folders.save_made(make, folder)
    folders.edit_index(folder, **index)
    return loading.load(folder, ModelEntry(id=str(folder)), "tiny", DEVICE, torch.float32)


@pytest.mark.parametrize("make", [flow.qwen_edit, flow.qwen_edit_plus])
def test_what_the_text_encoder_of_an_editor_sees(make: Callable[[], Any], tmp_path: Path) -> None:
    pipeline = loaded(make, tmp_path, processor=["transformers", "Qwen2VLProcessor"])
    torch.manual_seed(0)
    before = make()
    red, blue = (Image.new("RGB", (56, 56), colour) for colour in ("red", "blue"))
    embeds, wanted = (each.encode_prompt("make it night", image=[red])[0] for each in (pipeline, before))
    assert torch.allclose(embeds, wanted, atol=1e-5)
    assert not torch.allclose(embeds, pipeline.encode_prompt("make it night", image=[blue])[0], atol=1e-3)


def test_the_words_of_flux_2(tmp_path: Path) -> None:
    pipeline = loaded(flow.flux2_dev, tmp_path, tokenizer=["transformers", "PixtralProcessor"])
    torch.manual_seed(0)
    before = flow.flux2_dev()
    assert torch.allclose(pipeline.encode_prompt("night")[0], before.encode_prompt("night")[0], atol=1e-5)


def test_a_processor_without_its_files_is_refused_with_a_sentence(tmp_path: Path) -> None:
    folders.save_made(flow.qwen_edit, tmp_path)
    folders.edit_index(tmp_path, processor=["transformers", "Qwen2VLProcessor"])
    for file in (tmp_path / "processor").iterdir():
        file.unlink()
    with pytest.raises(ModelUnavailable, match="of its processor files are missing; fetch it again"):
        loading.load(tmp_path, ModelEntry(id=str(tmp_path)), "tiny", DEVICE, torch.float32)
