"""What is shown of models before any is loaded, the page about hardware, and what a driver says of its cards."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import hardware
from bot.__main__ import main
from bot.cli.check_models import memory_findings, model_findings
from bot.findings import State
from inference.api import Capacity
from inference.models import nvidia
from inference.models.entry import MapModels, ModelEntry
from inference.models.memory_plan import GIB
from inference.models.overview import nominal, overview
from tests.tiny_models import folders

SMI = """#!/bin/sh
echo "0, NVIDIA GeForce RTX 3060, 12288, 11900, 580.95.05, 8.6"
echo "1, NVIDIA GeForce GTX 1080, 8192, 8000, 580.95.05, 6.1"
"""


def test_the_page_about_hardware_is_as_the_plan_has_it() -> None:
    page = hardware.PAGE.read_text(encoding="utf-8")
    assert page == hardware.written(page), "python -m benchmarks.hardware"


def test_models_of_the_catalogue_have_known_sizes() -> None:
    sizes = {name: hardware.weight(model) / 1e9 for name, model in hardware.models().items()}
    assert 6.8 < sizes["sdxl"] < 7.1
    assert 33 < sizes["flux-dev"] < 34.5
    assert 57 < sizes["qwen-image"] < 58.5


def test_a_folder_is_weighed_and_planned(tmp_path: Path) -> None:
    folder = folders.save("sd", tmp_path / "sd")
    entries = {"tiny": ModelEntry(id=str(folder)), "none": ModelEntry(id="/nowhere/at/all")}
    shown = overview(entries, nominal(8), "auto")
    assert shown["tiny"].planned is not None
    assert shown["tiny"].planned.is_plain
    assert shown["tiny"].disk > shown["tiny"].weights > 0
    assert "is not here" in shown["none"].trouble
    assert shown["none"].defaults is None
    assert overview(entries, None, "auto")["tiny"].planned is None


def test_a_folder_that_is_broken_is_shown_and_checked_with_its_fault(tmp_path: Path) -> None:
    folder = folders.save("sd", tmp_path / "sd")
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_text("version https://git-lfs.github.com/spec/v1")
    entries = {"tiny": ModelEntry(id=str(folder))}
    [shown] = overview(entries, nominal(8), "auto").values()
    assert shown.defaults is not None
    assert "unet/diffusion_pytorch_model.safetensors of the model 'tiny' is a pointer of Git LFS" in shown.trouble
    capacity = Capacity(slots=1, device="", models={"tiny": shown.defaults})
    troubles = {"tiny": shown.trouble}
    found = [*model_findings(entries, capacity, MapModels(), catalogue={}, default="other", troubles=troubles)]
    assert (found[0].what, found[0].state, found[0].words) == ("model tiny", State.NOTE, shown.trouble)
    assert not [*memory_findings({"tiny": shown}, "tiny")]


def test_what_would_be_refused_when_it_is_loaded_is_shown_before(tmp_path: Path) -> None:
    folder = folders.save("sd", tmp_path / "sd")
    entry = ModelEntry(id=str(folder))

    def trouble(entry: ModelEntry) -> str:
        return overview({"tiny": entry}, None, "auto")["tiny"].trouble

    assert not trouble(entry)
    weights = folder / "vae" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    assert trouble(entry).startswith("The model 'tiny' keeps its vae as a pickle, which can run anything")
    assert not trouble(replace(entry, vae="org/vae")), "it is not taken from there"
    (folder / "unet" / "diffusers.py").touch()
    assert "brings its own code, which is never run" in trouble(replace(entry, vae="org/vae"))
    (folder / "model_index.json").write_text("{}")
    assert "its model_index.json names no pipeline" in trouble(entry)


def test_check_says_how_models_fit(tmp_path: Path) -> None:
    folder = folders.save("sd", tmp_path / "sd")
    entries = {"tiny": ModelEntry(id=str(folder)), "flux-dev": ModelEntry(id="black-forest-labs/FLUX.1-dev")}

    def said(gibibytes: float | None, default: str = "tiny") -> dict[str, tuple[State, str]]:
        shown = overview(entries, None if gibibytes is None else nominal(gibibytes), "auto")
        return {each.what: (each.state, each.words) for each in memory_findings(shown, default)}

    state, words = said(24)["memory for flux-dev"]
    assert state is State.OK
    assert re.fullmatch(
        r"text encoders streamed.*: \d+\.\d GB on the card at most, \d+\.\d GB wait in memory.*", words
    )
    assert said(24)["memory for tiny"][1].startswith("all on the card: ")
    state, words = said(1, "flux-dev")["memory for flux-dev"]
    assert state is State.WRONG
    assert words.startswith("does not fit, it needs ")
    assert said(1)["memory for flux-dev"][0] is State.NOTE
    assert said(None)["memory for flux-dev"] == (State.OK, "34 GB of weights in 16 bit")


@pytest.mark.parametrize("json_wanted", [True, False])
def test_the_command_shows_how_models_fit_a_card_that_one_does_not_have(
    json_wanted: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["models", "--card", "12", *(["--json"] if json_wanted else [])]) == 0
    said = capsys.readouterr().out
    if json_wanted:
        listed = json.loads(said)
        assert listed["pocket"]["plan"]["words"] == "all on the card"
        assert listed["flux-kontext"]["plan"]["peak"] < 12 * GIB
        assert listed["flux-kontext"]["here"] is False
    else:
        assert "text encoders streamed" in said
        assert "has not been measured on a GPU" in said
        assert "FLUX.1 [dev] Non-Commercial License, gated" in said


@pytest.mark.parametrize("size", ["0", "many", "-3", "nan"])
def test_a_card_of_no_size_is_refused(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["models", f"--card={size}"])
    assert "a card has 1 to 1024 gigabytes" in capsys.readouterr().err


def test_cards_are_read_off_the_drivers_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text(SMI)
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    first, second = nvidia.cards()
    assert (first.name, first.total, first.capability) == ("NVIDIA GeForce RTX 3060", 12 * GIB, (8, 6))
    assert second.capability == (6, 1)
    card = nvidia.here()
    assert card is not None
    assert card.free == 11900 << 20
    tool.write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed'\nexit 9\n")
    assert nvidia.cards(tmp_path) == []


def test_without_the_tool_the_kernel_says_that_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    place = tmp_path / "driver" / "gpus" / "0000:01:00.0"
    place.mkdir(parents=True)
    (place / "information").write_text("Model: \t\t NVIDIA GeForce RTX 4090\nIRQ:   \t\t 100\n")
    [card] = nvidia.cards(tmp_path / "driver")
    assert card.name == "NVIDIA GeForce RTX 4090"
    assert nvidia.here() is None


@pytest.mark.parametrize("asked", [["models"], ["models", "--card", "12"]])
def test_on_a_narrow_terminal_models_stand_below_each_other_and_no_word_is_broken(
    asked: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "pocket\n  " in said
    assert "up to 512x512" in said.replace("\n  ", " ")
    assert "licence MIT" in said.replace("\n  ", " ")
    assert all(len(line) <= 80 for line in said.splitlines() if line.startswith("  "))
