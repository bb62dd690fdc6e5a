"""Draw the styled pictures: pairs of (source, target) with the names of the styles between them."""

import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from training.styles import STYLES, Kind

Pixels = npt.NDArray[np.uint8]

# Styles made of many small pieces need more examples than a change of colours; `photo` is the identity.
WEIGHTS = {"photo": 0.7} | dict.fromkeys(("oil", "van gogh", "watercolor", "anime", "ukiyo-e", "night", "snow"), 1.5)


@dataclass(frozen=True)
class PairSettings:
    targets: int = 4  # for each scene
    combined: float = 0.14  # share of targets that are an art made of a look
    degraded: float = 0.1  # share of sources made worse than their targets' picture
    seed: int = 2026


def draw_styles(generator: np.random.Generator, settings: PairSettings) -> list[tuple[str, ...]]:
    """Different styles for one scene's targets; a pair of names is (look, art)."""
    names = list(STYLES)
    weights = np.array([WEIGHTS.get(name, 1.0) for name in names])
    chosen = generator.choice(len(names), settings.targets, replace=False, p=weights / weights.sum())
    looks = [name for name in names if STYLES[name].kind is Kind.LOOK and name != "photo"]
    arts = [name for name in names if STYLES[name].kind is Kind.ART]
    targets: list[tuple[str, ...]] = []
    for index in chosen:
        if generator.random() < settings.combined:
            targets.append((looks[generator.integers(len(looks))], arts[generator.integers(len(arts))]))
        else:
            targets.append((names[index],))
    return targets


def degrade(generator: np.random.Generator, picture: Pixels) -> Pixels:
    """A worse copy (3, H, W): scaled down and up again, pressed by JPEG."""
    image = Image.fromarray(picture.transpose(1, 2, 0))
    size = int(generator.integers(100, 230))
    if generator.random() < 0.6:
        image = image.resize((size, size), Image.Resampling.BILINEAR).resize(image.size, Image.Resampling.BICUBIC)
    pressed = io.BytesIO()
    image.save(pressed, "JPEG", quality=int(generator.integers(15, 70)))
    return np.asarray(Image.open(pressed)).transpose(2, 0, 1)


def quantise(picture: torch.Tensor) -> Pixels:
    return (picture.clamp(0, 1) * 255 + 0.5).byte().cpu().numpy()


def render_pairs(scenes: Path, out: Path, shard: str, settings: PairSettings, device: str = "cpu") -> None:
    """Write `shard`.pictures.npy (scenes, 1 + targets, 3, H, W), sources first, and the styles as json."""
    generator = np.random.default_rng([settings.seed, int(shard)])
    pictures: Pixels = np.load(scenes / f"{shard}.pictures.npy")
    masks: Pixels = np.load(scenes / f"{shard}.masks.npy")
    count = len(pictures)
    out_pictures = np.empty((count, 1 + settings.targets, *pictures.shape[1:]), np.uint8)
    targets: list[list[tuple[str, ...]]] = []
    groups: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for index in range(count):
        worse = generator.random() < settings.degraded
        out_pictures[index, 0] = degrade(generator, pictures[index]) if worse else pictures[index]
        targets.append(draw_styles(generator, settings))
        for place, names in enumerate(targets[-1], 1):
            groups.setdefault(names, []).append((index, place))
    for names, places in groups.items():
        for start in range(0, len(places), 4):
            some = places[start : start + 4]
            indices = [index for index, _ in some]
            picture = torch.from_numpy(pictures[indices]).to(device).float() / 255
            mask = torch.from_numpy(masks[indices]).to(device).float() / 255
            for name in names:
                picture = STYLES[name].apply(picture, mask).clamp(0, 1)
            for (index, place), styled in zip(some, quantise(picture), strict=True):
                out_pictures[index, place] = styled
    np.save(out / f"{shard}.pictures.npy", out_pictures)
    (out / f"{shard}.json").write_text(json.dumps(targets))
