"""The Discord edge with the real client on a loopback Discord, over a core on fake engine, stores and clock."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.discord import connection
from adapters.discord.platform import DiscordPlatform
from adapters.pictures.outgoing import PictureExporter
from adapters.sqlite.store import SqliteJobStore
from bot.assembly import assemble
from bot.domain.limits import Limits
from bot.domain.safety import Policy
from bot.domain.style import Style
from bot.lifecycle import Core, Running
from bot.ports import Messenger, Moderator
from bot.stores import Store
from bot.system import SystemIds
from tests.builders.requests import png
from tests.fakes.engine import MODEL, FakeEngine
from tests.fakes.images import FolderImageStore
from tests.fakes.moderator import FakeModerator
from tests.fakes.picture_reader import InProcessPictureReader
from tests.fakes.store import MemoryJobStore
from tests.harness.core import STYLES
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel

PNG = png()


@dataclass(kw_only=True)
class Bench:
    """A running product and the Discord it is on."""

    discord: DiscordServer
    engine: FakeEngine
    store: Store
    platform: DiscordPlatform
    core: Core


Start = Callable[..., AbstractAsyncContextManager[Bench]]


@pytest.fixture(autouse=True)
def soon_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Discord on loopback names all servers of a bot at once."""
    monkeypatch.setattr(connection, "SERVERS_SECONDS", 0.5)


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server
        assert not server.problems


@pytest.fixture
def channel(discord: DiscordServer) -> Channel:
    return discord.channel()


@pytest.fixture
def anna(discord: DiscordServer) -> Person:
    return discord.user("anna")


@pytest.fixture
def ben(discord: DiscordServer) -> Person:
    return discord.user("ben")


@pytest.fixture
def start(discord: DiscordServer, tmp_path: Path) -> Start:
    """Starts the product; what it stores outlives it, so that a test can start it again, also with a held engine."""
    store, images = MemoryJobStore(), FolderImageStore(tmp_path)

    @asynccontextmanager
    async def started(*, held: bool = False) -> AsyncIterator[Bench]:
        async with bench_on(discord, store, images, held=held) as bench:
            yield bench

    return started


@pytest.fixture
def start_on_disk(discord: DiscordServer, tmp_path: Path) -> Start:
    """The same on the real database."""
    images = FolderImageStore(tmp_path)

    @asynccontextmanager
    async def started(**more: Any) -> AsyncIterator[Bench]:
        async with (
            SqliteJobStore(tmp_path / "pentimento.db") as store,
            bench_on(discord, store, images, **more) as bench,
        ):
            yield bench

    return started


@pytest.fixture
async def bench(start: Start, channel: Channel) -> AsyncIterator[Bench]:
    del channel  # it must be there before the bot is told of its servers
    async with start() as bench:
        yield bench


@asynccontextmanager
async def bench_on(
    discord: DiscordServer,
    store: Store,
    images: FolderImageStore,
    *,
    moderator: Moderator | None = None,
    policy: Policy | None = None,
    held: bool = False,
    message_content: bool = False,
    greets: bool = False,
    notify_seconds: float = 0.0,
    max_jobs: int = 20,
    styles: Mapping[str, Style] = STYLES,
) -> AsyncIterator[Bench]:
    engine, clock = FakeEngine(), discord.clock
    if held:
        engine.hold()
    messengers: dict[str, Messenger] = {}
    async with engine:
        core = assemble(
            store=store,
            images=images,
            reader=InProcessPictureReader(),
            moderator=moderator or FakeModerator(),
            policy=policy or Policy(),
            engine=engine,
            messengers=messengers,
            clock=clock,
            ids=SystemIds(),
            limits=Limits(),
            styles=styles,
            max_jobs=max_jobs,
            greets=greets,
            notify_seconds=notify_seconds,
            default_model=MODEL,
        )
        platform = DiscordPlatform(
            token=discord.token,
            message_content=message_content,
            api_url=discord.url,
            service=core.service,
            store=store,
            exporter=PictureExporter(store=store, images=images, embed_recipe=False),
            clock=clock,
            allowed_hosts=frozenset({"127.0.0.1"}),
            max_bytes=1 << 20,
        )
        async with platform:
            messengers[platform.name] = platform.messenger
            async with Running(core, grace=0.1) as tasks:
                running = tasks.create_task(platform.run(), name="discord")
                await discord.gateway.ready.wait()
                await discord.until(lambda: discord.commands, what="commands")
                yield Bench(discord=discord, engine=engine, store=store, platform=platform, core=core)
                await platform.stop_intake()
                running.cancel()
                await asyncio.wait([running])
