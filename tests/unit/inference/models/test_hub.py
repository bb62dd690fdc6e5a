import json
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from inference.api import ModelUnavailable
from inference.models import hub
from inference.models.entry import ModelEntry
from inference.models.hub import HubRef, RemoteFile, RepositoryKind, chosen, missing
from inference.models.library import foreseen, known_folder

INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "unet": ["diffusers", "UNet2DConditionModel"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "scheduler": ["diffusers", "PNDMScheduler"],
    "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
    "feature_extractor": [None, None],
}
NAMES = [
    "README.md",
    "model_index.json",
    "v1-5-pruned.safetensors",
    "unet/config.json",
    "unet/diffusion_pytorch_model.bin",
    "unet/diffusion_pytorch_model.safetensors",
    "unet/diffusion_pytorch_model.fp16.safetensors",
    "unet/diffusion_pytorch_model.non_ema.safetensors",
    "text_encoder/config.json",
    "text_encoder/model.safetensors",
    "tokenizer/vocab.json",
    "scheduler/scheduler_config.json",
    "safety_checker/model.safetensors",
]


def test_half_the_bytes_are_preferred_and_a_component_without_them_comes_as_it_is() -> None:
    assert set(chosen(NAMES, INDEX)) == {
        "model_index.json",
        "unet/config.json",
        "unet/diffusion_pytorch_model.fp16.safetensors",
        "text_encoder/config.json",
        "text_encoder/model.safetensors",
        "tokenizer/vocab.json",
        "scheduler/scheduler_config.json",
    }


def test_a_variant_can_be_named() -> None:
    assert "unet/diffusion_pytorch_model.safetensors" in chosen(NAMES, INDEX, variant="full")
    assert "unet/diffusion_pytorch_model.non_ema.safetensors" in chosen(NAMES, INDEX, variant="non_ema")
    with pytest.raises(ModelUnavailable, match="no variant 'fp8'"):
        chosen(NAMES, INDEX, variant="fp8")
    halves = [name for name in NAMES if name != "unet/diffusion_pytorch_model.safetensors"]
    with pytest.raises(ModelUnavailable, match="in other variants than the full one only: leave variant out"):
        chosen(halves, INDEX, variant="full")
    with pytest.raises(
        ModelUnavailable, match="some of its weights neither as 'bf16' nor in full: leave variant out"
    ):
        chosen([*halves, "text_encoder/model.bf16.safetensors"], INDEX, variant="bf16")


HALF = {"unet": "fp16", "text_encoder": "fp16"}


@pytest.mark.parametrize(
    ("wanted", "components", "here"),
    [
        ("", HALF, True),
        ("fp16", HALF, True),
        ("full", HALF, False),
        ("bf16", HALF, False),
        ("full", {"unet": "", "text_encoder": ""}, True),
        ("fp16", {"unet": "", "text_encoder": ""}, False),
        ("full", {"unet": "", "text_encoder": "fp16"}, False),
        ("fp16", {"unet": "fp16", "text_encoder": ""}, True),
        ("bf16", {"unet": "bf16", "text_encoder": "fp16"}, False),
    ],
)
def test_a_model_is_here_only_in_the_variant_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: str, components: dict[str, str], *, here: bool
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    entry = ModelEntry(id="org/name", variant=wanted)
    folder = tmp_path / "models--org--name" / "snapshots" / ("a" * 40)
    for name in INDEX:
        (folder / name).mkdir(parents=True)
        (folder / name / "config.json").write_text("{}")
    (folder / "model_index.json").write_text(json.dumps(INDEX))
    (folder.parents[1] / "refs").mkdir()
    (folder.parents[1] / "refs" / "main").write_text(folder.name)
    for name, variant in components.items():
        (folder / name / f"model.{variant}.safetensors".replace("..", ".")).touch()
    assert (known_folder(entry) == folder) is here
    assert not [*missing(folder)]
    (folder / "unet" / "model-00001-of-00002.safetensors").touch()
    assert (known_folder(entry) == folder) is here, "half a variant changes nothing"


@pytest.mark.parametrize("shard", ["model.fp16-0000{}-of-00002", "model-0000{}-of-00002.fp16"])
def test_shards_of_a_variant_come_with_their_index(shard: str) -> None:
    names = [
        "model_index.json",
        *(f"text_encoder/{shard.format(number)}.safetensors" for number in (1, 2)),
        *(f"text_encoder/model-0000{number}-of-00002.safetensors" for number in (1, 2)),
        "text_encoder/model.safetensors.index.fp16.json",
        "text_encoder/model.safetensors.index.json",
    ]
    wanted = chosen(names, {"text_encoder": INDEX["text_encoder"]})
    assert set(wanted) == {*names[:3], "text_encoder/model.safetensors.index.fp16.json"}


@pytest.mark.parametrize(
    "written",
    [
        "org/name/sub/file.safetensors",
        "org/name/blob/main/sub/file.safetensors",
        "https://huggingface.co/org/name/blob/main/sub/file.safetensors",
        "https://huggingface.co/org/name/resolve/main/sub/file.safetensors?download=true",
        "huggingface.co/org/name/resolve/main/sub/file.safetensors",
        "https://hf.co/org/name/sub/file.safetensors",
    ],
)
def test_a_file_of_a_repository_is_a_place_as_people_write_and_copy_it(written: str) -> None:
    assert HubRef.of(written) == HubRef("org/name", "sub/file.safetensors")
    assert HubRef.names(written)
    assert HubRef.of(written).id == "org/name/sub/file.safetensors"


