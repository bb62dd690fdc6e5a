"""A classifier without a model, for the real inspector's child process: the picture's colour says what it does."""

import os
import signal
import time
from pathlib import Path

from PIL import Image

from inference.api import ModelUnavailable
from inference.safety.classifier import ClassifierSettings, Loaded

SAFE, UNSAFE, CRASH, HANG, GARBAGE, NONSENSE, FAILS = (
    "green", "red", "black", "blue", "white", "gray", "yellow",
)  # fmt: skip


def load(settings: ClassifierSettings) -> Loaded:
    """A `Loader`; its model is a file that must be there."""
    if not Path(settings.model).exists():
        raise ModelUnavailable(f"The classifier {settings.model!r} is not there: put it back.")
    return Loaded(["red"], _score)


def _score(picture: Path) -> float:
    with Image.open(picture) as opened:
        colour = opened.convert("RGB").getpixel((0, 0))
    match colour:
        case (0, 0, 0):
            os.kill(os.getpid(), signal.SIGSEGV)
        case (0, 0, 255):
            time.sleep(600)
        case (255, 255, 255):
            return float("nan")
        case (128, 128, 128):
            return "very"  # type: ignore[return-value]  # it is garbage
        case (255, 255, 0):
            raise RuntimeError("the model cannot do this one")
    return 0.9 if colour == (255, 0, 0) else 0.1
