"""Folders that were quantised elsewhere: read with what they were made with, or refused with what to install."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.api import Lora, ModelUnavailable
from inference.errors import Unsuited
from inference.families import components_of
from inference.models import quantized
from inference.models.catalog import defaults
from inference.models.checkpoints import Family, identify
from inference.models.entry import LoraEntry, ModelEntry
from inference.models.loading import load, quiet
from inference.models.memory_plan import Quantize
from inference.models.placement import quantization_of
from inference.models.quantized import is_quantized, method_of
from inference.models.sizes import of_path
from tests.harness.step_loop import Bench, Caller, error, picture, request
from tests.tiny_models.flow import flow
from tests.tiny_models.loras import save_lora

quiet()

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    flow("flux-schnell").save_pretrained(str(folder))
    return folder


def as_made_with(method: str, plain: Path, folder: Path, kind: str = "FluxTransformer2DModel") -> Path:
    """The model with its transformer quantised and saved by diffusers itself."""
    import diffusers
    from diffusers import QuantoConfig, TorchAoConfig

    if method == "quanto":
        how: Any = QuantoConfig(weights_dtype="int8")
    else:
        from torchao.quantization import Int8WeightOnlyConfig

        how = TorchAoConfig(Int8WeightOnlyConfig())
    shutil.copytree(plain, folder)
    made = getattr(diffusers, kind).from_pretrained(
        str(folder / "transformer"), quantization_config=how, torch_dtype=torch.float32
    )
    shutil.rmtree(folder / "transformer")
    made.save_pretrained(str(folder / "transformer"), safe_serialization=True)
    return folder


@pytest.mark.slow
@pytest.mark.quantized
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize(("method", "module"), [("torchao", "torchao"), ("quanto", "optimum.quanto")])
def test_a_folder_in_8_bit_paints_nearly_what_it_was_made_from(
    plain: Path, tmp_path: Path, method: str, module: str
) -> None:
    pytest.importorskip(module, reason="`make test` runs it apart")
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


def gguf_of(plain: Path, root: Path) -> tuple[Path, ModelEntry]:
    """The family's transformer as a GGUF file, and an entry for it."""
    from tests.tiny_models import checkpoints, gguf_files

    pipeline = load(plain, ModelEntry(id=str(plain)), "plain", CPU, torch.float32)
    file = gguf_files.save(checkpoints.WRITERS["z-image"](pipeline), root / "z.gguf")
    return file, ModelEntry(id=str(file), base=str(plain))


def check_adapter(whole: Any, small: Any, root: Path) -> None:
    """An adapter does on a quantised model what it does on the whole one."""
    file = save_lora(whole, root / "style.safetensors", seed=1)
    loras = {"style": LoraEntry(place=str(file))}
    plain, styled = (
        request(name, steps=4, strength=0.5, guidance_scale=0.0, loras=each)
        for name, each in (("plain", ()), ("styled", (Lora("style", 0.7),)))
    )
    made = []
    for pipeline in (whole, small):
        with Bench(pipeline, loras=loras) as bench:
            made.append(bench.paint(Caller(plain, picture(1)), Caller(styled, picture(1))))
            assert not any(isinstance(each.end, Exception) for each in made[-1]), made[-1]
            [again] = bench.paint(Caller(plain, picture(1)))
            assert error(again.latents, made[-1][0].latents) < 1e-6, "the model itself is as it was"
    (whole_plain, whole_styled), (_, small_styled) = made
    changed = error(whole_styled.latents, whole_plain.latents)
    assert changed > 0.01
    assert error(small_styled.latents, whole_styled.latents) < min(0.05, changed / 2)


@pytest.mark.slow
@pytest.mark.quantized
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")
def test_an_adapter_on_a_folder_by_torchao(plain: Path, tmp_path: Path) -> None:
    pytest.importorskip("torchao", reason="`make test` runs it apart")
    folder = as_made_with("torchao", plain, tmp_path / "torchao")
    small = load(folder, ModelEntry(id=str(folder)), "small", CPU, torch.float32)
    check_adapter(load(plain, ModelEntry(id=str(plain)), "plain", CPU, torch.float32), small, tmp_path)


