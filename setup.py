"""The README as the package index shows it: there its links and pictures have no repository around them.

They lead to the files of this very version, by its tag.
"""

import re
import tomllib
from pathlib import Path

from setuptools import setup

ROOT = Path(__file__).parent
LINK = re.compile(r"(!?)\[((?:[^\[\]]|!\[[^\]]*\]\([^)]*\))*)\]\((?!https?:|mailto:|#)([^)\s]+)\)")
"""A link or picture that leads to a file beside the README."""


def readme() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    code = (ROOT / "bot" / "__init__.py").read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "(.+)"$', code, flags=re.MULTILINE)
    assert version is not None
    repository = project["urls"]["Repository"]

    def led(found: re.Match[str]) -> str:
        picture, words, target = found.groups()
        kind = "raw" if picture else "blob"
        return f"{picture}[{LINK.sub(led, words)}]({repository}/{kind}/v{version[1]}/{target})"

    return LINK.sub(led, (ROOT / "README.md").read_text(encoding="utf-8"))


setup(long_description=readme(), long_description_content_type="text/markdown")
