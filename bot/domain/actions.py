"""What a button does: pure functions from a result to the next request.

A button carries a verb and an id, never parameters: everything else is derived from the stored parent here. The
member who presses owns the new job.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.access import Asker
from bot.domain.control import NO_CONTROL
from bot.domain.errors import InvalidRequest, NotAllowed
from bot.domain.ids import GenerationId, ImageId
from bot.domain.job import Generation, Lineage, Recipe, source_is_withheld
from bot.domain.options import NOTHING_SAID, OPTIONS, Options
from bot.domain.picture import Sent
from bot.domain.request import Action, ReplyTarget, Request
from bot.domain.safety import STRICTEST, Site
from bot.domain.strength import SWEEP_STRENGTHS
from bot.domain.words import clean_text

MAX_DESCRIPTION = 1000
"""Characters of a member's description of a picture; Discord takes 1024, Slack 2000."""


class Verb(StrEnum):
    """What a button, reaction or menu entry says to do with a result or a job.

    PUBLISH_OPEN publishes what was sent as a spoiler, and from then on is none.
    ASK_MAP asks for words and is then USE_MAP: it stands on a map that was drawn without a prompt. ERASE and LEAVE
    answer what DELETE asks in a chat that has no question of its own. PICK asks for a picture to words that had none.
    BAN and DISMISS stand under what REPORT shows to moderators. THREAD opens a thread for what is made from a result.
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
    PUBLISH_OPEN = "publishopen"
    COLLECT = "collect"
    KEEP = "keep"
    COMPARE = "compare"
    ORIGINAL = "original"
    SHOW_MAP = "showmap"
    USE_MAP = "usemap"
    ASK_MAP = "askmap"
    ERASE = "erase"
    LEAVE = "leave"
    PICK = "pick"
    REPORT = "report"
    BAN = "ban"
    DISMISS = "dismiss"
    THREAD = "thread"


class Seen(StrEnum):
    """Who sees what comes of a press.

    HERE: everybody who is there, unless the member or the place wants it for the member alone. ALL: everybody,
    whatever they want. MEMBER: the member alone. MESSAGE: nothing new comes, the message itself changes or goes.
    """

    HERE = "here"
    ALL = "all"
    MEMBER = "member"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerbRow:
    """What every chat has to know of a verb; the words of its button are `button-<verb>` in the catalogue.

    Attributes:
        emoji: stands before the words; none on the buttons that name a strength.
        makes: why the job is made that it makes; None if it makes none.
        opens: it opens a form first, and this is done with what the form says.
        asks: it is asked first whether the member means it.
        seen: who sees what comes of it; of no account if it opens a form.
        changes: it changes something, so that it must outlive a crash.
    """

    emoji: str = ""
    makes: Action | None = None
    opens: Verb | None = None
    asks: bool = False
    seen: Seen = Seen.MEMBER
    changes: bool = False


VERBS: Mapping[Verb, VerbRow] = {
    Verb.RERUN: VerbRow(makes=Action.RERUN, seen=Seen.HERE, changes=True),
    Verb.CHAIN: VerbRow(emoji="🔗", makes=Action.CHAIN, opens=Verb.CHAIN),
    Verb.REROLL: VerbRow(emoji="🎲", makes=Action.REROLL, seen=Seen.HERE, changes=True),
    Verb.EDIT: VerbRow(emoji="✏️", makes=Action.EDIT, opens=Verb.EDIT),
    Verb.SWEEP: VerbRow(emoji="🎚️", makes=Action.SWEEP, seen=Seen.HERE, changes=True),
    Verb.DETAILS: VerbRow(emoji="📋"),
    Verb.DELETE: VerbRow(emoji="🗑️", asks=True, seen=Seen.MESSAGE, changes=True),
    Verb.CANCEL: VerbRow(emoji="⏹️", seen=Seen.MESSAGE, changes=True),
    Verb.COMPARE: VerbRow(emoji="🌗"),
    Verb.ORIGINAL: VerbRow(emoji="⬇️"),
    Verb.KEEP: VerbRow(emoji="📌", makes=Action.KEEP, seen=Seen.HERE, changes=True),
    Verb.PUBLISH: VerbRow(emoji="📣", seen=Seen.ALL, changes=True),
    Verb.PUBLISH_OPEN: VerbRow(emoji="👁️", seen=Seen.ALL, changes=True),
    Verb.COLLECT: VerbRow(emoji="📥", seen=Seen.MESSAGE, changes=True),
    Verb.SHOW_MAP: VerbRow(emoji="🗺️", makes=Action.MAP, changes=True),
    Verb.USE_MAP: VerbRow(emoji="🖌️", makes=Action.IMG2IMG, seen=Seen.HERE, changes=True),
    Verb.ASK_MAP: VerbRow(emoji="🖌️", opens=Verb.USE_MAP),
    Verb.ERASE: VerbRow(emoji="🗑️", seen=Seen.MESSAGE, changes=True),
    Verb.LEAVE: VerbRow(emoji="↩️", seen=Seen.MESSAGE),
    Verb.PICK: VerbRow(emoji="🖼️"),
    Verb.REPORT: VerbRow(emoji="🚩", changes=True),
    Verb.BAN: VerbRow(emoji="⛔", changes=True),
    Verb.DISMISS: VerbRow(emoji="✔️", seen=Seen.MESSAGE, changes=True),
    Verb.THREAD: VerbRow(emoji="🧵", changes=True),
}
"""The one table of verbs, which every chat goes through for its buttons."""

DERIVING: Mapping[Verb, Action] = {verb: row.makes for verb, row in VERBS.items() if row.makes}
"""Verbs that make a new job, and what it is."""

OPENING: Mapping[Verb, Verb] = {verb: row.opens for verb, row in VERBS.items() if row.opens}
"""Verbs that open a form first, and what is done with it; every other one of `DERIVING` makes its job at once."""


class Reaction(StrEnum):
    """What a reaction on a result says to do."""

    REROLL = "reroll"
    SEND = "send"
    KEEP = "keep"
    CROSS = "cross"


REACTIONS: Mapping[Reaction, tuple[str, ...]] = {
    Reaction.REROLL: ("🔁", "repeat", "arrows_counterclockwise", "game_die"),
    Reaction.SEND: ("✉️", "✉", "email", "envelope", "incoming_envelope"),
    Reaction.KEEP: ("⭐", "star", "star2"),
    Reaction.CROSS: ("❌", "x", "heavy_multiplication_x", "negative_squared_cross_mark"),
}
"""By what they go: the emoji themselves, and the names that a chat has for them."""

_REACTION_OF = {name: reaction for reaction, names in REACTIONS.items() for name in names}


def reaction_of(emoji: str) -> Reaction | None:
    """What an emoji, or its name, says; None if it is just a reaction."""
    return _REACTION_OF.get(emoji)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A member acts on a result.

    Attributes:
        by: who pressed, and where.
        event_id: the platform's id of the press.
        options: what the button or its form says; the parent's hold for the rest.
        source: another picture for Chain or Edit, if the form offered an upload.
        control_map: a control map of the member's own.
        usual_strength: of the place where it was pressed; None if nothing is set there.
        site, blocked: as in `Request`, of that place.
    """

    verb: Verb
    generation: GenerationId
    by: Asker
    reply_to: ReplyTarget
    event_id: str
    options: Options = NOTHING_SAID
    source: bytes | Sent | None = None
    control_map: bytes | Sent | None = None
    private: bool = False
    locale: str = "en"
    usual_strength: float | None = None
    site: Site = STRICTEST
    blocked: tuple[str, ...] = ()


