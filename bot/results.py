"""Jobs and their results as members see and share them, each asked of `bot.domain.access` first."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

import structlog

from bot.domain.access import Act, Asker, is_allowed, refusal
from bot.domain.card import Card, Progress, Waiting
from bot.domain.errors import Gone, InvalidRequest, LimitReached
from bot.domain.ids import GenerationId, ImageId, JobId, job_of
from bot.domain.job import Generation, Job, source_is_withheld
from bot.domain.request import ReplyTarget, Requester
from bot.domain.safety import Site
from bot.gate import Gate
from bot.listing import Cursor, ResultsPage
from bot.ports import ImageStore
from bot.rendering import render
from bot.stores import Copy, MessageRef, ResultStore

_RECENT = 20
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A job with its results and the results it descends from, root first.

    Attributes:
        ancestors: None stands for one that who asked may not see: another member's picture.
        undelivered: why its message could not be shown; empty if it was.
        hidden: pictures that it descends from and who asked may not see: private results that were not published.
        gone: its pictures and those that it descends from that are not kept any more; their recipes are.
    """

    job: Job
    generations: Sequence[Generation]
    ancestors: Sequence[Generation | None]
    undelivered: str = ""
    hidden: frozenset[ImageId] = frozenset()
    gone: frozenset[ImageId] = frozenset()

    @property
    def source_hidden(self) -> bool:
        """Whether what it was made from is one of those."""
        return self.job.source in self.hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A result that a member may go on from.

    Attributes:
        hidden: nobody but its requester may see it, nor what descends from it.
    """

    generation: Generation
    job: Job
    hidden: bool


class Results:
    """Part of the core's interface; see `Service.results`."""

    def __init__(
        self,
        *,
        store: ResultStore,
        images: ImageStore,
        gate: Gate,
        waiting: Callable[[JobId], Waiting | None],
        most_kept: int,
    ) -> None:
        """`most_kept`: results that one member may keep beyond retention."""
        self._store = store
        self._images = images
        self._gate = gate
        self._waiting = waiting
        self._most_kept = most_kept
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def find(self, generation: GenerationId, *, by: Asker) -> Found | None:
        """A result to go on from; None if it is not kept, or if this member may not go on from it here."""
        job = await self._store.job(job_of(generation))
        if job is None or not await self._may(Act.DERIVE, by, job):
            return None
        return await self._found(generation, job)

    async def parent(self, generation: GenerationId, *, by: Asker) -> Found:
        """The same.

        Raises:
            UserError: it is not kept, or this member may not go on from it here.
        """
        found = await self._found(generation, await self.allowed(Act.DERIVE, job_of(generation), by))
        if found is None:
            raise Gone("refused-gone")
        return found

    async def only(self, job_id: JobId, *, by: Asker) -> Found:
        """The result of a job that has one, for somebody who names the job alone.

        Raises:
            UserError: it has several and they have to say which, none yet, or they may not go on from it.
        """
        job = await self.allowed(Act.DERIVE, job_id, by)
        made = await self._results(job_id)
        if len(made) > 1:
            raise InvalidRequest("refused-several-results", count=len(made))
        return Found(generation=made[0], job=job, hidden=await self.is_hidden(job))

    async def shown_in(self, message: MessageRef, *, named: JobId | None = None) -> Job | None:
        """The job that a message shows; `named` is what it says itself, if the chat knows it as ours."""
        return await self._store.job_of_message(message) or (await self._store.job(named) if named else None)

    async def all_in_message(
        self, message: MessageRef, *, by: Asker, named: JobId | None = None
    ) -> tuple[Job | None, Sequence[Generation]]:
        """The job that a message of ours shows, and its results, as far as this member may go on from them."""
        job = await self.shown_in(message, named=named)
        if job is None or not await self._may(Act.DERIVE, replace(by, shown=job.id), job):
            return None, ()
        return job, await self._store.generations(job.id)

    async def _found(self, generation: GenerationId, job: Job) -> Found | None:
        kept = await self._store.generation(generation)
        return Found(generation=kept, job=job, hidden=await self.is_hidden(job)) if kept else None

    async def mine(
        self, requester: Requester, *, before: Cursor | None = None, words: str = "", style: str = "", limit: int
    ) -> ResultsPage:
        """What a member made, from every chat and way in, newest first; see `ResultStore.results_of`."""
        return await self._store.results_of(requester.key, before=before, words=words, style=style, limit=limit)

    async def may(self, act: Act, job_id: JobId, *, by: Asker) -> bool:
        """Whether a member may do that; an unknown job takes nothing."""
        job = await self._store.job(job_id)
        return job is not None and await self._may(act, by, job)

    async def describe(self, job_id: JobId, *, by: Asker) -> Description:
        """A job with its recipe and lineage, as far as who asks may see it.

        Raises:
            UserError: it is unknown, not kept any more, or not theirs to see.
        """
        job = await self.allowed(Act.SEE, job_id, by)
        ancestors: list[Generation | None] = []
        first: Job | Generation = job
        generations = await self._store.generations(job_id)
        above, hidden = job.lineage.parent, set[ImageId]()
        kept, gone = set[ImageId](), set[ImageId]()
        (kept if job.pictures_kept else gone).update((job.source, *(each.image for each in generations)))
        while above and (ancestor := await self._store.generation(above)):
            its_job = await self._store.job(ancestor.job)
            seen = its_job is not None and await self._may(Act.SEE, by, its_job)
            if not seen and its_job and await self.is_hidden(its_job):
                hidden.add(ancestor.image)
            there = its_job is not None and its_job.pictures_kept
            (kept if there else gone).update((ancestor.source, ancestor.image))
            ancestors.insert(0, ancestor if seen else None)
            above, first = ancestor.lineage.parent, ancestor
        if source_is_withheld(first, by.requester):  # the private result that it was made from is not kept any more
            hidden.add(first.source)
        duty = await self._store.delivery(job_id)
        return Description(
            job=job,
            generations=generations,
            ancestors=ancestors,
            undelivered=duty.undeliverable if duty else "",
            hidden=frozenset(hidden),
            gone=frozenset(gone - kept),
        )

    async def uncollected(self, requester: Requester, *, most: int) -> Sequence[Job]:
        """A member's latest jobs with pictures that no message could show."""
        found: list[Job] = []
        for job in await self._store.jobs_of(requester.key, limit=_RECENT) if most > 0 else ():
            duty = await self._store.delivery(job.id)
            if duty and duty.undeliverable and await self._store.generations(job.id):
                found.append(job)
        return found[:most]

    @asynccontextmanager
    async def publishing(
        self, job_id: JobId, *, by: Asker, where: str, site: Site, openly: bool = False
    ) -> AsyncIterator[Card]:
        """Show everybody at `where` what only its requester saw: post the card inside the context.

        Once that is done the result stands there for everybody, and is not published there again. What was sent as a
        spoiler stays one, unless its member says `openly`: then it is none any more, nor is what is made from it.

        Raises:
            UserError: it is not theirs, has no picture, may not be shown there, or stands there already.
        """
        job = await self.allowed(Act.PUBLISH, job_id, by)
        async with self._one_at_a_time(job_id):
            if where in await self._store.copies(job_id):
                raise Gone("refused-published")
            generations = await self._results(job_id)
            if openly:
                job = replace(job, lineage=replace(job.lineage, spoiler=False))
            yield render(job, self._gate.fitted(generations, site, private=False), public=True)
            await self._store.copied(job_id, where, openly=openly)

    async def copy(self, job_id: JobId, *, by: Asker, site: Site) -> Card:
        """The card of a result for whoever asked to have it sent; `copied` says then where it went.

        Raises:
            UserError: it is unknown, has no picture, or may not be shown there.
        """
        job = await self.allowed(Act.COPY, job_id, by)
        generations = await self._results(job_id)
        return render(job, self._gate.fitted(generations, site, private=True), public=True)

    async def copied(self, job_id: JobId, *, by: Asker, where: str) -> None:
        """A copy stands where `by` alone is: they may go on from it there."""
        job = await self._store.job(job_id)
        if job and job.requester.key != by.requester.key:
            await self._store.copied(job_id, where)

    async def copy_stands(self, job_id: JobId, message: MessageRef, reply_to: ReplyTarget) -> None:
        """A message is to show a result besides its job's own; it is taken back when the result is deleted.

        To be said before a picture stands in it: what ends this program in between leaves none that is not known.

        Raises:
            Gone: the result is deleted already.
        """
        if not await self._store.copy_stands(Copy(job=job_id, message=message, reply_to=reply_to)):
            raise Gone("refused-gone")

    async def keep(self, generation: GenerationId, *, on: bool, by: Asker) -> None:
        """Keep a member's own result beyond retention, with its job: source, words and sisters; or do so no more.

        Raises:
            UserError: it is not theirs, is not there any more, or they keep as many as they may.
        """
        job = await self.allowed(Act.KEEP, job_of(generation), by)
        found = await self._store.generation(generation)
        if found is None:
            raise Gone("refused-gone")
        async with self._one_at_a_time(f"keep {job.requester.key}"):
            if on and not found.kept and await self._store.keeps(job.requester.key) >= self._most_kept:
                raise LimitReached("refused-keeps", most=self._most_kept)
            if not await self._store.keep(generation, on=on):
                raise Gone("refused-gone")

    async def star(self, job_id: JobId, *, by: Asker) -> None:
        """Keep a member's own job, as a whole; what is another's, or too much, stays as it is."""
        if await self.may(Act.KEEP, job_id, by=by):
            for made in await self._store.generations(job_id):
                with contextlib.suppress(Gone, LimitReached):
                    await self.keep(made.id, on=True, by=by)

    async def collect(self, job_id: JobId, *, by: Asker, locale: str = "", progress: Progress | None = None) -> Card:
        """The card of a member's own job as it stands.

        It speaks the language that the job was asked for in, or `locale`'s. `progress` is told of it if it runs.

        Raises:
            UserError: it is unknown or somebody else's.
        """
        job = await self.allowed(Act.COLLECT, job_id, by)
        generations = await self._store.generations(job.id) if job.status.ended else ()
        return render(
            replace(job, locale=locale or job.locale), generations, waiting=self._waiting(job.id), progress=progress
        )

    async def stands(self, job_id: JobId, message: MessageRef, *, instead_of: MessageRef | None) -> None:
        """A job is shown in that message from now on; see `DutyStore.posted`."""
        await self._store.posted(job_id, message, instead_of=instead_of)

    async def message_of(self, job: Job, *, platform: str) -> MessageRef | None:
        """Where a job's message stands, as that platform wrote it down; None if it is elsewhere, or long done."""
        duty = await self._store.delivery(job.id) if job.reply_to.platform == platform else None
        return duty.message if duty else None

    async def own_message(self, job_id: JobId, *, platform: str) -> MessageRef | None:
        """The same of a job that may not be known any more."""
        job = await self._store.job(job_id)
        return await self.message_of(job, platform=platform) if job else None

    async def made(self, job: Job) -> Sequence[Generation]:
        """The results of a job that may have none; whether somebody may see them was asked before."""
        return await self._store.generations(job.id)

    async def _results(self, job_id: JobId) -> Sequence[Generation]:
        generations = await self._store.generations(job_id)
        if not any([await self._images.has(each.image) for each in generations]):
            raise Gone("refused-gone")
        return generations

    async def allowed(self, act: Act, job_id: JobId, by: Asker) -> Job:
        """The job, for a member who may do that with it.

        Raises:
            UserError: they may not, or there is no such job: the same sentence if it is not theirs to see.
        """
        job = await self._store.job(job_id)
        if job and await self._may(act, by, job):
            return job
        log.info("access refused", act=act, job=job_id, known=job is not None, user=by.requester.key, place=by.place)
        raise refusal(act, by, job, await self._store.copies(job_id))

    async def _may(self, act: Act, by: Asker, job: Job) -> bool:
        copies = await self._store.copies(job.id)
        if is_allowed(act, by, job, copies):
            return True
        if by.shown != job.id or not by.place or by.place in copies:
            return False
        # Our own message shows it to them: a copy that a version sent which did not write that down.
        await self._store.copied(job.id, by.place)
        return is_allowed(act, by, job, {*copies, by.place})

    async def is_hidden(self, job: Job) -> bool:
        """Whether nobody but its requester may see it, nor what descends from it."""
        return job.private and not await self._store.copies(job.id)

    def _one_at_a_time(self, what: str) -> asyncio.Lock:
        """Two presses at once must not both find that it was not done yet, or that there is room for one."""
        lock = self._locks.get(what)
        if lock is None:
            lock = self._locks[what] = asyncio.Lock()
        return lock
