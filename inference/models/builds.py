"""Whether what has to be of one build with torch is. Imports neither, unless they differ."""

import importlib
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement
from packaging.version import Version


def unfit_torchvision() -> str:
    """What to say of a torchvision that cannot be loaded beside this torch; empty if there is none, or it can be.

    The product needs none. But transformers imports one that is there, and with a wrong one no model loads.
    """
    try:
        vision, torch = version("torchvision"), version("torch")
        needs = [Requirement(each) for each in requires("torchvision") or ()]
    except PackageNotFoundError:
        return ""
    wanted = next((each.specifier for each in needs if each.name == "torch"), None)
    fits = wanted is None or wanted.contains(Version(torch).public, prereleases=True)
    if fits and Version(vision).local == Version(torch).local:
        return ""
    try:
        importlib.import_module("torchvision")
    except Exception:  # noqa: BLE001 -- libraries of another build fail in ways of their own
        return (
            f"The package torchvision {vision} does not fit torch {torch}, and with it no model loads: uninstall it "
            "(`pip uninstall torchvision`; nothing here needs it), or install the build that belongs to your torch."
        )
    return ""
