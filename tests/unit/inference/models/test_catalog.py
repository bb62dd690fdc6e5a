import json
from pathlib import Path

import pytest
import torch

from inference.api import ControlKind, Lora, ModelDefaults, ModelUnavailable
from inference.models import catalog, hub
from inference.models.entry import LINES, LoraEntry, MapModels, ModelEntry
from tests.tiny_models import checkpoints


def model(folder: Path, pipeline: str, *, own_words: object = None, **configs: object) -> Path:
    """A model folder with configuration files only."""
    folder.mkdir()
    (folder / "model_index.json").write_text(json.dumps({"_class_name": pipeline}))
    for name, config in configs.items():
        (folder / name).mkdir()
        (folder / name / "config.json").write_text(json.dumps(config))
    if own_words is not None:
        (folder / "pentimento.json").write_text(json.dumps(own_words))
    return folder


ENTRY = ModelEntry(id="m")
KL = {"block_out_channels": [128, 256, 512, 512]}


@pytest.mark.parametrize(
    ("name", "pipeline", "configs", "expected"),
    [
        ("sd15", "StableDiffusionPipeline", {"unet": {"sample_size": 64}, "vae": KL}, (30, 7.5, 512**2, 8)),
        ("sdxl", "StableDiffusionXLPipeline", {"unet": {"sample_size": 128}, "vae": KL}, (30, 5.0, 1024**2, 8)),
        ("sdxl-turbo", "StableDiffusionXLPipeline", {"unet": {"sample_size": 64}, "vae": KL}, (4, 1.0, 512**2, 8)),
        ("lcm", "LatentConsistencyModelPipeline", {"unet": {"sample_size": 96}, "vae": KL}, (4, 8.5, 768**2, 8)),
        ("sd3", "StableDiffusion3Pipeline", {"transformer": {"sample_size": 128}, "vae": KL}, (28, 7.0, 1024**2, 16)),
        ("flux-dev", "FluxPipeline", {"transformer": {}, "vae": KL}, (28, 3.5, 1024**2, 16)),
        ("FLUX.1-schnell", "FluxPipeline", {"transformer": {}, "vae": KL}, (4, 1.0, 1024**2, 16)),
        ("k", "KandinskyV22Pipeline", {"unet": {"sample_size": 64}, "movq": KL}, (30, 4.0, 512**2, 64)),
        ("new", "SomethingNewPipeline", {"transformer": {"sample_size": [64, 32]}, "vae": {}}, (30, 5.0, 512**2, 16)),
    ],
)
def test_defaults_follow_from_family_and_files(
    tmp_path: Path, name: str, pipeline: str, configs: dict[str, object], expected: tuple[int, float, int, int]
) -> None:
    steps, guidance_scale, max_pixels, multiple = expected
    entry = ModelEntry(id=name)
    assert catalog.defaults(name, entry, model(tmp_path / name, pipeline, **configs)) == ModelDefaults(
        steps=steps,
        guidance_scale=guidance_scale,
        max_pixels=max_pixels,
        multiple=multiple,
        steerable=pipeline.startswith(("StableDiffusion", "Flux")),
        levels=0 if pipeline.startswith("Kandinsky") else 50 if name == "lcm" else None,
    )


@pytest.mark.parametrize(
    ("pipeline", "scheduler", "own", "expected"),
    [
        ("StableDiffusionPipeline", {"_class_name": "DDIMScheduler"}, "", None),
        ("StableDiffusionPipeline", {"_class_name": "PNDMScheduler", "skip_prk_steps": False}, "", 0),
        ("StableDiffusionPipeline", {"_class_name": "KDPM2DiscreteScheduler"}, "", 0),
        ("StableDiffusionPipeline", {"_class_name": "KDPM2DiscreteScheduler"}, "EulerDiscreteScheduler", None),
        ("StableDiffusionPAGPipeline", {"_class_name": "DDIMScheduler"}, "", 0),
        ("StableDiffusionPAGPipeline", {"_class_name": "EulerDiscreteScheduler"}, "", None),
        ("ChromaPipeline", {"_class_name": "FlowMatchEulerDiscreteScheduler", "invert_sigmas": True}, "", 0),
        ("LatentConsistencyModelPipeline", {"_class_name": "LCMScheduler", "original_inference_steps": 20}, "", 20),
    ],
)
def test_a_staircase_is_foreseen_by_the_schedulers_files(
    tmp_path: Path, pipeline: str, scheduler: dict[str, object], own: str, expected: int | None
) -> None:
    folder = model(tmp_path / "m", pipeline)
    index = {"_class_name": pipeline, "scheduler": ["diffusers", scheduler["_class_name"]]}
    (folder / "model_index.json").write_text(json.dumps(index))
    (folder / "scheduler").mkdir()
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps(scheduler))
    assert catalog.defaults("m", ModelEntry(id="m", scheduler=own), folder).levels == expected


