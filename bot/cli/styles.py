"""`styles`: the presets by name; with a picture, a small picture of each."""

import argparse
import json

from rich.table import Table

from bot.cli.arguments import EXIT_DONE
from bot.cli.terminal import Terminal
from config.settings import Settings
from config.styles import load_styles


async def styles(asked: argparse.Namespace, settings: Settings) -> int:
    """List the presets, which takes no model; or paint the source in each."""
    if asked.source is not None:
        from bot.cli.pictures import paint_styles

        return await paint_styles(asked, settings)
    presets = load_styles(settings.styles.file)
    if asked.json:
        listed = {name: {"prompt": each.prompt, "strength": each.strength} for name, each in presets.items()}
        print(json.dumps(listed))  # noqa: T201 -- for scripts
        return EXIT_DONE
    table = Table(box=None, pad_edge=False)
    for title in ("style", "adds to the prompt"):
        table.add_column(title, overflow="fold")
    for name, each in presets.items():
        table.add_row(name, each.prompt)
    Terminal(soft_wrap=True, markup=False, highlight=False).print(table)
    return EXIT_DONE
