"""Channels stay readable: what is made from one picture goes on in a thread, on demand or by the rule of the place.

All results that descend from one first result are a family. A family has at most one thread in a place.
"""

import asyncio
from dataclasses import dataclass
from weakref import WeakValueDictionary

import structlog

from bot.domain.access import Asker
from bot.domain.ask import Ask, ThreadWay
from bot.domain.errors import UserError
from bot.domain.ids import GenerationId, JobId, job_of
from bot.domain.job import Generation
from bot.domain.place import PlaceSettings, ThreadPolicy
from bot.rendering import title
from bot.stores import ThreadStore

PASSES = 3
"""What is made from one picture in a place until a thread is offered."""

_LONGEST_NAME = 80
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where what is made from a result is shown.

    Attributes:
        thread: empty for the conversation itself.
        opens: a thread is to be opened for it, once it is accepted.
        offers: its message offers one.
    """

    thread: str = ""
    opens: bool = False
    offers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What came of opening a thread.

    Attributes:
        thread: empty if there is none.
        notes: why there is none.
    """

    thread: str = ""
    notes: tuple[str, ...] = ()


class Threads:
    """Part of the core's interface; see `Service.threads`. That a member may go on from a result is asked before."""

    def __init__(self, *, store: ThreadStore) -> None:
        self._store = store
        self._opening: WeakValueDictionary[tuple[JobId, str], asyncio.Lock] = WeakValueDictionary()

    async def way(self, asked: Ask, made: Generation, settings: PlaceSettings) -> Way:
        """Where it goes on, by the rule of the place."""
        if asked.threads is None:
            return Way()
        family, place = family_of(made), asked.by.place
        policy = settings.threads or asked.threads.usual
        if policy is ThreadPolicy.NEVER:
            return Way()
        if thread := await self._store.thread(family, place):
            return Way(thread=thread)
        if policy is ThreadPolicy.OFFER:
            passes = await self._store.passes(family, place)
            return Way(offers=passes.count + 1 >= PASSES and not passes.offered)
        return Way(opens=True)

    async def opened(self, asked: Ask, made: Generation) -> Opened:
        """Open the thread that the rule of the place wants; a note says if it cannot be."""
        assert asked.threads is not None
        try:
            return Opened(thread=await self.open(asked.threads, made, by=asked.by))
        except UserError as refused:
            log.info("no thread", place=asked.by.place, reason=refused.message)
            return Opened(notes=(refused.sentence(asked.by.locale),))

    async def goes_elsewhere(
        self, result: GenerationId, by: Asker, settings: PlaceSettings, *, usual: ThreadPolicy
    ) -> bool:
        """Whether what is made from it is not to be shown in the conversation itself."""
        policy = settings.threads or usual
        made = None if policy is ThreadPolicy.NEVER else await self._store.generation(result)
        if made is None:
            return False
        return policy is ThreadPolicy.ALWAYS or bool(await self._store.thread(family_of(made), by.place))

    async def open(self, way: ThreadWay, made: Generation, *, by: Asker) -> str:
        """The thread of a result's family from now on, opened if there is none.

        Raises:
            UserError: the chat does not let us.
        """
        family = family_of(made)
        async with self._opening.setdefault((family, by.place), asyncio.Lock()):  # each would open one of its own
            return await self._store.thread(family, by.place) or await self._open(way, made, by)

    async def closed(self, thread: str) -> None:
        """The chat has that thread no more: what it was for goes on in the channel."""
        await self._store.closed(thread)

    async def _open(self, way: ThreadWay, made: Generation, by: Asker) -> str:
        named = title(made.recipe, by.place_locale or by.locale)
        thread = await way.open(" ".join(named.split())[:_LONGEST_NAME])
        await self._store.opened(family_of(made), by.place, thread)
        return thread


def family_of(made: Generation) -> JobId:
    """The job of the first result that a result descends from."""
    return job_of(made.lineage.root or made.id)
