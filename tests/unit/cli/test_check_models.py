"""What `check` says of the models on offer."""

from pathlib import Path

import pytest

from bot.cli.check import State, model_findings
from inference.api import Capacity, ModelDefaults
from inference.entry import LoraEntry, ModelEntry

HERE = ModelDefaults(steps=4, guidance_scale=1.0, max_pixels=64, multiple=8)
AWAY = ModelDefaults(steps=4, guidance_scale=1.0, max_pixels=64, multiple=8, here=False)


@pytest.fixture(autouse=True)
def _no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "none"))
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))


def said(entry: ModelEntry, defaults: ModelDefaults | None) -> list[tuple[State, str]]:
    models = {} if defaults is None else {"mine": defaults}
    capacity = Capacity(slots=1, device="", models=models)
    return [(each.state, each.words) for each in model_findings({"mine": entry}, capacity)]


def test_a_gated_model_that_is_not_here_needs_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = ModelEntry(id="org/name", gated=True)
    [(state, words)] = said(entry, AWAY)
    assert state is State.NOTE
    assert "https://huggingface.co/org/name" in words
    assert "HF_TOKEN" in words
    assert said(entry, HERE) == []
    monkeypatch.setenv("HF_TOKEN", "hf_x")
    assert said(entry, AWAY) == [(State.NOTE, "is downloaded when it is first asked for")]


def test_an_entry_that_names_nothing_is_wrong() -> None:
    [(state, words)] = said(ModelEntry(id="/no/such"), None)
    assert state is State.WRONG
    assert "/no/such cannot be used" in words


def test_an_adapter_whose_file_is_lost_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "ink.safetensors").touch()
    places = [str(tmp_path / "ink.safetensors"), "org/clay/clay.safetensors", str(tmp_path / "lost.safetensors")]
    loras = {f"l{number}": LoraEntry(place=place) for number, place in enumerate(places)}
    [(state, words)] = said(ModelEntry(id="org/name", loras=loras), HERE)
    assert state is State.WRONG
    assert "lost.safetensors is not there" in words
