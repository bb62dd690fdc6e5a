"""What must start fast and stay small, as the chats must, imports no model library of the engine.

Nor does it import what speaks with the hub, before it is asked something.
"""

import subprocess
import sys

import pytest

HEAVY = {"torch", "diffusers", "transformers", "accelerate", "safetensors", "httpx2", "tqdm", "requests"}
PIXELS = {"numpy"}  # which only a worker computes with


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("inference.api", HEAVY | PIXELS),
        ("inference.worker.engine", HEAVY | PIXELS),
        ("inference.models.catalog", HEAVY | PIXELS),
        ("inference.worker.__main__", HEAVY),
        ("bot.compose", HEAVY | PIXELS),
    ],
)
def test_what_starts_fast_imports_no_heavy_library(module: str, heavy: set[str]) -> None:
    code = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not heavy.intersection(loaded)
