"""Models for a hub on loopback."""

import shutil
from pathlib import Path

from safetensors.torch import load_file, save_file


def halved_pocket(folder: Path) -> Path:
    """The shipped model in half its bytes, 13.7 MB: at 20 kB/s more than ten minutes."""
    shutil.copytree(Path("inference/pocket"), folder)
    for file in folder.rglob("*.safetensors"):
        halves = {name: tensor.half().contiguous() for name, tensor in load_file(file).items()}
        save_file(halves, file, metadata={"format": "pt"})
    return folder
