"""`serve`: the bot on every platform that has a token."""

import argparse
import asyncio
import os
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from adapters.proxies import fault_of_connections
from adapters.web.health import serve_health
from bot import __version__, lifecycle, metrics, tracing
from bot.cli.arguments import EXIT_DONE
from bot.cli.process_info import process_info_of
from bot.cli.readings import readings, room
from bot.compose import compose, engine_of, platforms_of, retention_days_of, slack_lacks, tokens_of
from bot.domain.errors import FatalError
from bot.health import Health
from bot.ports import Messenger
from bot.system import load_all, settle_in
from config.reading import origins
from config.settings import Settings

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
NO_PLATFORM = (
    "no chat platform has a token, and there are no pages: set DISCORD_TOKEN for Discord, or SLACK_BOT_TOKEN with "
    "SLACK_APP_TOKEN for Slack (SLACK_SIGNING_SECRET in http mode), or web.port"
)


def half_set(lacking: Sequence[str]) -> str:
    """What to do about tokens of Slack of which some are missing."""
    return f"Slack also needs {' and '.join(lacking)}: set it, or unset the other tokens of Slack to go without Slack"


def unreachable(settings: Settings) -> str:
    """What is wrong with the address of the pages; empty if nothing is."""
    web = settings.web
    if web.port and not web.public_url and web.host not in _LOOPBACK:
        return (
            f"web.host is {web.host}, so others may reach the pages: put a reverse proxy that speaks TLS in front "
            "and set web.public_url to its https:// address, or leave web.host at 127.0.0.1"
        )
    return ""


async def serve(asked: argparse.Namespace, settings: Settings) -> int:
    """Run until told to stop.

    Raises:
        FatalError: it cannot start, with the mend.
    """
    lacking = slack_lacks(settings)
    if lacking:
        raise FatalError(f"{half_set(lacking)}.")
    if not any(tokens_of(settings).values()):
        raise FatalError(f"{NO_PLATFORM}.")
    if fault := unreachable(settings) or fault_of_connections():
        raise FatalError(f"{fault}.")
    settle_in()
    messengers: dict[str, Messenger] = {}
    watched = Health(name for name, on in tokens_of(settings).items() if on)
    async with AsyncExitStack() as parts:
        await parts.enter_async_context(tracing.exporting(settings.tracing.endpoint, version=__version__))
        await parts.enter_async_context(health(settings, watched))  # before the model, which may be long in coming
        composed = await parts.enter_async_context(
            compose(
                settings, data_dir=settings.data_dir, engine=engine_of(settings, at_once=True), messengers=messengers
            )
        )
        core = composed.core
        if settings.metrics.port:
            await parts.enter_async_context(watched.watching(core))
        process = process_info_of(settings, origins(asked.config, os.environ), data_dir=settings.data_dir)
        platforms = [
            await parts.enter_async_context(platform) for platform in platforms_of(settings, composed, process)
        ]
        watched.platforms = platforms
        messengers.update({platform.name: platform.messenger for platform in platforms})
        await asyncio.to_thread(load_all)
        await lifecycle.serve(
            core, platforms, keep=retention_days_of(settings), grace=settings.shutdown.grace_seconds
        )
    return EXIT_DONE


def health(settings: Settings, watched: Health) -> AbstractAsyncContextManager[None]:
    """Health and numbers, answered where the owner wants them."""
    for platform, on in tokens_of(settings).items():
        if on:
            metrics.expect(platform)
    return serve_health(
        host=settings.metrics.host,
        port=settings.metrics.port,
        readings=lambda: (*readings(watched), *room(settings.data_dir)),
        troubles=watched.troubles,
    )
