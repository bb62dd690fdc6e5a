"""Folders as people have them: half fetched, linked to nothing, with other files under a model's names."""

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import diffusers
import pytest
import torch
from safetensors.torch import load_file, save_file

from inference.api import ModelUnavailable
from inference.errors import DevicePoisoned, OutOfMemory
from inference.models import catalog, hub, loading, placement, single_file, text_encoders
from inference.models.entry import ModelEntry
from inference.models.folder_check import read_json, refuse_broken, unused
from inference.models.loading import load, refuse_unfit
from inference.models.safetensors_header import read_header
from tests.tiny_models import checkpoints, folders
from tests.tiny_models.flow import flow

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folders.save("sd", tmp_path_factory.mktemp("whole") / "sd")


@pytest.fixture(scope="module")
def one_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tensors = checkpoints.stable_diffusion_1(folders.stable_diffusion())
    return checkpoints.save(tensors, tmp_path_factory.mktemp("file") / "sd.safetensors")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "a model, größer"))


def refused(folder: Path) -> None:
    index = read_json(folder / "model_index.json", "m")
    refuse_broken(folder, hub.components(index), "m", variant=None)


def _linked_to_nothing(folder: Path) -> None:
    (folder / UNET).unlink()
    (folder / UNET).symlink_to(folder / "nowhere")


def _of_whole_numbers(folder: Path) -> None:
    tensors = {name: each.to(torch.int8) for name, each in load_file(folder / UNET).items()}
    save_file(tensors, folder / UNET)


def _scaled(folder: Path) -> None:
    save_file(load_file(folder / UNET) | {"conv_in.weight_scale": torch.ones(())}, folder / UNET)


SHARDS = "unet/diffusion_pytorch_model.safetensors.index.json"


def _with_index(folder: Path, content: object) -> None:
    (folder / SHARDS).write_text(json.dumps(content))


def _configured_by_nothing(folder: Path) -> None:
    (folder / "unet" / "config.json").unlink()
    (folder / "unet" / "config.json").symlink_to(folder / "nowhere")


