"""What an owner can say of models, and the one sentence where it is wrong."""

import errno
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from config.models import NAMES, _Entries, load_catalogue, offered_models
from config.reading import ConfigError, load_settings
from config.styles import _Presets
from config.tables import allowed
from inference.api import ControlKind
from inference.models.entry import LoraEntry, ModelEntry
from inference.models.library import foreseen, refs_of

OWN = """
[mine]
id = "org/mine"
max_side = 768
[mine.controls]
canny = "org/edges"
[mine.loras]
ink = "ink.safetensors"
clay = { file = "org/clay/clay.safetensors", weight = 0.5 }
[sdxl]
id = "models/sdxl"
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "models.toml"
    file.write_text(OWN)
    return file


def _offered(**variables: str) -> dict[str, ModelEntry]:
    return offered_models(
        load_settings(None, {f"PENTIMENTO__{key.upper()}": text for key, text in variables.items()})
    )


def test_an_owners_entries_stand_beside_the_shipped_ones_and_replace_those_of_their_name(own: Path) -> None:
    catalogue = load_catalogue(str(own))
    assert catalogue["mine"] == ModelEntry(
        id="org/mine",
        max_pixels=768 * 768,
        controls={ControlKind.CANNY: "org/edges"},
        loras={
            "ink": LoraEntry(place="ink.safetensors"),
            "clay": LoraEntry(place="org/clay/clay.safetensors", weight=0.5),
        },
    )
    assert catalogue["sdxl"] == ModelEntry(id="models/sdxl")
    assert catalogue["pocket"].id == "pocket"


def test_a_folder_offers_its_checkpoints_and_models_by_their_names(own: Path, tmp_path: Path) -> None:
    folder = tmp_path / "all"
    (folder / "My Model").mkdir(parents=True)
    (folder / "My Model" / "model_index.json").touch()
    for name in ("DreamShaper_8 (pruned).safetensors", "mine.safetensors", "notes.txt", "old.ckpt"):
        (folder / name).touch()
    (folder / "sub").mkdir()
    offered = _offered(models__folder=str(folder), models__file=str(own), models__offered="sdxl-turbo")
    assert list(offered) == ["pocket", "dreamshaper-8-pruned", "my-model", "mine", "old", "sdxl-turbo"]
    assert foreseen(offered)[1]["old"].endswith("get it as a .safetensors file, or convert it.")
    assert offered["dreamshaper-8-pruned"].id == str(folder / "DreamShaper_8 (pruned).safetensors")
    assert offered["mine"].id == "org/mine", "the entry of that name counts"


def test_the_default_may_be_a_model_of_the_folder_by_its_name(own: Path, tmp_path: Path) -> None:
    """As `pentimento models` lists it, and `img2img --model` takes it."""
    file = tmp_path / "all" / "My Model.safetensors"
    file.parent.mkdir()
    file.touch()
    (file.parent / "mine.safetensors").touch()
    offered = _offered(models__folder=str(file.parent), models__file=str(own), model__id="my-model")
    assert [(name, entry.id) for name, entry in offered.items()] == [("my-model", str(file)), ("mine", "org/mine")]


def test_folders_below_are_looked_into_as_other_programs_do(own: Path, tmp_path: Path) -> None:
    """A1111 and ComfyUI sort checkpoints by their kind, and share them by links."""
    elsewhere, top = tmp_path / "elsewhere", tmp_path / "all"
    for name in (
        "a.safetensors",
        "a.ckpt",
        "sdxl/a.safetensors",
        "sdxl/pony/p.safetensors",
        "whole/model_index.json",
        "whole/unet/x.safetensors",
        "net/config.json",
        "net/x.safetensors",
        ".hidden/x.safetensors",
        "hub/models--org--name/snapshots/0f/model_index.json",
        "lost+found/x.safetensors",
    ):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).touch()
    elsewhere.mkdir()
    (elsewhere / "linked.safetensors").touch()
    (elsewhere / "up").symlink_to(elsewhere)
    (top / "shared").symlink_to(elsewhere)
    offered = _offered(models__folder=str(top))
    assert {name: entry.id.removeprefix(f"{top}/") for name, entry in offered.items() if name != "pocket"} == {
        "a": "a.safetensors",
        "whole": "whole",
        "sdxl-a": "sdxl/a.safetensors",
        "linked": "shared/linked.safetensors",
        "p": "sdxl/pony/p.safetensors",
        "a.ckpt": "a.ckpt",
    }
    own.write_text(f'[mine]\nid = "{elsewhere}/linked.safetensors"\nvae = "{top}/../all/sdxl/a.safetensors"\n')
    offered = _offered(models__folder=str(top), models__file=str(own))
    assert list(offered) == ["pocket", "mine", "a", "whole", "p", "a.ckpt"], "one file under each of its paths"
    own.write_text(f'[mine]\nid = "x"\nloras_folder = "{top}"\nembeddings_folder = "{elsewhere}"\n')
    mine = load_catalogue(str(own))["mine"]
    assert list(mine.loras) == ["a", "sdxl-a", "linked", "p"]
    assert mine.embeddings_found == {"linked": str(elsewhere / "linked.safetensors")}


def test_what_lay_in_a_folder_and_is_gone_is_not_looked_for_on_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share went away, or the owner tidied up, while the service ran."""
    monkeypatch.chdir(tmp_path)
    for place in ("models/sdxl/a.safetensors", "loras/sdxl/ink.safetensors", "loras/clay.safetensors"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).touch()
    (tmp_path / "own.toml").write_text('[mine]\nid = "pocket"\nloras_folder = "loras"\n')
    offered = _offered(models__folder="models", models__file="own.toml", models__offered="mine")
    shutil.rmtree(tmp_path / "models")
    shutil.rmtree(tmp_path / "loras")
    assert [*offered] == ["pocket", "a", "mine"]
    assert refs_of(offered["mine"], controls=False) == ()
    assert "is not here: give a folder or file" in foreseen(offered)[1]["a"]


