"""Measure what strength does to held-out photographs in every style: how far, what is kept, named what, lattices."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.evaluate import Model, recognised
from training.judging import lab_distance, lattice, moved, saturation, structures, texture
from training.pairs import NAMES
from training.photographs import photographs, to_tensor
from training.recognition import StyleClassifier, features, versus
from training.styles import STYLES
from training.styles.filters import CHANCES
from training.words import SYNONYMS

STRENGTHS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0)
STEPS = 20
"""Of which every strength above is a whole number: stock pipelines round down, the product does not."""

NAMED_AT = (0.3, 0.5, 0.7, 0.9)
GREY = ("noir", "pencil")
# Styles that lay strokes, panes or flakes over the whole picture; those that are regular by nature have a lattice.
TEXTURED = (
    "oil", "van gogh", "watercolor", "pastel", "mosaic", "stained glass", "low poly", "clay", "ukiyo-e", "pencil",
    "charcoal", "ink", "snow", "autumn", "spring", "fantasy", "underwater", "desert",
)  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What is asked of the shipped model; the report says which of it is kept."""

    touch_mean: float = 0.45  # distance at 0.3 over that at 0.9, mean over the styles
    touch_any: float = 0.65
    structure_low: float = 0.8  # at 0.3, at least
    structure_high: tuple[float, float] = (0.35, 0.6)  # at 0.9
    named: tuple[tuple[float, float], ...] = ((0.5, 0.75), (0.7, 0.85), (0.9, 0.85))
    among_three: float = 0.7  # at 0.3
    lattice: float = 0.15
    grey: float = 0.1  # mean saturation


def among_three(classifier: StyleClassifier, made: Tensor, sources: Tensor) -> dict[str, float]:
    """For every style, the share of pictures (styles, N, 3, H, W) that it is among the three likeliest of."""
    before = features(sources)
    return {
        name: round(
            float((classifier.likeliest(versus(features(made[index]), before), 3) == index).any(1).float().mean()), 3
        )
        for index, name in enumerate(classifier.names)
    }


def strength_report(model: Model, classifier: StyleClassifier) -> dict[str, Any]:
    """Over all photographs and styles at `STRENGTHS`; `kept` says which of `Limits` hold."""
    shown = list(photographs().values())
    sources = to_tensor(shown)
    prompts = [SYNONYMS[name][0] for name in NAMES]
    each: dict[str, dict[str, Any]] = {name: {"distance": {}, "structure": {}} for name in NAMES}
    named: dict[str, Any] = {}
    grey: dict[str, float] = {}
    for strength in STRENGTHS:
        made = model.restyle_each(shown, prompts, strength, steps=STEPS)
        for name, pictures in zip(NAMES, made, strict=True):
            each[name]["distance"][str(strength)] = round(lab_distance(pictures, sources), 2)
            each[name]["structure"][str(strength)] = round(structures(pictures, sources), 3)
        if strength in NAMED_AT:
            right = recognised(classifier, made, sources)
            three = among_three(classifier, made, sources)
            for name in NAMES:
                each[name].setdefault("named", {})[str(strength)] = right[name]["right"]
                each[name].setdefault("among three", {})[str(strength)] = three[name]
            named[str(strength)] = {
                "right": _mean([right[name]["right"] for name in NAMES]),
                "among three": _mean(list(three.values())),
            }
        if strength == 0.7:
            other = model.restyle_each(
                shown, [SYNONYMS[name][0] for name in TEXTURED], strength, steps=STEPS, seed=100
            )
            for name, again in zip(TEXTURED, other, strict=True):
                each[name] |= _lattice(made[NAMES.index(name)], again, sources)
            grey = {name: round(saturation(made[NAMES.index(name)]), 3) for name in GREY}
        print(f"strength {strength} measured", flush=True)
    report = {"pictures": list(photographs()), "steps": STEPS, "named": named, "grey": grey, "styles": each}
    return report | {"filters": _filters(classifier, sources)} | _summary(each, named, grey)


def _mean(values: list[float]) -> float:
    return round(float(np.mean(values)), 3)


def _filters(classifier: StyleClassifier, sources: Tensor) -> dict[str, Any]:
    """What the judge says of the filters themselves on the photographs, and so its own limit."""
    noise = torch.randn(len(sources), CHANCES, sources.shape[2] // 8, sources.shape[3] // 8, generator=_seeded(1))
    nothing = torch.zeros_like(sources)
    filtered = torch.stack([STYLES[name].apply(sources, nothing, noise).clamp(0, 1) for name in NAMES])
    right = recognised(classifier, filtered, sources)
    return {"right": _mean([entry["right"] for entry in right.values()]), "styles": right}


def _seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _lattice(made: Tensor, again: Tensor, sources: Tensor) -> dict[str, Any]:
    first, second = texture(made, sources), texture(again, sources)
    peak, lag = lattice(torch.cat([first, second]))
    return {"lattice": round(peak, 3), "lag": lag, "moved": round(moved(first, second), 3)}


def _summary(each: dict[str, dict[str, Any]], named: dict[str, Any], grey: dict[str, float]) -> dict[str, Any]:
    limits = Limits()
    styles = [name for name in each if name != "photo"]  # which is to stay near the source
    touch = {name: each[name]["distance"]["0.3"] / each[name]["distance"]["0.9"] for name in styles}
    steady = [
        name
        for name in styles
        if all(a <= b for a, b in pairwise(each[name]["distance"][str(strength)] for strength in STRENGTHS))
    ]
    distances = {str(s): round(float(np.mean([each[n]["distance"][str(s)] for n in styles])), 2) for s in STRENGTHS}
    kept_edges = {str(s): _mean([each[n]["structure"][str(s)] for n in styles]) for s in STRENGTHS}
    peak = max(each[name]["lattice"] for name in TEXTURED)
    low, high = limits.structure_high
    return {
        "distance": distances,
        "structure": kept_edges,
        "touch": {"mean": _mean(list(touch.values())), "most": _mean([max(touch.values())])},
        "grows all the way": {"mean": all(a < b for a, b in pairwise(distances.values())), "styles": len(steady)},
        "lattice": peak,
        "moved": _mean([each[name]["moved"] for name in TEXTURED]),
        "kept": {
            "touch, mean": _mean(list(touch.values())) <= limits.touch_mean,
            "touch, any": max(touch.values()) <= limits.touch_any,
            "monotonic": all(a < b for a, b in pairwise(distances.values())),
            "structure at 0.3": kept_edges["0.3"] >= limits.structure_low,
            "structure at 0.9": low <= kept_edges["0.9"] <= high,
            **{f"named at {s}": named[str(s)]["right"] >= share for s, share in limits.named},
            "among three at 0.3": named["0.3"]["among three"] >= limits.among_three,
            "no lattice": peak <= limits.lattice,
            "no colour": max(grey.values()) <= limits.grey,
        },
    }
