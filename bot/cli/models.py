"""`models`: what can be asked for by name, what each wants if nothing is said, and how it fits a card."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table

from bot.cli.arguments import EXIT_DONE
from bot.cli.terminal import Terminal
from bot.compose import shown_models
from bot.domain.lora import shown
from config.models import load_catalogue, offered_models
from config.settings import Settings
from inference.api import ModelDefaults, ModelUnavailable
from inference.models.overview import ModelOverview


async def models(asked: argparse.Namespace, settings: Settings) -> int:
    """List the models on offer, or with `--card` the whole catalogue and how it fits; loads and fetches nothing.

    Raises:
        ModelUnavailable: the default model cannot be used.
    """
    catalogue = load_catalogue(settings.models.file)
    offered = offered_models(settings)
    entries = offered if asked.card is None else offered | {name: catalogue[name] for name in catalogue}
    listed = shown_models(settings, entries, gibibytes=asked.card)
    if (default := listed[settings.model.id]).defaults is None:
        raise ModelUnavailable(default.trouble)
    if asked.json:
        print(json.dumps({name: _fields(each) for name, each in listed.items()}))  # noqa: T201 -- for scripts
        return EXIT_DONE
    console = Terminal(soft_wrap=True, markup=False, highlight=False)
    _list(console, _CARD if asked.card is not None else _OFFERED, listed)
    if asked.card is not None:
        console.print(_ESTIMATED)
        return EXIT_DONE
    others = [name for name in catalogue if name not in entries]
    if others:
        console.print(f"Not offered until models.offered lists them: {', '.join(others)}")
    return EXIT_DONE


def _list(console: Terminal, columns: Sequence[str], listed: Mapping[str, ModelOverview]) -> None:
    """As a table; one below the other if the terminal has too few columns for one that can be read."""
    table = Table(box=None, pad_edge=False)
    for title in columns:  # a name or a number that is broken is hard to read: what is long gives way
        whole = title in _WHOLE
        table.add_column(title, overflow="fold", no_wrap=whole, min_width=None if whole else _LEAST)
    for name, each in listed.items():
        cells = _cells(each)
        table.add_row(name, *(cells[title] for title in columns[1:]))
    unbounded = console.options.update(max_width=_UNBOUNDED)
    if Measurement.get(console, unbounded, table).minimum <= console.width:
        console.print(table)
        return
    for name, each in listed.items():
        cells = _cells(each)
        told = " · ".join(f"{title} {cells[title]}" for title in columns[1:] if cells[title])
        console.print(name)
        console.print(Padding(told, (0, 0, 0, 2)), soft_wrap=False)


_LEAST = 10
"""Columns of a terminal in which words of some length are still read."""

_UNBOUNDED = 10_000

_OFFERED = ("model", "id", "licence", "here", "disk", "weights", "plan", "steps", "guidance", "up to",
            "keeps", "adapters")  # fmt: skip
_CARD = ("model", "weights", "plan", "on the card", "in memory", "up to", "here", "licence")
_WHOLE = ("model", "weights", "on the card", "in memory", "up to", "here")
_ESTIMATED = (
    "Weights are counted from files or configurations; what is on the card at most is estimated, and has not been "
    "measured on a GPU."
)


def _cells(each: ModelOverview) -> dict[str, str]:
    """By the title of the column."""
    defaults, planned = each.defaults, each.planned
    cells = {
        "id": each.entry.id,
        "licence": each.entry.licence + (", gated" if each.entry.gated else ""),
        "here": "yes" if defaults and defaults.here else "no",
        "disk": _gigabytes(each.disk),
        "weights": _gigabytes(each.weights),
        "plan": planned.words if planned else each.trouble or ("" if each.weights else "its size is not known yet"),
        "on the card": _gigabytes(planned.peak if planned else 0),
        "in memory": _gigabytes(planned.host if planned else 0),
    }
    if defaults is None:
        return cells | dict.fromkeys(("steps", "guidance", "up to", "keeps", "adapters"), "")
    pixels = min(defaults.max_pixels, planned.pixels) if planned else defaults.max_pixels
    told = {
        "steps": str(defaults.steps),
        "guidance": f"{defaults.guidance_scale:g}",
        "up to": _pixels(pixels),
        "keeps": " ".join(defaults.controls),
        "adapters": shown(defaults.loras),
    }
    return cells | told


def _fields(each: ModelOverview) -> dict[str, object]:
    defaults: ModelDefaults | None = each.defaults
    plan = None if each.planned is None else {**asdict(each.planned), "words": each.planned.words}
    return {
        "id": each.entry.id,
        "gated": each.entry.gated,
        **({} if defaults is None else asdict(defaults)),
        "disk_bytes": each.disk,
        "weight_bytes": each.weights,
        "plan": plan,
        "trouble": each.trouble,
    }


def _gigabytes(nbytes: int) -> str:
    return f"{nbytes / 1e9:.1f} GB" if nbytes >= 5e7 else f"{nbytes / 1e6:.0f} MB" if nbytes else ""


def _pixels(pixels: int) -> str:
    side = round(pixels**0.5)
    return f"{side}x{side}" if side * side == pixels else f"{pixels} pixels"
