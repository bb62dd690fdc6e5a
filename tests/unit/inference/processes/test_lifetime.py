import os
import subprocess
import sys

import pytest

BEGIN = """
import ctypes, os, sys
from inference.processes.lifetime import die_with
die_with(int(sys.argv[1]))
print(ctypes.CDLL(None).prctl(39, 0, 0, 0, 0))  # PR_GET_NO_NEW_PRIVS
"""


def begun(parent: int) -> str:
    ended = subprocess.run([sys.executable, "-c", BEGIN, str(parent)], capture_output=True, text=True, check=True)
    return ended.stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has it")
def test_a_child_gains_no_privileges() -> None:
    assert begun(os.getpid()) == "1"


def test_a_child_whose_parent_is_gone_does_not_begin() -> None:
    assert begun(1 if os.getpid() != 1 else 2) == ""
