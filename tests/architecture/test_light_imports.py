"""The chats must start fast and stay small: what they import of the engine brings no model library.

Nor does it bring what speaks with the hub, before it is asked something.
"""

import subprocess
import sys

import pytest

HEAVY = {"torch", "diffusers", "transformers", "accelerate", "safetensors", "httpx2", "tqdm", "requests"}


@pytest.mark.parametrize(
    "module", ["inference.api", "inference.worker.engine", "inference.models.catalog", "inference.worker.__main__"]
)
def test_the_bots_side_of_the_engine_imports_no_torch(module: str) -> None:
    code = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not HEAVY.intersection(loaded)
