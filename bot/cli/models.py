"""`models`: what can be asked for by name, with what each wants where nothing is said."""

import argparse
import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from bot.cli.arguments import EXIT_DONE
from bot.compose import engine_of
from config.settings import Settings


async def models(asked: argparse.Namespace, settings: Settings) -> int:
    """List the configured models; loads the default one, so that what is shown is true."""
    async with engine_of(settings) as engine:
        capacity = await engine.capacity()
    if asked.json:
        print(json.dumps({name: asdict(defaults) for name, defaults in capacity.models.items()}))  # noqa: T201 -- for scripts
        return EXIT_DONE
    table = Table(box=None, pad_edge=False)
    for title in ("model", "steps", "guidance", "works on up to", "sides are multiples of"):
        table.add_column(title)
    for name, defaults in capacity.models.items():
        table.add_row(
            name,
            str(defaults.steps),
            f"{defaults.guidance_scale:g}",
            f"{defaults.max_pixels} pixels",
            str(defaults.multiple),
        )
    Console(soft_wrap=True).print(table)
    return EXIT_DONE
