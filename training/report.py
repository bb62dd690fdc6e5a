"""The report on an exported model: held-out photographs, every style, one command."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.evaluate import Model, reconstruction_report, speed_report, train_classifier
from training.pairs import NAMES
from training.pool import PicturePool
from training.speed import fast_dtype
from training.strength_report import NAMED_AT, STRENGTHS, strength_report


def evaluate(
    folder: Path, pool: PicturePool, out: Path, device: str = "cpu", names: Sequence[str] = NAMES
) -> dict[str, Any]:
    """`pool`: drawn scenes and their filtered pictures, for the judge of styles to learn from."""
    model = Model(folder, fast_dtype(device), device)
    report = {
        "reconstruction": reconstruction_report(Model(folder, device=device)),
        "strength": strength_report(model, train_classifier(pool, model.reconstruct), names),
        "seconds": speed_report(folder, device),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=1) + "\n")
    return report


def print_report(report: dict[str, Any]) -> None:
    strength = report["strength"]
    print("reconstruction, dB:", report["reconstruction"])
    print("seconds a picture:", report["seconds"])
    heads = (
        [f"d {s}" for s in STRENGTHS] + ["F1 .3", "F1 .9"] + [f"named {s}" for s in NAMED_AT] + ["lattice", "moved"]
    )
    print(f"{'':<16}" + "".join(f"{head:>10}" for head in heads))
    for name, entry in strength["styles"].items():
        values = [f"{entry['distance'][str(s)]:.1f}" for s in STRENGTHS]
        values += [f"{entry['structure'][key]:.2f}" for key in ("0.3", "0.9")]
        values += [f"{entry['right'][str(s)]:.0%}" for s in NAMED_AT]
        values += [f"{entry[key]:.2f}" if key in entry else "" for key in ("lattice", "moved")]
        print(f"{name:<16}" + "".join(f"{value:>10}" for value in values))
    for key in ("distance", "structure", "touch", "named", "lattice", "moved", "saturation"):
        print(f"{key}: {strength[key]}")
    for limit, holds in strength["kept"].items():
        print(f"{'kept  ' if holds else 'MISSED'} {limit}")
