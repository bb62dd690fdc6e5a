"""A torchvision of another build than torch, as a folder on the path that fails as the real one does."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.version import Version
from structlog.testing import capture_logs

from inference.api import ModelUnavailable
from inference.worker.engine import ProcessEngine

TORCH = version("torch")
LOCAL = f"+{Version(TORCH).local}" if Version(TORCH).local else ""

BROKEN = "raise RuntimeError('operator torchvision::nms does not exist')"


def lay(folder: Path, *, built: str, needs: str, code: str) -> Path:
    package, said = folder / "torchvision", folder / f"torchvision-{built}.dist-info"
    for each in (package, said):
        each.mkdir(parents=True)
    (package / "__init__.py").write_text(code)
    (said / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: torchvision\nVersion: {built}\nRequires-Dist: torch=={needs}\n"
    )
    return folder


def told(folder: Path) -> str:
    return subprocess.run(
        [sys.executable, "-c", "from inference.models.builds import unfit_torchvision; print(unfit_torchvision())"],
        env=os.environ | {"PYTHONPATH": f"{Path.cwd()}{os.pathsep}{folder}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@pytest.mark.parametrize(
    ("built", "needs"), [(f"0.20.1{LOCAL}", "2.5.1"), ("0.28.0+cu999", Version(TORCH).public)], ids=["old", "build"]
)
def test_one_that_does_not_fit_is_named_with_the_mend(tmp_path: Path, built: str, needs: str) -> None:
    sentence = told(lay(tmp_path, built=built, needs=needs, code=BROKEN))
    assert sentence.startswith(f"The package torchvision {built} does not fit torch {TORCH}")
    assert "pip uninstall torchvision" in sentence


@pytest.mark.parametrize(
    ("built", "needs", "code"),
    [(f"0.28.0{LOCAL}", Version(TORCH).public, BROKEN), ("0.20.1", "2.5.1", "")],
    ids=["fits", "loads-all-the-same"],
)
def test_one_that_fits_is_not_looked_into_and_one_that_loads_is_let_be(
    tmp_path: Path, built: str, needs: str, code: str
) -> None:
    assert told(lay(tmp_path, built=built, needs=needs, code=code)) == ""


async def test_a_worker_says_so_before_anything_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, it died of a BloomPreTrainedModel that could not be imported."""
    monkeypatch.setenv("PYTHONPATH", str(lay(tmp_path, built="0.20.1", needs="2.5.1", code=BROKEN)))
    with (
        capture_logs() as logs,
        pytest.raises(ModelUnavailable, match=r"torchvision 0\.20\.1 does not fit torch"),
    ):
        async with ProcessEngine(model="pocket", device="cpu"):
            pass
    assert logs == []  # the sentence is raised


def test_none_is_needed(tmp_path: Path) -> None:
    assert told(tmp_path) == ""
