"""The arrow of docs/architecture.md: kept by the code, and noticed if it is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "inference", "adapters", "config")


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()"]
    return subprocess.run(
        [*command, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


def test_every_import_contract_is_kept() -> None:
    result = _lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "statement"),
    [
        ("bot/domain/limits.py", "import bot.ports"),
        ("bot/service.py", "import adapters.downloads"),
        ("bot/queue.py", "import torch"),
        ("bot/delivery.py", "import config.settings"),
        ("bot/rendering.py", "import discord"),
        ("bot/unplaced.py", "import json"),
        ("inference/geometry.py", "import bot.domain.ids"),
        ("inference/api.py", "import torch"),
        ("adapters/downloads.py", "import sqlite3"),
        ("adapters/downloads.py", "import config.settings"),
        ("adapters/console/messenger.py", "import adapters.web.health"),
        ("adapters/console/messenger.py", "from PIL import Image"),
        ("adapters/web/health.py", "import slack_bolt"),
    ],
)
def test_a_forbidden_import_is_noticed(tmp_path: Path, module: str, statement: str) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("pocket", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a") as file:
        file.write(f"\n{statement}\n")
    result = _lint_imports(tmp_path)
    assert result.returncode == 1
    assert "BROKEN" in result.stdout