def derive(parent: Generation, press: Press) -> Request:
    """The request that a press on `parent` means.

    rerun: same source, prompt and seed at another strength. reroll: everything the same but a new seed. edit: same
    source with an edited prompt or strength, the seed kept so that only the edit shows. sweep: same source and seed
    at several strengths. keep: the very recipe, for the picture that it made already. chain: the result becomes the
    source, with a new seed unless one is given. showmap: only the control map of the result is drawn. usemap: the
    picture that a map was drawn for, with that map.

    Control goes along with all of them. Without a map of the member's own it is drawn from the new source, so a chain
    follows the latest result; a given map stays. Whatever is derived from a map keeps that map, and chaining it means
    using it: the map itself is no picture to go on from.

    What belongs to a model or style goes with it: another model brings its own steps and guidance scale and has other
    adapters, another style brings its own guidance and strength.

    Raises:
        InvalidRequest: a rerun at the strength that the result has, or a form's values are out of range.
        NotAllowed: it would show more of a source that its member may not see than the result does.
    """
    recipe, structure = parent.recipe, parent.recipe.control
    verb = press.verb
    if verb is Verb.RERUN and press.options == Options(strengths=(recipe.strength,)):
        raise InvalidRequest("refused-this-one")  # it would be the very same picture
    if recipe.map_only:
        verb = Verb.USE_MAP if verb is Verb.CHAIN else verb
        structure = replace(structure, map=parent.image) if structure else None
    if verb not in DERIVING:
        raise ValueError(f"{press.verb} makes no job")
    source: bytes | Sent | ImageId = parent.image if verb is Verb.CHAIN else parent.source
    options = press.options.over(_kept(recipe.options(), verb, press.options))
    kept_map = structure.map if structure and options.control == structure.kind else None
    usual = press.usual_strength
    if verb is not Verb.CHAIN and press.source is None and source_is_withheld(parent, press.by.requester):
        usual = recipe.strength
        drawn = options.control not in {None, NO_CONTROL} and press.control_map is None and kept_map is None
        anew = structure is None or options.control != structure.kind
        _check_withheld(recipe, options, draws=drawn and (anew or verb is Verb.SHOW_MAP))
    if not options.strengths and usual is not None:
        options = replace(options, strengths=(usual,))
    return Request(
        action=DERIVING[verb],
        requester=press.by.requester,
        reply_to=press.reply_to,
        event_id=press.event_id,
        source=source if press.source is None else press.source,
        options=options,
        control_map=kept_map if press.control_map is None else press.control_map,
        private=press.private,
        parent=parent.id,
        locale=press.locale,
        site=press.site,
        blocked=press.blocked,
    )


