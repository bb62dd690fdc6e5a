"""What constraints.txt pins can be installed by the oldest Python that people have."""

import re
from importlib.metadata import distributions
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

PINS = Path(__file__).parents[2] / "constraints.txt"
DEBIAN_12 = "3.11.2"
"""The Python that Debian 12 and Raspberry Pi OS bring; pip would not find a release that asks for a newer one."""


def test_each_release_takes_debian_12_s_python() -> None:
    """Those that are installed here; a newer Python has some that an older one does without."""
    pinned = {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", PINS.read_text(), re.MULTILINE)}
    asked = {
        canonicalize_name(each.name): each.metadata.get_all("Requires-Python", [""])[0] for each in distributions()
    }
    assert len(pinned & asked.keys()) > 100
    assert [name for name in pinned & asked.keys() if DEBIAN_12 not in SpecifierSet(asked[name])] == []
