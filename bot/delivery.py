"""Job to chat message: the one writer of a job's message.

Every job that is not shown to the end has a follower: a coroutine that posts the placeholder once, edits it as the
job moves and ends when the final state stands. What must not be lost (the placeholder, the end) is a row in the
store's outbox and is tried until the chat takes it; progress is only ever the latest value, sent when the chat has
room and dropped when not. Posting and editing are safe to repeat, so at-least-once work shows exactly once.
"""

import asyncio
import contextlib
import heapq
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

import structlog

from bot.calls import Calls
from bot.domain.card import Card, Progress, Waiting
from bot.domain.errors import Gone, TryLater, Undeliverable
from bot.domain.ids import JobId
from bot.domain.job import Generation, Job, JobStatus
from bot.durable import until_stored
from bot.follower import Follower
from bot.metrics import MESSAGES, MESSAGES_PUT_OFF
from bot.notices import Notices
from bot.ports import Clock, Messenger
from bot.rendering import render, unrendered
from bot.stores import Due, DutyStore, MessageRef
from bot.tracing import span

REPOSITION_SECONDS = 10.0
"""A waiting message is not edited for a new position more often than this; its ETA counts down by itself."""

CLOSER = 3
"""A waiting message is looked at again when this part of those before it have gone: some twenty times in all."""

AT_A_TIME = 8
"""Waiting messages edited, or taken up after a start, at a time: what has ended must not queue behind thousands."""

BACKOFF = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0)
"""Seconds between attempts if the chat named none; the last one repeats."""

LONGEST_PAUSE = 3600.0
"""A stored due time further ahead is the work of a clock that was set back; no chat asks for that much."""

MAX_ATTEMPTS = 60
"""About twelve hours of back-off: an outage longer than that outlives the member's interest."""

log = structlog.get_logger(__name__)