def test_a_models_own_words_count_most(tmp_path: Path) -> None:
    folder = model(
        tmp_path / "m", "StableDiffusionPipeline", own_words={"steps": 8, "max_pixels": 147456, "trained_by": "us"}
    )
    assert catalog.defaults("m", ENTRY, folder) == ModelDefaults(
        steps=8, guidance_scale=7.5, max_pixels=147456, multiple=8, steerable=True
    )


def test_what_the_owner_says_counts_most_of_all(tmp_path: Path) -> None:
    folder = model(tmp_path / "m", "StableDiffusionPipeline", own_words={"steps": 8})
    entry = ModelEntry(
        id="m",
        steps=5,
        max_pixels=4096,
        licence="MIT",
        controls={ControlKind.CANNY: "org/edges"},
        loras={"ink": LoraEntry(place="ink.safetensors")},
    )
    assert catalog.defaults("m", entry, folder) == ModelDefaults(
        steps=5,
        guidance_scale=7.5,
        max_pixels=4096,
        multiple=8,
        controls=(ControlKind.CANNY,),
        steerable=True,
        loras=(Lora("ink"),),
        licence="MIT",
    )


@pytest.mark.parametrize(("name", "steps"), [("org/sdxl", 30), ("org/sdxl-lightning", 4)])
def test_a_model_that_is_not_here_yet_is_guessed_by_its_name(name: str, steps: int) -> None:
    guessed = catalog.defaults(name, ModelEntry(id=name), None)
    assert (guessed.steps, guessed.uses_strength, guessed.here) == (steps, True, False)


@pytest.mark.parametrize("name", ["black-forest-labs/FLUX.1-Kontext-dev", "Qwen/Qwen-Image-Edit"])
def test_a_model_that_edits_by_instruction_is_known_by_its_name(name: str) -> None:
    assert not catalog.defaults(name, ModelEntry(id=name), None).uses_strength


@pytest.mark.parametrize(
    "own_words",
    [
        {"steps": 0},
        {"steps": 2.5},
        {"steps": True},
        {"steps": "8"},
        {"steps": float("inf")},
        {"steps": float("nan")},
        {"guidance_scale": -1},
        {"guidance_scale": 10**400},
        {"multiple": None},
        [],
    ],
)
def test_nonsense_in_a_models_own_words_is_refused(tmp_path: Path, own_words: object) -> None:
    folder = model(tmp_path / "m", "StableDiffusionPipeline", own_words=own_words)
    with pytest.raises(ModelUnavailable, match=r"pentimento\.json"):
        catalog.defaults("m", ENTRY, folder)


def test_a_file_nested_beyond_reason_is_refused(tmp_path: Path) -> None:
    folder = model(tmp_path / "m", "StableDiffusionPipeline")
    (folder / "pentimento.json").write_text("[" * 100_000)
    with pytest.raises(ModelUnavailable, match=r"pentimento\.json cannot be read"):
        catalog.defaults("m", ENTRY, folder)


@pytest.mark.parametrize(
    ("name", "pipeline", "said", "wanted"),
    [
        ("Z-Image-Turbo", "ZImagePipeline", {}, (8, 0.0, True)),
        ("Z-Image", "ZImagePipeline", {}, (50, 5.0, True)),
        ("FLUX.2-klein-4B", "Flux2KleinPipeline", {"is_distilled": True}, (4, 1.0, False)),
        ("FLUX.2-klein-base-4B", "Flux2KleinPipeline", {"is_distilled": False}, (50, 4.0, False)),
        ("FLUX.2-dev", "Flux2Pipeline", {}, (50, 2.5, False)),
    ],
)
def test_distilled_models_are_told_from_their_bases_before_and_after_they_are_here(
    tmp_path: Path, *, name: str, pipeline: str, said: dict[str, bool], wanted: tuple[int, float, bool]
) -> None:
    folder = model(tmp_path / name, pipeline)
    index = folder / "model_index.json"
    index.write_text(json.dumps(json.loads(index.read_text()) | said))
    found = catalog.defaults(name, ModelEntry(id=str(folder)), folder)
    assert (found.steps, found.guidance_scale, found.uses_strength) == wanted
    unseen = catalog.defaults(name, ModelEntry(id=f"org/{name}"), None)
    assert unseen.uses_strength == wanted[2]
    if name.startswith("Z-"):
        assert (unseen.steps, unseen.guidance_scale) == wanted[:2]


@pytest.mark.parametrize("size", [[64, "x"], "64", [None], {"height": 64}, 64.5, -4, 10**9, [64, -1]])
def test_nonsense_in_a_models_sample_size_is_refused(tmp_path: Path, size: object) -> None:
    folder = model(tmp_path / "m", "StableDiffusionPipeline", unet={"sample_size": size})
    with pytest.raises(ModelUnavailable, match=r"sample_size is .* of its unet"):
        catalog.defaults("m", ENTRY, folder)


