"""The whole core on fakes, for tests of what it does; `requests` are made as a chat adapter would make them."""

import asyncio
import io
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from bot import assembly
from bot.domain.access import Asker
from bot.domain.actions import Press, Verb
from bot.domain.card import Card
from bot.domain.control import Control
from bot.domain.ids import GenerationId, JobId
from bot.domain.job import JobStatus
from bot.domain.limits import Limits
from bot.domain.options import OPTION, Options
from bot.domain.request import Action, ReplyTarget, Request, Requester
from bot.domain.safety import Policy
from bot.domain.style import Style
from bot.lifecycle import Core, Running
from bot.ports import ImageStore, JobStore, Messenger, Moderator, PictureReader
from bot.service import Service
from config.styles import SHIPPED_STYLES
from inference.api import Engine, ModelDefaults
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
_numbers = itertools.count(1)
ROOM = "fake:room"


class LoopClock:
    """Wall-clock time that goes with the event loop's, which tests hold."""

    def now(self) -> float:
        return 1_800_000_000.0 + asyncio.get_running_loop().time()


class CountingIds:
    """Ids and seeds in order, so that a failing test reads the same every time."""

    def job_id(self) -> JobId:
        return JobId(f"job{next(_numbers):019d}")

    def seed(self) -> int:
        return next(_numbers)


def png(colour: str = "teal", size: tuple[int, int] = (64, 64)) -> bytes:
    """A small picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def requester(user: str = "ann", *, platform: str = "fake") -> Requester:
    return Requester(platform=platform, user=user, space="server", name=user.title())


def asker(user: str = "ann", *, platform: str = "fake", **changes: object) -> Asker:
    """A member in the one conversation of the fake chat; keywords say more."""
    where: dict[str, object] = {"requester": requester(user, platform=platform), "server": "server", "rooms": (ROOM,)}
    return Asker(**(where | changes))  # type: ignore[arg-type]  # the table above is typed by Asker itself


def request(user: str = "ann", *, event: str | None = None, **changes: object) -> Request:
    """A plain wish of a member; keywords change it or its options; `control` is one with its map."""
    wish: dict[str, object] = {
        "action": Action.IMG2IMG,
        "requester": requester(user),
        "reply_to": ReplyTarget(platform="fake", address={"channel": "1"}),
        "event_id": event or f"fake:{next(_numbers)}",
        "source": png(),
        "place": ROOM,
    }
    if isinstance(control := changes.pop("control", None), Control):
        changes |= {"control_map": control.map} | changes | said_of(control)
    return Request(**(wish | with_options({"prompt": "an oil painting"} | changes)))  # type: ignore[arg-type]  # the table above is typed by Request itself


def with_options(fields: Mapping[str, object]) -> dict[str, object]:
    """Fields of a request or press, with those that are options put together."""
    said: dict[str, Any] = {name: value for name, value in fields.items() if name in OPTION}
    return {name: value for name, value in fields.items() if name == "private" or name not in OPTION} | {
        "options": Options(**said)
    }


def said_of(control: Control) -> dict[str, object]:
    """What one says to get that control, its map apart."""
    return {
        "control": control.kind,
        "control_scale": control.scale,
        "control_start": control.start,
        "control_end": control.end,
    }


def press(verb: Verb, generation: GenerationId, user: str = "ann", **changes: object) -> Press:
    """A member presses a button on a result; keywords change the press or say options."""
    asked: dict[str, object] = {
        "verb": verb,
        "generation": generation,
        "by": asker(user),
        "reply_to": ReplyTarget(platform="fake", address={"channel": "1"}),
        "event_id": f"fake:{next(_numbers)}",
    }
    return Press(**(asked | with_options(changes)))  # type: ignore[arg-type]  # the table above is typed by Press itself


@dataclass(kw_only=True)
class Bench:
    """A core with everything a test wants to reach."""

    core: Core
    engine: FakeEngine
    chat: FakeMessenger
    images: ImageStore
    store: JobStore
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
    store: JobStore,
    images: ImageStore,
    engine: Engine,
    messengers: Mapping[str, Messenger],
    reader: PictureReader,
    limits: Limits,
    max_jobs: int,
    max_minutes: float = 0.0,
    guard_chains: bool = True,
    advice: bool = True,
    moderator: Moderator | None = None,
    policy: Policy | None = None,
    disk_tries: int | None = None,
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
        disk_tries=disk_tries,
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
    store: JobStore | None = None,
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
        limits=limits or Limits(pending_per_user=1000, per_user_per_day=0),
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
