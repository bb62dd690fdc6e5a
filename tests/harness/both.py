"""Discord on a core that Slack is on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.discord.platform import DiscordPlatform
from adapters.pictures.outgoing import PictureExporter
from tests.harness.slack import Bench
from tests.servers.discord import DiscordServer


@asynccontextmanager
async def discord_beside(running: Bench, discord: DiscordServer) -> AsyncIterator[None]:
    """Discord listens, with its commands registered, until it is left."""
    core = running.core
    platform = DiscordPlatform(
        token=discord.token,
        api_url=discord.url,
        service=core.service,
        store=core.store,
        exporter=PictureExporter(store=core.store, images=core.images, embed_recipe=False),
        clock=discord.clock,
        allowed_hosts=frozenset({"127.0.0.1"}),
        max_bytes=1 << 20,
    )
    async with platform, asyncio.TaskGroup() as tasks:
        running.messengers[platform.name] = platform.messenger
        listening = tasks.create_task(platform.run())
        await discord.gateway.ready.wait()
        await discord.until(lambda: discord.commands, what="commands")
        yield
        await platform.stop_intake()
        listening.cancel()
