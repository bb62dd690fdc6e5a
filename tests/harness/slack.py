"""The real core and the real Slack adapter against the tests' Slack; only the model is a fake."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.files.image_store import FileImageStore
from adapters.pictures.outgoing import PictureExporter
from adapters.slack.options import SlackOptions
from adapters.slack.platform import SlackPlatform
from adapters.sqlite.installations import SqliteInstallations
from adapters.sqlite.store import SqliteJobStore
from bot.domain.limits import Limits
from bot.domain.safety import Policy
from bot.lifecycle import Core, Running
from bot.ports import Messenger, Moderator
from tests.fakes.engine import FakeEngine
from tests.fakes.picture_reader import InProcessPictureReader
from tests.harness.core import assemble
from tests.harness.ports import free_port
from tests.harness.waiting import PATIENCE
from tests.servers.slack.server import APP_TOKEN, SIGNING_SECRET, SlackServer


@dataclass(frozen=True, slots=True)
class Bench:
    """What runs.

    Attributes:
        messengers: delivery's, by platform; another platform may be put beside Slack.
    """

    core: Core
    messengers: dict[str, Messenger]
    slack: SlackPlatform
    engine: FakeEngine


def options(server: SlackServer, **changes: object) -> SlackOptions:
    """As an owner of one workspace would set them."""
    values: dict[str, object] = {
        "api_url": server.api_url,
        "bot_token": "xoxb-one",
        "app_token": APP_TOKEN,
        "signing_secret": SIGNING_SECRET,
    }
    return SlackOptions(**(values | changes))  # type: ignore[arg-type]  # the table is typed by SlackOptions itself


def http_options(server: SlackServer, **changes: object) -> SlackOptions:
    """HTTP mode on a free port; the server is told where to post."""
    port = free_port()
    server.app_url = f"http://127.0.0.1:{port}/slack/events"
    return options(server, mode="http", http_port=port, **changes)


@asynccontextmanager
async def bench(
    server: SlackServer,
    folder: Path,
    *,
    settings: SlackOptions | None = None,
    engine: FakeEngine | None = None,
    limits: Limits | None = None,
    moderator: Moderator | None = None,
    policy: Policy | None = None,
    start: bool = True,
    greets: bool = False,
    notify_seconds: float = 0.0,
) -> AsyncIterator[Bench]:
    """A running service; entered again on the same folder it is a restart."""
    engine = engine or FakeEngine(slots=1)
    messengers: dict[str, Messenger] = {}
    async with AsyncExitStack() as parts:
        store = await parts.enter_async_context(SqliteJobStore(folder / "pentimento.db"))
        images = await parts.enter_async_context(FileImageStore(folder / "images"))
        await parts.enter_async_context(engine)
        core = assemble(
            store=store,
            images=images,
            engine=engine,
            messengers=messengers,
            reader=InProcessPictureReader(),
            limits=limits or Limits(pending_per_user=100, waiting_per_user=100, per_user_per_day=0),
            max_jobs=100,
            moderator=moderator,
            policy=policy,
            greets=greets,
            notify_seconds=notify_seconds,
        )
        platform = SlackPlatform(
            settings or options(server),
            service=core.service,
            store=store,
            exporter=PictureExporter(store=store, images=images, embed_recipe=False),
            clock=core.clock,
            allowed_hosts=frozenset({server.hostname}),
            max_bytes=25 * 1024 * 1024,
            installations=SqliteInstallations(store.database),
        )
        await parts.enter_async_context(platform)
        messengers[platform.name] = platform.messenger
        made = Bench(core, messengers, platform, engine)
        if not start:
            yield made
            return
        async with Running(core, grace=1.0) as tasks:
            running = tasks.create_task(platform.run())
            try:
                yield made
            finally:
                async with asyncio.timeout(PATIENCE):
                    await platform.stop_intake()
                running.cancel()
