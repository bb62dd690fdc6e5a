"""What a button does: pure functions from a result to the next request.

A button carries a verb and an id, never parameters: everything else is derived from the stored parent here. The
member who presses owns the new job.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.access import Asker
from bot.domain.control import UNSAID, ControlWish
from bot.domain.ids import GenerationId, ImageId
from bot.domain.job import Generation, Lineage
from bot.domain.lora import LoraWish
from bot.domain.picture import Sent
from bot.domain.request import SWEEP_STRENGTHS, Action, ReplyTarget, Request
from bot.domain.safety import STRICTEST, Site


class Verb(StrEnum):
    """What a button, reaction or menu entry says to do with a result or a job.

    ASK_MAP asks for words and is then USE_MAP: it stands on a map that was drawn without a prompt.
    """

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
    SHOW_MAP = "showmap"
    USE_MAP = "usemap"
    ASK_MAP = "askmap"


DERIVING: Mapping[Verb, Action] = {
    Verb.RERUN: Action.RERUN,
    Verb.CHAIN: Action.CHAIN,
    Verb.REROLL: Action.REROLL,
    Verb.EDIT: Action.EDIT,
    Verb.SWEEP: Action.SWEEP,
    Verb.SHOW_MAP: Action.MAP,
    Verb.USE_MAP: Action.IMG2IMG,
}
"""Verbs that make a new job, and what it is."""

OPENING: Mapping[Verb, Verb] = {Verb.CHAIN: Verb.CHAIN, Verb.EDIT: Verb.EDIT, Verb.ASK_MAP: Verb.USE_MAP}
"""Verbs that open a form first, and what is done with it; every other one of `DERIVING` makes its job at once."""

_STRENGTHS = {Verb.SWEEP: SWEEP_STRENGTHS, Verb.CHAIN: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A member acts on a result. The optional fields are what a modal asked for; None keeps the parent's.

    Attributes:
        by: who pressed, and where.
        event_id: the platform's id of the press.
        strengths: none at all ask for the usual one, which is the place's, the style's own or the product's.
        style: an empty one takes the parent's away.
        source: another picture for Chain or Edit, where the modal offered an upload.
        control: what was said of structure.
        usual_strength: of the place where it was pressed; None where nothing is set there.
        site, blocked: as in `Request`, of that place.
    """

    verb: Verb
    generation: GenerationId
    by: Asker
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
    loras: tuple[LoraWish, ...] | None = None
    source: bytes | Sent | None = None
    control: ControlWish = UNSAID
    private: bool = False
    locale: str = "en"
    usual_strength: float | None = None
    site: Site = STRICTEST
    blocked: tuple[str, ...] = ()


def derive(parent: Generation, press: Press) -> Request:
    """The request that a press on `parent` means.

    rerun: same source, prompt and seed at another strength. reroll: everything the same but a new seed. edit: same
    source with an edited prompt or strength, the seed kept so that only the edit shows. sweep: same source and seed
    at several strengths. chain: the result becomes the source, with a new seed unless one is given. showmap: only the
    control map of the result is drawn. usemap: the picture that a map was drawn for, with that map.

    Control goes along with all of them. Without a map of the member's own it is drawn from the new source, so a chain
    follows the latest result; a given map stays. Whatever is derived from a map keeps that map, and chaining it means
    using it: the map itself is no picture to go on from.

    What belongs to a model or style goes with it: another model brings its own steps and guidance scale and has other
    adapters, another style brings its own guidance and strength.

    Raises:
        InvalidRequest: where the modal's values are out of range.
    """
    recipe, structure = parent.recipe, parent.recipe.control
    verb = press.verb
    if recipe.map_only:
        verb = Verb.USE_MAP if verb is Verb.CHAIN else verb
        structure = replace(structure, map=parent.image) if structure else None
    if verb not in DERIVING:
        raise ValueError(f"{press.verb} makes no job")
    source: bytes | Sent | ImageId = parent.image if verb is Verb.CHAIN else parent.source
    seed = None if verb in {Verb.REROLL, Verb.CHAIN} else recipe.seed
    loras = tuple(LoraWish(each.name, each.weight) for each in recipe.loras)
    other_model = press.model not in {None, recipe.model}
    other_style = press.style is not None and (press.style or None) != recipe.style
    steps = None if other_model else recipe.steps
    guidance_scale = None if other_model or other_style else recipe.guidance_scale
    return Request(
        action=DERIVING[verb],
        requester=press.by.requester,
        reply_to=press.reply_to,
        event_id=press.event_id,
        source=source if press.source is None else press.source,
        prompt=recipe.prompt if press.prompt is None else press.prompt,
        negative_prompt=recipe.negative_prompt if press.negative_prompt is None else press.negative_prompt,
        strengths=_strengths(press, _STRENGTHS.get(verb, None if other_style else (recipe.strength,))),
        seed=seed if press.seed is None else press.seed,
        steps=steps if press.steps is None else press.steps,
        guidance_scale=guidance_scale if press.guidance_scale is None else press.guidance_scale,
        style=recipe.style if press.style is None else press.style,
        model=recipe.model if press.model is None else press.model,
        loras=(() if other_model else loras) if press.loras is None else press.loras,
        control=press.control.over(structure),
        control_map=press.control.map,
        private=press.private,
        parent=parent.id,
        locale=press.locale,
        site=press.site,
        blocked=press.blocked,
    )


def _strengths(press: Press, kept: tuple[float, ...] | None) -> tuple[float, ...] | None:
    """Those of a press on a result whose own are `kept`; None is the usual one of the style."""
    said = press.strengths
    if said is None:
        said = kept if press.strength is None else (press.strength,)
    if said or press.usual_strength is None:
        return said or None
    return (press.usual_strength,)


def lineage_of(request: Request, parent: Generation | None) -> Lineage:
    """The lineage of a request's results. A new upload starts a family of its own, whatever button it came by."""
    if parent is None or isinstance(request.source, bytes | Sent):
        return Lineage(spoiler=isinstance(request.source, Sent) and request.source.spoiler)
    depth = parent.lineage.depth + (1 if request.action is Action.CHAIN else 0)
    return Lineage(
        parent=parent.id,
        root=parent.lineage.root or parent.id,
        depth=depth,
        spoiler=parent.lineage.spoiler,
        scaled=parent.lineage.scaled and request.source == parent.source,
    )
