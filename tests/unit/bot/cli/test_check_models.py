"""What `check` says of the models on offer."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli.check_models import model_findings
from bot.findings import Finding, State
from inference.api import Capacity, ControlKind, ModelDefaults
from inference.models.entry import LoraEntry, MapModels, ModelEntry

HERE = ModelDefaults(steps=4, guidance_scale=1.0, max_pixels=64, multiple=8, steerable=True)
AWAY = ModelDefaults(steps=4, guidance_scale=1.0, max_pixels=64, multiple=8, here=False)


@pytest.fixture(autouse=True)
def _no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "none"))
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))


def found(
    entry: ModelEntry,
    defaults: ModelDefaults | None,
    map_models: MapModels = MapModels(),  # noqa: B008 -- frozen
    default: str = "mine",
) -> list[Finding]:
    models = {} if defaults is None else {"mine": defaults}
    capacity = Capacity(slots=1, device="", models=models)
    return list(model_findings({"mine": entry}, capacity, map_models, catalogue={"mine"}, default=default))


def said(entry: ModelEntry, defaults: ModelDefaults | None) -> list[tuple[State, str]]:
    """But for what is said of control."""
    return [(each.state, each.words) for each in found(entry, defaults) if each.what != "control of mine"]


def control(entry: ModelEntry, defaults: ModelDefaults, map_models: MapModels) -> tuple[State, str]:
    [finding] = [each for each in found(entry, defaults, map_models) if each.what == "control of mine"]
    return finding.state, finding.words


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


def test_what_keeps_nothing_but_itself_from_starting_is_a_note(tmp_path: Path) -> None:
    """`serve` starts with it, so `check` does not end with 69."""
    lost = {"word": str(tmp_path / "lost.safetensors")}
    for default, state in (("mine", State.WRONG), ("another", State.NOTE)):
        assert [each.state for each in found(ModelEntry(id="/no/such"), None, default=default)] == [state]
        first = found(ModelEntry(id="x", embeddings=lost), HERE, default=default)[0]
        assert (first.what, first.state) == ("embedding word", state)
        first = found(ModelEntry(id="x", vae=lost["word"]), HERE, default=default)[0]
        assert (first.what, first.state) == ("vae of mine", state)


@pytest.mark.parametrize("place", ["org/vae", "org/vae/vae.safetensors", __file__])
def test_an_autoencoder_that_is_here_or_on_the_hub_is_no_finding(place: str) -> None:
    assert said(ModelEntry(id="x", vae=place), HERE) == []


def test_an_adapter_whose_file_is_lost_is_named(tmp_path: Path) -> None:
    (tmp_path / "ink.safetensors").touch()
    places = [str(tmp_path / "ink.safetensors"), "org/clay/clay.safetensors", str(tmp_path / "lost.safetensors")]
    loras = {f"l{number}": LoraEntry(place=place) for number, place in enumerate(places)}
    [(state, words)] = said(ModelEntry(id="org/name", loras=loras), HERE)
    assert state is State.NOTE
    assert "lost.safetensors is not there" in words


@pytest.mark.parametrize("place", ["~no-such-user/ink.safetensors", "a" * 300])
def test_an_adapter_that_cannot_be_looked_for_is_named(place: str) -> None:
    [(state, words)] = said(ModelEntry(id="org/name", loras={"ink": LoraEntry(place=place)}), HERE)
    assert state is State.NOTE
    assert words.startswith(f"{place} is not there")


def test_a_control_network_whose_folder_is_lost_is_named(tmp_path: Path) -> None:
    places = {
        ControlKind.CANNY: str(tmp_path),
        ControlKind.DEPTH: "org/net",
        ControlKind.POSE: str(tmp_path / "lost"),
    }
    [(state, words)] = said(ModelEntry(id="org/name", controls=places), HERE)
    assert state is State.NOTE
    assert "lost is not there" in words


def test_what_would_enable_the_rest_of_control_is_said() -> None:
    entry = ModelEntry(id="org/name", controls={ControlKind.CANNY: "org/net", ControlKind.DEPTH: "org/net"})
    assert control(ModelEntry(id="org/name"), HERE, MapModels(depth="org/depth", pose="org/pose")) == (
        State.NOTE,
        f"none; a ControlNet under [mine.controls] in models.file would enable {', '.join(ControlKind)}",
    )
    state, words = control(entry, replace(HERE, controls=(ControlKind.CANNY,)), MapModels(pose="org/pose"))
    assert state is State.OK
    assert words.split("; ") == [
        "canny",
        "a ControlNet under [mine.controls] in models.file would enable lineart, scribble, softedge, pose",
        "maps of depth need control.depth_model",
    ]


@pytest.mark.parametrize("controls", [{}, {ControlKind.CANNY: "org/net"}])
def test_to_a_family_that_keeps_no_structure_no_network_is_suggested(controls: dict[ControlKind, str]) -> None:
    other = replace(HERE, steerable=False)
    state, words = control(ModelEntry(id="org/name", controls=controls), other, MapModels())
    assert state is State.NOTE
    assert words == "none: only models of the families Stable Diffusion, FLUX.1 and Qwen-Image can keep structure"


def test_of_a_model_that_is_not_here_a_network_is_suggested_with_a_proviso() -> None:
    _, words = control(ModelEntry(id="org/name"), AWAY, MapModels(depth="org/depth", pose="org/pose"))
    assert words.endswith(
        "pose if the model is of the families Stable Diffusion, FLUX.1 and Qwen-Image, which shows once it is here"
    )


def test_a_default_that_is_no_catalogue_name_needs_an_entry_of_its_own_for_networks() -> None:
    id_ = "stabilityai/sdxl-turbo"
    capacity = Capacity(slots=1, device="", models={id_: HERE})
    [finding] = model_findings({id_: ModelEntry(id=id_)}, capacity, MapModels(), catalogue={"sdxl"}, default=id_)
    assert 'an entry of your own in models.file, with id = "stabilityai/sdxl-turbo"' in finding.words
    assert f"[{id_}" not in finding.words


def test_a_suggested_table_is_valid_toml() -> None:
    name = "sd1.5-mine"
    capacity = Capacity(slots=1, device="", models={name: HERE})
    [finding] = model_findings(
        {name: ModelEntry(id="org/name")}, capacity, MapModels(), catalogue={name}, default=name
    )
    [table] = re.findall(r"\[.*?\]", finding.words)
    assert tomllib.loads(table) == {name: {"controls": {}}}
