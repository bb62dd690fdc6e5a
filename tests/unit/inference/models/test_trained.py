"""What an owner says of a checkpoint's training: what comes of it, and what cannot be."""

from pathlib import Path

import pytest
import torch

from inference.api import ModelUnavailable
from inference.models import catalog, hub
from inference.models.checkpoints import Checkpoint, Family, scheduler_of
from inference.models.entry import ModelEntry
from inference.models.library import foreseen
from inference.models.trained import as_told
from tests.tiny_models import checkpoints, folders

ZERO_SNR = {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("said", [True, False, None])
def test_the_owner_s_word_counts_for_more_than_the_mark(*, marked: bool, said: bool | None) -> None:
    checkpoint = Checkpoint(Family.SDXL, "v_prediction", zero_snr=marked)
    taken = as_told(checkpoint, ModelEntry(id="a.safetensors", zero_snr=said), "a")
    _, changes = scheduler_of(taken, shipped=True)
    assert (ZERO_SNR.items() <= changes.items()) is (marked if said is None else said)


def test_what_predicts_noise_cannot_begin_with_noise_alone() -> None:
    with pytest.raises(
        ModelUnavailable, match=r'add prediction = "v_prediction" to its entry, or leave zero_snr out'
    ):
        as_told(Checkpoint(Family.SD15), ModelEntry(id="a.safetensors", zero_snr=True), "a")


@pytest.mark.parametrize(
    ("key", "words"), [("prediction", {"prediction": "epsilon"}), ("zero_snr", {"zero_snr": False})]
)
def test_words_on_a_training_that_would_do_nothing_are_refused(key: str, words: dict[str, bool | str]) -> None:
    entry = ModelEntry(id="a", **words)  # type: ignore[arg-type]  # one of two fields
    said = rf"takes no {key}, which is for Stable Diffusion and SDXL in one file: leave it out\."
    with pytest.raises(ModelUnavailable, match=said):
        as_told(Checkpoint(Family.FLUX), entry, "a")


@pytest.mark.parametrize("words", [{"prediction": "epsilon"}, {"zero_snr": False}])
@pytest.mark.parametrize("what", ["folder", "hub", "shipped", "file"])
def test_such_words_are_refused_before_anything_is_fetched_or_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, words: dict[str, bool | str]
) -> None:
    monkeypatch.setattr(hub, "cached", lambda _: None)
    file = tmp_path / "flux.safetensors"
    checkpoints.save({"double_blocks.0.img_attn.norm.key_norm.scale": torch.zeros(4)}, file)
    ids = {
        "folder": str(folders.save_made(folders.stable_diffusion, tmp_path / "sd")),
        "hub": "org/name",
        "shipped": catalog.POCKET,
        "file": str(file),
    }
    base = "org/base" if what == "file" else ""
    known, refused = foreseen({"a": ModelEntry(id=ids[what], base=base, **words)})  # type: ignore[arg-type]  # as above
    assert not known
    assert f"takes no {next(iter(words))}, which is for Stable Diffusion and SDXL in one file" in refused["a"]


def test_words_on_a_file_that_is_still_on_the_hub_are_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "cached", lambda _: None)
    entry = ModelEntry(id="org/name/a.safetensors", prediction="v_prediction", zero_snr=True)
    known, refused = foreseen({"a": entry})
    assert (list(known), refused) == (["a"], {})