@pytest.mark.parametrize("key", ["preview_vae", "sketcher"])
def test_the_earlier_name_of_a_key_is_still_read(tmp_path: Path, key: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f'[mine]\nid = "x"\n{key} = "org/taesd"\n')
    assert load_catalogue(str(file))["mine"].preview_vae == "org/taesd"


def test_what_may_not_be_looked_into_in_a_folder_of_models_is_told_but_for_the_disk_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder may be a disk of its own, where root has a folder at the top."""

    (tmp_path / "lost+found").mkdir()
    scan = os.scandir

    def refused(place: str) -> Any:
        if Path(place).name in {"lost+found", "theirs"}:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), place)
        return scan(place)

    monkeypatch.setattr(os, "scandir", refused)
    assert set(_offered(models__folder=str(tmp_path))) == {"pocket"}
    (tmp_path / "theirs").mkdir()
    with pytest.raises(ConfigError, match=r"^theirs in models.folder cannot be read \(Permission denied\)"):
        _offered(models__folder=str(tmp_path))


def test_a_link_into_a_folder_of_somebody_elses_keeps_nothing_else_from_being_offered(tmp_path: Path) -> None:
    """Too long a name stands for what may not be looked at, which root always may."""
    (tmp_path / "ink.safetensors").touch()
    (tmp_path / "theirs.safetensors").symlink_to("a" * 300)
    offered = _offered(models__folder=str(tmp_path))
    assert set(offered) == {"pocket", "ink", "theirs"}
    assert "cannot be looked at (File name too long)" in foreseen(offered)[1]["theirs"]
    file = tmp_path / "own.toml"
    file.write_text(f'[mine]\nid = "x"\nloras_folder = "{tmp_path}"\nembeddings_folder = "{tmp_path}"\n')
    mine = load_catalogue(str(file))["mine"]
    assert set(mine.loras) == set(mine.embeddings_found) == {"ink", "theirs"}


def test_folders_of_adapters_and_embeddings_stand_under_what_an_entry_names(tmp_path: Path) -> None:
    for name in ("Ink Wash.safetensors", "clay.safetensors", "EasyNegative.safetensors", "readme.txt", "old.pt"):
        (tmp_path / name).touch()
    file = tmp_path / "own.toml"
    file.write_text(
        f'[mine]\nid = "x"\nloras_folder = "{tmp_path}"\nembeddings_folder = "{tmp_path}"\n'
        '[mine.loras]\nclay = { file = "other.safetensors", weight = 0.5 }\n'
        '[mine.embeddings]\nbad = "bad.safetensors"\n'
    )
    mine = load_catalogue(str(file))["mine"]
    assert sorted(mine.loras) == ["clay", "easynegative", "ink-wash"]
    assert mine.loras["clay"] == LoraEntry(place="other.safetensors", weight=0.5)
    assert mine.loras["ink-wash"].place == str(tmp_path / "Ink Wash.safetensors")
    assert dict(mine.embeddings) == {"bad": "bad.safetensors"}
    assert mine.embeddings_found == {
        "clay": str(tmp_path / "clay.safetensors"),
        "easynegative": str(tmp_path / "EasyNegative.safetensors"),
        "ink-wash": str(tmp_path / "Ink Wash.safetensors"),
        "old": str(tmp_path / "old.pt"),
    }
    file.write_text('[mine]\nid = "x"\nloras_folder = "none/here"\n')
    with pytest.raises(ConfigError, match="loras_folder names 'none/here', which is no folder"):
        load_catalogue(str(file))


@pytest.mark.parametrize("key", ["vae", "loras_folder"])
def test_a_name_with_a_nul_character_is_refused(tmp_path: Path, key: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f'[mine]\nid = "x"\n{key} = "a\\u0000b"\n')
    with pytest.raises(ConfigError, match=rf"mine\.{key} is 'a\\x00b'; it must be"):
        load_catalogue(str(file))


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["a.gguf", "a.safetensors"], ["a", "a.gguf"]),
        (["A B.safetensors", "a b.safetensors", "a-b.safetensors"], ["a-b", "a-b.safetensors", "a-b.safetensors-2"]),
        (["墨幽人造人.safetensors", "墨幽_2.safetensors", "国风2.safetensors"], ["国风2", "墨幽-2", "墨幽人造人"]),
        (["国风 v1.safetensors", "墨幽 v1.safetensors"], ["v1", "墨幽-v1"]),
        (["___.safetensors", "🔥.safetensors"], ["safetensors", "safetensors-2"]),
        ([f"{'x' * 60}-1.safetensors", f"{'x' * 60}-2.safetensors"], ["x" * 50, f"{'x' * 36}-2.safetensors"]),
        (["._a.safetensors", "a.safetensors", ".hidden.safetensors"], ["a"]),
    ],
)
def test_files_of_one_name_are_told_apart_and_keep_nothing_from_being_offered(
    tmp_path: Path, files: list[str], names: list[str]
) -> None:
    """macOS leaves a "._" file beside each file on a disk of another kind."""
    for name in files:
        (tmp_path / name).touch()
    offered = _offered(models__folder=str(tmp_path))
    assert list(offered)[1:] == names
    assert len({entry.id for entry in offered.values()}) == len(names) + 1
    (tmp_path / "own.toml").write_text(f'[mine]\nid = "x"\nloras_folder = "{tmp_path}"\n')
    adapters = load_catalogue(str(tmp_path / "own.toml"))["mine"].loras
    assert len(adapters) == len([name for name in files if name.endswith("s") and name[0] != "."])


def test_a_file_that_an_entry_names_keeps_that_name_beside_another_file_of_it(tmp_path: Path) -> None:
    for name in ("b.safetensors", "z.safetensors"):
        (tmp_path / name).touch()
    (tmp_path / "own.toml").write_text(f'[b]\nid = "{tmp_path / "z.safetensors"}"\nsteps = 7\n')
    offered = _offered(models__folder=str(tmp_path), models__file=str(tmp_path / "own.toml"))
    assert {name: Path(entry.id).name for name, entry in offered.items()} == {
        "pocket": "pocket", "b": "z.safetensors", "b.safetensors": "b.safetensors",
    }  # fmt: skip
    assert offered["b"].steps == 7


def test_what_an_entry_names_as_a_part_of_its_model_is_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the guide has it: vae = "models/sdxl-vae.safetensors"."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    for name in ("a", "sdxl-vae", "ink", "bad"):
        (tmp_path / "models" / f"{name}.safetensors").touch()
    (tmp_path / "own.toml").write_text(
        '[other]\nid = "~no-such-user/x"\n[mine]\nid = "org/mine"\nvae = "models/sdxl-vae.safetensors"\n'
        'loras = { ink = "models/ink.safetensors" }\nembeddings = { bad = "models/bad.safetensors" }\n'
    )
    assert list(_offered(models__folder="models", models__file="own.toml")) == ["pocket", "a"]


def test_a_folder_that_is_called_like_a_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").mkdir()
    (tmp_path / "b.safetensors").symlink_to("b.safetensors")
    assert list(_offered(models__folder=str(tmp_path))) == ["pocket", "b"], "a link to itself is told of as a model"


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no folder that can be read: make it or mend that"):
        _offered(models__folder=str(tmp_path / "none"))


def test_only_what_the_owner_lists_is_offered_the_default_first(own: Path) -> None:
    assert list(_offered()) == ["pocket"]
    offered = _offered(models__offered="sdxl-turbo, mine", models__file=str(own), model__id="mine")
    assert list(offered) == ["mine", "sdxl-turbo"]
    assert offered["sdxl-turbo"].id == "stabilityai/sdxl-turbo"


def test_the_default_may_be_a_hub_id_or_folder_of_no_catalogue_and_takes_the_revision() -> None:
    offered = _offered(model__id="org/name", model__revision="abc", models__offered="pocket")
    assert offered["org/name"] == ModelEntry(id="org/name", revision="abc")
    assert list(offered) == ["org/name", "pocket"]


def test_a_name_that_no_catalogue_has_is_one_sentence_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"'sdxl-trubo'.*did you mean 'sdxl-turbo'"):
        _offered(models__offered="sdxl-trubo")


KINDS = '"canny", "lineart", "scribble", "softedge", "depth", "pose"'
LORA = '[mine]\nid = "x"\nloras = { ink = { file = "y", '


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[mine]", "mine.id is missing."),
        ('[mine]\nid = ""', "mine.id is ''; it must be a text of 1 to 1000 characters."),
        ('id = "x"', "id is 'x'; it must be a table: its name in brackets, its keys below."),
        ('[mine]\nid = "x"\nsketcher = 5', "mine.sketcher is 5; it must be a text."),
        ('[mine]\nid = "x"\nsteps = 0', "mine.steps is 0; it must be a whole number from 1 to 150."),
        ('[mine]\nid = "x"\nsteps = true', "mine.steps is true; it must be a whole number from 1 to 150."),
        (
            '[mine]\nid = "x"\nsteps = 2027-01-31',
            "mine.steps is 2027-01-31; it must be a whole number from 1 to 150.",
        ),
        ('[mine]\nid = "x"\nstep_cache = false', "mine.step_cache is false; it must be a number from 0 to 1."),
        ('[mine]\nid = "x"\ngated = "often"', "mine.gated is 'often'; it must be true or false."),
        (f"{LORA}weight = true }} }}", "mine.loras.ink.weight is true; it must be a number from -4 to 4."),
        (f"{LORA}weight = 40 }} }}", "mine.loras.ink.weight is 40; it must be a number from -4 to 4."),
        (f"{LORA}wieght = 1 }} }}", "mine.loras.ink.wieght is not a setting: did you mean weight?"),
        (
            '[mine]\nid = "x"\ncontrols = { colour = "y" }',
            f"mine.controls.colour cannot be a name; it must be one of {KINDS}.",
        ),
        ('[mine]\nid = "x"\nschedular = "Euler"', "mine.schedular is not a setting: did you mean scheduler?"),
        ('[mine]\nid = "x"\nguidance = 5', "mine.guidance is not a setting: did you mean guidance_scale?"),
        (
            '[mine]\nid = "x"\nscheduler = "euler a"',
            "mine.scheduler is 'euler a'; it must be a class of diffusers such as \"UniPCMultistepScheduler\".",
        ),
        ('["My Model"]\nid = "x"', f"My Model cannot be a name; it must be {NAMES}."),
    ],
)
def test_a_wrong_entry_is_one_sentence_that_says_what_may_stand_there(own: Path, text: str, sentence: str) -> None:
    own.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_catalogue(str(own))
    assert str(caught.value) == f"The model file {own} is wrong: {sentence}"


def _fields(schema: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).values()
        for below in schema.values():
            yield from _fields(below)


@pytest.mark.parametrize("table", [_Entries, _Presets], ids=["models", "styles"])
def test_of_every_key_it_can_be_said_what_it_may_be(table: TypeAdapter[Any]) -> None:
    """In words for people: no pattern, and no name of a class."""
    fields = [field for field in _fields(table.json_schema()) if "$ref" not in field]
    assert len(fields) > 5
    assert [said for field in fields if re.search(r"None|\^|_[A-Z]", said := allowed(field))] == []


def test_a_file_that_is_missing_is_said_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no configuration file .*gone\.toml: check models\.file\.$"):
        load_catalogue(str(tmp_path / "gone.toml"))


def test_an_entry_reaches_the_worker_as_it_is(own: Path) -> None:
    entry = load_catalogue(str(own))["mine"]
    assert ModelEntry.from_json(asdict(entry)) == entry
