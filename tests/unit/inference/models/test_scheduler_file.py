"""Two files of a model name its scheduler: what is foreseen by them is what is painted with, or it is refused."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
import transformers

from inference.api import ModelUnavailable
from inference.backends.stock_strength import levels_of
from inference.families import components_of
from inference.models import catalog, loading, single_file, text_encoders
from inference.models.entry import ModelEntry
from tests.tiny_models import checkpoints, folders

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

EULER, STEPWISE = "EulerDiscreteScheduler", "KDPM2DiscreteScheduler"
"""One that begins at any strength, and one that counts in whole steps."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folders.save("sd", tmp_path_factory.mktemp("whole") / "sd")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Checkpoints in one file each; one was trained down to noise alone."""
    folder = tmp_path_factory.mktemp("files")
    tensors = checkpoints.stable_diffusion_1(folders.stable_diffusion())
    checkpoints.save(tensors, folder / "plain.safetensors")
    marks = {"v_pred": torch.zeros(1), "ztsnr": torch.zeros(1)}
    checkpoints.save(tensors | marks, folder / "zero.safetensors")
    return folder


@pytest.fixture
def one_file(files: Path, request: pytest.FixtureRequest) -> Path | None:
    return files / f"{request.param}.safetensors" if request.param else None


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "a model"))


def name(folder: Path, *, index: str, file: object, **changes: object) -> None:
    """The scheduler's class in both files, and other settings of it; None takes one away."""
    folders.edit_index(folder, scheduler=["diffusers", index])
    config = folder / "scheduler" / "scheduler_config.json"
    told = json.loads(config.read_text()) | {"_class_name": file} | changes
    config.write_text(json.dumps({key: value for key, value in told.items() if value is not None}))


def of(folder: Path, file: Path | None, **words: Any) -> ModelEntry:
    """The folder as a model, or as the base of a file."""
    return ModelEntry(id=str(file or folder), base=str(folder) if file else "", **words)


def load(entry: ModelEntry) -> Any:
    return loading.load(Path(entry.id), entry, "m", torch.device("cpu"), torch.float32)


@pytest.mark.parametrize(
    ("index", "file", "changes", "expected"),
    [
        (EULER, STEPWISE, {}, None),
        (STEPWISE, EULER, {}, 0),
        (STEPWISE, None, {}, 0),
        ("PNDMScheduler", "PNDMScheduler", {"skip_prk_steps": None}, 0),
        ("DDIMScheduler", "PNDMScheduler", {"skip_prk_steps": None}, None),
    ],
)
@pytest.mark.parametrize("one_file", ["", "plain", "zero"], indirect=True)
def test_the_strengths_that_are_foreseen_are_those_of_the_scheduler_that_paints(
    folder: Path,
    one_file: Path | None,
    *,
    index: str,
    file: str | None,
    changes: dict[str, object],
    expected: int | None,
) -> None:
    name(folder, index=index, file=file, **changes)
    if one_file and one_file.stem == "zero":  # such a one brings its own
        expected = None
    entry = of(folder, one_file)
    pipeline = load(entry)
    paints = None if components_of(pipeline) else levels_of(pipeline, pipeline.scheduler)
    assert (catalog.defaults("m", entry, Path(entry.id)).levels, paints) == (expected, expected)


@pytest.mark.parametrize(("one_file", "times"), [("", 1), ("plain", 1), ("zero", 0)], indirect=["one_file"])
def test_which_of_two_schedulers_is_used_is_said_in_the_log(
    folder: Path, one_file: Path | None, times: int, capsys: pytest.CaptureFixture[str]
) -> None:
    name(folder, index="PNDMScheduler", file=EULER)
    said = (
        f"m: PNDMScheduler of its model_index.json is used, not {EULER} of its scheduler/scheduler_config.json: "
        "name that as the `scheduler` of its entry if it is meant\n"
    )
    load(of(folder, one_file))
    assert capsys.readouterr().err.count(said) == times
    load(of(folder, one_file, scheduler="DDIMScheduler"))
    assert said not in capsys.readouterr().err


