"""What a button does: pure functions from a result to the next request.

A button carries a verb and an id, never parameters: everything else is derived from the stored parent here. The
member who presses owns the new job.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.ids import GenerationId, ImageId
from bot.domain.job import Generation, Lineage
from bot.domain.request import DEFAULT_STRENGTH, SWEEP_STRENGTHS, Action, ReplyTarget, Request, Requester
from bot.domain.safety import STRICTEST, Site


class Verb(StrEnum):
    """What a button, reaction or menu entry says to do with a result or a job."""

    RERUN = "rerun"
    CHAIN = "chain"
    REROLL = "reroll"
    EDIT = "edit"
    SWEEP = "sweep"
    DETAILS = "details"
    DELETE = "delete"
    CANCEL = "cancel"
    PUBLISH = "publish"
    COLLECT = "collect"


DERIVING = frozenset({Verb.RERUN, Verb.CHAIN, Verb.REROLL, Verb.EDIT, Verb.SWEEP})
"""Verbs that make a new job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A member acts on a result. The optional fields are what a modal asked for; None keeps the parent's.

    Attributes:
        event_id: the platform's id of the press.
        source: another picture for Chain or Edit, where the modal offered an upload.
        site, blocked: as in `Request`, of the place where it was pressed.
    """

    verb: Verb
    generation: GenerationId
    requester: Requester
    reply_to: ReplyTarget
    event_id: str
    strength: float | None = None
    strengths: tuple[float, ...] | None = None
    prompt: str | None = None
    negative_prompt: str | None = None
    style: str | None = None
    seed: int | None = None
    steps: int | None = None
    guidance_scale: float | None = None
    model: str | None = None
    source: bytes | None = None
    private: bool = False
    locale: str = "en"
    site: Site = STRICTEST
    blocked: tuple[str, ...] = ()


def derive(parent: Generation, press: Press) -> Request:
    """The request that a press on `parent` means.

    rerun: same source, prompt and seed at another strength. reroll: everything the same but a new seed. edit: same
    source with an edited prompt or strength, the seed kept so that only the edit shows. sweep: same source and seed
    at several strengths. chain: the result becomes the source, with a new seed unless one is given.

    Raises:
        InvalidRequest: where the modal's values are out of range.
    """
    recipe = parent.recipe
    source: bytes | ImageId = parent.source
    seed: int | None = recipe.seed
    strengths: tuple[float, ...] = (recipe.strength,)
    match press.verb:
        case Verb.RERUN:
            action = Action.RERUN
        case Verb.REROLL:
            action, seed = Action.REROLL, None
        case Verb.EDIT:
            action = Action.EDIT
        case Verb.SWEEP:
            action, strengths = Action.SWEEP, SWEEP_STRENGTHS
        case Verb.CHAIN:
            action, seed, source, strengths = Action.CHAIN, None, parent.image, (DEFAULT_STRENGTH,)
        case _:
            raise ValueError(f"{press.verb} makes no job")
    if press.strength is not None:
        strengths = (press.strength,)
    return Request(
        action=action,
        requester=press.requester,
        reply_to=press.reply_to,
        event_id=press.event_id,
        source=source if press.source is None else press.source,
        prompt=recipe.prompt if press.prompt is None else press.prompt,
        negative_prompt=recipe.negative_prompt if press.negative_prompt is None else press.negative_prompt,
        strengths=press.strengths or strengths,
        seed=seed if press.seed is None else press.seed,
        steps=recipe.steps if press.steps is None else press.steps,
        guidance_scale=recipe.guidance_scale if press.guidance_scale is None else press.guidance_scale,
        style=recipe.style if press.style is None else press.style,
        model=recipe.model if press.model is None else press.model,
        private=press.private,
        parent=parent.id,
        locale=press.locale,
        site=press.site,
        blocked=press.blocked,
    )


def lineage_of(request: Request, parent: Generation | None) -> Lineage:
    """The lineage of a request's results. A new upload starts a family of its own, whatever button it came by."""
    if parent is None or isinstance(request.source, bytes):
        return Lineage()
    depth = parent.lineage.depth + (1 if request.action is Action.CHAIN else 0)
    return Lineage(parent=parent.id, root=parent.lineage.root or parent.id, depth=depth)
