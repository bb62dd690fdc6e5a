"""NVIDIA cards as the driver knows them, whatever torch can do: nothing here needs torch."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

from inference.models.memory_plan import FLOAT8_CAPABILITY, GraphicsCard, Quantize

MIB = 1 << 20
DRIVER = Path("/proc/driver/nvidia")
SECONDS = 10.0
"""After which a driver that does not answer counts as none."""

_ASKED = "index,name,memory.total,memory.free,driver_version,compute_cap"
_LINE = re.compile(r"(\d+), (.+), (\d+), (\d+), ([\d.]+), ([\d.]+)")


@dataclass(frozen=True, slots=True)
class NvidiaCard:
    """A card.

    Attributes:
        total, free: bytes.
        driver: its release, such as "580.95.05"; empty if that is not known.
        capability: compute capability, such as (8, 6); None if that is not known.
    """

    index: int
    name: str
    total: int = 0
    free: int = 0
    driver: str = ""
    capability: tuple[int, int] | None = None


def cards(driver: Path = DRIVER) -> list[NvidiaCard]:
    """The cards of this machine, by what `nvidia-smi` or, without it, the kernel's driver says.

    Args:
        driver: where the kernel's driver shows itself.
    """
    return _asked() or _of_kernel(driver)


def cards_here(driver: Path = DRIVER) -> int:
    """How many cards this machine has; asks the kernel first, which answers at once."""
    return len(_of_kernel(driver)) or len(_asked())


def here() -> GraphicsCard | None:
    """The first card of this machine, to plan for; None if there is none that says how much memory it has."""
    first = next((each for each in cards() if each.free), None)
    if first is None:
        return None
    able = frozenset(Quantize)
    if first.capability is not None and first.capability < FLOAT8_CAPABILITY:
        able -= {Quantize.FLOAT8}
    return GraphicsCard(kind="cuda", free=first.free, host=psutil.virtual_memory().available, quantizers=able)


def _asked() -> list[NvidiaCard]:
    command = shutil.which("nvidia-smi")
    if command is None:
        return []
    try:
        output = subprocess.run(  # noqa: S603 -- a fixed command of the driver
            [command, f"--query-gpu={_ASKED}", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [_card(found) for line in output.splitlines() if (found := _LINE.fullmatch(line.strip()))]


def _card(found: re.Match[str]) -> NvidiaCard:
    index, name, total, free, driver, capability = found.groups()
    major, _, minor = capability.partition(".")
    return NvidiaCard(int(index), name, int(total) * MIB, int(free) * MIB, driver, (int(major), int(minor or 0)))


def _of_kernel(driver: Path) -> list[NvidiaCard]:
    found = []
    for index, file in enumerate(sorted(driver.glob("gpus/*/information"))):
        try:
            named = re.search(r"^Model:\s*(.+)$", file.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
        except OSError:
            continue
        found.append(NvidiaCard(index, named[1].strip() if named else "NVIDIA card"))
    return found
