"""What `check` finds of the ports that a service would listen on, all of them at the same time."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

from bot.compose import tokens_of
from bot.findings import Finding, State
from config.settings import Settings


async def port_findings(settings: Settings) -> AsyncIterator[Finding]:
    """Of Slack's port and the pages' those that could not be listened on; that of the metrics has its own line."""
    async with AsyncExitStack() as held:
        for what, host, port, keys in _servers(settings):
            try:
                await held.enter_async_context(await asyncio.start_server(_close, host, port))
            except OSError as fault:
                if what != "metrics":
                    words = f"cannot listen on {host}:{port} ({fault.strerror}): set {keys} to a free address"
                    yield Finding(what, State.WRONG, words)


def _servers(settings: Settings) -> Iterator[tuple[str, str, int, str]]:
    """What listens where, in the order in which a service starts it, and the keys that say so."""
    tokens = tokens_of(settings)
    if settings.metrics.port:
        yield "metrics", settings.metrics.host, settings.metrics.port, "metrics.host and metrics.port"
    if tokens["slack"] and settings.slack.mode == "http":
        yield "slack", settings.slack.http_host, settings.slack.http_port, "slack.http_host and slack.http_port"
    if tokens["web"]:
        yield "web", settings.web.host, settings.web.port, "web.host and web.port"


def _close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
