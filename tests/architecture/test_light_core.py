"""The core must be importable, and so testable, without a chat's SDK, a model library or a database."""

import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import bot

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "diffusers", "transformers", "discord", "slack_bolt", "slack_sdk", "PIL", "pydantic")
# What may know everything. Of the command line only its arguments are read before it is known what is wanted.
PUTS_IT_TOGETHER = re.compile(r"bot\.(__main__|compose|cli\.(?!arguments$).*)")

PROGRAM = f"""
import importlib, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {HEAVY!r}:
            raise ModuleNotFoundError(f"{{name}} is not installed", name=name)

sys.meta_path.insert(0, Absent())
for module in sys.argv[1:]:
    importlib.import_module(module)
"""


def _import(*modules: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, *modules]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_the_core_imports_with_every_heavy_library_absent() -> None:
    every = [module.name for module in pkgutil.walk_packages(bot.__path__, "bot.")]
    core = [name for name in every if not PUTS_IT_TOGETHER.fullmatch(name)]
    assert {"bot.service", "bot.cli.arguments"} <= set(core)
    result = _import(*core, "inference.api")
    assert result.returncode == 0, result.stderr


def test_the_blocker_blocks() -> None:
    result = _import("adapters.pictures.decode")
    assert result.returncode == 1
    assert "PIL" in result.stderr