@pytest.mark.parametrize("blocks", [[], [1] * 2000])
def test_nonsense_in_an_autoencoders_blocks_is_refused(tmp_path: Path, blocks: list[int]) -> None:
    folder = model(tmp_path / "m", "StableDiffusionPipeline", vae={"block_out_channels": blocks})
    with pytest.raises(ModelUnavailable, match=r"block_out_channels is \[.{0,80} of its vae; fetch it again"):
        catalog.defaults("m", ENTRY, folder)


@pytest.mark.parametrize("size", [None, [], 0])
def test_a_sample_size_that_is_not_said_is_guessed(tmp_path: Path, size: object) -> None:
    folder = model(tmp_path / "m", "StableDiffusionPipeline", unet={"sample_size": size})
    assert catalog.defaults("m", ENTRY, folder).max_pixels == 512**2


@pytest.mark.parametrize("id_", ["org/name", "folder", catalog.POCKET])
def test_a_base_of_what_is_no_single_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id_: str
) -> None:
    """It would do nothing, and be fetched before the model is said to be here."""
    monkeypatch.chdir(tmp_path)
    model(tmp_path / "folder", "StableDiffusionPipeline")
    said = r"'m' takes no base, which is for a model in one file: leave it out\."
    with pytest.raises(ModelUnavailable, match=said):
        catalog.defaults("m", ModelEntry(id=id_, base="org/other"), catalog.locate(id_))


def test_a_part_that_cannot_be_looked_at_is_refused(tmp_path: Path) -> None:
    """A link to too long a name stands for a folder of somebody else's, which root may always search."""
    folder = model(tmp_path / "m", "StableDiffusionPipeline")
    (folder / "unet").symlink_to("a" * 300)
    with pytest.raises(ModelUnavailable, match="let this user read all of its folder"):
        catalog.defaults("m", ENTRY, folder)


@pytest.mark.parametrize("name", ["~no-such-user/x", "a" * 300])
def test_an_id_that_cannot_be_looked_at_is_refused(name: str) -> None:
    with pytest.raises(ModelUnavailable, match=r"cannot be looked at \(.+[^.]\): give a folder that this user"):
        catalog.locate(name)


@pytest.mark.parametrize("target", ["models/x.safetensors", "gone.safetensors"])
def test_a_link_to_nothing_and_one_to_itself_are_no_names_of_the_hub(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "x.safetensors").symlink_to(tmp_path / target)
    with pytest.raises(ModelUnavailable, match="is a link to something that is not there: mend the link"):
        catalog.locate("models/x.safetensors")


def test_an_id_names_a_folder_the_shipped_model_or_the_hub(tmp_path: Path) -> None:
    assert catalog.locate(str(tmp_path)) == tmp_path
    assert catalog.locate("stabilityai/sd-turbo") is None


@pytest.mark.parametrize("name", ["no-such-model", "/no/such/folder", "../up", "a/b/c", "", " org/name", "./x"])
def test_an_id_that_names_nothing_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelUnavailable, match="is not here"):
        catalog.locate(name)


def test_a_shipped_control_network_is_offered_where_its_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order of the kinds, with the owner's over it; none that nobody could draw a map for."""
    monkeypatch.setitem(catalog.SHIPPED_CONTROLS, catalog.POCKET, dict.fromkeys(LINES, tmp_path / "edges"))
    own = {ControlKind.POSE: "org/pose", ControlKind.CANNY: "org/canny"}
    entry = ModelEntry(id=catalog.POCKET, controls=own)
    assert catalog.with_controls(entry, MapModels()).controls == {ControlKind.CANNY: "org/canny"}
    (tmp_path / "edges").mkdir()
    with_pose = catalog.with_controls(entry, MapModels(pose="org/vitpose")).controls
    assert list(with_pose) == [kind for kind in ControlKind if kind is not ControlKind.DEPTH]
    assert with_pose[ControlKind.CANNY] == "org/canny"
    assert with_pose[ControlKind.SCRIBBLE] == str(tmp_path / "edges")
    assert catalog.with_controls(ModelEntry(id="org/name"), MapModels()).controls == {}


@pytest.mark.parametrize("id_", ["org/name/rapid.safetensors", "rapid.safetensors"])
def test_a_file_whose_base_edits_by_instruction_is_foreseen_without_strengths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id_: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hub, "cached", lambda _: None)
    checkpoints.save({"transformer_blocks.0.img_mod.1.weight": torch.zeros(4)}, tmp_path / "rapid.safetensors")
    for base, expected in (("Qwen/Qwen-Image-Edit-2511", False), ("Qwen-Image-Edit/Qwen-Image", True)):
        entry = ModelEntry(id=id_, base=base)
        assert catalog.defaults("rapid", entry, catalog.locate(id_)).uses_strength is expected
