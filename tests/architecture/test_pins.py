"""What constraints.txt pins can be installed by the oldest Python that people have."""

from importlib.metadata import distributions

from packaging.specifiers import SpecifierSet

DEBIAN_12 = "3.11.2"
"""The Python that Debian 12 and Raspberry Pi OS bring; pip would not find a release that asks for a newer one."""


def test_each_release_takes_debian_12_s_python() -> None:
    asked = {each.name: each.metadata.get_all("Requires-Python", [""])[0] for each in distributions()}
    assert len(asked) > 100
    assert [name for name, python in asked.items() if DEBIAN_12 not in SpecifierSet(python)] == []
