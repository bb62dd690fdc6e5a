"""A job: an accepted request, and the table of everything that can happen to it.

Two rules: a job changes only by its own methods, and a job that has ended never changes again. `attempt` fences: what
a worker reports for an older attempt is thrown away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from bot.domain.control import Control
from bot.domain.ids import GenerationId, ImageId, JobId, generation_id
from bot.domain.lora import LoraWish
from bot.domain.options import OPTIONS, Options
from bot.domain.request import Action, ReplyTarget, Requester
from bot.domain.safety import NEVER_LOOKED_AT, STRICTEST, Safety, Site
from inference.api import Lora, Needs, needs_of

MAX_STRIKES = 3
"""Workers one job may cost before it is given up. Sidekiq's super_fetch calls such a job a poison pill."""

MAX_ATTEMPTS = 10
"""Starts one job gets in all, restarts of the whole service included."""


_CONTROL_COST = 0.4
"""What a ControlNet adds to a step: a copy of the U-Net's encoder and middle block, 361 of 860 million parameters in
Stable Diffusion 1.5."""

_MAP_COST = 0.01
"""Drawing a control map, in steps: next to nothing, so that nobody waits for a look."""


class JobStatus(StrEnum):
    """Where a job stands."""

    RECEIVED = "received"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUSED = "refused"

    @property
    def ended(self) -> bool:
        """True if nothing can follow."""
        return not TRANSITIONS[self]


TRANSITIONS: Mapping[JobStatus, frozenset[JobStatus]] = {
    JobStatus.RECEIVED: frozenset({JobStatus.QUEUED, JobStatus.REFUSED}),
    JobStatus.QUEUED: frozenset({JobStatus.RUNNING, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.REFUSED}),
    JobStatus.RUNNING: frozenset(
        {JobStatus.QUEUED, JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.REFUSED}
    ),
    JobStatus.SUCCEEDED: frozenset(),
    JobStatus.FAILED: frozenset(),
    JobStatus.CANCELLED: frozenset(),
    JobStatus.REFUSED: frozenset(),
}


class IllegalTransition(Exception):
    """A move that the table does not know: a bug, never a member's fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that determines one picture besides its source: concrete, so the same recipe repeats it.

    Attributes:
        keep_palette: the result keeps the source's colours as a whole, against what repeated passes add up to.
        uses_strength: False if the model edits by instruction, so that strength means nothing but for 0.
        control: structure to keep.
        map_only: the result is the control map itself; what else is here waits for *Use map*.
    """

    prompt: str
    negative_prompt: str
    strength: float
    seed: int
    steps: int
    guidance_scale: float
    style: str | None
    model: str
    loras: tuple[Lora, ...] = ()
    uses_strength: bool = True
    keep_palette: bool = False
    control: Control | None = None
    map_only: bool = False

    @property
    def needs(self) -> Needs:
        """What has to be on this machine before it can be made."""
        kind = self.control.kind if self.control else None
        draws = kind if self.control and not self.control.map else None
        loras = tuple(lora.name for lora in self.loras)
        return needs_of(
            model=self.model, strength=self.strength, map_only=self.map_only, loras=loras, control=kind, draws=draws
        )

    @property
    def edits(self) -> bool:
        """Whether it edits by instruction, so that its strength says nothing; at 0 it is the source all the same."""
        return not self.uses_strength and self.strength > 0

    def options(self) -> Options:
        """What one would say to get this recipe again."""
        control = self.control
        same = {name: getattr(self, name) for name in _SAID_AS_THEY_ARE}
        spoken = {
            "strengths": (self.strength,),
            "style": self.style or "",
            "loras": tuple(LoraWish(each.name, each.weight) for each in self.loras),
            "control": control and control.kind,
            "control_scale": control and control.scale,
            "control_start": control and control.start,
            "control_end": control and control.end,
        }
        return Options(**same | spoken)

    def asks_the_same(self, other: "Recipe") -> bool:
        """Whether both ask for the same thing in words: the second pass then is more of the first."""
        return (self.prompt, self.negative_prompt, self.style) == (other.prompt, other.negative_prompt, other.style)


