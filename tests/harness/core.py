"""The whole core on fakes, for tests of what it does; `requests` are made as a chat adapter would make them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot import assembly
from bot.domain.card import Card
from bot.domain.ids import JobId
from bot.domain.job import JobStatus
from bot.domain.limits import Limits
from bot.domain.safety import Policy
from bot.domain.style import Style
from bot.lifecycle import Core, Running
from bot.ports import ImageStore, Messenger, Moderator, PictureReader
from bot.service import Service
from bot.stores import Store
from config.styles import SHIPPED_STYLES
from inference.api import ModelDefaults, RestartableEngine
from tests.fakes.clock import CountingIds, LoopClock
from tests.fakes.engine import DEFAULTS, MODEL, FakeEngine
from tests.fakes.images import FolderImageStore
from tests.fakes.messenger import FakeMessenger
from tests.fakes.moderator import FakeModerator
from tests.fakes.picture_reader import InProcessPictureReader
from tests.fakes.store import MemoryJobStore

STYLES = {
    "oil": Style(
        name="oil",
        prompt="oil painting",
        negative_prompt="blurry",
        strength=0.6,
        guidance=1.2,
        picture=SHIPPED_STYLES.parent / "styles" / "oil-painting.jpg",
    )
}


@dataclass(kw_only=True)
class Bench:
    """A core with everything a test wants to reach."""

    core: Core
    engine: FakeEngine
    chat: FakeMessenger
    images: ImageStore
    store: Store
    reader: PictureReader
    running: Running = field(init=False)

    @property
    def service(self) -> Service:
        return self.core.service

    async def shown(self, job: JobId, status: JobStatus = JobStatus.SUCCEEDED) -> Card:
        """The card the member saw when the job got there."""
        async with asyncio.timeout(10_000):
            return await self.chat.until(job, status)


def assemble(
    *,
    store: Store,
    images: ImageStore,
    engine: RestartableEngine,
    messengers: Mapping[str, Messenger],
    reader: PictureReader,
    limits: Limits,
    max_jobs: int,
    max_minutes: float = 0.0,
    guard_chains: bool = True,
    advice: bool = True,
    moderator: Moderator | None = None,
    policy: Policy | None = None,
    disk_attempts: int | None = None,
    greets: bool = False,
    notify_seconds: float = 0.0,
) -> Core:
    """The core as `bot.compose` wires it, on whatever parts a test gives."""
    return assembly.assemble(
        store=store,
        images=images,
        reader=reader,
        moderator=moderator or FakeModerator(),
        policy=policy or Policy(),
        engine=engine,
        messengers=messengers,
        clock=LoopClock(),
        ids=CountingIds(),
        limits=limits,
        styles=STYLES,
        max_jobs=max_jobs,
        max_minutes=max_minutes,
        default_model=MODEL,
        guard_chains=guard_chains,
        advice=advice,
        disk_attempts=disk_attempts,
        greets=greets,
        notify_seconds=notify_seconds,
    )


@asynccontextmanager
async def bench(
    folder: Path,
    *,
    start: bool = True,
    slots: int = 1,
    defaults: ModelDefaults = DEFAULTS,
    limits: Limits | None = None,
    max_jobs: int = 100,
    max_minutes: float = 0.0,
    store: Store | None = None,
    images: ImageStore | None = None,
    engine: FakeEngine | None = None,
    chat: FakeMessenger | None = None,
    reader: PictureReader | None = None,
    grace: float = 5.0,
    guard_chains: bool = True,
    advice: bool = True,
    moderator: Moderator | None = None,
    policy: Policy | None = None,
) -> AsyncIterator[Bench]:
    """A running core; `start=False` leaves the starting to the test, parts given are kept from an earlier run."""
    parts = Bench(
        core=None,  # type: ignore[arg-type]  # filled two lines below, from the other parts
        engine=engine or FakeEngine(slots=slots, defaults=defaults),
        chat=chat or FakeMessenger(),
        images=images or FolderImageStore(folder),
        store=store or MemoryJobStore(),
        reader=reader or InProcessPictureReader(),
    )
    parts.core = assemble(
        store=parts.store,
        images=parts.images,
        engine=parts.engine,
        messengers={parts.chat.platform: parts.chat},
        reader=parts.reader,
        limits=limits or Limits(pending_per_user=1000, waiting_per_user=1000, per_user_per_day=0),
        max_jobs=max_jobs,
        max_minutes=max_minutes,
        guard_chains=guard_chains,
        advice=advice,
        moderator=moderator,
        policy=policy,
    )
    parts.running = Running(parts.core, grace=grace)
    async with parts.engine:
        if not start:
            yield parts
            return
        async with parts.running:
            yield parts
