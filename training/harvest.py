"""Pack what a run has made so far into files small enough to be carried away one by one."""

import tarfile
from collections.abc import Iterable
from pathlib import Path

PART = 15 * 2**20


def pack(folders: Iterable[Path], out: Path, name: str = "pocket.tar") -> list[Path]:
    """`name`.0, `name`.1, … of at most 15 MiB each: `cat name.* | tar x` brings the folders back."""
    out.mkdir(parents=True, exist_ok=True)
    whole = out / name
    with tarfile.open(whole, "w") as archive:
        for folder in folders:
            if folder.exists():
                archive.add(folder, arcname=folder.name)
    content = whole.read_bytes()
    whole.unlink()
    parts = []
    for index, start in enumerate(range(0, len(content), PART)):
        part = out / f"{name}.{index}"
        part.write_bytes(content[start : start + PART])
        parts.append(part)
    return parts