def _check_withheld(recipe: Recipe, options: Options, *, draws: bool) -> None:
    """What is made from a source that its member may not see shows no more of it than the result above does."""
    if draws:  # a map has its lines
        raise NotAllowed("refused-source-hidden")
    if any(strength < recipe.strength for strength in options.strengths or ()):
        raise NotAllowed("refused-source-strength", least=f"{recipe.strength:g}")


def _kept(options: Options, verb: Verb, said: Options) -> Options:
    """What of the parent's own options holds for a press that says so much itself."""
    changed = {
        row.name
        for row in OPTIONS
        if (new := getattr(said, row.name)) is not None and new != getattr(options, row.name)
    }
    gone = {row.name for row in OPTIONS if changed.intersection(row.follows)}
    if verb is Verb.CHAIN:
        gone |= {row.name for row in OPTIONS if not row.chained}
    elif verb is Verb.REROLL:
        gone.add("seed")
    kept = options.without(gone)
    return replace(kept, strengths=SWEEP_STRENGTHS) if verb is Verb.SWEEP else kept


def lineage_of(request: Request, parent: Generation | None) -> Lineage:
    """The lineage of a request's results. A new upload starts a family of its own, whatever button it came by."""
    hidden = any(isinstance(each, Sent) and each.spoiler for each in (request.source, request.control_map))
    if parent is None or isinstance(request.source, bytes | Sent):
        described = clean_text(request.source.description) if isinstance(request.source, Sent) else ""
        return Lineage(spoiler=hidden, description=described[:MAX_DESCRIPTION])
    onward = request.source == parent.image
    depth = parent.lineage.depth + (1 if request.action is Action.CHAIN else 0)
    return Lineage(
        parent=parent.id,
        root=parent.lineage.root or parent.id,
        depth=depth,
        spoiler=hidden or parent.lineage.spoiler,
        description=parent.lineage.description,
        scaled=parent.lineage.scaled and request.source == parent.source,
        source_hidden=request.of_hidden if onward else parent.lineage.source_hidden,
        source_withheld=not onward and source_is_withheld(parent, request.requester),
    )
