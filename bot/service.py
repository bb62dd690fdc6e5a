"""The use cases, one method each: submit, press, cancel, delete, status, describe, forget.

Chats and the command line call these and nothing else. A method returns when its change is durable; what follows
(the message, the picture) comes by dispatch and delivery. Every `UserError` carries the sentence for the member.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog

from bot.delivery import Delivery
from bot.dispatch import Dispatch, units_of
from bot.domain.actions import Press, derive, lineage_of
from bot.domain.card import Waiting
from bot.domain.errors import Gone, InvalidRequest, LimitReached, NotAllowed
from bot.domain.ids import GenerationId, ImageId, JobId, job_of
from bot.domain.job import Generation, Job, Recipe
from bot.domain.limits import DAY, Limits, check_limits, in_words
from bot.domain.request import (
    DEFAULT_STRENGTH,
    REFINE_STRENGTH,
    SWEEP_STRENGTHS,
    Action,
    Request,
    Requester,
    clean_text,
)
from bot.domain.style import Style, find_style
from bot.pace import Pace
from bot.ports import Clock, Ids, ImageStore, JobStore, PictureReader
from bot.queue import FairQueue, QueueFull
from inference.api import ModelDefaults

DOUBLE_CLICK_SECONDS = 3.0
"""Within this long an equal press is the same press, also where its job was quick enough to have ended."""

_RECENT = 20
_STANDARD_STRENGTHS: Mapping[Action, tuple[float, ...]] = {
    Action.SWEEP: SWEEP_STRENGTHS,
    Action.REFINE: (REFINE_STRENGTH,),
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """An accepted request.

    Attributes:
        duplicate: an equal one was accepted before; `job` is that one.
    """

    job: Job
    waiting: Waiting | None
    duplicate: bool = False


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
class Description:
    """A job with its results and the results it descends from, root first."""

    job: Job
    generations: Sequence[Generation]
    ancestors: Sequence[Generation]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    image: ImageId
    pixels: int
    notes: tuple[str, ...] = ()


class Service:
    """The core's front door.

    Attributes:
        styles: the presets members can pick, by name.
        models: the models members can pick, with their defaults.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        images: ImageStore,
        reader: PictureReader,
        queue: FairQueue,
        pace: Pace,
        dispatch: Dispatch,
        delivery: Delivery,
        clock: Clock,
        ids: Ids,
        limits: Limits,
        styles: Mapping[str, Style],
        models: Mapping[str, ModelDefaults],
        default_model: str,
    ) -> None:
        self._store = store
        self._images = images
        self._reader = reader
        self._queue = queue
        self._pace = pace
        self._dispatch = dispatch
        self._delivery = delivery
        self._clock = clock
        self._ids = ids
        self._limits = limits
        self.styles = styles
        self.models = models
        self._default_model = default_model
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._open = True

    def close(self) -> None:
        """Accept nothing more: the service is stopping."""
        self._open = False

    async def submit(self, request: Request) -> Receipt:
        """Accept a request: check it, decode its picture, store the job, line it up.

        Raises:
            UserError: the sentence says what is wrong and how to mend it; nothing was stored.
        """
        async with self._turn(request.requester):
            return await self._accept(request, parent=await self._parent(request))

    async def press(self, press: Press) -> Receipt:
        """Accept what a button, modal or reaction on a result asks for, as a job of the member who pressed.

        Raises:
            UserError: the sentence says what is wrong and how to mend it; nothing was stored.
        """
        parent = await self._store.generation(press.generation)
        if parent is None:
            raise Gone("That result is not kept any more: send the picture again.")
        request = derive(parent, press)
        async with self._turn(press.requester):
            if twin := await self._equal_press(request):
                return Receipt(job=twin, waiting=self.waiting(twin.id), duplicate=True)
            return await self._accept(request, parent=parent)

    async def cancel(self, job_id: JobId, *, by: Requester, moderator: bool = False) -> Job:
        """Stop a waiting or running job.

        Raises:
            UserError: it is unknown, somebody else's, or has ended already.
        """
        while True:
            job = await self._owned(job_id, by, moderator=moderator)
            if job.status.ended:
                raise Gone(f"That job has {job.status} already.")
            cancelled = job.cancelled(at=self._clock.now())
            if await self._store.replace(job, cancelled):
                await self._dispatch.abandon(job_id)
                self._delivery.changed(job_id)
                self._delivery.queue_moved()
                log.info("cancelled", job=job_id)
                return cancelled

    async def delete(self, generation: GenerationId, *, by: Requester, moderator: bool = False) -> Job:
        """Remove a job's pictures and prompts from the store; taking its message away is the adapter's part.

        Raises:
            UserError: it is unknown or somebody else's.
        """
        job = await self._owned(job_of(generation), by, moderator=moderator)
        for each in await self._store.generations(job.id):
            await self._store.remove_generation(each.id)
        await self.sweep_images()
        return job

    async def status(self, requester: Requester) -> QueueView:
        """The member's open jobs and how long the queue is."""
        mine = [job for job in await self._store.open_jobs() if job.requester.key == requester.key]
        return QueueView(mine=[(job, self.waiting(job.id)) for job in mine], jobs=len(self._queue))

    async def describe(self, job_id: JobId) -> Description:
        """A job with its recipe and lineage.

        Raises:
            Gone: it is unknown or not kept any more.
        """
        job = await self._store.job(job_id)
        if job is None:
            raise Gone("I do not know that job: it may be too old.")
        ancestors: list[Generation] = []
        above = job.lineage.parent
        while above and (ancestor := await self._store.generation(above)):
            ancestors.insert(0, ancestor)
            above = ancestor.lineage.parent
        return Description(job=job, generations=await self._store.generations(job_id), ancestors=ancestors)

    async def recent(self, requester: Requester, *, limit: int = _RECENT) -> Sequence[Job]:
        """The member's latest jobs, newest first."""
        return await self._store.jobs_of(requester.key, limit=limit)

    async def forget(self, requester: Requester) -> int:
        """Cancel the member's open jobs and remove everything stored about them; returns how many jobs went."""
        for job in await self._store.open_jobs():
            if job.requester.key == requester.key:
                await self.cancel(job.id, by=requester)
        gone = await self._store.forget(requester.key)
        await self.sweep_images()
        return len(gone)

    async def sweep_images(self) -> None:
        """Delete the pictures that nothing refers to any more."""
        await self._images.sweep(await self._store.referenced_images())

    def waiting(self, job: JobId) -> Waiting | None:
        """Where a job stands in line; None where it does not wait."""
        return self._pace.waiting(job, self._queue.order(), now=self._clock.now())

    @asynccontextmanager
    async def _turn(self, requester: Requester) -> AsyncIterator[None]:
        """One request of a member at a time, so that ten at once cannot each see room for one."""
        lock = self._turns[requester.key]
        try:
            async with lock:
                yield
        finally:
            if not lock.locked():
                self._turns.pop(requester.key, None)

    async def _parent(self, request: Request) -> Generation | None:
        return None if request.parent is None else await self._store.generation(request.parent)

    async def _accept(self, request: Request, *, parent: Generation | None) -> Receipt:
        if not self._open:
            raise LimitReached("I am restarting: try again in a minute.")
        model = request.model or self._default_model
        defaults = self.models.get(model)
        if defaults is None:
            raise InvalidRequest(f"I do not have the model {model!r}; there is {', '.join(self.models)}.")
        recipes = self._recipes(request, model, defaults)
        now = self._clock.now()
        usage = await self._store.usage(request.requester.key, since=now - DAY)
        check_limits(self._limits, usage, pictures=len(recipes), now=now)
        try:
            with self._queue.reserve():
                source = await self._source(request, parent)
                job = Job(
                    id=self._ids.job_id(),
                    action=request.action,
                    requester=request.requester,
                    reply_to=request.reply_to,
                    event_id=request.event_id,
                    source=source.image,
                    recipes=recipes,
                    lineage=lineage_of(request, parent),
                    private=request.private,
                    locale=request.locale,
                    created_at=now,
                    pixels=min(source.pixels, defaults.max_pixels),
                    notes=source.notes,
                ).queued()
                stored = await self._store.add(job)
        except QueueFull:
            raise LimitReached(f"The queue is full: come back in {self._drained_in()}.") from None
        if stored.id != job.id:
            return Receipt(job=stored, waiting=self.waiting(stored.id), duplicate=True)
        self._queue.put(units_of(job))
        self._delivery.announce(job.id)
        log.info("queued", job=job.id, action=job.action, platform=job.requester.platform, user=job.requester.user)
        return Receipt(job=job, waiting=self.waiting(job.id))

    def _recipes(self, request: Request, model: str, defaults: ModelDefaults) -> tuple[Recipe, ...]:
        style = find_style(self.styles, request.style)
        usual = DEFAULT_STRENGTH if style is None or style.strength is None else style.strength
        strengths = request.strengths or _STANDARD_STRENGTHS.get(request.action, (usual,))
        prompt = clean_text(request.prompt)
        if not prompt:
            raise InvalidRequest('Say what the picture should become, for example "an oil painting".')
        recipe = Recipe(
            prompt=prompt,
            negative_prompt=clean_text(request.negative_prompt),
            strength=strengths[0],
            seed=self._ids.seed() if request.seed is None else request.seed,
            steps=request.steps or defaults.steps,
            guidance_scale=defaults.guidance_scale if request.guidance_scale is None else request.guidance_scale,
            style=style.name if style else None,
            model=model,
        )
        return tuple(replace(recipe, strength=strength) for strength in strengths)

    async def _source(self, request: Request, parent: Generation | None) -> _Source:
        """The decoded source, in the image store."""
        if isinstance(request.source, bytes):
            picture = await self._reader.read(request.source)
            image = await self._images.put(picture.png)
            return _Source(image=image, pixels=picture.width * picture.height, notes=picture.notes)
        if parent is None or not await self._images.has(request.source):
            raise Gone("That picture is not kept any more: send it again.")
        return _Source(image=request.source, pixels=parent.width * parent.height)

    async def _equal_press(self, request: Request) -> Job | None:
        """The job of an equal press by the same member that is still open or was made a moment ago."""
        if isinstance(request.source, bytes):
            return None
        now = self._clock.now()
        for job in await self._store.jobs_of(request.requester.key, limit=_RECENT):
            recent = not job.status.ended or now - job.created_at < DOUBLE_CLICK_SECONDS
            same = (job.action, job.lineage.parent) == (request.action, request.parent)
            strengths = tuple(recipe.strength for recipe in job.recipes)
            if recent and same and strengths == request.strengths and job.recipes[0].prompt == request.prompt:
                return job
        return None

    async def _owned(self, job_id: JobId, by: Requester, *, moderator: bool) -> Job:
        job = await self._store.job(job_id)
        if job is None:
            raise Gone("I do not know that job: it may be too old.")
        if job.requester.key != by.key and not moderator:
            raise NotAllowed("Only the member who asked for it, or a moderator, can do that.")
        return job

    def _drained_in(self) -> str:
        seconds = self._pace.drained_in(self._queue.order())
        return in_words(60.0 if seconds is None else max(10.0, seconds))