def _indexed_by_nothing(folder: Path) -> None:
    (folder / "model_index.json").unlink()
    (folder / "model_index.json").symlink_to(folder / "nowhere")


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut": (
        lambda folder: (folder / UNET).write_bytes((folder / UNET).read_bytes()[:-1]),
        rf"'m' is cut short: {UNET} has [\d,]+ of [\d,]+ bytes; fetch it again",
    ),
    "empty": (lambda folder: (folder / UNET).write_bytes(b""), f"{UNET} is empty"),
    "pointer": (
        lambda folder: (folder / UNET).write_text("version https://git-lfs.github.com/spec/v1\n"),
        f"{UNET} of the model 'm' is a pointer of Git LFS",
    ),
    "page": (lambda folder: (folder / UNET).write_text("<!DOCTYPE html>"), "is a web page"),
    "zip": (lambda folder: (folder / UNET).write_bytes(b"PK\x03\x04" + bytes(50)), "a pickle under another name"),
    "link": (_linked_to_nothing, f"{UNET} is a link to a file that is not there"),
    "no configuration": (
        lambda folder: (folder / "text_encoder" / "config.json").unlink(),
        r"'m' is not whole: it has no text_encoder/config\.json; fetch it again",
    ),
    "odd configuration": (
        lambda folder: (folder / "vae" / "config.json").write_text("[]"),
        r"'m' is broken: its vae/config\.json is no object",
    ),
    "configuration's link": (_configured_by_nothing, r"unet/config\.json is a link to a file that is not there"),
    "index's link": (_indexed_by_nothing, r"'m' is broken: model_index\.json is a link to a file that is not there"),
    "list of shards": (lambda folder: _with_index(folder, []), f"its {SHARDS} is no object"),
    "numbers of shards": (
        lambda folder: _with_index(folder, {"weight_map": {"a": [1], "b": 2}}),
        f"its {SHARDS} does not say which file holds what; fetch it again",
    ),
    "page of shards": (lambda folder: (folder / SHARDS).write_text("<html>"), f"its {SHARDS} cannot be read"),
    "tokenizer": (lambda folder: shutil.rmtree(folder / "tokenizer"), "of its tokenizer files are missing"),
    "scheduler": (lambda folder: shutil.rmtree(folder / "scheduler"), "of its scheduler files are missing"),
    "integers": (_of_whole_numbers, r"keeps its unet packed \(numbers of the format I8\)"),
    "scales": (_scaled, "keeps its unet in scaled fp8, which is read from one file only"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_wrong_with_a_folder_is_one_sentence_before_anything_is_loaded(folder: Path, fault: str) -> None:
    refused(folder)
    do, sentence = BROKEN[fault]
    do(folder)
    with pytest.raises(ModelUnavailable, match=sentence):
        refused(folder)


@pytest.mark.parametrize("part", ["text_encoder", "tokenizer", "vae"])
def test_a_component_that_this_user_may_not_look_at_is_not_called_missing(folder: Path, part: str) -> None:
    """A link to too long a name stands for a folder of somebody else's, which root may always search."""
    shutil.rmtree(folder / part)
    (folder / part).symlink_to("a" * 300)
    said = rf"'m' cannot be read \(File name too long\): let this user read {part}\."
    with pytest.raises(ModelUnavailable, match=said):
        refused(folder)
    with pytest.raises(ModelUnavailable, match=said):
        loading.check(folder, "m")


def test_a_file_that_this_user_may_not_read_is_not_to_be_fetched_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_text", Mock(side_effect=PermissionError(13, "Permission denied")))
    for name, said in (("model_index.json", "model_index"), ("unet/config.json", "unet/config")):
        with pytest.raises(ModelUnavailable, match=rf"cannot be read \(Perm.*\): let this user read {said}\.json\."):
            read_json(folder / name, "m")


def test_a_shard_that_did_not_come_is_missed(tmp_path: Path) -> None:
    folder = folders.save("sd", tmp_path / "sd", max_shard_size="20KB")
    refused(folder)
    min((folder / "unet").glob("*-of-*.safetensors")).unlink()
    with pytest.raises(ModelUnavailable, match="of its unet files are missing"):
        refused(folder)


def test_weights_that_are_not_in_the_files_are_not_made_up(folder: Path) -> None:
    tensors = {name: each for name, each in load_file(folder / UNET).items() if not name.startswith("mid_block")}
    save_file(tensors, folder / UNET, metadata={"format": "pt"})
    with pytest.raises(ModelUnavailable, match=r"cannot be loaded \(unet\.mid_block\.\S+ is missing\)"):
        load(folder, ModelEntry(id=str(folder)), "m", torch.device("cpu"), torch.float32)


@pytest.mark.parametrize(
    ("part", "changed", "tensor", "shapes"),
    [
        ("unet", {"block_out_channels": [24, 32]}, "conv_in.bias", ([16], [24])),
        ("unet", {"in_channels": 9}, "conv_in.weight", ([16, 4, 3, 3], [16, 9, 3, 3])),
        ("vae", {"block_out_channels": [24, 32]}, "decoder.conv_norm_out.bias", ([16], [24])),
        ("text_encoder", {"vocab_size": 50}, "embeddings.token_embedding.weight", ([100, 32], [50, 32])),
    ],
)
def test_weights_that_do_not_fit_their_configuration_are_told_by_component(
    folder: Path, part: str, changed: dict[str, object], tensor: str, shapes: tuple[list[int], list[int]]
) -> None:
    config = folder / part / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | changed))
    with pytest.raises(ModelUnavailable) as refusal:
        load(folder, ModelEntry(id=str(folder)), "m", torch.device("cpu"), torch.float32)
    assert str(refusal.value) == (
        f"The model 'm' is broken: in the weights of its {part}, {tensor} has the shape {shapes[0]}, and "
        f"{part}/config.json asks for {shapes[1]}; take both from the same model, or fetch it again."
    )


def test_a_file_that_does_not_fit_its_family_is_told_by_a_shape(one_file: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"1\.5 has \(\S+ has the shape \[[\d, ]+\] instead of \[[\d, ]+\]\)"):
        load(one_file, ModelEntry(id=str(one_file)), "m", torch.device("cpu"), torch.float32)