class Delivery:
    """Run `run` as a task and end it with `stop`.

    `announce`, `changed`, `progressed` and `queue_moved` tell it what is new; they return at once. `show_again` is
    for what changes about a job that was shown to its end.

    Attributes:
        ended: how many jobs were shown to their end in this run, by how they ended.
    """

    def __init__(
        self,
        *,
        store: DutyStore,
        messengers: Mapping[str, Messenger],
        waiting: Callable[[JobId], Waiting | None],
        clock: Clock,
        calls: Calls,
        notices: Notices,
        unseen: Callable[[Job], bool] = lambda _job: False,
        disk_attempts: int | None = None,
    ) -> None:
        """Put the parts together.

        Args:
            store: where the duties stand.
            messengers: by platform.
            waiting: where a job stands in line.
            clock: for stamps.
            calls: calls who waited long, if an edit is all that the end has shown them.
            notices: takes away what shows a job no more, or must not.
            unseen: whether pictures that nobody has looked at yet may be shown of a job.
            disk_attempts: how often a disk that refuses is asked again; None is for ever.
        """
        self._unseen = unseen
        self._calls = calls
        self._notices = notices
        self._store = store
        self._messengers = messengers
        self._waiting = waiting
        self._clock = clock
        self._disk_tries = disk_attempts
        self._followers: dict[JobId, Follower] = {}
        self._announced: asyncio.Queue[JobId | None] = asyncio.Queue()
        self._moved = 0  # times that somebody left the line
        self._looks: list[tuple[int, JobId]] = []  # heap: at which of them to look at a waiting message again
        self._taking_up = asyncio.Semaphore(AT_A_TIME)
        self._repositioning = asyncio.Semaphore(AT_A_TIME)
        self._stopping = False
        self.ended: Counter[JobStatus] = Counter()

    @property
    def platforms(self) -> frozenset[str]:
        """The chats that are on in this run."""
        return frozenset(self._messengers)

    def announce(self, job: JobId) -> None:
        """A job has a message to be written: it is new, or its last run left a duty behind."""
        if job not in self._followers:
            self._followers[job] = Follower()
            self._announced.put_nowait(job)

    def changed(self, job: JobId) -> None:
        """The stored job changed."""
        if follower := self._followers.get(job):
            follower.urge()

    def progressed(self, job: JobId, progress: Progress) -> None:
        """The latest progress; older ones that were not shown yet are forgotten."""
        if follower := self._followers.get(job):
            follower.progressed(progress)

    def moved(self, job: JobId) -> None:
        """What a waiting job's message says of its waiting changed."""
        if follower := self._followers.get(job):
            follower.news.set()

    def queue_moved(self) -> None:
        """Somebody left the line; messages whose position is another one by much follow when they may."""
        self._moved += 1
        while self._looks and self._looks[0][0] <= self._moved:
            _, job = heapq.heappop(self._looks)
            if follower := self._followers.get(job):
                follower.next_look = math.inf
                follower.news.set()

    async def show_again(self, job_id: JobId) -> None:
        """Bring the message of an ended job up to date; if the chat does not take it, it stays as it is."""
        due = await self._store.due(job_id)
        if due is None or due.duty.message is None or not due.job.status.ended:
            return
        card, whole = self._card(due.job, due.generations, Follower())
        messenger = self._messengers.get(due.job.reply_to.platform)
        if messenger is None or not whole:
            return
        try:
            await self._show(messenger, due.job, due.duty.message, card)
        except (TryLater, Undeliverable, Gone) as reason:
            log.info("message not brought up to date", job=job_id, reason=str(reason))

    async def shown(self, job: JobId) -> None:
        """Return once the job's end is shown, or can never be."""
        if follower := self._followers.get(job):
            await follower.over.wait()

    def stop(self) -> None:
        """Show every job as it stands now and let `run` return; ended jobs are still tried until they are shown."""
        self._stopping = True
        self._announced.put_nowait(None)
        for follower in self._followers.values():
            follower.urge()

    async def run(self) -> None:
        """Follow every announced job until `stop`."""
        async with asyncio.TaskGroup() as followers:
            while job := await self._announced.get():
                followers.create_task(self._follow(job), name=f"deliver {job}")
                await asyncio.sleep(0)  # thousands at a start must not keep the loop

    async def _follow(self, job_id: JobId) -> None:
        try:
            with structlog.contextvars.bound_contextvars(job=job_id):
                # A disk that cannot be read starts the message over: what was shown before is noted by then.
                await until_stored(lambda: self._follow_through(job_id), most=self._disk_tries)
        finally:
            self._followers.pop(job_id).over.set()

    async def _follow_through(self, job_id: JobId) -> None:
        async with self._taking_up:
            if not (due := await self._due(job_id)):
                return
        try:
            with contextlib.suppress(Gone):
                await self._tell(due, self._followers[job_id])
        except Undeliverable as reason:
            log.warning("undeliverable", reason=str(reason))
            said = str(reason)
            await self._noted(lambda: self._store.undeliverable(job_id, said))

    async def _due(self, job: JobId) -> Due | None:
        """None if its member deleted it: what shows it already is taken away by `bot.notices`."""
        due = await self._store.due(job)
        if due and due.job.status is JobStatus.SUCCEEDED and not due.generations:
            await self._store.delivered(job)
            return None
        return due

    async def _tell(self, due: Due, follower: Follower) -> None:
        """Keep the message in step with the job until its end is shown.

        Raises:
            Undeliverable: it can never be shown.
            Gone: it was deleted while the chat wrote it.
        """
        await self._until_due(due, follower)
        message, attempts, shown = due.duty.message, due.duty.attempts, None
        edited, job = False, due.job
        while True:
            if follower.heard():  # before the job is read: a change that the read misses must stay news
                if not (read := await self._due(job.id)):
                    return
                due, job = read, read.job
            messenger = self._messengers.get(job.reply_to.platform)
            if messenger is None:
                return  # its platform is off in this run; the duty waits in the store for a run that has it
            card, whole = self._card(job, due.generations, follower)
            try:
                if card != shown:
                    edited = message is not None
                    message = await self._show(messenger, job, message, card)
            except TryLater as reason:
                MESSAGES_PUT_OFF.labels(messenger.platform).inc()
                must = job.status.ended or message is None
                if self._stopping and not job.status.ended:
                    return
                attempts += must
                seconds = await self._put_off(job.id, reason, attempts, must=must)
                await (asyncio.sleep(seconds) if job.status.ended else follower.change(seconds))
                follower.urge()  # what is to be shown may have been deleted meanwhile, of which nobody tells
                continue
            shown, attempts = card, 0
            if job.status.ended:
                await self._calls.call(messenger, job, message if edited else None, card)
                await self._ended(job, whole=whole)
                return
            if self._stopping:
                return
            await self._next_news(job.id, card.waiting, follower, pause=messenger.edit_interval)

    async def _until_due(self, due: Due, follower: Follower) -> None:
        """Wait as long as the chat wanted in an earlier run."""
        # A clock that was set back must not put a message off for longer than any back-off does.
        if pause := min(max(0.0, due.duty.due_at - self._clock.now()), LONGEST_PAUSE):
            await asyncio.sleep(pause)
            follower.urge()  # it may have been deleted meanwhile

    async def _next_news(self, job: JobId, waiting: Waiting | None, follower: Follower, *, pause: float) -> None:
        """Return when the message should be written again; `pause`: what the chat wants between two edits."""
        if waiting is None:
            await follower.next_news(pause)
            return
        self._look_again(job, waiting, follower)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._holds_for(waiting)):
                await follower.next_news(REPOSITION_SECONDS)

    async def _ended(self, job: Job, *, whole: bool) -> None:
        """The end is shown, so the duty is done; after a stand-in for the card it stays, for the next start."""
        if whole:
            await self._noted(lambda: self._store.delivered(job.id))
            self.ended[job.status] += 1
            log.info("delivered", status=job.status)

    def _holds_for(self, waiting: Waiting) -> float | None:
        """Seconds until what a message says of its waiting is no longer true by the clock alone."""
        if waiting.expected_at is None:
            return None
        return max(REPOSITION_SECONDS, waiting.expected_at - self._clock.now())

    def _waits(self, job: JobId, follower: Follower) -> Waiting | None:
        """Where it stands, and when it is ready unless that was said before and did not come true."""
        waiting = self._waiting(job)
        if waiting is None or waiting.expected_late is None:
            return waiting
        follower.promised = follower.promised or waiting.expected_late
        if self._clock.now() > follower.promised:
            return replace(waiting, expected_at=None, expected_late=None)
        return waiting

    def _look_again(self, job: JobId, waiting: Waiting, follower: Follower) -> None:
        """Once, however often it is written meanwhile: while a model is downloaded, say, nobody leaves the line."""
        due = self._moved + max(1, waiting.position // CLOSER)
        if due < follower.next_look:
            follower.next_look = due
            heapq.heappush(self._looks, (due, job))

    def _card(self, job: Job, generations: Sequence[Generation], follower: Follower) -> tuple[Card, bool]:
        """The job's card, and whether it is whole: a fault of ours must cost one message only, and not its service.

        The duty of one that is not stays in the store: the next start, perhaps of a version that can, tries again.
        """
        try:
            card = render(
                job,
                generations,
                waiting=self._waits(job.id, follower),
                progress=follower.progress,
                unseen=self._unseen(job),
            )
        except Exception:
            log.exception("card not rendered, tried again after the next start")
            return unrendered(job), False
        return card, True

    async def _show(self, messenger: Messenger, job: Job, message: MessageRef | None, card: Card) -> MessageRef:
        try:
            with span("message", job.id, platform=messenger.platform, act="edit" if message else "post"):
                if message is None:
                    stands = await messenger.post(job.reply_to, card, nonce=job.id)
                else:
                    async with self._repositioning if card.waiting else contextlib.nullcontext():
                        stands = await messenger.edit(job.reply_to, message, card)
        except (TryLater, Undeliverable):
            raise
        except Exception as fault:
            # A fault of one adapter must end neither the other jobs' messages nor this one's: it is tried again.
            log.exception("messenger failed")
            raise TryLater(f"the messenger failed: {type(fault).__name__}") from fault
        MESSAGES.labels(messenger.platform, "post" if message is None else "edit").inc()
        if stands != message:
            another = message is not None and not messenger.same(message, stands)
            before = message if another else None
            await self._noted(lambda: self._store.posted(job.id, stands, instead_of=before))
            self._notices.wake()
        if (stands != message or job.status.ended) and not await self._due(job.id):
            await self._notices.erase(job.reply_to, stands)
            raise Gone("refused-gone")
        return stands

    async def _noted(self, note: Callable[[], Awaitable[None]]) -> None:
        """Write down what a chat has taken, however long the disk refuses: it knows a nonce for some minutes only."""
        await until_stored(note, most=self._disk_tries)

    async def _put_off(self, job: JobId, reason: TryLater, attempts: int, *, must: bool) -> float:
        """Seconds until the next try; what must be shown is due then after a restart too.

        Raises:
            Undeliverable: the chat has been tried too often.
        """
        if attempts > MAX_ATTEMPTS:
            raise Undeliverable(f"given up after {MAX_ATTEMPTS} attempts: {reason}")
        seconds = BACKOFF[min(max(attempts, 1), len(BACKOFF)) - 1] if reason.seconds is None else reason.seconds
        log.info("the chat is busy", seconds=seconds, reason=str(reason))
        if must:
            await self._store.postpone(job, due_at=self._clock.now() + seconds)
        return seconds
