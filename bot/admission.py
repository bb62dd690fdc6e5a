"""From a request to a job in line: what is asked is checked, resolved, decoded and stored, in that order.

Everything that can be refused is refused before anything is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from bot.domain.actions import lineage_of
from bot.domain.card import Waiting
from bot.domain.errors import Gone, InvalidRequest, LimitReached
from bot.domain.ids import ImageId, JobId
from bot.domain.job import Generation, Job, Recipe
from bot.domain.limits import DAY, Limits, check_limits, span
from bot.domain.request import DEFAULT_STRENGTH, REFINE_STRENGTH, SWEEP_STRENGTHS, Action, Request, clean_text, quoted
from bot.domain.style import Style, find_style
from bot.pace import Pace
from bot.ports import Clock, Ids, ImageStore, JobStore, PictureReader
from bot.queue import FairQueue, QueueFull, units_of
from bot.texts import Argument, text
from inference.api import ModelDefaults

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
class _Source:
    image: ImageId
    pixels: int
    notes: tuple[str, ...] = ()


class Admission:
    """The door that requests come in by.

    Attributes:
        styles: the presets members can pick, by name.
        models: the models members can pick, with their defaults.
        limits: how much one member may ask for.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        images: ImageStore,
        reader: PictureReader,
        queue: FairQueue,
        pace: Pace,
        clock: Clock,
        ids: Ids,
        limits: Limits,
        styles: Mapping[str, Style],
        models: Mapping[str, ModelDefaults],
        default_model: str,
    ) -> None:
        self.styles = styles
        self.models = models
        self._store = store
        self._images = images
        self._reader = reader
        self._queue = queue
        self._pace = pace
        self._clock = clock
        self._ids = ids
        self.limits = limits
        self._default_model = default_model
        self._open = True

    def close(self) -> None:
        """Accept nothing more: the service is stopping."""
        self._open = False

    async def accept(self, request: Request, *, parent: Generation | None) -> Receipt:
        """Store and line up a request; one member's must come one at a time.

        Args:
            request: as it was asked.
            parent: the result it derives from, where `request.parent` names one.

        Raises:
            UserError: the sentence says what is wrong and how to mend it; nothing was stored.
        """
        if not self._open:
            raise LimitReached("refused-restarting")
        model = request.model or self._default_model
        defaults = self.model(model)
        recipes = self._recipes(request, model, defaults)
        now = self._clock.now()
        usage = await self._store.usage(request.requester.key, since=now - DAY)
        check_limits(self.limits, usage, pictures=len(recipes), now=now)
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
            raise LimitReached("refused-queue-full", **self._drained_in()) from None
        if stored.id != job.id:
            return Receipt(job=stored, waiting=self.waiting(stored.id), duplicate=True)
        self._queue.put(units_of(job))
        log.info("queued", job=job.id, action=job.action, platform=job.requester.platform, user=job.requester.user)
        return Receipt(job=job, waiting=self.waiting(job.id))

    def waiting(self, job: JobId) -> Waiting | None:
        """Where a job stands in line; None where it does not wait."""
        return self._pace.waiting(job, self._queue.order(), now=self._clock.now())

    def model(self, model: str) -> ModelDefaults:
        """What a model wants.

        Raises:
            InvalidRequest: there is none of that name; the sentence names those there are.
        """
        defaults = self.models.get(model)
        if defaults is None:
            raise InvalidRequest("refused-model", model=quoted(model), models=", ".join(self.models))
        return defaults

    def _recipes(self, request: Request, model: str, defaults: ModelDefaults) -> tuple[Recipe, ...]:
        style = find_style(self.styles, request.style)
        usual = DEFAULT_STRENGTH if style is None or style.strength is None else style.strength
        strengths = request.strengths or _STANDARD_STRENGTHS.get(request.action, (usual,))
        prompt = clean_text(request.prompt)
        if not prompt:
            raise InvalidRequest("refused-no-prompt")
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
            notes = tuple(text(request.locale, note) for note in picture.notes)
            return _Source(image=image, pixels=picture.width * picture.height, notes=notes)
        if parent is None or not await self._images.has(request.source):
            raise Gone("refused-picture-gone")
        return _Source(image=request.source, pixels=parent.width * parent.height)

    def _drained_in(self) -> Mapping[str, Argument]:
        seconds = self._pace.drained_in(self._queue.order())
        return span(60.0 if seconds is None else max(10.0, seconds))
