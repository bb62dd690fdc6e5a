"""A running bot to be measured: the whole core on its real stores, with a chat that only remembers.

Its engine and its reader of pictures cost next to nothing, so what is measured is the bot: in a service both are
other processes, and the fakes of the tests keep the event loop for 15 ms a picture.
"""

import asyncio
import gc
import logging
import os
import random
import shutil
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import structlog

from adapters.files.image_store import FileImageStore
from adapters.moderation.moderator import OwnersModerator
from adapters.sqlite.store import SqliteJobStore
from benchmarks.goals import Goal, verdicts
from bot.assembly import assemble
from bot.domain.card import Card
from bot.domain.errors import TryLater
from bot.domain.limits import Limits
from bot.domain.options import Options
from bot.domain.picture import Picture
from bot.domain.request import Action, ReplyTarget, Request, Requester
from bot.domain.safety import Policy
from bot.garbage import collect_by_the_clock, short_collections
from bot.lifecycle import Core, Running
from bot.ports import Messenger, PictureReader
from bot.system import SystemClock, SystemIds, load_all
from inference.api import Img2ImgRequest
from tests.fakes.engine import FakeEngine
from tests.fakes.picture_reader import InProcessPictureReader

RESULTS = Path(__file__).with_name("results")
PLATFORM = "fake"
_events = count(1)


def event_id() -> str:
    """Another one each time."""
    return f"load:{next(_events)}"


class Chat:
    """A chat that takes what it is given; a share of it only at the second try."""

    platform = PLATFORM
    edit_interval = 2.5

    def __init__(self, *, busy: float = 0.0) -> None:
        self.written = 0
        self._busy = busy
        self._chance = random.Random(1)

    async def post(self, target: ReplyTarget, card: Card, *, nonce: str) -> str:
        """Take a message."""
        del target, card
        self._take()
        return nonce

    async def notify(self, target: ReplyTarget, message: str, card: Card, *, nonce: str) -> str | None:
        """Nobody is called here."""

    async def unsay(self, target: ReplyTarget, message: str) -> None:
        """Nobody was called."""

    async def erase(self, target: ReplyTarget, message: str) -> None:
        """Nothing is deleted here."""

    async def edit(self, target: ReplyTarget, message: str, card: Card) -> str:
        """Take its next state."""
        del target, card
        self._take()
        return message

    def same(self, message: str, other: str) -> bool:
        """A message is named in one way only."""
        return message == other

    def _take(self) -> None:
        if self._chance.random() < self._busy:
            raise TryLater("busy", seconds=0.2)
        self.written += 1


class Copier(FakeEngine):
    """Its pictures are their sources."""

    async def painted(self, request: Img2ImgRequest) -> tuple[int, int]:
        """A copy of the file."""
        await asyncio.to_thread(shutil.copyfile, request.source, request.output)
        return 256, 256


