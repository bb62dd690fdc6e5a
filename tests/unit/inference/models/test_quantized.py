"""Folders that were quantised elsewhere: read with what they were made with, or refused with what to install."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.api import ModelUnavailable
from inference.families import components_of
from inference.models import quantized
from inference.models.catalog import defaults
from inference.models.entry import ModelEntry
from inference.models.loading import load, quiet
from inference.models.quantized import is_quantized, method_of
from inference.models.sizes import of_place
from tests.harness.step_loop import Bench, Caller, error, picture, request
from tests.tiny_models.flow import flow

quiet()

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    flow("flux-schnell").save_pretrained(str(folder))
    return folder


def as_made_with(method: str, plain: Path, folder: Path) -> Path:
    """The model with its transformer quantised and saved by diffusers itself."""
    from diffusers import FluxTransformer2DModel, QuantoConfig, TorchAoConfig

    if method == "quanto":
        how: Any = QuantoConfig(weights_dtype="int8")
    else:
        from torchao.quantization import Int8WeightOnlyConfig

        how = TorchAoConfig(Int8WeightOnlyConfig())
    shutil.copytree(plain, folder)
    made = FluxTransformer2DModel.from_pretrained(
        str(folder / "transformer"), quantization_config=how, torch_dtype=torch.float32
    )
    shutil.rmtree(folder / "transformer")
    made.save_pretrained(str(folder / "transformer"), safe_serialization=True)
    return folder


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize(("method", "module"), [("torchao", "torchao"), ("quanto", "optimum.quanto")])
def test_a_folder_in_8_bit_paints_nearly_what_it_was_made_from(
    plain: Path, tmp_path: Path, method: str, module: str
) -> None:
    pytest.importorskip(module, reason="of the extra `quantized`")
    folder = as_made_with(method, plain, tmp_path / method)
    loaded = load(folder, ModelEntry(id=str(folder)), method, CPU, torch.float32)
    assert is_quantized(loaded.transformer)
    assert components_of(loaded) is not None
    told = Caller(request(strength=0.5, steps=4, guidance_scale=0.0), picture(1))
    with Bench(load(plain, ModelEntry(id=str(plain)), "plain", CPU, torch.float32)) as bench:
        [whole] = bench.paint(told)
    with Bench(loaded) as bench:
        [small] = bench.paint(Caller(told.request, told.picture))
    assert 0 < error(small.latents, whole.latents) < 0.02


def marked(plain: Path, folder: Path, **quantization: Any) -> Path:
    shutil.copytree(plain, folder)
    config = folder / "transformer" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"quantization_config": quantization}))
    return folder


@pytest.mark.parametrize("method", ["torchao", "quanto", "bitsandbytes", "gguf"])
def test_what_is_not_installed_is_named_with_the_extra(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """Before, the sentence told people to fetch the model again."""
    monkeypatch.setattr(quantized, "_is_here", lambda _module: False)
    folder = marked(plain, tmp_path / method, quant_method=method)
    with pytest.raises(
        ModelUnavailable, match=rf"quantised with {method}, which is not installed: pip install 'pent"
    ):
        load(folder, ModelEntry(id=str(folder)), "mine", CPU, torch.float32)


def test_bitsandbytes_on_a_processor_is_refused(plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantized, "_is_here", lambda _module: True)
    folder = marked(plain, tmp_path / "four", load_in_4bit=True)
    with pytest.raises(
        ModelUnavailable, match="bitsandbytes, which runs on a GPU only: choose a plain one, or a GGUF"
    ):
        load(folder, ModelEntry(id=str(folder)), "mine", CPU, torch.float32)


def test_a_method_is_found_in_every_spelling() -> None:
    assert method_of({}) == ""
    assert method_of({"quantization_config": {"quant_method": "quanto"}}) == "quanto"
    assert method_of({"quantization_config": {"load_in_8bit": True}}) == "bitsandbytes"
    assert method_of({"quantization_config": {}}) == "an unknown method"


def test_the_plan_counts_a_gguf_file_as_it_is_stored(tmp_path: Path) -> None:
    from tests.tiny_models import checkpoints, gguf_files

    pipeline = flow("z-image")
    folder = tmp_path / "base"
    pipeline.save_pretrained(str(folder))
    tensors = checkpoints.WRITERS["z-image"](pipeline)
    whole, packed = (
        checkpoints.save(tensors, tmp_path / "z.safetensors"),
        gguf_files.save(tensors, tmp_path / "z.gguf"),
    )
    sizes = {}
    for file in (whole, packed):
        entry = ModelEntry(id=str(file), base=str(folder))
        model = of_place(file, entry, defaults("z", entry, file), "z")
        assert model is not None
        assert {part.role for part in model.parts} == {"text", "denoiser", "vae"}
        [sizes[file.suffix]] = model.of("denoiser")
    plain, small = sizes[".safetensors"], sizes[".gguf"]
    assert (plain.numbers, plain.matrices, plain.packed) == (small.numbers, small.matrices, 0)
    assert small.packed < 0.5 * plain.numbers * 4
    assert small.block == plain.block


def test_the_extra_names_what_the_engine_asks_for() -> None:
    import tomllib

    extra = tomllib.loads(Path("pyproject.toml").read_text())["project"]["optional-dependencies"]["quantized"]
    named = {line.split(">")[0].replace("optimum-quanto", "optimum.quanto") for line in extra}
    assert named == set(quantized._PACKAGES.values())
    assert find_spec("gguf") is not None
