"""The use cases, one method each: ask, submit, press, cancel, delete, status, describe, settings, export, forget.

Chats and the command line call these and nothing else. A method returns when its change is durable; what follows
(the message, the picture) comes by dispatch and delivery. Every `UserError` carries the sentence for the member.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

import structlog

from bot.admission import Admission, Receipt
from bot.archive import archive
from bot.delivery import Delivery
from bot.dispatch import Dispatch
from bot.domain.access import Act, Asker
from bot.domain.actions import Press, Verb, derive
from bot.domain.ask import Ask
from bot.domain.blocklist import check_patterns
from bot.domain.card import Waiting
from bot.domain.errors import Gone
from bot.domain.ids import GenerationId, ImageId, JobId, job_of
from bot.domain.job import Generation, Job
from bot.domain.limits import DAY, Limits, Usage
from bot.domain.model import label
from bot.domain.picture import Sent
from bot.domain.place import PlaceSettings
from bot.domain.request import Action, Request, Requester
from bot.domain.rules import check_model, check_place, check_source, is_private
from bot.domain.strength import check_strength
from bot.domain.style import find_style
from bot.erasure import Retention
from bot.forms import Menu
from bot.gate import Gate
from bot.ports import Clock, ImageStore, JobStore
from bot.queue import FairQueue
from bot.results import Found, Results
from bot.sign_in import SignIn
from inference.api import ControlKind, ModelDefaults

DOUBLE_CLICK_SECONDS = 3.0
"""Within this long an equal press is the same press, also where its job was quick enough to have ended."""

FORGET_SECONDS = 5.0
"""Messages of jobs that a member's wish to be forgotten cancels get so long to say so."""

