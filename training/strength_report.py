"""Measure what strength does to held-out photographs in every style: how far, what is kept, named what, lattices."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.evaluate import Model
from training.judging import lab_distance, lattice, moved, saturation, structures, texture
from training.pairs import NAMES
from training.photographs import photographs, to_tensor
from training.recognition import StyleClassifier, features, versus
from training.styles import GREY, STYLES
from training.styles.filters import CELL, CHANCES
from training.words import SYNONYMS

STRENGTHS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0)
STEPS = 20
"""Of which every strength above is a whole number: stock pipelines round down, the product does not."""

NAMED_AT = (0.3, 0.5, 0.7, 0.9)
WHOLE = 0.7  # where the style is there in full: textures and colours are looked at here
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


def named(classifier: StyleClassifier, made: Tensor, sources: Tensor, name: str) -> dict[str, float]:
    """Shares of pictures (N, 3, H, W) that are taken for the style, and that have it among the three likeliest."""
    likeliest = classifier.likeliest(versus(features(made), features(sources)), 3)
    right = (likeliest == classifier.names.index(name)).float()
    return {"right": round(float(right[:, 0].mean()), 3), "among three": round(float(right.amax(1).mean()), 3)}


def strength_report(model: Model, classifier: StyleClassifier, names: Sequence[str] = NAMES) -> dict[str, Any]:
    """Over all photographs at `STRENGTHS`, a row for each of the styles; `kept` says which of `Limits` hold."""
    shown = list(photographs().values())
    sources = to_tensor(shown)
    each: dict[str, dict[str, Any]] = {
        name: {"distance": {}, "structure": {}, "right": {}, "among three": {}} for name in names
    }
    for strength in STRENGTHS:
        made = model.restyle_each(shown, [SYNONYMS[name][0] for name in names], strength, steps=STEPS)
        for name, pictures in zip(names, made, strict=True):
            row, key = each[name], str(strength)
            row["distance"][key] = round(lab_distance(pictures, sources), 2)
            row["structure"][key] = round(structures(pictures, sources), 3)
            if strength in NAMED_AT:
                for kind, share in named(classifier, pictures, sources, name).items():
                    row[kind][key] = share
            if strength == WHOLE:
                row["saturation"] = round(saturation(pictures), 3)
                if name in TEXTURED:
                    again = model.restyle_each(shown, [SYNONYMS[name][0]], strength, steps=STEPS, seed=100)[0]
                    row |= _lattice(pictures, again, sources)
        print(f"strength {strength} measured", flush=True)
    report = {"pictures": list(photographs()), "steps": STEPS, "styles": each}
    return report | {"filters": _filters(classifier, sources, names)} | summary(each)


def _mean(values: list[float]) -> float:
    return round(float(np.mean(values)), 3)


def _filters(classifier: StyleClassifier, sources: Tensor, names: Sequence[str]) -> dict[str, Any]:
    """What the judge says of the filters themselves on the photographs, and so its own limit."""
    shape = (len(sources), CHANCES, sources.shape[2] // CELL, sources.shape[3] // CELL)
    noise, nothing = torch.randn(shape, generator=torch.Generator().manual_seed(1)), torch.zeros_like(sources)
    styles = {}
    for name in names:
        filtered = STYLES[name].apply(sources, nothing, noise).clamp(0, 1)
        styles[name] = named(classifier, filtered, sources, name)["right"]
    return {"right": _mean(list(styles.values())), "styles": styles}


def _lattice(made: Tensor, again: Tensor, sources: Tensor) -> dict[str, Any]:
    first, second = texture(made, sources), texture(again, sources)
    peak, lag = lattice(torch.cat([first, second]))
    return {"lattice": round(peak, 3), "lag": lag, "moved": round(moved(first, second), 3)}


def summary(each: dict[str, dict[str, Any]]) -> dict[str, Any]:
    limits = Limits()
    restyled = [row for name, row in each.items() if name != "photo"]  # which is to stay near the source
    touch = [row["distance"]["0.3"] / row["distance"]["0.9"] for row in restyled]
    distance = {str(s): _mean([row["distance"][str(s)] for row in restyled]) for s in STRENGTHS}
    structure = {str(s): _mean([row["structure"][str(s)] for row in restyled]) for s in STRENGTHS}
    shares = {
        str(s): {kind: _mean([row[kind][str(s)] for row in each.values()]) for kind in ("right", "among three")}
        for s in NAMED_AT
    }
    textured = [row for row in each.values() if "lattice" in row]
    peak = max((row["lattice"] for row in textured), default=0.0)
    colour = {name: each[name]["saturation"] for name in GREY if name in each}
    grows = all(a < b for a, b in pairwise(distance.values()))
    low, high = limits.structure_high
    return {
        "distance": distance,
        "structure": structure,
        "touch": {"mean": _mean(touch), "most": round(max(touch), 3)},
        "named": shares,
        "lattice": peak,
        "moved": _mean([row["moved"] for row in textured]) if textured else None,
        "saturation": colour,
        "kept": {
            "d(0.3) / d(0.9), mean": _mean(touch) <= limits.touch_mean,
            "d(0.3) / d(0.9), of any style": max(touch) <= limits.touch_any,
            "distance grows with strength": grows,
            "structure at 0.3": structure["0.3"] >= limits.structure_low,
            "structure at 0.9": low <= structure["0.9"] <= high,
            **{f"named right at {s}": shares[str(s)]["right"] >= share for s, share in limits.named},
            "among three at 0.3": shares["0.3"]["among three"] >= limits.among_three,
            "no lattice": peak <= limits.lattice,
            "no colour left": max(colour.values(), default=0.0) <= limits.grey,
        },
    }