_SAID_AS_THEY_ARE = tuple(row.name for row in OPTIONS if row.name in {field.name for field in fields(Recipe)})
"""Options of which a recipe has what was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Where a picture comes from.

    Attributes:
        parent: the result it was derived from; None if a member's picture was the start.
        root: the first result of the family; None if this is it.
        depth: passes between the member's own picture and this one, at least 1. A rerun keeps it, a chain adds 1.
        spoiler: the member's own picture was sent as one, so what is made from it is, until they publish it openly.
        description: what the member's own picture shows, in their words for readers who cannot see it.
        scaled: the source is kept with fewer pixels than it was sent with.
        source_hidden: the source is a private result that was not published, so it is not shown beside what is.
        source_withheld: it is another member's, so its requester is not shown it either.
    """

    parent: GenerationId | None = None
    root: GenerationId | None = None
    depth: int = 1
    spoiler: bool = False
    description: str = ""
    scaled: bool = False
    source_hidden: bool = False
    source_withheld: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An accepted request.

    Attributes:
        source: the upright, decoded source in the image store.
        recipes: one per picture; a sweep has several that differ in strength only.
        pixels: of the picture the model works on, for what it costs.
        notes: what the member should know about the source, e.g. that it was animated.
        site: what the place was like when it was asked.
        place: the conversation in which it was asked, as `Asker.rooms` names it; empty if there was none.
        offers_thread: its message offers to go on in a thread.
        attempt: how often it was started; 0 before the first time.
        strikes: workers that died under it.
        lease: the run of the service that took it up, for who reads a database after a fault.
        error: one sentence for the owner, to be said by `bot.texts.told`, if it failed or was refused.
        created_at, started_at, ended_at: Unix seconds.
        pictures_kept: its source and results are, as they have not gone by their age nor by its member's wish.
    """

    id: JobId
    action: Action
    requester: Requester
    reply_to: ReplyTarget
    event_id: str
    source: ImageId
    recipes: tuple[Recipe, ...]
    lineage: Lineage
    private: bool
    locale: str
    created_at: float
    pixels: int
    notes: tuple[str, ...] = ()
    site: Site = STRICTEST
    place: str = ""
    offers_thread: bool = False
    status: JobStatus = JobStatus.RECEIVED
    attempt: int = 0
    strikes: int = 0
    lease: str = ""
    error: str = ""
    started_at: float | None = None
    ended_at: float | None = None
    pictures_kept: bool = True

    def unit_cost(self, index: int) -> float:
        """What picture number `index` costs the device: steps really run times megapixels."""
        recipe = self.recipes[index]
        megapixels = max(self.pixels, 1) / 1e6
        if recipe.map_only:
            return _MAP_COST * megapixels
        control = recipe.control
        extra = 0.0 if control is None else _CONTROL_COST * (control.end - control.start)
        share = recipe.strength if recipe.uses_strength else 1.0
        return max(1.0, recipe.steps * share) * (1 + extra) * megapixels

    def images(self) -> tuple[ImageId, ...]:
        """The pictures that its recipes start from: the source, and control maps that were given."""
        maps = (recipe.control.map for recipe in self.recipes if recipe.control and recipe.control.map)
        return tuple(dict.fromkeys((self.source, *maps)))

    def generation_ids(self) -> tuple[GenerationId, ...]:
        """The ids its pictures have or will have."""
        return tuple(generation_id(self.id, index) for index in range(len(self.recipes)))

    def _moved(self, status: JobStatus) -> "Job":
        if status not in TRANSITIONS[self.status]:
            raise IllegalTransition(f"{self.id}: {self.status} -> {status}")
        return replace(self, status=status)

    def queued(self) -> "Job":
        """Accepted, or back in line after its worker or the service went away."""
        return replace(self._moved(JobStatus.QUEUED), lease="")

    def started(self, *, lease: str, at: float) -> "Job":
        """Taken up by this run of the service; counts an attempt."""
        running = self._moved(JobStatus.RUNNING)
        return replace(running, attempt=self.attempt + 1, lease=lease, started_at=at)

    def struck(self) -> "Job":
        """Its worker died under it: back in line with one strike more."""
        return replace(self, strikes=self.strikes + 1).queued()

    @property
    def hopeless(self) -> bool:
        """True if another attempt is not worth the harm."""
        return self.strikes >= MAX_STRIKES or self.attempt >= MAX_ATTEMPTS

    def succeeded(self, *, at: float) -> "Job":
        """All pictures are there."""
        return replace(self._moved(JobStatus.SUCCEEDED), ended_at=at, lease="")

    def failed(self, error: str, *, at: float) -> "Job":
        """It cannot be finished; `error` is one sentence for the owner."""
        return replace(self._moved(JobStatus.FAILED), error=error, ended_at=at, lease="")

    def refused(self, error: str, *, at: float) -> "Job":
        """A rule forbids its result; `error` is one sentence for the owner."""
        return replace(self._moved(JobStatus.REFUSED), error=error, ended_at=at, lease="")

    def cancelled(self, *, at: float) -> "Job":
        """Its owner or a moderator stopped it."""
        return replace(self._moved(JobStatus.CANCELLED), ended_at=at, lease="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One result with its whole recipe.

    Attributes:
        index: which of the job's pictures, 0-based.
        image: the lossless result in the image store.
        effective_steps: denoising steps really run.
        seconds: time on the device.
        safety: what was found before it was kept, and how it may be shown.
        kept: its member wants it, and its job, to stay beyond retention.
    """

    id: GenerationId
    job: JobId
    index: int
    requester: Requester
    source: ImageId
    image: ImageId
    recipe: Recipe
    lineage: Lineage
    width: int
    height: int
    effective_steps: int
    seconds: float
    created_at: float
    notes: tuple[str, ...] = ()
    safety: Safety = NEVER_LOOKED_AT
    kept: bool = False

    @property
    def spoiler(self) -> bool:
        """Whether it is hidden until a reader asks to see it."""
        return self.safety.spoiler or self.lineage.spoiler


def source_is_withheld(made: Job | Generation, requester: Requester) -> bool:
    """Whether what it was made from is a private result of another member's, so that this one may not see it."""
    foreign = made.lineage.source_withheld or made.requester.key != requester.key
    return made.lineage.source_hidden and foreign


def images_of_requester(job: Job) -> tuple[ImageId, ...]:
    """Those of `Job.images` that its own requester may see."""
    withheld = {job.source} if source_is_withheld(job, job.requester) else frozenset()
    return tuple(image for image in job.images() if image not in withheld)
