"""The training record: what was trained with, how the losses went, and the hashes of what ships."""

import json
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from training.export import file_hashes, folder_size
from training.recipe import Recipe
from training.stages import Workspace


def _curve(path: Path) -> list[dict[str, float]]:
    entries: list[dict[str, float]] = json.loads(path.read_text()) if path.exists() else []
    return entries


def plot_losses(curves: dict[str, list[dict[str, float]]], out: Path) -> None:
    """One panel for each network; logarithmic, over minutes of training."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, len(curves), figsize=(6 * len(curves), 4), squeeze=False)
    for axis, (title, entries) in zip(axes[0], curves.items(), strict=True):
        names = [name for name in entries[-1] if name not in ("step", "seconds", "gradient", "kl")]
        for name in names:
            points = [(entry["seconds"] / 60, entry[name]) for entry in entries if name in entry]
            axis.plot(*zip(*points, strict=True), label=name, linewidth=2.2 if name == "loss" else 1)
        axis.set(title=title, xlabel="minutes", yscale="log")
        axis.grid(visible=True, which="both", alpha=0.25)
        axis.legend()
    figure.tight_layout()
    figure.savefig(out, dpi=90)
    plt.close(figure)


def write_record(space: Workspace, recipe: Recipe, model: Path, edges: Path, docs: Path) -> dict[str, Any]:
    docs.mkdir(parents=True, exist_ok=True)
    curves = {
        "autoencoder": _curve(space.autoencoder.with_suffix(".json")),
        "denoiser": _curve(space.denoiser.with_suffix(".json")),
        "decoder, refined": _curve(space.refined.with_suffix(".json")),
        "edges": _curve(space.edges.with_suffix(".json")),
    }
    plot_losses({title: entries for title, entries in curves.items() if entries}, docs / "loss.png")
    record = {
        "recipe": asdict(recipe),
        "machine": {
            "processor": platform.machine(),
            "threads": torch.get_num_threads(),
            "device": torch.cuda.get_device_name(0) if recipe.device == "cuda" else "cpu",
            "torch": torch.__version__,
        },
        "ended": {title: entries[-1] for title, entries in curves.items() if entries},
        "bytes": folder_size(model),
        "files": file_hashes(model),
        "edges": {"bytes": folder_size(edges), "files": file_hashes(edges)},
    }
    (docs / "record.json").write_text(json.dumps(record, indent=1, default=str) + "\n")
    return record