def test_an_address_may_say_a_revision_and_an_entry_another() -> None:
    written = "https://huggingface.co/org/name/blob/refs-1/file.gguf"
    assert HubRef.of(written) == HubRef("org/name", "file.gguf", revision="refs-1")
    assert HubRef.of(written, revision="v2").revision == "v2"
    assert HubRef.of("https://huggingface.co/org/name/") == HubRef("org/name")


@pytest.mark.parametrize(
    "written", ["models/file.safetensors", "./models/a/b.safetensors", "/a/b/c.safetensors", "a/b/c.bin", "a"]
)
def test_a_path_is_no_place_on_the_hub(written: str) -> None:
    assert not HubRef.names(written)


def test_what_a_cut_download_left_is_not_taken_for_a_model(tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_text(json.dumps(INDEX))
    for name in ("unet/config.json", "text_encoder/config.json", "tokenizer/vocab.json", "scheduler/s.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    assert [*missing(tmp_path)] == ["unet", "text_encoder"]
    (tmp_path / "unet" / "diffusion_pytorch_model.fp16.safetensors").write_bytes(b"")
    shards = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (tmp_path / "text_encoder" / "model.safetensors.index.json").write_text(json.dumps(shards))
    (tmp_path / "text_encoder" / "model-00001-of-00002.safetensors").write_bytes(b"")
    assert [*missing(tmp_path)] == ["text_encoder"]
    (tmp_path / "text_encoder" / "model-00002-of-00002.safetensors").write_bytes(b"")
    assert [*missing(tmp_path)] == []


@pytest.mark.parametrize("lost", ["unet/model.safetensors", "unet/config.json", "tokenizer/vocab.json"])
def test_what_somebody_removed_from_the_cache_is_not_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """The links to it stay: it is fetched again, as its sentence would advise."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    folder = in_cache(tmp_path, "model_index.json", json.dumps(INDEX))
    for name in ("unet/config.json", "text_encoder/config.json", "tokenizer/vocab.json", "scheduler/s.json"):
        in_cache(tmp_path, name, "{}")
    for name in ("unet/model.safetensors", "unet/model.bin", "text_encoder/model.safetensors"):
        in_cache(tmp_path, name)
    entry = ModelEntry(id="org/name")
    (folder / "unet" / "model.bin").resolve().unlink()
    assert known_folder(entry) == folder, "nobody reads that"
    (folder / lost).resolve().unlink()
    assert known_folder(entry) is None


@pytest.mark.parametrize("kind", [RepositoryKind.ADAPTER, RepositoryKind.NETWORK])
def test_a_part_that_somebody_removed_from_the_cache_is_not_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: RepositoryKind
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    in_cache(tmp_path, "config.json", "{}")
    folder = in_cache(tmp_path, "model.safetensors")
    assert hub.cached(HubRef("org/name", kind=kind)) is not None
    (folder / "model.safetensors").resolve().unlink()
    assert hub.cached(HubRef("org/name", kind=kind)) is None


@pytest.mark.parametrize("index", ["[]", "5", "[" * 100_000])
def test_a_cached_index_that_makes_no_sense_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: str
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    in_cache(tmp_path, "model_index.json", index)
    known, refused = foreseen({"m": ModelEntry(id="org/name")})
    assert not known
    assert "'m' is broken: its model_index.json" in refused["m"]


@pytest.mark.parametrize("kind", [RepositoryKind.PIPELINE, RepositoryKind.NETWORK, RepositoryKind.ADAPTER])
def test_a_cache_of_somebody_elses_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: RepositoryKind
) -> None:
    """A link to too long a name stands for a folder that may not be searched, which root always may."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    snapshots = in_cache(tmp_path, "model_index.json", json.dumps(INDEX)).parent
    snapshots.rename(tmp_path / "elsewhere")
    snapshots.symlink_to("a" * 300)
    assert hub.cached(HubRef("org/name", kind=kind)) is None


def in_cache(cache: Path, name: str, content: str = "") -> Path:
    """A file as the hub's client keeps it, a link to its blob; returns the folder of its revision."""
    folder = cache / "models--org--name" / "snapshots" / ("a" * 40)
    blob = folder.parents[1] / "blobs" / name.replace("/", "-")
    for path in (folder / name, blob, folder.parents[1] / "refs" / "main"):
        path.parent.mkdir(parents=True, exist_ok=True)
    blob.write_text(content)
    (folder / name).symlink_to(blob)
    (folder.parents[1] / "refs" / "main").write_text(folder.name)
    return folder


def test_what_peft_writes_beside_an_adapter_comes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("README.md", "ink/adapter_config.json", "ink/adapter_model.safetensors")
    info = SimpleNamespace(sha="1", siblings=[SimpleNamespace(rfilename=name) for name in names])
    monkeypatch.setattr("huggingface_hub.HfApi", Mock(return_value=Mock(model_info=Mock(return_value=info))))
    monkeypatch.setattr(hub, "_described", lambda _repository, _commit, name: RemoteFile(name, "", 1))
    for named in ("org/ink", "org/ink/ink/adapter_model.safetensors"):
        ref = HubRef.part(named, hub.RepositoryKind.ADAPTER)
        assert ref is not None
        assert {each.path for each in hub.listing(ref).files} == set(names[1:])