@pytest.mark.parametrize(
    ("wanted", "halved", "sentence"),
    [
        ("bf16", [], "'m' has no variant 'bf16': leave variant out of its entry"),
        ("bf16", ["unet", "vae", "text_encoder"], "'m' has no variant 'bf16': leave"),
        ("full", ["unet"], "'m' has some of its weights in other variants than the full one only: leave variant out"),
        ("fp16", ["unet"], ""),
        ("", ["unet"], ""),
    ],
)
def test_a_variant_that_is_named_and_not_there_is_refused(
    folder: Path, wanted: str, halved: list[str], sentence: str
) -> None:
    for part in halved:
        [file] = (folder / part).glob("*.safetensors")
        file.rename(file.with_suffix(".fp16.safetensors"))
    refusal = pytest.raises(ModelUnavailable, match=sentence) if sentence else contextlib.nullcontext()
    with refusal:
        load(folder, ModelEntry(id=str(folder), variant=wanted), "m", torch.device("cpu"), torch.float32)


@pytest.mark.parametrize(("kind", "part"), [("sd", "text_encoder"), ("sdxl", "text_encoder_2")])
def test_weights_of_a_text_encoder_that_are_not_in_its_file_are_not_made_up(
    tmp_path: Path, kind: str, part: str
) -> None:
    folder = folders.save(kind, tmp_path / kind)
    file = folder / part / "model.safetensors"
    tensors = load_file(file)
    lost = [name for name in tensors if ".layers.0.mlp." in name]
    assert len(lost) == 4
    save_file({name: each for name, each in tensors.items() if name not in lost}, file, metadata={"format": "pt"})
    sentence = rf"'m' is not whole: {part}/model\.safetensors lacks \S+mlp\.fc1\.bias and 3 other tensors; fetch"
    with pytest.raises(ModelUnavailable, match=sentence):
        load(folder, ModelEntry(id=str(folder)), "m", torch.device("cpu"), torch.float32)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", r"vae\.safetensors \(vae\) is empty; fetch it again"),
        (b"version https://git-lfs.github.com/spec/v1\n", r"vae\.safetensors \(vae\) .* is a pointer of Git LFS"),
        (b"<!DOCTYPE html>", r"vae\.safetensors \(vae\) .* is a web page .* fetch it again"),
    ],
)
def test_what_was_fetched_instead_of_an_autoencoder_is_named(
    folder: Path, tmp_path: Path, content: bytes, sentence: str
) -> None:
    file = tmp_path / "vae.safetensors"
    file.write_bytes(content)
    with pytest.raises(ModelUnavailable, match=sentence):
        load(folder, ModelEntry(id=str(folder), vae=str(file)), "m", torch.device("cpu"), torch.float32)


def test_an_entrys_autoencoder_that_lacks_weights_is_refused(folder: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(folder / "vae", tmp_path / "vae"))
    file = own / "diffusion_pytorch_model.safetensors"
    tensors = {name: each for name, each in load_file(file).items() if not name.startswith("decoder.conv_in")}
    save_file(tensors, file, metadata={"format": "pt"})
    with pytest.raises(ModelUnavailable, match="names 'vae' as its vae, which is no autoencoder"):
        load(folder, ModelEntry(id=str(folder), vae=str(own)), "m", torch.device("cpu"), torch.float32)


