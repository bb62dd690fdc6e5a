"""What the pages say is what the code does."""

import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot import __version__
from config.reading import DEFAULTS_FILE, SECRET_NAMES, known_keys

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def _defaults() -> dict[str, Any]:
    keys: dict[str, Any] = {}
    for name, value in tomllib.loads(DEFAULTS_FILE.read_text(encoding="utf-8")).items():
        keys |= {f"{name}.{key}": entry for key, entry in value.items()} if isinstance(value, dict) else {name: value}
    return keys


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(f"`{entry}`" for entry in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_every_setting_is_documented_with_its_default() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| (.*?) \|", page, flags=re.MULTILINE))
    assert tuple(rows) == known_keys()
    expected = {key: _shown(value) for key, value in _defaults().items()}
    assert {key: cell.strip("`") for key, cell in rows.items() if "`, `" not in cell} == {
        key: value for key, value in expected.items() if "`, `" not in value
    }
    assert {key: cell for key, cell in rows.items() if "`, `" in cell} == {
        key: value for key, value in expected.items() if "`, `" in value
    }
    assert all(name in page for name in SECRET_NAMES)


def test_the_short_table_of_settings_tells_their_defaults() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^`|]+ \| `([a-z_.]+)` \| (.*?) \|", page, flags=re.MULTILINE)
    assert len(rows) > 8
    assert page.index("## What people change") < page.index("## Settings")
    defaults = _defaults()
    assert rows == [(key, f"`{said}`" if (said := _shown(defaults[key])) else "none") for key, _ in rows]


def test_every_command_is_in_the_readme() -> None:
    usage = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    ).stdout
    commands = re.findall(r"^    ([a-z0-9]+)  ", usage, flags=re.MULTILINE)
    assert {"img2img", "serve"} <= set(commands), usage
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {name for name in commands if f"`pentimento {name}" not in readme} == set()


def test_every_make_target_in_the_pages_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = {
        target for page in PAGES for target in re.findall(r"(?:`|\$ )make ([a-z]+)", page.read_text(encoding="utf-8"))
    }
    assert {"demo", "test"} <= named
    assert named <= targets


def test_nobody_is_told_to_take_pentimento_from_the_package_index() -> None:
    """What has that name there is somebody else's, and a fresh machine would bring that."""
    folders = ("adapters", "bot", "config", "deploy", "docs", "inference", ".github")
    files = [
        file for folder in folders for file in (ROOT / folder).rglob("*") if file.suffix not in {".webp", ".pyc"}
    ]
    files += [file for file in ROOT.iterdir() if file.name not in {"README.md", "CHANGELOG.md"}]
    told = [
        file for file in files if file.is_file() and re.search(rb"pip install \S?pentimento\b", file.read_bytes())
    ]
    assert told == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", text):
        assert (page.parent / target).exists(), target


def _anchors(page: Path) -> set[str]:
    """The headings of a page, as GitHub and MkDocs both write them into addresses."""
    headings = re.findall(r"^#{1,6} (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_a_heading_lead_to_one(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\((?!https?://)([^)#\s]*)#([^)\s]+)\)", text):
        assert anchor in _anchors(page.parent / target if target else page), f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_elsewhere_have_the_form_of_an_address(page: Path) -> None:
    """Nobody is asked whether they are there: tests have no network."""
    for target in re.findall(r"\]\((https?://[^)\s]*)\)", page.read_text(encoding="utf-8")):
        address = urlsplit(target)
        assert address.scheme == "https", target
        assert re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", address.netloc), target
        assert not re.search(r"[.,;:]$", address.path), target


def test_one_version_is_stated_everywhere() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", changelog, flags=re.MULTILINE)
    assert released[0][0] == __version__
    date.fromisoformat(released[0][1])
    manifest = (ROOT / "deploy" / "kubernetes" / "pentimento.yaml").read_text(encoding="utf-8")
    assert re.findall(r"image: \S+/pentimento:(\S+)-cuda", manifest) == [__version__]


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    pages = {page.relative_to(tmp_path).as_posix() for page in tmp_path.rglob("index.html")}
    assert {"index.html", "members/index.html", "operations/index.html", "styles/index.html"} <= pages
    assert "styles-pictures/anime.jpg" in (tmp_path / "styles" / "index.html").read_text(encoding="utf-8")


def test_each_sentence_that_an_owner_looks_for_is_one_that_is_said() -> None:
    """What stands in the first column as it is shown; … is what differs each time."""
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    symptoms = re.findall(r"^\| (.*?) \|", page, flags=re.MULTILINE)
    sentences = [found for symptom in symptoms for found in re.findall(r"`([^`]+ [^`]+)`", symptom)]
    assert len(sentences) >= 6
    files = [file for part in ("bot", "adapters", "inference", "config") for file in (ROOT / part).rglob("*")]
    told = "".join(file.read_text(encoding="utf-8") for file in files if file.suffix in {".py", ".ftl"})
    told = re.sub(r"\{[^{}]*\}", "…", re.sub(r'"\s+f?"', "", told))
    assert [each for each in sentences if re.sub(r"\d+", "…", each).strip("… ") not in told] == []


def test_files_named_in_the_recipes_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    files = re.findall(r"`((?:bot|inference|adapters|config|tests|docs)/[\w/.-]+\.(?:py|toml|md))`", text)
    assert len(files) > 8
    assert {file for file in files if not (ROOT / file).exists()} == set()


@pytest.mark.parametrize("page", ["architecture.md", "engine.md"])
def test_modules_named_on_the_maps_exist(page: str) -> None:
    """By their path, or by their last part in a table or diagram of a package."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    code = [file for folder in ("bot", "inference", "adapters", "tests") for file in (ROOT / folder).rglob("*.py")]
    code += ROOT.glob("*.py")
    there = {file.relative_to(ROOT).as_posix() for file in code}
    named = set(re.findall(r"[\w/]+\.py\b", text))
    assert len(named) > 15
    assert {name for name in named if not any(f"/{file}".endswith(f"/{name}") for file in there)} == set()
