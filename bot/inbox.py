"""The way in of every event, alike for every chat: written down, acknowledged, done, and done again after a crash.

The row comes before the acknowledgement, so what a chat was told is coming is never forgotten. A chat says how it
acknowledges, works on and refuses one event (`Arrival`), and nothing of when.
"""

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Protocol

import structlog

from bot.domain.errors import DeliveryError, StorageFailed, UserError
from bot.ports import Clock
from bot.stores import InboxEvent, InboxStore

log = structlog.get_logger(__name__)


class Taken(Enum):
    """How an event was taken, for its acknowledgement."""

    NEW = "written down, work follows"
    KNOWN = "delivered before; nothing follows"
    AGAIN = "from before a crash, when it may have been acknowledged; work follows"
    NOT = "refused, or not written down"


class Arrival(Protocol):
    """One event as its chat hands it over."""

    @property
    def id(self) -> str:
        """Its name in the inbox: the same however often and by whatever transport the chat delivers it."""

    @property
    def payload(self) -> str | None:
        """What it takes to work on it again; None if it only looks, which nobody waits for after a restart."""

    @property
    def comes_again(self) -> bool:
        """The chat sends it again by itself if it hears that it was not taken, so its member need not be told."""

    async def acknowledge(self, taken: Taken) -> None:
        """Tell the chat; with `AGAIN` only find out what it was told.

        Raises:
            StorageFailed: nothing was told.
        """

    async def work(self) -> None:
        """Do what it asks for.

        Raises:
            UserError: the sentence for its member.
            DeliveryError: the chat does not take the answer.
        """

    async def tell(self, refused: UserError) -> None:
        """Say to its member alone why not."""


class Inbox:
    """One for each chat. Run `run` as a task; end it with `stop`."""

    def __init__(
        self, platform: str, *, store: InboxStore, clock: Clock, read: Callable[[InboxEvent], Arrival | None]
    ) -> None:
        """`read` makes an arrival of what was written down; None if another version of this program wrote it."""
        self._platform = platform
        self._store = store
        self._clock = clock
        self._read = read
        self._work: asyncio.Queue[tuple[Arrival, UserError | None] | None] = asyncio.Queue()
        self._held: set[str] = set()
        self._writing: set[asyncio.Event] = set()
        self._taking = 0
        self._none_taking = asyncio.Event()
        self._none_taking.set()
        self._ended = asyncio.Event()

    async def take(self, arrival: Arrival) -> None:
        """Write an event down and acknowledge it; `run` works on it."""
        self._taking += 1
        self._none_taking.clear()
        try:
            new = await self._write(arrival)
            await arrival.acknowledge(Taken.NEW if new else Taken.KNOWN)
        except StorageFailed as fault:
            await self.refuse(arrival, fault)
        else:
            if new:
                self._work.put_nowait((arrival, None))
            else:
                log.info("event known already", incoming=arrival.id)
        finally:
            self._taking -= 1
            if not self._taking:
                self._none_taking.set()

    async def refuse(self, arrival: Arrival, refused: UserError) -> None:
        """Take an event for its member to hear why nothing comes of it."""
        await arrival.acknowledge(Taken.NOT)
        if not arrival.comes_again:
            self._work.put_nowait((arrival, refused))

    async def run(self) -> None:
        """Work on what an earlier run left, then on what comes, until `stop`."""
        try:
            async with asyncio.TaskGroup() as working:
                for arrival in await self._left():
                    working.create_task(self._once_more(arrival), name=arrival.id)
                while todo := await self._work.get():
                    working.create_task(self._carry(*todo), name=todo[0].id)
        finally:
            self._ended.set()

    async def stop(self) -> None:
        """Return when what was taken is done; nothing may be handed in any more."""
        await self._none_taking.wait()
        self._work.put_nowait(None)
        await self._ended.wait()

    async def _write(self, arrival: Arrival) -> bool:
        if arrival.payload is None:
            return True
        row = InboxEvent(
            id=arrival.id, platform=self._platform, payload=arrival.payload, received_at=self._clock.now()
        )
        written = asyncio.Event()
        self._writing.add(written)
        try:
            new = await self._store.receive(row)
            if new:
                self._held.add(arrival.id)
        finally:
            self._writing.discard(written)
            written.set()
        return new

    async def _left(self) -> list[Arrival]:
        """What a crash interrupted; if it cannot be read now, it waits for the next start."""
        try:
            rows = await self._store.unsettled(self._platform)
        except StorageFailed:
            log.warning("interrupted events not read, come again at the next start")
            return []
        for written in tuple(self._writing):  # what comes at this moment may be among them, and was not interrupted
            await written.wait()
        found = []
        for row in rows:
            if row.id in self._held:
                continue
            if arrival := self._read(row):
                found.append(arrival)
            else:
                log.warning("left by another version of this program, dropped", incoming=row.id)
                await self._settle(row.id)
        return found

    async def _once_more(self, arrival: Arrival) -> None:
        log.info("doing an interrupted event again", incoming=arrival.id)
        try:
            await arrival.acknowledge(Taken.AGAIN)
        except Exception:
            # One event that we cannot digest must not end the work on all others.
            log.exception("interrupted event failed, comes again at the next start", incoming=arrival.id)
        else:
            await self._carry(arrival, None)

    async def _carry(self, arrival: Arrival, refused: UserError | None) -> None:
        with structlog.contextvars.bound_contextvars(incoming=arrival.id):
            refused = refused or await self._worked(arrival)
            if refused:
                try:
                    await arrival.tell(refused)
                except Exception:
                    # Nothing is left to try. The sentence may quote what they typed.
                    log.exception("member not told", refusal=refused.message)
            if arrival.payload is not None:
                await self._settle(arrival.id)
            self._held.discard(arrival.id)

    @staticmethod
    async def _worked(arrival: Arrival) -> UserError | None:
        """Do it; what its member has to be told if nothing came of it."""
        try:
            await arrival.work()
        except UserError as refused:
            log.info("refused", kind=type(refused).__name__)
            return refused
        except DeliveryError as fault:
            log.warning("answer not delivered", reason=str(fault))
            return UserError("refused-busy")
        except Exception:
            # A fault in one event must not end the work on all others, and its member must not wait for ever.
            log.exception("event failed")
            return UserError("refused-our-fault")
        return None

    async def _settle(self, event_id: str) -> None:
        try:
            await self._store.settle(event_id)
        except StorageFailed:
            log.warning("not settled, comes again at the next start", incoming=event_id)  # which is safe
