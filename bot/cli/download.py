"""`download`: brings models to this machine before anybody asks for them."""

import argparse
import sys
from collections.abc import Mapping

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from adapters.proxies import fault_of_connections
from bot.cli.arguments import EXIT_DONE
from bot.cli.owner import check_model_name
from bot.cli.terminal import Terminal
from bot.compose import fetch_model, map_models_of
from bot.domain.errors import FatalError, InvalidRequest
from config.models import load_catalogue, offered_models
from config.settings import Settings
from inference.api import ModelUnavailable
from inference.models.entry import MapModels, ModelEntry

QUIET_SECONDS = 10.0
"""Between two lines if nobody watches a bar."""


async def download(asked: argparse.Namespace, settings: Settings) -> int:
    """Fetch models by names of the catalogue or hub ids, with their adapters; what an earlier try fetched is kept.

    Raises:
        FatalError: there can be no connection.
        InvalidRequest: no model was named, or one is nearly a name of the catalogue.
        ModelUnavailable: one cannot be had; those before it are here.
    """
    catalogue = load_catalogue(settings.models.file)
    for name in asked.models:
        check_model_name(name, settings)
    offered = offered_models(settings) if asked.offered else {}
    # A pickle in models.folder is named by `check`; there is nothing of it to fetch.
    entries = {name: entry for name, entry in offered.items() if not entry.id.endswith(".ckpt")}
    entries |= {name: catalogue.get(name) or ModelEntry(id=name) for name in asked.models}
    if not entries:
        raise InvalidRequest("Name a model, or give --offered for all that are on offer.")
    if fault := fault_of_connections():
        raise FatalError(f"{fault}.")
    refused = await _fetch(entries, map_models_of(settings), controls=asked.controls)
    if refused:
        for sentence in refused[:-1]:
            print(f"pentimento: {sentence}", file=sys.stderr)  # noqa: T201 -- the command line speaks
        raise ModelUnavailable(refused[-1])
    return EXIT_DONE


async def _fetch(entries: Mapping[str, ModelEntry], map_models: MapModels, *, controls: bool) -> list[str]:
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
            tasks, told = {name: bars.add_task(name, total=None)}, None
            try:
                async for part, arrival in fetch_model(name, entry, map_models, controls=controls):
                    if part not in tasks:
                        tasks[part] = bars.add_task(part, total=None)
                    bars.update(tasks[part], completed=arrival.done, total=arrival.total)
                    if not console.is_terminal and (told is None or arrival.at - told >= QUIET_SECONDS):
                        told = arrival.at
                        console.print(f"{part}: {arrival.in_sentence()}")
            except ModelUnavailable as error:
                refused.append(str(error))
                continue
            console.print(f"{name} is here.")
    return refused
