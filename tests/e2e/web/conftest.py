"""Playgrounds for all tests of this folder: a start takes longer than most of them."""

from collections.abc import Iterator

import pytest

from tests.harness.playground import LIGHT, Playground, playground


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    folder = tmp_path_factory.mktemp("playground")
    few_steps = folder / "models.toml"
    few_steps.write_text('[pocket]\nid = "pocket"\nsteps = 6\n')
    with playground(folder / "kept", PENTIMENTO__MODELS__FILE=str(few_steps)) as running:
        yield running


@pytest.fixture(scope="package")
def light_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    """One for tests that depend on no model."""
    with playground(tmp_path_factory.mktemp("light") / "kept", module=LIGHT) as running:
        yield running
