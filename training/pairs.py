"""Draw the styled pictures: pairs of (source, target) with the names of the styles between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training.styles import STYLES, Filter, Kind
from training.styles.filters import CELL, CHANCES

NAMES = list(STYLES)
LOOKS = [name for name in NAMES if STYLES[name].kind is Kind.LOOK and name != "photo"]
ARTS = [name for name in NAMES if STYLES[name].kind is Kind.ART]

# Everything a target can be: a style, or an art made of a look.
KEYS: list[tuple[str, ...]] = [(name,) for name in NAMES] + [(look, art) for look in LOOKS for art in ARTS]
PHOTO = NAMES.index("photo")
_INDEX = {key: index for index, key in enumerate(KEYS)}

# Styles made of many small pieces need more examples than a change of colours; `photo` is the identity.
_DIFFICULT = (
    "oil", "van gogh", "watercolor", "anime", "pixel art", "clay", "ukiyo-e", "pencil", "pop art", "night", "snow",
    "autumn",
)  # fmt: skip
WEIGHTS = {"photo": 0.7} | dict.fromkeys(_DIFFICULT, 1.5)

# How many pixels go through a filter together: torch's quantile takes 16 million numbers at most.
CHUNK = 16 * 256 * 256


@dataclass(frozen=True)
class PairSettings:
    targets: int = 3  # for each scene, and as many for its other drawing
    combined: float = 0.16  # share of targets that are an art made of a look
    seed: int = 2026


def draw_keys(generator: np.random.Generator, count: int, settings: PairSettings) -> Tensor:
    """Different styles for each of `count` scenes' targets, (count, targets) indices of `KEYS`."""
    weights = np.array([WEIGHTS.get(name, 1.0) for name in NAMES])
    keys = torch.empty(count, settings.targets, dtype=torch.long)
    for scene in range(count):
        chosen = generator.choice(len(NAMES), settings.targets, replace=False, p=weights / weights.sum())
        for place, index in enumerate(chosen):
            keys[scene, place] = int(index)
            if generator.random() < settings.combined:
                look, art = LOOKS[generator.integers(len(LOOKS))], ARTS[generator.integers(len(ARTS))]
                keys[scene, place] = _INDEX[look, art]
    return keys


def enlarge(pictures: Tensor, factor: int) -> Tensor:
    """(N, 3, H, W) of bytes, scaled up: what a big photograph looks like, smooth for the most part."""
    big = functional.interpolate(pictures.float() / 255, scale_factor=factor, mode="bicubic", align_corners=False)
    return quantise(big)


def quantise(picture: Tensor) -> Tensor:
    return (picture.clamp(0, 1) * 255 + 0.5).byte()


def style_noise(scenes: Sequence[int], targets: int, side: int) -> Tensor:
    """What places the strokes of every target: (scenes, targets, CHANCES, cells, cells) of half precision.

    A function of the scene's number and the size alone, so that it can be had again when the target is trained on.
    """
    cells = side // CELL
    out = torch.empty(len(scenes), targets, CHANCES, cells, cells, dtype=torch.float16)
    for place, scene in enumerate(scenes):
        drawn = torch.Generator().manual_seed(scene * 4096 + side)
        out[place] = torch.randn(targets, CHANCES, cells, cells, generator=drawn).half()
    return out


@torch.no_grad()
def style(pictures: Tensor, masks: Tensor, keys: Tensor, noise: Tensor) -> Tensor:
    """Targets (N, targets, 3, H, W) of pictures and masks (N, 3, H, W), all bytes on one device.

    `keys` (N, targets) and `noise` (see `style_noise`) lie in the processor's memory. What a filter is to do, it does
    to many pictures together.
    """
    out = pictures[:, None].repeat(1, keys.shape[1], 1, 1, 1)
    flat, chances = out.view(-1, *pictures.shape[1:]), noise.flatten(0, 1)
    names = [KEYS[key] for key in keys.flatten().tolist()]
    scenes = torch.arange(len(keys)).repeat_interleave(keys.shape[1])
    for layer in range(2):
        for name, filtering in STYLES.items():
            places = [place for place, some in enumerate(names) if len(some) > layer and some[layer] == name]
            if places and name != "photo":
                _apply(filtering.apply, flat, torch.tensor(places), masks, scenes, chances)
    return out


def _apply(  # noqa: PLR0917 - a filter and all that it reads
    filtering: Filter, flat: Tensor, places: Tensor, masks: Tensor, scenes: Tensor, chances: Tensor
) -> None:
    for some in torch.split(places, max(1, CHUNK // (flat.shape[-1] * flat.shape[-2]))):
        at = some.to(flat.device)
        mask = masks[scenes[some].to(flat.device)].float() / 255
        noise = chances[some].to(flat.device).float()
        flat[at] = quantise(filtering(flat[at].float() / 255, mask, noise))
