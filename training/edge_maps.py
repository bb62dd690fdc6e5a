"""Maps of lines, as the product draws them: what the edge ControlNet is trained to follow."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from inference.api import ControlKind
from inference.control_maps.maps import draw_lines
from inference.errors import Unsuited
from training.photographs import to_image
from training.pool import PicturePool
from training.sources import Pixels
from training.workers import on_all_processors

KINDS = (ControlKind.CANNY, ControlKind.LINEART, ControlKind.SCRIBBLE, ControlKind.SOFTEDGE)
BATCH = 64
SKETCHED = 128  # a grey level below which there is a line


@dataclass(frozen=True)
class Maps:
    """Of every scene's source a map of each of `KINDS`: (scenes, kinds, H, W) of bytes; perhaps of large ones too."""

    pairs: Tensor
    large: Tensor | None = None


def draw_map(kind: ControlKind, picture: Image.Image) -> Tensor:
    """White lines on black, (H, W) of bytes; black where there is nothing to draw."""
    try:
        drawn = draw_lines(kind, picture)
    except Unsuited:
        drawn = Image.new("L", picture.size)
    return torch.from_numpy(np.array(drawn.convert("L")))


def _draw_some(pictures: Pixels) -> Pixels:
    images = [Image.fromarray(picture.transpose(1, 2, 0)) for picture in pictures]
    return np.stack([np.stack([draw_map(kind, image).numpy() for kind in KINDS]) for image in images])


def draw_maps(pool: PicturePool, sketches: Tensor) -> Tensor:
    """Of every scene a map of each kind, (scenes, kinds, H, W) of bytes.

    Drawn from the scene's source, or from its sketch if there is one; `sketches` (scenes, H, W) are white if not.
    """
    sources = pool.pictures[: pool.filled, 0].cpu().clone()
    sketched = (sketches < SKETCHED).flatten(1).any(1)
    if sketched.any():
        drawn = functional.interpolate(sketches[sketched][:, None].float(), size=sources.shape[-2:], mode="bilinear")
        sources[sketched] = drawn.byte().expand(-1, 3, -1, -1)
    parts = np.array_split(sources.numpy(), -(-len(sources) // BATCH))
    return torch.from_numpy(np.concatenate(list(on_all_processors(_draw_some, parts))))


def choose_maps(noise: torch.Generator, maps: Tensor, scenes: Tensor, blank: float) -> Tensor:
    """For each scene (B,) a map of a random kind, (B, 3, H, W) in [0, 1]; nothing drawn on a share of them."""
    kinds, empty = torch.rand((2, len(scenes)), generator=noise, device=noise.device)
    places = (kinds * maps.shape[1]).long()
    chosen = maps[scenes.to(maps.device), places.to(maps.device)].to(noise.device).float() / 255
    chosen = chosen * (empty >= blank).view(-1, 1, 1)
    lines: Tensor = chosen[:, None].repeat(1, 3, 1, 1)
    return lines


def agreement(made: Tensor, lines: Tensor, reach: int = 2) -> float:
    """How well a picture's edges (3, H, W) and lines (H, W) lie on each other: an F1 score within `reach` pixels."""
    edges = draw_map(ControlKind.CANNY, to_image(made)) > 0
    wanted = lines > 0.5
    thick = partial(functional.max_pool2d, kernel_size=2 * reach + 1, stride=1, padding=reach)
    near_edges, near_wanted = (thick(part[None, None].float())[0, 0] > 0 for part in (edges, wanted))
    kept = (wanted & near_edges).sum() / wanted.sum().clamp_min(1)
    asked = (edges & near_wanted).sum() / edges.sum().clamp_min(1)
    return float(2 * kept * asked / (kept + asked).clamp_min(1e-6))
