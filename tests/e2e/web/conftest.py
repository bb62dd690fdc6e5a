"""One playground for all tests of this folder: its start takes longer than most of them."""

from collections.abc import Iterator

import pytest

from tests.harness.playground import Playground, playground


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    with playground(tmp_path_factory.mktemp("playground") / "kept") as running:
        yield running
