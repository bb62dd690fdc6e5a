"""From a request to a job in line: what is asked is checked, resolved, decoded and stored, in that order.

Everything that can be refused is refused before anything is written.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace

import structlog

from bot.domain.actions import lineage_of
from bot.domain.advice import Asked, advise, usual_strength
from bot.domain.card import Waiting
from bot.domain.errors import Gone, LimitReached, PictureRefused, PromptBlocked
from bot.domain.ids import ImageId, JobId
from bot.domain.job import Generation, Job, Recipe
from bot.domain.limits import DAY, Limits, check_limits
from bot.domain.picture import Picture, Sent
from bot.domain.request import Action, Request
from bot.domain.style import Style
from bot.domain.words import quoted
from bot.gate import Gate
from bot.pace import Pace
from bot.ports import Clock, Ids, ImageStore
from bot.queue import FairQueue, QueueFull, units_of
from bot.recipes import find_model, recipes_of
from bot.stores import JobStore
from bot.texts import Argument, text, time_span
from bot.tracing import passed
from bot.uploads import UploadLimiter
from inference.api import ControlKind, Device, Engine, ModelDefaults

_LEAST_KEPT = 1024 * 1024
"""Pixels of a source that are kept though the models here work on fewer."""

_REMEMBERED = 20
"""Jobs of a member within which the same advice is not given again."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """An accepted request.

    Attributes:
        duplicate: an equal one was accepted before; `job` is that one.
        thread: in which its message stands; empty if in none.
        repeated: the same was asked anew while that one runs, of which its member has to hear.
    """

    job: Job
    waiting: Waiting | None
    duplicate: bool = False
    repeated: bool = False
    thread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    image: ImageId
    pixels: int
    notes: tuple[str, ...] = ()
    contrast: float | None = None
    made_by_ai: bool = False
    scaled: bool = False


class Admission:
    """Every request comes in here, and is taken or refused.

    Attributes:
        styles: the presets members can pick, by name.
        limits: how much one member may ask for.
        waiting: where a job stands in line, or how far what it lacks is; None if it does not wait.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        images: ImageStore,
        uploads: UploadLimiter,
        gate: Gate,
        queue: FairQueue,
        pace: Pace,
        waiting: Callable[[JobId], Waiting | None],
        clock: Clock,
        ids: Ids,
        limits: Limits,
        styles: Mapping[str, Style],
        engine: Engine,
        default_model: str,
        guard_chains: bool,
        advice: bool,
        max_minutes: float,
    ) -> None:
        """`guard_chains`: passes that ask for nothing new keep their source's palette. `advice`: members get some.

        `max_minutes`: of work in line, after which nothing more is accepted; 0 means no bound.
        """
        self.styles = styles
        self._store = store
        self._images = images
        self._uploads = uploads
        self._engine = engine
        self._gate = gate
        self._queue = queue
        self._pace = pace
        self.waiting = waiting
        self._clock = clock
        self._ids = ids
        self.limits = limits
        self._default_model = default_model
        self._guard_chains = guard_chains
        self._advice = advice
        self._max_seconds = max_minutes * 60
        self._open = True
        self._draining = False

    @property
    def models(self) -> Mapping[str, ModelDefaults]:
        """The models members can pick, with their defaults, as of now: more is known of one once it was loaded."""
        return self._engine.capacity().models

    def devices(self) -> Sequence[Device]:
        """What pictures are made on, as it stands now."""
        return self._engine.devices()

    def close(self) -> None:
        """Accept nothing more: the service is stopping."""
        self._open = False

    def drain(self, *, on: bool) -> None:
        """Accept nothing until it is off again: the operator wants the line to run empty."""
        self._draining = on

    async def accept(
        self,
        request: Request,
        *,
        parent: Generation | None,
        again: Job | None = None,
        settle: Callable[[Job], Awaitable[Job]] | None = None,
    ) -> Receipt:
        """Store and line up a request; one member's must come one at a time.

        Args:
            request: as it was asked.
            parent: the result it derives from, if `request.parent` names one.
            again: the job whose source it begins from, if there is no result to name.
            settle: says where the job's message will stand, for what must not be done for a job that is refused.

        Raises:
            UserError: the sentence says what is wrong and how to mend it; nothing was stored.
        """
        if not self._open:
            raise LimitReached("refused-restarting")
        if self._draining:
            raise LimitReached("refused-draining")
        recipes = self.recipes(request, seed=self._ids.seed())
        if self._guard_chains and await self._is_more_of_the_same(recipes[0], request, parent):
            recipes = tuple(replace(recipe, keep_palette=True) for recipe in recipes)
        self._uploads.check(request.requester.key)
        try:
            await self._gate.admit(recipes[0].prompt, blocked=request.blocked)
        except PromptBlocked:
            self._uploads.count(request.requester.key)
            raise
        now = self._clock.now()
        # What was asked for further ahead was asked for by a clock that has been set right since.
        usage = await self._store.usage(request.requester.key, since=now - DAY, until=now + DAY)
        check_limits(self.limits, usage, pictures=len(recipes), now=now)
        brought = [each for each in (request.source, request.control_map) if isinstance(each, bytes | Sent)]
        self._check_queue()
        try:
            async with self._uploads.place(request.requester.key, *brought) if brought else nullcontext():
                with self._queue.reserve(), self._images.hold():
                    job = await self._job(request, parent, again, recipes, now=now)
                    stored = await self._store.add(await settle(job) if settle else job)
        except QueueFull:
            raise LimitReached("refused-queue-full", **self._drained_in()) from None
        if stored.id != job.id:
            return Receipt(job=stored, waiting=self.waiting(stored.id), duplicate=True)
        passed("accept", job.id, begun=now, ended=self._clock.now())
        # A map costs next to nothing and its member looks at it before anything else.
        self._queue.put(units_of(job), first=recipes[0].map_only)
        log.info("queued", job=job.id, action=job.action, platform=job.requester.platform, user=job.requester.user)
        return Receipt(job=job, waiting=self.waiting(job.id))

    async def _job(
        self,
        request: Request,
        parent: Generation | None,
        again: Job | None,
        recipes: tuple[Recipe, ...],
        *,
        now: float,
    ) -> Job:
        """The job of a request, with its pictures in the image store."""
        drawn = await self._map(request)
        enough = None if any(recipe.strength == 0 for recipe in recipes) else self._enough
        source = await self._source(request, parent, again, enough=enough)
        if drawn is not None:
            recipes = _with_map(recipes, await self._images.put(drawn.png))
        lineage = again.lineage if again else lineage_of(request, parent)
        if not await self._gate.allows(lineage.description, blocked=request.blocked):
            lineage = replace(lineage, description="")
        lineage = replace(lineage, scaled=lineage.scaled or source.scaled)
        smaller = lineage.scaled and any(recipe.strength == 0 for recipe in recipes)
        return Job(
            id=self._ids.job_id(),
            action=request.action,
            requester=request.requester,
            reply_to=request.reply_to,
            event_id=request.event_id,
            source=source.image,
            recipes=recipes,
            lineage=lineage,
            private=request.private,
            locale=request.locale,
            created_at=now,
            pixels=min(source.pixels, self.model(recipes[0].model).max_pixels),
            notes=(*request.notes, *source.notes, *self._told(request, smaller=smaller))
            + await self._advised(request, recipes, source),
            site=request.site,
            place=request.place,
            offers_thread=request.offers_thread,
        ).queued()

    @staticmethod
    def _told(request: Request, *, smaller: bool) -> Iterator[str]:
        """What of a request is not done as it was put."""
        if smaller:
            yield text(request.locale, "note-kept-smaller")
        if request.options.unread:
            yield text(request.locale, "note-recipe-unread", settings=quoted(", ".join(request.options.unread)))

    @property
    def _enough(self) -> int:
        """Pixels that no model here works on more of, and that a look at the source needs."""
        return max(_LEAST_KEPT, *(defaults.max_pixels for defaults in self.models.values()))

    def model(self, model: str) -> ModelDefaults:
        """What a model wants.

        Raises:
            InvalidRequest: there is none of that name; the sentence names those there are.
        """
        return find_model(model, self.models)

    def controls(self, model: str | None = None) -> tuple[ControlKind, ...]:
        """The kinds of structure that a model can be made to keep; of the default one if none is named."""
        defaults = self.models.get(model or self._default_model)
        return defaults.controls if defaults else ()

    def recipes(self, request: Request, *, seed: int) -> tuple[Recipe, ...]:
        """What a request asks for: what it leaves open is as its model and style have it, and `seed`.

        Raises:
            InvalidRequest: it names what there is not, or what does not go together.
        """
        return recipes_of(
            request, models=self.models, styles=self.styles, default_model=self._default_model, seed=seed
        )

    async def _advised(self, request: Request, recipes: tuple[Recipe, ...], source: _Source) -> tuple[str, ...]:
        """A line of advice, or none: only if a member begins or goes on from a result, and not again and again."""
        uses_strength = self.models[recipes[0].model].uses_strength
        begins = isinstance(request.source, bytes | Sent) or request.action is Action.CHAIN
        if not (self._advice and uses_strength and begins) or recipes[0].map_only:
            return ()
        asked = Asked(action=request.action, recipes=recipes, contrast=source.contrast, made_by_ai=source.made_by_ai)
        advice = advise(asked, self.styles)
        if advice is None:
            return ()
        usual = usual_strength(recipes[0], self.styles)
        line = text(request.locale, f"advice-{advice}", strength=recipes[0].strength, usual=usual)
        recent = await self._store.jobs_of(request.requester.key, limit=_REMEMBERED)
        return () if any(line in job.notes for job in recent) else (line,)

    async def _is_more_of_the_same(self, recipe: Recipe, request: Request, parent: Generation | None) -> bool:
        """Whether the source is a result that the same words made: what then changes in its colours is drift."""
        made = parent
        while made is not None and made.image != request.source:  # a rerun's parent is its sister
            above = made.lineage.parent
            made = None if above is None else await self._store.generation(above)
        return made is not None and recipe.asks_the_same(made.recipe)

    async def _map(self, request: Request) -> Picture | None:
        """The control map that was sent along, decoded; None if none was. A stored one must still be there."""
        if request.control is None:
            return None
        if isinstance(request.control_map, bytes | Sent):
            try:
                # What is transparent in it is black or paper, by its kind: that is the engine's to say.
                return await self._uploads.read(
                    request.requester.key, request.control_map, alpha=True, enough=self._enough
                )
            except PictureRefused as refusal:
                why = refusal.sentence(request.locale)
                raise PictureRefused("refused-map", why=why) from refusal
        if request.control.map and not await self._images.has(request.control.map):
            raise Gone("refused-map-gone")
        return None

    async def _source(
        self, request: Request, parent: Generation | None, again: Job | None, *, enough: int | None
    ) -> _Source:
        """The decoded source, in the image store; scaled down to `enough` pixels."""
        if isinstance(request.source, bytes | Sent):
            picture = await self._uploads.read(request.requester.key, request.source, enough=enough)
            image = await self._images.put(picture.png)
            return _Source(
                image=image,
                pixels=picture.width * picture.height,
                notes=tuple(text(request.locale, note) for note in picture.notes),
                contrast=picture.contrast,
                made_by_ai=picture.made_by_ai,
                scaled=picture.scaled,
            )
        pixels = again.pixels if again else parent.width * parent.height if parent else None
        if pixels is None or not await self._images.has(request.source):
            raise Gone("refused-picture-gone")
        return _Source(image=request.source, pixels=pixels, made_by_ai=parent is not None)

    def _check_queue(self) -> None:
        """Refuse if what waits would take longer than the owner lets anybody wait."""
        seconds = self._pace.drained_in(self._queue.work)
        if self._max_seconds and len(self._queue) and seconds is not None and seconds >= self._max_seconds:
            raise LimitReached("refused-queue-full", **time_span(max(60.0, seconds - self._max_seconds)))

    def _drained_in(self) -> Mapping[str, Argument]:
        seconds = self._pace.drained_in(self._queue.work)
        return time_span(60.0 if seconds is None else max(10.0, seconds))


def _with_map(recipes: tuple[Recipe, ...], image: ImageId) -> tuple[Recipe, ...]:
    """The recipes with a control map of the member's own."""
    return tuple(
        replace(recipe, control=replace(recipe.control, map=image)) if recipe.control else recipe
        for recipe in recipes
    )