_RECENT = 20
_EVERYTHING = 1_000_000
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """What a member asks `/queue` for.

    Attributes:
        mine: the member's open jobs, oldest first, with their places in line; None is running now.
        jobs: how many jobs wait in all.
    """

    mine: Sequence[tuple[Job, Waiting | None]]
    jobs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What a member's wish to be forgotten did.

    Attributes:
        jobs: how many went.
        held: jobs of others that were made from them and still need pictures of theirs.
    """

    jobs: int
    held: int


class Service:
    """The core's front door.

    Attributes:
        styles: the presets members can pick, by name.
        controls: what a model can be made to keep; see `Admission.controls`.
        results: who sees and shares what.
        sign_in: of members on the web; None if there are no pages.
    """

    def __init__(
        self,
        *,
        admission: Admission,
        store: JobStore,
        images: ImageStore,
        gate: Gate,
        queue: FairQueue,
        dispatch: Dispatch,
        delivery: Delivery,
        clock: Clock,
        sign_in: SignIn | None = None,
    ) -> None:
        self.sign_in = sign_in
        self._admission = admission
        self._store = store
        self._images = images
        self._queue = queue
        self._dispatch = dispatch
        self._delivery = delivery
        self._clock = clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # gone when nobody holds or waits
        self.styles = admission.styles
        self.controls = admission.controls
        self.results = Results(store=store, gate=gate, waiting=self.waiting)

    @property
    def models(self) -> Mapping[str, ModelDefaults]:
        """The models members can pick, with their defaults; see `Admission.models`."""
        return self._admission.models

    def menu(self, model: str | None = None) -> Menu:
        """What there is to choose from: structure as a model keeps it, as any of them does if none is named."""
        kinds = {kind for name in ([model] if model else self.models) for kind in self.controls(name)}
        return Menu(
            styles=self.styles,
            models={name: label(name, defaults) for name, defaults in self.models.items()},
            controls=[kind for kind in ControlKind if kind in kinds],
            loras=any(defaults.loras for defaults in self.models.values()),
        )

    def close(self) -> None:
        """Accept nothing more: the service is stopping."""
        self._admission.close()

    async def ask(self, asked: Ask) -> Receipt:
        """Accept a wish as a chat heard it, by the rules of the place where it was asked.

        Raises:
            UserError: the sentence says what is wrong and how to mend it; nothing was stored.
        """
        by, settings = asked.by, await self.settings(*asked.by.keys)
        check_place(settings, by)
        found = await self._result_of(asked)
        of_result = found is not None and not (asked.verb and asked.source)
        author = found.generation.requester.user if found and of_result else asked.author
        check_source(settings, author=author, requester=by.requester.user)
        verb = asked.verb or (Verb.CHAIN if asked.action is not Action.MAP else None)
        if found and verb:
            check_model(settings, asked.options.model or found.generation.recipe.model)
        hidden = found is not None and found.hidden
        private = hidden or asked.hidden or is_private(asked.options.private, settings)
        above = found.job.reply_to if found and hidden else None
        source = found.generation.image if found else asked.source
        if asked.again:
            source = (await self.results.allowed(Act.DERIVE, asked.again, by)).source
        if source is None:
            raise Gone("refused-no-upload")
        reply_to = await asked.answer(private=private, above=above)
        if found and verb:
            return await self._press(
                asked.press(verb, found.generation.id, settings, reply_to, private=private), found
            )
        parent = found.generation.id if found else None
        return await self._submit(
            asked.request(source, settings, reply_to, parent=parent, private=private), found, by
        )

    async def _result_of(self, asked: Ask) -> Found | None:
        if asked.generation is None:
            return None
        if asked.verb is None and asked.source is not None:
            return await self.results.find(asked.generation, by=asked.by)
        return await self.results.parent(asked.generation, by=asked.by)

    async def submit(self, request: Request, *, by: Asker | None = None) -> Receipt:
        """Accept a request: check it, decode its picture, store the job, line it up.

        Args:
            request: the wish.
            by: who asks, and where; None outside of all chats, where there is one member and no place.

        Raises:
            UserError: the sentence says what is wrong and how to mend it; nothing was stored.
        """
        found = await self.results.parent(request.parent, by=by) if request.parent and by else None
        return await self._submit(request, found, by)

    async def _submit(self, request: Request, found: Found | None, by: Asker | None) -> Receipt:
        if by is not None:
            private = request.private or (found is not None and found.hidden)
            request = replace(request, place=by.place, private=private)
        async with self._turn(request.requester.key):
            return await self._accept(request, found.generation if found else None)

    async def press(self, press: Press) -> Receipt:
        """Accept what a button, modal or reaction on a result asks for, as a job of the member who pressed.

        What descends from a private result that was not published is private too.

        Raises:
            UserError: the sentence says what is wrong and how to mend it; nothing was stored.
        """
        return await self._press(press, await self.results.parent(press.generation, by=press.by))

    async def _press(self, press: Press, found: Found) -> Receipt:
        request = derive(found.generation, press)
        request = replace(request, place=press.by.place, private=request.private or found.hidden)
        async with self._turn(press.by.requester.key):
            if twin := await self._equal_press(request):
                return Receipt(job=twin, waiting=self.waiting(twin.id), duplicate=True)
            return await self._accept(request, found.generation)

    async def cancel(self, job_id: JobId, *, by: Asker) -> Job:
        """Stop a waiting or running job.

        Raises:
            UserError: it is unknown, somebody else's, or has ended already.
        """
        await self.results.allowed(Act.CANCEL, job_id, by)
        return await self._cancel(job_id)

    async def _cancel(self, job_id: JobId) -> Job:
        while True:
            job = await self._store.job(job_id)
            if job is None or job.status.ended:
                raise Gone("refused-ended")
            cancelled = job.cancelled(at=self._clock.now())
            # What the device worked on counts: else stopping it just before its end would be a way around the quota.
            if await self._store.replace(job, cancelled, begun=await self._dispatch.begun(job_id)):
                await self._dispatch.abandon(job_id)
                self._delivery.changed(job_id)
                self._delivery.queue_moved()
                log.info("cancelled", job=job_id)
                return cancelled

    async def delete(self, generation: GenerationId, *, by: Asker) -> int:
        """Remove a job's pictures and prompts from the store, not its message; an open job is cancelled first.

        Returns:
            How many jobs of others were made from it and still need pictures of it.

        Raises:
            UserError: it is unknown or somebody else's.
        """
        job = await self.results.allowed(Act.DELETE, job_of(generation), by)
        if not job.status.ended:
            with contextlib.suppress(Gone):  # it ended by itself just now
                job = await self._cancel(job.id)
        gone = {image for each in job.generation_ids() for image in await self._store.remove_generation(each)}
        await self.discard(gone)
        return await self._store.holders(gone, besides=job.requester.key)

    async def cross(self, generation: GenerationId, *, by: Asker) -> bool:
        """The ❌ of a member: an open job is cancelled, an ended one deleted; that of others is an opinion.

        Returns:
            Whether it was deleted, so that its message should go too.
        """
        job = await self._store.job(job_of(generation))
        if job is None or not await self.results.may(Act.DELETE, job.id, by=by):
            return False
        if not job.status.ended:
            await self.cancel(job.id, by=by)
            return False
        await self.delete(generation, by=by)
        return True

    async def status(self, requester: Requester) -> QueueView:
        """The member's open jobs and how long the queue is."""
        mine = await self._store.open_jobs_of(requester.key)
        return QueueView(mine=[(job, self.waiting(job.id)) for job in mine], jobs=len(self._queue))

    async def quota(self, requester: Requester) -> tuple[Usage, Limits]:
        """What the member has used in the last 24 hours, and of how much."""
        usage = await self._store.usage(requester.key, since=self._clock.now() - DAY)
        return usage, self._admission.limits

    async def recent(self, requester: Requester, *, limit: int = _RECENT) -> Sequence[Job]:
        """The member's latest jobs, newest first."""
        return await self._store.jobs_of(requester.key, limit=limit)

    async def export(self, requester: Requester, *, max_bytes: int) -> bytes:
        """Everything stored about the member, as a ZIP of at most about `max_bytes`."""
        jobs = [
            (job, await self._store.generations(job.id))
            for job in await self._store.jobs_of(requester.key, limit=_EVERYTHING)
        ]
        pictures: dict[ImageId, bytes] = {}
        room = max_bytes
        for job, generations in jobs:
            for image in (*(each.image for each in generations), *job.images()):
                if room > 0 and image not in pictures:
                    with contextlib.suppress(Gone):
                        pictures[image] = await self._images.get(image)
                        room -= len(pictures[image])
        return await asyncio.to_thread(archive, jobs, pictures, max_bytes=max_bytes)

    async def forget(self, requester: Requester) -> Forgotten:
        """Cancel the member's open jobs and remove everything stored about them, pictures on the disk included."""
        cancelled = []
        for job in await self._store.open_jobs_of(requester.key):
            with contextlib.suppress(Gone):  # it may end by itself just now
                cancelled.append((await self._cancel(job.id)).id)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FORGET_SECONDS):
                for job_id in cancelled:
                    await self._delivery.shown(job_id)
        gone = await self._store.forget(requester.key)
        await self.discard(gone.images)
        return Forgotten(jobs=len(gone.jobs), held=await self._store.holders(gone.images))

    async def forget_space(self, platform: str, space: str) -> int:
        """The bot was removed from a guild or workspace: the same for everybody there."""
        for job in await self._store.open_jobs_in(platform, space):
            with contextlib.suppress(Gone):  # it ended by itself in between
                await self._cancel(job.id)
        gone = await self._store.forget_space(platform, space)
        await self.discard(gone.images)
        log.info("space forgotten", platform=platform, space=space, jobs=len(gone.jobs))
        return len(gone.jobs)

    async def settings(self, *places: str) -> PlaceSettings:
        """What holds at the innermost of `places`, named from the outside in: server, then channel."""
        settings = PlaceSettings()
        for key in places:
            settings = (await self._store.place(key)).over(settings)
        return settings

    async def change_settings(self, place: str, settings: PlaceSettings) -> None:
        """Set a place's own settings; who may is the adapter's to check, as only the chat knows.

        Raises:
            InvalidRequest: a value is out of range or names what there is not.
        """
        if settings.strength is not None:
            check_strength(settings.strength)
        for model in settings.models or ():
            self._admission.model(model)
        if settings.model is not None:
            self._admission.model(settings.model)
            check_model(settings, settings.model)
        check_patterns(settings.blocked or ())
        style = find_style(self.styles, settings.style)
        await self._store.set_place(place, replace(settings, style=style.name if style else None))

    async def sweep(self, retention: Retention) -> None:
        """Forget what is older than the owner keeps things, and its pictures."""
        while let_go := await self._store.sweep(retention):
            await self.discard(let_go)

    async def sweep_images(self) -> None:
        """Delete the pictures that a crash left without a job."""
        await self._images.sweep(self._store.needed)

    async def discard(self, images: Collection[ImageId]) -> None:
        """Take those of some pictures off the disk that nothing needs any more."""
        await self._images.discard(images, self._store.needed)

    def waiting(self, job: JobId) -> Waiting | None:
        """Where a job stands in line; None if it does not wait."""
        return self._admission.waiting(job)

    @asynccontextmanager
    async def _turn(self, key: str) -> AsyncIterator[None]:
        """One request of a member at a time, so that ten at once cannot each see room for one."""
        lock = self._turns.get(key)
        if lock is None:
            lock = self._turns[key] = asyncio.Lock()
        async with lock:
            yield

    async def _accept(self, request: Request, parent: Generation | None) -> Receipt:
        receipt = await self._admission.accept(request, parent=parent)
        if not receipt.duplicate:
            self._delivery.announce(receipt.job.id)
        return receipt

    async def _equal_press(self, request: Request) -> Job | None:
        """The job of an equal press by the same member that is still open or was made a moment ago."""
        if isinstance(request.source, bytes | Sent) or isinstance(request.control_map, bytes | Sent):
            return None
        now = self._clock.now()
        for job in await self._store.jobs_of(request.requester.key, limit=_RECENT):
            recent = not job.status.ended or now - job.created_at < DOUBLE_CLICK_SECONDS
            if recent and self._asks_for(request, job):
                return job
        return None

    def _asks_for(self, request: Request, job: Job) -> bool:
        """Whether a press means just what `job` is; a seed that was not given is drawn anew and tells nothing."""
        known = tuple(replace(each, keep_palette=False) for each in job.recipes)  # is found out later
        return (job.action, job.lineage.parent, job.private, known) == (
            request.action,
            request.parent,
            request.private,
            self._admission.recipes(request, seed=job.recipes[0].seed),
        )
