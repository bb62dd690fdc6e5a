"""`models`: what can be asked for by name, with what each wants where nothing is said."""

import argparse
import json
from dataclasses import asdict

from rich.table import Table

from bot.cli.arguments import EXIT_DONE
from bot.cli.terminal import Terminal
from bot.compose import engine_of
from bot.domain.lora import shown
from config.models import load_catalogue, offered_models
from config.settings import Settings
from inference.api import ModelDefaults


async def models(asked: argparse.Namespace, settings: Settings) -> int:
    """List the models on offer; loads the default one, so that what is shown is true."""
    entries = offered_models(settings)
    async with engine_of(settings) as engine:
        capacity = engine.capacity()
    if asked.json:
        listed = {
            name: {"id": entries[name].id, "gated": entries[name].gated, **asdict(defaults)}
            for name, defaults in capacity.models.items()
        }
        print(json.dumps(listed))  # noqa: T201 -- for scripts
        return EXIT_DONE
    table = Table(box=None, pad_edge=False)
    for title in ("model", "id", "licence", "here", "steps", "guidance", "works on up to", "keeps", "adapters"):
        table.add_column(title, overflow="fold")
    for name, defaults in capacity.models.items():
        table.add_row(
            name,
            entries[name].id,
            defaults.licence + (", gated" if entries[name].gated else ""),
            "yes" if defaults.here else "no",
            str(defaults.steps),
            f"{defaults.guidance_scale:g}",
            _pixels(defaults),
            " ".join(defaults.controls),
            shown(defaults.loras),
        )
    console = Terminal(soft_wrap=True, markup=False, highlight=False)
    console.print(table)
    others = [name for name in load_catalogue(settings.models.file) if name not in entries]
    if others:
        console.print(f"Not offered until models.offered lists them: {', '.join(others)}")
    return EXIT_DONE


def _pixels(defaults: ModelDefaults) -> str:
    side = round(defaults.max_pixels**0.5)
    return f"{side}x{side}" if side * side == defaults.max_pixels else f"{defaults.max_pixels} pixels"
