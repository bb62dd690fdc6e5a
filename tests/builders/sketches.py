"""The demo's sketch, and how far a picture keeps to its lines."""

import io
from pathlib import Path

from PIL import Image

from inference.api import ControlKind
from training.edge_maps import agreement, draw_map
from training.photographs import to_tensor

SKETCH = Path(__file__).parents[2] / "docs/demo/sketch.png"


def sketch(side: int = 256) -> Image.Image:
    with Image.open(SKETCH) as opened:
        return opened.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)


def lines_kept(picture: bytes) -> float:
    """Of a square picture: 1 where it has exactly the edges that the sketch has lines."""
    with Image.open(io.BytesIO(picture)) as opened:
        [made] = to_tensor([opened.convert("RGB")])
    return agreement(made, draw_map(ControlKind.SCRIBBLE, sketch(made.shape[-1])).float() / 255)
