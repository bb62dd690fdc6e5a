"""A module has one job; past 400 lines it has more. Tests are as long as what they prove."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 400
FOLDERS = ("bot", "inference", "adapters", "config", "training", "benchmarks")


def _modules() -> list[Path]:
    return sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_bytes().splitlines()) for file in _modules()}
    assert len(lengths) > 20
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_every_top_level_entry_is_explained_in_the_architecture_page() -> None:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout, so what belongs to the project cannot be told from what lies around")
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    entries = {line.partition("/")[0] + ("/" if "/" in line else "") for line in listing.stdout.splitlines()}
    assert {entry for entry in entries if f"`{entry}`" not in page} == set()


def test_unit_tests_lie_in_the_folders_of_what_they_test() -> None:
    unit = ROOT / "tests" / "unit"
    folders = {file.parent.relative_to(unit) for file in unit.rglob("test_*.py")}
    assert len(folders) > 10
    assert {str(folder) for folder in folders if not list((ROOT / folder).glob("*.py"))} == set()
