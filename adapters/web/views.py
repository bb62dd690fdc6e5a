"""What pages show, from the core's values: pure. Templates lay it out and decide nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.web.words import named_here
from bot.domain.actions import OPENING, Verb
from bot.domain.card import Button, Card
from bot.domain.control import NO_CONTROL
from bot.domain.ids import GenerationId, JobId, job_of
from bot.domain.job import Generation, Job, JobStatus
from bot.domain.options import OPTION, OPTIONS, OptionKind, Options
from bot.domain.strength import DEFAULT_STRENGTH, STRENGTH_WORDS
from bot.domain.style import Style, strength_of
from bot.rendering import title
from bot.results import Description
from bot.texts import number, text

_ELSEWHERE = {Verb.PUBLISH, Verb.PUBLISH_OPEN, Verb.COLLECT, Verb.DETAILS}
"""Buttons that mean nothing here: who looks on is alone, and a job's page shows its details."""

_UNASKED = {"prompt", "strengths", "style", "model", "control", "loras", "private"}
"""Options that have a place of their own in the form, or none."""


_FRACTIONS = {OptionKind.NUMBER, OptionKind.STRENGTHS}

_LABELS = {
    "prompt": "web-prompt",
    "strengths": "field-strength",
    "negative_prompt": "web-negative-prompt",
    "guidance_scale": "web-guidance-scale",
    "control": "web-control",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceView:
    """One of a list.

    Attributes:
        picture: of a style: whether it has one.
        strength: of a style: its own.
        edits: of a model: it follows instructions, and strength means nothing to it.
    """

    value: str
    label: str
    chosen: bool = False
    picture: bool = False
    strength: str = ""
    edits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A field for a number or text under *More options*."""

    name: str
    label: str
    what: str
    value: str
    number: bool
    least: float
    most: float
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """The form as it is to be shown.

    Attributes:
        of: the result or job that it goes on from; empty if it needs a picture.
        start: what of that is chosen; see `adapters.web.incoming.FormStart`.
        chains: whether there is a result to chain from.
        error: the sentence, if it was refused.
        sample: the picture that comes with the page is wanted.
        editing: strength means nothing to the model that is chosen.
    """

    nonce: str
    prompt: str
    strength: str
    styles: Sequence[ChoiceView]
    models: Sequence[ChoiceView]
    controls: Sequence[ChoiceView]
    boxes: Sequence[Box]
    of: str
    start: str
    chains: bool
    error: str
    sample: bool
    editing: bool
    words: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What there is to choose from, and which of it is usual.

    Attributes:
        editors: models that follow instructions, and to which strength means nothing.
    """

    styles: Mapping[str, Style]
    models: Sequence[str]
    controls: Sequence[str]
    editors: frozenset[str] = frozenset()


def label_of(name: str, locale: str) -> str:
    """What an option is called here: by the field's own term, which a chat's form may say in other words."""
    return text(locale, _LABELS.get(name) or f"field-{OPTION[name].text}")


def form_view(offers: Offers, said: Mapping[str, str], locale: str, *, nonce: str, error: str = "") -> FormView:
    """The form, filled in with what a member typed, or with what a job was made of, by the names of its fields."""
    boxes = [
        Box(
            name=row.name,
            label=label_of(row.name, locale),
            what=text(locale, f"describe-{row.text}"),
            value=said.get(row.name, ""),
            number=row.kind in {OptionKind.WHOLE, OptionKind.NUMBER},
            least=row.least,
            most=row.most,
            step="1" if row.kind is OptionKind.WHOLE else "any",
        )
        for row in OPTIONS
        if row.name not in _UNASKED and (offers.controls or "control" not in row.name)
    ]
    nothing = text(locale, "web-none")
    style = said.get("style", "")
    chosen = said.get("model") or next(iter(offers.models), "")
    kinds = [ChoiceView(value=each, label=each, chosen=said.get("control") == each) for each in offers.controls]
    return FormView(
        nonce=nonce,
        prompt=said.get("prompt", ""),
        strength=said.get("strengths") or f"{DEFAULT_STRENGTH:g}",
        styles=[
            ChoiceView(value="", label=nothing, chosen=not style, strength=f"{DEFAULT_STRENGTH:g}"),
            *(
                ChoiceView(
                    value=name,
                    label=name,
                    chosen=name == style,
                    picture=each.picture is not None,
                    strength=f"{strength_of(each):g}",
                )
                for name, each in offers.styles.items()
            ),
        ],
        models=[
            ChoiceView(value=name, label=name, chosen=chosen == name, edits=name in offers.editors)
            for name in offers.models
        ],
        editing=chosen in offers.editors,
        sample=bool(said.get("sample")),
        controls=[ChoiceView(value=NO_CONTROL if said.get("of") else "", label=nothing), *kinds] if kinds else [],
        boxes=boxes,
        of=said.get("of", ""),
        start=said.get("start", "upload"),
        chains=said.get("chains", "") == "yes",
        error=error,
        words=STRENGTH_WORDS,
    )


def said_by(options: Options) -> dict[str, str]:
    """Options in the words of the form's fields."""
    said = {}
    for row in OPTIONS:
        value = getattr(options, row.name)
        match value:
            case None | ():
                continue
            case tuple() if row.kind is OptionKind.STRENGTHS:
                said[row.name] = f"{value[0]:g}"
            case float():
                said[row.name] = f"{value:g}"
            case _:
                said[row.name] = str(value)
    return said


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonView:
    """A button under a result.

    Attributes:
        opens: it leads to the form instead of making a job.
        has: it is what the result has already.
    """

    verb: Verb
    target: GenerationId
    label: str
    strength: str = ""
    opens: bool = False
    has: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job's page.

    Attributes:
        shown: the picture on the stage; None until there is one, or if it is not kept any more.
        swept: in that case the result, which can be deleted with its words.
        spoiler: pictures are blurred until who looks on says otherwise.
        before: what the picture stands beside; None if that is not for who looks on.
        lineage: the results it descends from, root first; None stands for one that who looks on may not see.
    """

    card: Card
    job: Job
    running: bool
    shown: Generation | None
    swept: Generation | None
    spoiler: bool
    generations: Sequence[Generation]
    rows: Sequence[Sequence[ButtonView]]
    notes: Sequence[str]
    details: Sequence[tuple[str, str]]
    lineage: Sequence[Generation | None]
    befores: "Sequence[Before]"
    before: "Before | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a result can be compared with.

    Attributes:
        name: "source", "first" or "parent"; its words are `web-against-<name>`.
        address: of the picture.
        spoiler: it is blurred, whatever the result is.
    """

    name: str
    address: str
    spoiler: bool


def _befores(described: Description) -> list[Before]:
    """Its source; the picture that its whole family began with; the result that it comes from, if that is another."""
    job, above = described.job, [each for each in described.ancestors if each]
    found = []
    if job.source not in {*described.hidden, *described.gone}:
        unsafe = any(each.safety.source_hidden for each in described.generations)
        found.append(Before(name="source", address=f"/s/{job.id}.jpg", spoiler=unsafe))
    if above and described.ancestors[0] and above[0].source not in {job.source, *described.hidden, *described.gone}:
        unsafe = above[0].safety.source_hidden
        found.append(Before(name="first", address=f"/s/{job.id}.jpg?first", spoiler=unsafe))
    if above and described.ancestors[-1] and above[-1].image not in {job.source, *described.gone}:
        found.append(Before(name="parent", address=f"/g/{above[-1].id}.webp", spoiler=above[-1].spoiler))
    return found


def job_view(described: Description, card: Card, *, index: int, locale: str, against: str = "") -> JobView:
    """A job's page, with picture number `index` on the stage beside what `against` names, if there is that."""
    job, all_made = described.job, described.generations
    made = all_made if job.pictures_kept else ()
    shown = made[min(index, len(made) - 1)] if made else None
    return JobView(
        card=card,
        job=job,
        running=not card.status.ended,
        shown=shown,
        swept=all_made[0] if all_made and not made else None,
        spoiler=card.spoiler or any(each.spoiler for each in card.pictures),
        generations=made,
        rows=_rows(card, shown, locale),
        notes=[named_here(note, locale) for note in card.notes],
        details=_details(job, shown, locale),
        lineage=described.ancestors,
        befores=(befores := _befores(described)),
        before=next((each for each in befores if each.name == against), next(iter(befores), None)),
    )


def _rows(card: Card, shown: Generation | None, locale: str) -> list[list[ButtonView]]:
    rows = [[_button(button) for button in row if button.verb not in _ELSEWHERE] for row in card.buttons]
    if shown and len(card.pictures) > 1:  # a card cannot know which one is meant; kept is any of them here by Keep
        onward = ButtonView(verb=Verb.CHAIN, target=shown.id, label=text(locale, "button-chain"), opens=True)
        rows.insert(0, [onward])
    return [row for row in rows if row]


def _button(button: Button) -> ButtonView:
    return ButtonView(
        verb=button.verb,
        target=button.target,
        label=button.label,
        strength="" if button.strength is None else f"{button.strength:g}",
        opens=button.verb in OPENING,
        has=button.has,
    )


def _details(job: Job, shown: Generation | None, locale: str) -> list[tuple[str, str]]:
    recipe = shown.recipe if shown else job.recipes[0]
    said = said_by(recipe.options())
    rows = [
        (label_of(name, locale), number(locale, float(value)) if OPTION[name].kind in _FRACTIONS else value)
        for name, value in said.items()
        if value and name != "private"
    ]
    if shown:
        rows.append((text(locale, "web-size"), f"{shown.width} x {shown.height}"))
        rows.append((text(locale, "web-seconds"), number(locale, round(shown.seconds, 1))))
    return [*rows, (text(locale, "web-id"), str(job.id))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A job in the history, with what was made from its results.

    Attributes:
        picture: its first result; None if it has none.
    """

    job: JobId
    title: str
    picture: GenerationId | None
    spoiler: bool
    current: bool
    children: "Sequence[Branch]"


def history(
    jobs: Sequence[Job], made: Mapping[JobId, Generation | None], *, current: JobId | None, locale: str
) -> list[Branch]:
    """Jobs, newest first, as trees: those made from another one's result hang under it.

    Args:
        jobs: those that are known; one whose results were deleted is left out.
        made: of those that have results the first one, None if its picture is not kept.
        current: the one that is looked at.
        locale: of the titles.
    """
    jobs = [job for job in jobs if job.status is not JobStatus.SUCCEEDED or job.id in made]
    known = {job.id for job in jobs}
    below: dict[JobId | None, list[Job]] = {}
    for job in jobs:
        above = job_of(job.lineage.parent) if job.lineage.parent else None
        below.setdefault(above if above in known else None, []).append(job)

    def branch(job: Job) -> Branch:
        first = made.get(job.id)
        return Branch(
            job=job.id,
            title=title(job.recipes[0], locale),
            picture=first.id if first else None,
            spoiler=first is not None and first.spoiler,
            current=job.id == current,
            children=[branch(child) for child in below.get(job.id, ())],
        )

    return [branch(job) for job in below.get(None, ())]