@pytest.mark.parametrize("named", ["DPM++ 2M Karras", "AutoencoderKL", ["mine", "Scheduler"], 5])
@pytest.mark.parametrize("one_file", ["", "plain"], indirect=True)
def test_a_scheduler_that_diffusers_does_not_have_is_not_silently_another(
    folder: Path, one_file: Path | None, named: object
) -> None:
    name(folder, index="PNDMScheduler", file=named)
    sentence = (
        f"'m' names {named!r} in its scheduler/scheduler_config.json, which is no scheduler of diffusers: "
        "name one as the `scheduler` of its entry, such as 'PNDMScheduler'"
    )
    with pytest.raises(ModelUnavailable, match=re.escape(sentence)):
        load(of(folder, one_file))


@pytest.mark.parametrize("one_file", ["", "plain"], indirect=True)
def test_an_entrys_scheduler_is_taken_in_place_of_one_that_nobody_knows(folder: Path, one_file: Path | None) -> None:
    name(folder, index="PNDMScheduler", file="TomorrowsScheduler")
    load(of(folder, one_file, scheduler=EULER))


@pytest.mark.parametrize(
    "pipeline",
    ["LatentConsistencyModelPipeline", "StableDiffusionInpaintPipeline", "StableDiffusionInstructPix2PixPipeline"],
)
def test_of_a_whole_model_in_one_file_what_its_base_is_for_changes_nothing(
    folder: Path, files: Path, pipeline: str
) -> None:
    entry = of(folder, files / "plain.safetensors")
    plain = catalog.defaults("m", entry, Path(entry.id))
    folders.edit_index(folder, _class_name=pipeline)
    assert catalog.defaults("m", entry, Path(entry.id)) == plain
    loaded = load(entry)
    assert type(loaded).__name__ == "StableDiffusionImg2ImgPipeline"
    assert (plain.steerable, plain.levels, plain.uses_strength) == (True, None, True)
    assert components_of(loaded)


@pytest.mark.parametrize("named", ["TomorrowsScheduler", "AutoencoderKL", None])
@pytest.mark.parametrize("scheduler", ["", EULER])
@pytest.mark.parametrize("one_file", ["", "plain"], indirect=True)
def test_an_index_without_a_scheduler_of_diffusers_is_refused_before_weights_are_read(
    folder: Path, one_file: Path | None, monkeypatch: pytest.MonkeyPatch, *, named: str | None, scheduler: str
) -> None:
    folders.edit_index(folder, scheduler=["diffusers" if named else None, named])
    refuse_reading(monkeypatch)
    sentence = (
        f"names {named!r} as its scheduler in its model_index.json, which is none of diffusers "
        f"{diffusers.__version__}: write one of those there, such as {EULER!r}, or choose another model."
    )
    with pytest.raises(ModelUnavailable, match=re.escape(sentence)):
        load(of(folder, one_file, scheduler=scheduler))


@pytest.mark.parametrize(
    ("part", "library", "module"), [("vae", "diffusers", diffusers), ("text_encoder", "transformers", transformers)]
)
@pytest.mark.parametrize("one_file", ["", "plain"], indirect=True)
def test_a_class_that_the_libraries_lack_is_named_before_weights_are_read(
    folder: Path, one_file: Path | None, monkeypatch: pytest.MonkeyPatch, *, part: str, library: str, module: Any
) -> None:
    folders.edit_index(folder, **{part: [library, "Tomorrows"]})
    refuse_reading(monkeypatch)
    sentence = (
        f"The model 'm' names 'Tomorrows' as its {part} in its model_index.json, which {library} "
        f"{module.__version__} does not have: update Pentimento, or choose another model."
    )
    with pytest.raises(ModelUnavailable, match=re.escape(sentence)):
        load(of(folder, one_file))


def refuse_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object, **__: object) -> None:
        pytest.fail("weights were read")

    monkeypatch.setattr(text_encoders, "of_folder", read)
    monkeypatch.setattr(single_file, "whole_pipeline", read)
