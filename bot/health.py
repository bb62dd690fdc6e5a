"""Whether the service can do its work now, and if not, what keeps it from it.

Chats and engine know how they stand and are asked when somebody wants to know. Disk and database do not: they are
tried every few seconds, with the least that a job would write.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

import structlog

from bot.domain.errors import FatalError, StorageFailed
from bot.lifecycle import Core
from bot.ports import ChatPlatform

LOOK_SECONDS = 10.0
ROOM_BYTES = 64 * 1024
"""What is written to see whether there is room; little enough to be written every few seconds for years."""

LOADING = "The default model is being downloaded or loaded."
ENGINE, DISK, DATABASE = "engine", "disk", "database"

log = structlog.get_logger(__name__)


class Health:
    """What stands in the way, by the part that does.

    Attributes:
        core: once its engine has been entered.
        platforms: once they have been entered.
    """

    def __init__(self, chats: Iterable[str] = ()) -> None:
        """`chats`: names of the platforms that will be there."""
        self.core: Core | None = None
        self.platforms: Sequence[ChatPlatform] = ()
        self._chats = tuple(chats)
        self._tried: dict[str, str] = {}
        self._said: Mapping[str, str] = {}
        self._was_ready = False

    def connected(self) -> Mapping[str, bool]:
        """Of each chat that should be there, whether its events can arrive."""
        there = {platform.name for platform in self.platforms if platform.connected}
        return {name: name in there for name in self._chats}

    def parts(self) -> Mapping[str, str]:
        """Every part that is known with the sentence that says what is wrong with it; empty if nothing is."""
        engine = LOADING if self.core is None else self.core.engine.trouble()
        chats = {
            name: "" if connected else f"The bot is not connected to {name.title()}."
            for name, connected in self.connected().items()
        }
        return {ENGINE: engine, **chats, **self._tried}

    def troubles(self) -> Mapping[str, str]:
        """The parts with which something is wrong."""
        return {part: sentence for part, sentence in self.parts().items() if sentence}

    @asynccontextmanager
    async def watching(self, core: Core) -> AsyncIterator[None]:
        """Try disk and database again and again while entered, and log what goes wrong and comes right."""
        self.core = core
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(self._watch(core), name="health")
            yield
            watch.cancel()

    async def _watch(self, core: Core) -> None:
        while True:
            self._tried[DATABASE] = await _refusal(
                core.store.try_write, "The database takes no changes: it is locked, read-only or its disk is full."
            )
            self._tried[DISK] = await _refusal(
                partial(core.images.find_room, ROOM_BYTES),
                "The data folder takes no files: its disk is full or read-only.",
            )
            self._tell()
            await asyncio.sleep(LOOK_SECONDS)

    def _tell(self) -> None:
        troubles = self.troubles()
        if not self._was_ready:  # a start is no news; what it waits for says so itself
            self._was_ready = not troubles
            return
        for part in troubles.keys() - self._said.keys():
            log.warning("not ready", part=part, reason=troubles[part])
        for part in self._said.keys() - troubles.keys():
            log.info("ready again", part=part)
        self._said = troubles


async def _refusal(attempt: Callable[[], Awaitable[None]], sentence: str) -> str:
    try:
        await attempt()
    except StorageFailed:
        return sentence
    except FatalError as damage:  # whoever needs it next ends the service over it
        return str(damage)
    return ""