@pytest.mark.parametrize(
    ("trouble", "meant"),
    [
        (torch.AcceleratorError("CUDA error: an illegal memory access was encountered"), DevicePoisoned),
        (torch.AcceleratorError("CUDA error: out of memory"), OutOfMemory),
        (MemoryError(), OutOfMemory),
    ],
)
@pytest.mark.parametrize(
    "failing", [(loading, "_pipeline_class"), (placement, "place"), (single_file, "whole_pipeline")]
)
def test_an_error_of_the_device_is_not_taken_for_the_files(
    whole: Path,
    one_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    failing: tuple[object, str],
    trouble: Exception,
    meant: type[Exception],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr(*failing, fail)
    place = one_file if failing[0] is single_file else whole
    with pytest.raises(meant):
        load(place, ModelEntry(id=str(place), base=str(whole)), "m", torch.device("cpu"), torch.float32)


def test_a_component_that_nobody_uses_need_not_be_there(folder: Path) -> None:
    folders.edit_index(folder, feature_extractor=["transformers", "CLIPImageProcessor"])
    index = json.loads((folder / "model_index.json").read_text())
    assert unused(folder, index) == ("feature_extractor",)
    refused(folder)
    load(folder, ModelEntry(id=str(folder)), "m", torch.device("cpu"), torch.float32)


def test_a_folder_of_single_files_names_them(tmp_path: Path) -> None:
    for name in ("b", "a"):
        save_file({"x": torch.zeros(1)}, tmp_path / f"{name}.safetensors")
    with pytest.raises(
        ModelUnavailable, match=r"is a folder of single files \(a\.safetensors, b\.safetensors\): name"
    ):
        catalog.defaults("m", ModelEntry(id=str(tmp_path)), tmp_path)


def test_a_base_of_another_kind_than_its_file_is_refused_by_what_it_should_be(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "z.safetensors"
    save_file({"layers.0.adaLN_modulation.0.weight": torch.zeros(1)}, file)
    with pytest.raises(ModelUnavailable, match=r"is one of Z-Image, and its base .* such as 'Tongyi-MAI/Z-Image"):
        catalog.defaults("m", ModelEntry(id=str(file), base=str(folder)), file)


def test_a_base_that_this_user_may_not_read_is_not_called_another_kind(
    folder: Path, one_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_text", Mock(side_effect=PermissionError(13, "Permission denied")))
    entry = ModelEntry(id=str(one_file), base=str(folder))
    with pytest.raises(ModelUnavailable, match=r"The base '.*' of the model 'm' cannot be read \(Perm.*\): let this"):
        catalog.defaults("m", entry, one_file)


def test_a_pipeline_that_diffusers_does_not_know_is_said_so_before_weights_are_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_encoders, "of_folder", Mock(side_effect=AssertionError("weights were read")))
    folders.edit_index(folder, _class_name="TomorrowsPipeline")
    with pytest.raises(ModelUnavailable, match=r"is of a family that is not supported here \(TomorrowsPipeline\)"):
        load(folder, ModelEntry(id=str(folder)), "m", torch.device("cpu"), torch.float32)


def test_a_component_is_no_model(folder: Path) -> None:
    with pytest.raises(ModelUnavailable, match="is one component of a model: give the folder above it"):
        catalog.defaults("m", ModelEntry(id=str(folder / "unet")), folder / "unet")


def test_a_flow_model_with_another_scheduler_or_no_chat_template_is_refused_when_it_is_loaded() -> None:
    made = flow("z-image")
    made.tokenizer.chat_template = None
    with pytest.raises(ModelUnavailable, match="it has no chat template in its tokenizer's folder"):
        refuse_unfit(made, "m")
    made.scheduler = diffusers.EulerDiscreteScheduler()
    with pytest.raises(ModelUnavailable, match="EulerDiscreteScheduler, which does not fit flow matching"):
        refuse_unfit(made, "m")


def test_a_header_whose_length_looks_like_another_kind_of_file_is_read(tmp_path: Path) -> None:
    """640 bytes announce themselves as 80 02, with which a pickle begins, and 60 as a web page's "<"."""
    for length in (640, 60):
        tensor = {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}
        header = json.dumps({"w": tensor}, separators=(",", ":")).ljust(length).encode()
        assert len(header) == length
        file = tmp_path / f"{length}.safetensors"
        file.write_bytes(length.to_bytes(8, "little") + header + b"\0")
        assert read_header(file, "one").shapes == {"w": (1,)}


@pytest.mark.parametrize("said", [{}, {"_class_name": None}, {"_class_name": 5}])
def test_an_index_that_names_no_pipeline_is_broken_and_brings_no_code(
    tmp_path: Path, said: dict[str, object]
) -> None:
    (tmp_path / catalog.INDEX).write_text(json.dumps(said))
    with pytest.raises(ModelUnavailable, match=r"its model_index\.json names no pipeline \(_class_name\); fetch it"):
        loading.check(tmp_path, "m")
    (tmp_path / catalog.INDEX).write_text('{"_class_name": ["pipeline", "Mine"]}')
    with pytest.raises(ModelUnavailable, match="brings its own code"):
        loading.check(tmp_path, "m")
