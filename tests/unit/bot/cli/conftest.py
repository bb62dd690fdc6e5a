"""What the tests of several commands meet."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(params=["it is another user's", "the disk refuses its name"])
def not_to_be_looked_into(request: pytest.FixtureRequest) -> Callable[[Path], Path]:
    """Makes a folder whose files cannot even be asked for; root may look into everything but the second kind."""
    if request.param == "the disk refuses its name":
        return lambda folder: folder / ("x" * 300)
    if os.geteuid() == 0:
        pytest.skip("root may look into everything")

    def make(folder: Path) -> Path:
        (folder / "closed").mkdir(mode=0)
        return folder / "closed"

    return make
