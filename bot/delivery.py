"""Job to chat message: the one writer of a job's message.

Every job that is not shown to the end has a follower: a coroutine that posts the placeholder once, edits it as the
job moves and stops when the final state stands. What must not be lost (the placeholder, the end) is a row in the
store's outbox and is tried until the chat takes it; progress is only ever the latest value, sent when the chat has
room and dropped when not. Posting and editing are safe to repeat, so at-least-once work shows exactly once.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from bot.domain.card import Card, Progress, Waiting
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.ids import JobId
from bot.domain.job import Job
from bot.ports import Clock, JobStore, MessageRef, Messenger
from bot.rendering import render

REPOSITION_SECONDS = 10.0
"""A waiting message is not edited for a new position more often than this; its ETA counts down by itself."""

BACK_OFF = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0)
"""Seconds between tries where the chat named none; the last one repeats."""

MAX_TRIES = 60
"""About twelve hours of back-off: an outage longer than that outlives the member's interest."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Follower:
    """What is new about one job since its message was written.

    Attributes:
        news: anything at all; waits for the interval between edits.
        urgent: the job itself changed; shown at once.
        moved: only its place in line may have changed.
    """

    progress: Progress | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    urgent: asyncio.Event = field(default_factory=asyncio.Event)
    moved: bool = True


class Delivery:
    """Run `run` as a task; tell it about jobs by `announce`, `changed`, `progressed` and `queue_moved`."""

    def __init__(
        self,
        *,
        store: JobStore,
        messengers: Mapping[str, Messenger],
        waiting: Callable[[JobId], Waiting | None],
        clock: Clock,
    ) -> None:
        self._store = store
        self._messengers = messengers
        self._waiting = waiting
        self._clock = clock
        self._followers: dict[JobId, _Follower] = {}
        self._announced: asyncio.Queue[JobId] = asyncio.Queue()
        self._idle = asyncio.Event()
        self._idle.set()

    def announce(self, job: JobId) -> None:
        """A job has a message to be written: it is new, or its last run left a duty behind."""
        if job not in self._followers:
            self._followers[job] = _Follower()
            self._idle.clear()
            self._announced.put_nowait(job)

    def changed(self, job: JobId) -> None:
        """The stored job changed."""
        if follower := self._followers.get(job):
            follower.urgent.set()
            follower.news.set()

    def progressed(self, job: JobId, progress: Progress) -> None:
        """The latest progress; older ones that were not shown yet are forgotten."""
        if follower := self._followers.get(job):
            follower.progress = progress
            follower.moved = False
            follower.news.set()

    def queue_moved(self) -> None:
        """Positions changed; waiting messages follow when they may."""
        for follower in self._followers.values():
            follower.news.set()

    async def flushed(self) -> None:
        """Return once no job that ended is still to be shown."""
        await self._idle.wait()

    async def run(self) -> None:
        """Follow every announced job until cancelled."""
        async with asyncio.TaskGroup() as followers:
            while True:
                job = await self._announced.get()
                followers.create_task(self._follow(job), name=f"deliver {job}")

    async def _follow(self, job_id: JobId) -> None:
        try:
            with structlog.contextvars.bound_contextvars(job=job_id):
                await self._tell(job_id, self._followers[job_id])
        finally:
            del self._followers[job_id]
            if not self._followers:
                self._idle.set()

    async def _tell(self, job_id: JobId, follower: _Follower) -> None:
        duty = await self._store.delivery(job_id)
        if duty is None:
            return
        message, tries = duty.message, duty.attempts
        await asyncio.sleep(max(0.0, duty.due_at - self._clock.now()))
        shown: Card | None = None
        while job := await self._store.job(job_id):
            follower.news.clear()
            follower.urgent.clear()
            messenger = self._messengers.get(job.requester.platform)
            if messenger is None:
                # Its platform is switched off in this run; the duty waits in the store for one where it is not.
                return
            card = await self._card(job, follower)
            try:
                if card != shown:
                    message = await self._show(messenger, job, message, card)
                    shown, tries = card, 0
                if job.status.ended:
                    await self._store.delivered(job_id)
                    log.info("delivered", status=job.status)
                    return
            except Undeliverable as reason:
                await self._store.undeliverable(job_id, str(reason))
                log.warning("undeliverable", reason=str(reason))
                return
            except TryLater as reason:
                must = job.status.ended or message is None
                tries += must
                if tries > MAX_TRIES:
                    await self._store.undeliverable(job_id, f"given up after {MAX_TRIES} tries: {reason}")
                    return
                await self._wait_for_the_chat(job_id, reason, tries, must=must)
                continue
            await _next_news(follower, messenger.edit_interval)

    async def _show(self, messenger: Messenger, job: Job, message: MessageRef | None, card: Card) -> MessageRef:
        try:
            if message is None:
                now_at = await messenger.post(job.reply_to, card, nonce=job.id)
            else:
                now_at = await messenger.edit(job.reply_to, message, card)
        except (TryLater, Undeliverable):
            raise
        except Exception as fault:
            # A fault of one adapter must end neither the other jobs' messages nor this one's: it is tried again.
            log.exception("messenger failed")
            raise TryLater(f"the messenger failed: {type(fault).__name__}") from fault
        if now_at != message:
            await self._store.posted(job.id, now_at)
        return now_at

    async def _card(self, job: Job, follower: _Follower) -> Card:
        generations = await self._store.generations(job.id) if job.status.ended else ()
        return render(job, generations, waiting=self._waiting(job.id), progress=follower.progress)

    async def _wait_for_the_chat(self, job: JobId, reason: TryLater, tries: int, *, must: bool) -> None:
        seconds = reason.seconds
        if seconds is None:
            seconds = BACK_OFF[min(max(tries, 1), len(BACK_OFF)) - 1]
        log.info("chat is busy", seconds=seconds, reason=str(reason))
        if must:
            await self._store.postpone(job, due_at=self._clock.now() + seconds)
        await asyncio.sleep(seconds)


async def _next_news(follower: _Follower, edit_interval: float) -> None:
    """Return when the message should be written again: at once for a change of the job, else not too often."""
    clock = asyncio.get_running_loop().time
    written = clock()
    await follower.news.wait()
    pause = REPOSITION_SECONDS if follower.moved else edit_interval
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(written + pause - clock()):
            await follower.urgent.wait()