class Remembering(InProcessPictureReader):
    """Decodes a picture once."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[tuple[bytes, bool, int | None], Picture] = {}

    async def read(self, content: bytes, *, alpha: bool = False, enough: int | None = None) -> Picture:
        """The same as the first time."""
        wanted = (content, alpha, enough)
        if wanted not in self._known:
            self._known[wanted] = await super().read(content, alpha=alpha, enough=enough)
        return self._known[wanted]


@dataclass(slots=True)
class Lag:
    """How long the event loop was kept, by a task that wants to run every 5 ms.

    By the clock, which on a busy machine counts what others do as well, and by processor time: the thread's own, and
    that of collections of garbage on other threads, as nothing else runs meanwhile. The longest collection is told
    apart. The most of each, in milliseconds, as what is kept of every look would be the memory that a soak measures.
    """

    worst: float = 0.0
    worked: float = 0.0
    collected: float = 0.0
    _began: float = 0.0
    _loop: int = 0
    _elsewhere: float = 0.0

    def collecting(self, phase: str, _info: object) -> None:
        """For `gc.callbacks`, which come on the thread that collects."""
        if phase == "start":
            self._began = time.thread_time()
            return
        took = time.thread_time() - self._began
        self.collected = max(self.collected, took * 1000)
        if threading.get_ident() != self._loop:
            self._elsewhere += took

    async def watch(self) -> None:
        """Until cancelled."""
        self._loop = threading.get_ident()
        while True:
            wanted, before = time.perf_counter() + 0.005, time.thread_time() + self._elsewhere
            await asyncio.sleep(0.005)
            self.worked = max(self.worked, (time.thread_time() + self._elsewhere - before) * 1000)
            self.worst = max(self.worst, (time.perf_counter() - wanted) * 1000)

    @property
    def figures(self) -> dict[str, float]:
        """All, for a table."""
        return {
            "ms longest stall of the loop by the clock": self.worst,
            "ms CPU in one piece at most": self.worked,
            "ms CPU of the longest collection of garbage": self.collected,
        }


@asynccontextmanager
async def watched() -> AsyncIterator[Lag]:
    """Watch the loop inside."""
    lag = Lag()
    task = asyncio.ensure_future(lag.watch())
    gc.callbacks.append(lag.collecting)
    try:
        yield lag
    finally:
        gc.callbacks.remove(lag.collecting)
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def service(
    folder: Path,
    *,
    busy: float = 0.0,
    slots: int = 4,
    messengers: dict[str, Messenger] | None = None,
    reader: PictureReader | None = None,
    decodes: int = 2,
) -> AsyncIterator[tuple[Core, FakeEngine, Chat]]:
    """A running core; `messengers` of other platforms may be filled in later."""
    chat = Chat(busy=busy)
    messengers = {} if messengers is None else messengers
    messengers[PLATFORM] = chat
    async with (
        SqliteJobStore(folder / "pentimento.db") as store,
        FileImageStore(folder / "images") as images,
        Copier(slots=slots) as engine,
    ):
        core = assemble(
            store=store,
            images=images,
            reader=reader or Remembering(),
            decodes=decodes,
            moderator=OwnersModerator(blocked=(), classifier=None, threshold=0.5),
            policy=Policy(),
            engine=engine,
            messengers=messengers,
            clock=SystemClock(),
            ids=SystemIds(),
            limits=Limits(pending_per_user=1000, waiting_per_user=1000, per_user_per_day=0),
            styles={},
            max_jobs=100_000,
            default_model="fake",
        )
        load_all()  # a service before this one in the same process has undone it at its end
        with short_collections() as frozen:  # as `bot.lifecycle.serve` does
            collecting = asyncio.create_task(
                collect_by_the_clock(frozen, lambda: len(core.queue) + core.dispatch.running)
            )
            async with Running(core, grace=5.0):
                yield core, engine, chat
            collecting.cancel()


def who(number: int) -> Requester:
    """A member."""
    return Requester(platform=PLATFORM, user=f"m{number}", space="s", name=f"M {number}")


def wish(member: int, source: bytes, **changes: object) -> Request:
    """A picture of a member's."""
    asked = Request(
        action=Action.IMG2IMG,
        requester=who(member),
        reply_to=ReplyTarget(platform=PLATFORM, address={"channel": "1"}),
        event_id=event_id(),
        source=source,
        options=Options(prompt="an oil painting"),
    )
    return replace(asked, **changes)  # type: ignore[arg-type]  # by the caller


async def until(true: Callable[[], bool | Awaitable[bool]], *, pause: float = 0.01) -> None:
    """Look again and again: what is waited for has no event of its own."""
    while True:
        found = true()
        if found if isinstance(found, bool) else await found:
            return
        await asyncio.sleep(pause)


def quiet() -> None:
    """Log nothing: terminals are not what is measured. Texts are there, as in a service at work."""
    load_all()
    logging.disable(logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _table(title: str, found: dict[str, dict[str, float]]) -> str:
    """Markdown."""
    lines = [
        f"# {title}, {datetime.now(UTC):%Y-%m-%d}",
        "",
        f"{os.cpu_count()} cores, shared with other work.",
        "",
    ]
    for name, figures in found.items():
        lines += [f"## {name}", "", "| | |", "|---|---|"]
        lines += [f"| {what} | {value:,.2f} |" for what, value in figures.items()] + [""]
    return "\n".join(lines)


def keep(
    name: str, found: dict[str, dict[str, float]], goals: Sequence[Goal] = (), *, title: str = "Load of the bot"
) -> bool:
    """Write figures to `benchmarks/results/NAME.md` and say them; whether they all are what they should be."""
    table = "\n".join([_table(title, found), *verdicts(goals), ""]) if goals else _table(title, found)
    (RESULTS / f"{name}.md").write_text(table, encoding="utf-8")
    print(table)
    return all(goal.met for goal in goals)
