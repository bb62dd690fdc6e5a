"""`download`: brings models to this machine before anybody asks for them."""

import argparse
import sys
from collections.abc import Mapping

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from bot.cli.arguments import EXIT_DONE
from bot.cli.terminal import Terminal
from bot.compose import fetch_model
from bot.domain.errors import InvalidRequest
from config.models import load_catalogue, offered_models
from config.settings import Settings
from inference.api import ModelUnavailable
from inference.models.entry import ModelEntry

QUIET_SECONDS = 10.0
"""Between two lines if nobody watches a bar."""


async def download(asked: argparse.Namespace, settings: Settings) -> int:
    """Fetch models by names of the catalogue or hub ids; what an earlier try has fetched is kept.

    Raises:
        InvalidRequest: no model was named.
        ModelUnavailable: one cannot be had; those before it are here.
    """
    catalogue = load_catalogue(settings.models.file)
    entries: dict[str, ModelEntry] = dict(offered_models(settings)) if asked.offered else {}
    entries |= {name: catalogue.get(name) or ModelEntry(id=name) for name in asked.models}
    if not entries:
        raise InvalidRequest("Name a model, or give --offered for all that are on offer.")
    refused = await _fetch(entries)
    if refused:
        for sentence in refused[:-1]:
            print(f"pentimento: {sentence}", file=sys.stderr)  # noqa: T201 -- the command line speaks
        raise ModelUnavailable(refused[-1])
    return EXIT_DONE


async def _fetch(entries: Mapping[str, ModelEntry]) -> list[str]:
    """Fetch one after the other; returns why those did not come that did not."""
    console = Terminal(stderr=True)
    refused = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        for name, entry in entries.items():
            bar = bars.add_task(name, total=None)
            told = None
            try:
                async for arrival in fetch_model(name, entry):
                    bars.update(bar, completed=arrival.done, total=arrival.total)
                    if not console.is_terminal and (told is None or arrival.at - told >= QUIET_SECONDS):
                        told = arrival.at
                        console.print(f"{name}: {arrival.in_sentence()}")
            except ModelUnavailable as error:
                refused.append(str(error))
                continue
            console.print(f"{name} is here.")
    return refused
