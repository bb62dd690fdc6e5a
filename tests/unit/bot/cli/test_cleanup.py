"""What is left over is told, and removed only if that is asked for."""

import argparse
import asyncio
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.cli.cleanup import cleanup
from bot.cli.stopping import stoppable
from config.reading import load_settings
from tests.harness.late_thread import LateThread, loop_turns

DAY = 86_400.0


def file(path: Path, *, days: float, size: int = 1000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    then = time.time() - days * DAY
    os.utime(path, (then, then))
    return path


def test_only_what_nobody_needs_goes_and_only_if_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, hub = tmp_path / "data", tmp_path / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(hub))
    monkeypatch.setenv("PENTIMENTO__DATA_DIR", str(data))
    used, unused = hub / "models--stabilityai--sdxl-turbo" / "blobs", hub / "models--some--thing" / "blobs"
    stays = [
        file(data / "pentimento.db", days=100),
        file(data / "images" / "kept" / "ab" / "abcd", days=100),
        file(data / "images" / "scratch" / "at-work.png", days=0),
        file(data / "pentimento.db.version-3", days=13),
        file(data / "pentimento.db.before-restore-1", days=1),
        file(used / "whole", days=100),
        file(used / "cut.incomplete", days=100),
        file(used / "going-on.other.incomplete", days=0.5),
        file(unused / "whole", days=100),
        file(unused / "going-on.incomplete", days=0.5),
    ]
    goes = [
        file(data / "images" / "scratch" / "left.png", days=2),
        file(data / ".restore-x" / "pentimento.db", days=2).parent,
        file(data / ".pentimento.db.version-2.unfinished", days=2),
        file(data / ".backup.tar.x3_y.unfinished" / "archive.tar", days=2).parent,
        file(data / "pentimento.db.version-2", days=15),
        file(data / "pentimento.db.before-restore-2", days=15),
        file(used / "left.other.incomplete", days=2),
        file(unused / "left.incomplete", days=2),
    ]
    for folder in (".restore-x", ".backup.tar.x3_y.unfinished"):
        os.utime(data / folder, (0, 0))

    assert main(["cleanup"]) == 0
    told = capsys.readouterr().out
    assert all(each.exists() for each in stays + goes)
    assert {line.split("  ")[-2].strip() for line in told.splitlines() if line.startswith("may go")} == set(
        map(str, goes)
    )
    assert "--remove" in told.splitlines()[-1]

    assert main(["cleanup", "--remove"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Removed 8, 0.01 MB."
    assert [each for each in stays if not each.exists()] == []
    assert [each for each in goes if each.exists()] == []
    assert main(["cleanup"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Nothing is left over."


def test_a_model_that_is_not_there_keeps_nothing_from_being_cleaned_up_but_what_its_entry_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hub, models = tmp_path / "hub", tmp_path / "models"
    monkeypatch.setenv("HF_HUB_CACHE", str(hub))
    monkeypatch.setenv("PENTIMENTO__DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PENTIMENTO__MODELS__FILE", str(tmp_path / "own.toml"))
    monkeypatch.setenv("PENTIMENTO__MODELS__FOLDER", str(models))
    (tmp_path / "own.toml").write_text(
        '[mine]\nid = "/share/gone.safetensors"\nbase = "org/base"\nloras = { ink = "org/ink/ink.safetensors" }\n'
    )
    file(models / "old.ckpt", days=100)
    named = [file(hub / f"models--org--{name}" / "blobs" / "x.incomplete", days=100) for name in ("base", "ink")]
    left = file(hub / "models--org--other" / "blobs" / "x.incomplete", days=100)
    assert main(["cleanup", "--remove"]) == 0, capsys.readouterr()
    assert [each.exists() for each in (*named, left)] == [True, True, False]
    monkeypatch.setenv("PENTIMENTO__MODELS__FILE", "")
    assert main(["download", "--offered"]) == 0, capsys.readouterr()
    assert capsys.readouterr().err.splitlines() == ["pocket is here."]


def test_a_new_machine_has_nothing_left_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("PENTIMENTO__DATA_DIR", str(tmp_path / "data"))
    assert main(["cleanup"]) == 0
    assert capsys.readouterr().out == "Nothing is left over.\n"
    assert not (tmp_path / "data").exists()


def test_what_a_running_service_and_a_download_remove_meanwhile_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, hub = tmp_path / "data", tmp_path / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(hub))
    monkeypatch.setenv("PENTIMENTO__DATA_DIR", str(data))
    file(data / "pentimento.db", days=1)
    folders = ((data / "images" / "scratch", "{}.png"), (hub / "models--a--b" / "blobs", "{}.incomplete"))
    left = {
        file(folder / name.format(looks), days=20): looks
        for folder, name in (*folders, (data, "pentimento.db.version-{}"))
        for looks in range(3)
    }
    stat = Path.stat

    def looking(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        """A file is there for so many looks more."""
        if path in left:
            left[path] -= 1
            if left[path] < 0:
                path.unlink(missing_ok=True)
        return stat(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", looking)
    assert main(["cleanup"]) == 0
    assert "pentimento.db  (in use)" in capsys.readouterr().out
    assert [looks for looks in left.values() if looks >= 2] == [], "each was looked at"


@pytest.mark.parametrize("more", [[], ["--remove"]])
def test_a_folder_that_this_user_may_not_look_into_is_not_told_to_have_nothing_left_over(
    tmp_path: Path,
    not_to_be_looked_into: Callable[[Path], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("PENTIMENTO__DATA_DIR", str(not_to_be_looked_into(tmp_path)))
    assert main(["cleanup", *more]) == 69
    said = capsys.readouterr()
    assert said.out == ""
    assert "run this as the user that the service runs as" in said.err


@pytest.mark.usefixtures("hears_signals")
async def test_a_signal_ends_it_with_what_it_removes_at_that_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    left = [file(tmp_path / f".restore-{number}" / "pentimento.db", days=2).parent for number in range(3)]
    for folder in left:
        os.utime(folder, (0, 0))
    late = LateThread(shutil.rmtree)
    monkeypatch.setattr(shutil, "rmtree", late)
    settings = load_settings(None, {"PENTIMENTO__DATA_DIR": str(tmp_path)})
    cleaning = asyncio.create_task(stoppable(cleanup)(argparse.Namespace(remove=True), settings))
    await late.begins()
    os.kill(os.getpid(), signal.SIGTERM)
    await loop_turns()
    await asyncio.to_thread(late.end)
    assert await cleaning == 128 + signal.SIGTERM
    await asyncio.get_running_loop().shutdown_default_executor()  # as the end of the command does
    assert [each.exists() for each in left] == [False, True, True]
    assert "Removed" not in capsys.readouterr().out