@pytest.mark.slow
@pytest.mark.quantized
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")
def test_an_adapter_on_a_folder_by_quanto_works_but_for_flux(plain: Path, tmp_path: Path) -> None:
    pytest.importorskip("optimum.quanto", reason="`make test` runs it apart")
    folder = as_made_with("quanto", plain, tmp_path / "quanto")
    flux = load(folder, ModelEntry(id=str(folder)), "flux", CPU, torch.float32)
    file = save_lora(
        load(plain, ModelEntry(id=str(plain)), "p", CPU, torch.float32), tmp_path / "a.safetensors", seed=1
    )
    told = Caller(request(loras=(Lora("style"),), guidance_scale=0.0), picture(1))
    with Bench(flux, loras={"style": LoraEntry(place=str(file))}) as bench:
        [made] = bench.paint(told)
    assert isinstance(made.end, Unsuited)
    assert made.end.cause == "no-loras"
    whole = tmp_path / "z"
    flow("z-image").save_pretrained(str(whole))
    folder = as_made_with("quanto", whole, tmp_path / "small", "ZImageTransformer2DModel")
    small = load(folder, ModelEntry(id=str(folder)), "small", CPU, torch.float32)
    check_adapter(load(whole, ModelEntry(id=str(whole)), "whole", CPU, torch.float32), small, tmp_path)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")
def test_an_adapter_on_a_gguf_file(tmp_path: Path) -> None:
    from tests.tiny_models import folders

    folder = folders.save_made(lambda: flow("z-image"), tmp_path / "z-image")
    file, entry = gguf_of(folder, tmp_path)
    small = load(file, entry, "packed", CPU, torch.float32)
    assert is_quantized(small.transformer)
    check_adapter(load(folder, ModelEntry(id=str(folder)), "plain", CPU, torch.float32), small, tmp_path)


@pytest.mark.quantized
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_what_float8_is_made_with_is_taken_by_diffusers(dtype: torch.dtype) -> None:
    pytest.importorskip("torchao", reason="`make test` runs it apart")
    told = quantization_of(Quantize.FLOAT8, dtype)
    assert told.to_dict()["quant_type"]["default"]["_type"] == "Float8DynamicActivationFloat8WeightConfig"


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
        ModelUnavailable, match=rf"quantised with {method}, which is not installed: install Pentimento with"
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
        model = of_path(file, entry, defaults("z", entry, file), "z")
        assert model is not None
        assert {part.role for part in model.parts} == {"text", "denoiser", "vae"}
        [sizes[file.suffix]] = model.of("denoiser")
    plain, small = sizes[".safetensors"], sizes[".gguf"]
    assert (plain.numbers, plain.matrices, plain.packed) == (small.numbers, small.matrices, 0)
    assert small.packed < 0.5 * plain.numbers * 4
    assert small.block == plain.block


def test_a_gguf_file_that_is_still_on_its_way_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "z.gguf.aria2").touch()
    with pytest.raises(ModelUnavailable, match=r"z\.gguf is still being downloaded by aria2"):
        identify(tmp_path / "z.gguf", "m")


def test_the_title_of_a_gguf_file_need_not_be_utf_8(tmp_path: Path) -> None:
    from tests.tiny_models import gguf_files

    file = gguf_files.save(
        {"layers.0.adaLN_modulation.0.weight": torch.zeros(2, 2)}, tmp_path / "z.gguf", title="my tiny"
    )
    file.write_bytes(file.read_bytes().replace(b"my tiny", b"\xb9\xfa\xb7\xe7 lcm"[:7]))
    assert identify(file, "m").family is Family.Z_IMAGE


def test_the_extra_names_what_the_engine_asks_for() -> None:
    import tomllib

    extra = tomllib.loads(Path("pyproject.toml").read_text())["project"]["optional-dependencies"]["quantized"]
    named = {line.split(">")[0].replace("optimum-quanto", "optimum.quanto") for line in extra}
    assert named == set(quantized._PACKAGES.values())
    assert find_spec("gguf") is not None
