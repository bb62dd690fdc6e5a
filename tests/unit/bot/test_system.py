"""What the service's process keeps from others."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
def test_its_memory_is_for_nobody_else_and_no_file() -> None:
    """Other processes of its user may read neither; a process that was started just so may be read."""
    code = (
        "import ctypes, os, resource, subprocess, sys\n"
        "from bot.system import settle_in\n"
        "readable = lambda: ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)\n"  # PR_GET_DUMPABLE
        "before = readable(); settle_in(); print(before, readable(), *resource.getrlimit(resource.RLIMIT_CORE))\n"
        "look = f'open(\"/proc/{os.getpid()}/environ\").read()'\n"
        "seen = subprocess.run([sys.executable, '-c', look], capture_output=True, check=False)\n"
        "print(seen.returncode != 0 or os.getuid() == 0)\n"  # root may read everybody's
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert found.stdout.split() == ["1", "0", "0", "0", "True"]


def test_what_is_loaded_at_the_start_is_not_gone_through_again() -> None:
    code = (
        "import gc\n"
        "import bot.compose\n"
        "from bot.system import load_all\n"
        "load_all(); from bot import texts\n"
        "print(gc.get_freeze_count() > 50_000, len(gc.get_objects()) < 5_000, texts._bundle.cache_info().currsize)\n"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert found.stdout.split() == ["True", "True", "5"]
