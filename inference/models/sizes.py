"""Sizes of models for the memory plan: from a model's own files, or of well-known ones from a table."""

import contextlib
import json
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from inference.api import ModelDefaults
from inference.models.catalog import base_of
from inference.models.checkpoints import identify, layout_of
from inference.models.entry import ModelEntry
from inference.models.memory_plan import (
    DoesNotFit,
    GraphicsCard,
    Memory,
    MemoryPlan,
    Model,
    Offload,
    Preferences,
    Quantize,
    Shape,
    plan,
)
from inference.models.weights import ModelPart, parts_of, parts_of_checkpoint, transformer_of

KNOWN = Path(__file__).with_name("sizes.toml")
"""What public models weigh, computed from their configurations by `python -m benchmarks.sizes`."""

_USUAL_WIDTH = 3072
"""Of transformers whose configuration does not say; that of FLUX.1."""


def of_folder(folder: Path, defaults: ModelDefaults, *, variant: str = "") -> Model | None:
    """A model that is here; None if its files do not say what it weighs."""
    parts = parts_of(folder, variant=variant)
    if not parts:
        return None
    return Model(parts=parts, shape=shape_of(_configs(folder)), pixels=defaults.max_pixels)


def of_file(file: Path, entry: ModelEntry, defaults: ModelDefaults, model: str) -> Model | None:
    """The same of a checkpoint in one file, with what its base adds to it.

    Raises:
        ModelUnavailable: it would be refused.
    """
    checkpoint = identify(file, model, prediction=entry.prediction)
    layout = layout_of(checkpoint, base_of(entry), model)
    if checkpoint.family.whole:
        parts = parts_of_checkpoint(file)
    else:
        others = parts_of(layout, variant=entry.variant)
        parts = (*(part for part in others if part.role != "denoiser"), transformer_of(file))
    if not parts:
        return None
    return Model(parts=parts, shape=shape_of(_configs(layout)), pixels=defaults.max_pixels)


def of_path(path: Path, entry: ModelEntry, defaults: ModelDefaults, model: str) -> Model | None:
    """A model that is here, a folder or one file; None if its files do not say what it weighs.

    Raises:
        ModelUnavailable: it would be refused.
    """
    if path.is_dir():
        return of_folder(path, defaults, variant=entry.variant)
    return of_file(path, entry, defaults, model)


def known(id_: str, pixels: int) -> Model | None:
    """A model that need not be here, by its hub id; None if it is not in the table."""
    entry = _table().get(id_)
    if entry is None:
        return None
    parts = tuple(ModelPart(name, **numbers) for name, numbers in entry["parts"].items())
    return Model(parts=parts, shape=Shape(**entry["shape"]), pixels=pixels)


def planned_for(model: Model, card: GraphicsCard, entry: ModelEntry, memory: str) -> MemoryPlan:
    """The plan for a model on a card, as the owner wants it: in its entry, and for all by `memory`.

    A model that has adapters keeps everything on the card as it is, if that is possible: adapters go onto nothing
    that is streamed (onto what is quantised they do, which loses detail).

    Raises:
        DoesNotFit: there is none.
    """
    preferences = Preferences(
        memory=Memory(memory),
        quantize=Quantize(entry.quantize) if entry.quantize else None,
        offload=Offload(entry.offload) if entry.offload else None,
    )
    if entry.loras and preferences.quantize is None and preferences.offload is None:
        with contextlib.suppress(DoesNotFit):
            return plan(model, card, replace(preferences, quantize=Quantize.NONE, offload=Offload.NONE))
    return plan(model, card, preferences)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(KNOWN.read_text(encoding="utf-8"))


def _configs(folder: Path) -> dict[str, dict[str, Any]]:
    found = {}
    for name in ("unet", "transformer", "vae", "movq"):
        try:
            config = json.loads((folder / name / "config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(config, dict):
            found[name] = config
    return found


def shape_of(configs: dict[str, dict[str, Any]]) -> Shape:
    """What of a model's configurations, by component, the plan wants to know."""
    vae = configs.get("vae") or configs.get("movq") or {}
    levels = _numbers(vae.get("block_out_channels")) or [_number(vae.get("base_dim")) or 128]
    scale_factor = 2 ** (len(levels) - 1) if len(levels) > 1 else 8
    common = {
        "vae_scale_factor": scale_factor,
        "vae_width": levels[0],
        "vae_itemsize": 4 if vae.get("force_upcast") else 2,
    }
    if "transformer" not in configs:
        width = (_numbers(configs.get("unet", {}).get("block_out_channels")) or [320])[0]
        return Shape(transformer=False, width=width, **common)
    config = configs["transformer"]
    heads = _number(config.get("num_attention_heads")) * _number(config.get("attention_head_dim"))
    width = heads or _number(config.get("dim")) or _number(config.get("hidden_size")) or _USUAL_WIDTH
    return Shape(transformer=True, width=width, rows=1 if config.get("guidance_embeds") else 2, **common)


def _numbers(value: object) -> list[int]:
    return [number for each in value if (number := _number(each))] if isinstance(value, list) else []


def _number(value: object) -> int:
    return value if isinstance(value, int) and 0 < value < 1 << 20 else 0
