"""What a job looks like to its owner, in their language and no chat's markup: a pure function from state to card."""

from collections.abc import Sequence
from dataclasses import replace

from bot.buttons import buttons_under
from bot.domain.actions import VERBS, Verb
from bot.domain.card import Button, Card, CardPicture, Progress, Stage, Waiting
from bot.domain.job import Generation, Job, JobStatus, Recipe
from bot.domain.options import OPTIONS, OptionKind
from bot.domain.strength import strength_word
from bot.domain.words import clip
from bot.texts import number, text, time_span, told
from inference.api import Arriving

_ALT_PROMPT, _ALT_MOST = 900, 960
"""Alt texts are read aloud; Discord takes 1024 characters, Slack 2000. The rest is for words of ours."""

_GIGABYTE = 1_000_000_000
"""Downloads from here on are said in gigabytes, smaller ones in megabytes."""

_PLAIN_HEADLINES = {
    JobStatus.RECEIVED: "headline-received",
    JobStatus.QUEUED: "headline-queued",
    JobStatus.RUNNING: "headline-starting",
    JobStatus.SUCCEEDED: "headline-done",
    JobStatus.CANCELLED: "headline-cancelled",
}
_MAP_HEADLINES = {JobStatus.RUNNING: "headline-drawing", JobStatus.SUCCEEDED: "headline-map"}


def render(
    job: Job,
    generations: Sequence[Generation],
    *,
    waiting: Waiting | None = None,
    progress: Progress | None = None,
    public: bool = False,
    unseen: bool = False,
) -> Card:
    """The card of a job as it stands. One that waits only until the device takes it up is shown as running.

    Args:
        job: the job.
        generations: its finished pictures, by index.
        waiting: its place in line, if it waits.
        progress: how far it is, where it runs.
        public: the owner of a private result shows it to everybody.
        unseen: pictures that nobody has looked at yet may be shown of it, so its source too.
    """
    if waiting and waiting.at_once and not waiting.paused and job.status is JobStatus.QUEUED and not job.attempt:
        job, waiting = replace(job, status=JobStatus.RUNNING), None
    ended = job.status.ended
    private = job.private and not public
    return Card(
        job=job.id,
        status=job.status,
        owner=job.requester,
        private=private,
        locale=job.locale,
        headline=_headline(job, waiting, progress),
        prompt=job.recipes[0].prompt,
        mention=ended and job.status is not JobStatus.CANCELLED,
        facts=facts(job.recipes, job.locale),
        waiting=waiting if job.status is JobStatus.QUEUED else None,
        progress=progress if job.status is JobStatus.RUNNING and progress and _has_begun(progress) else None,
        pictures=tuple(_picture(generation, job) for generation in generations) if ended else (),
        source=None if _hides_source(job, generations, private=private, unseen=unseen) else job.source,
        notes=job.notes + tuple(dict.fromkeys(note for generation in generations for note in generation.notes)),
        small_print=_small_print(job, generations) if generations and ended else "",
        marks=marks(job) if len(job.recipes) > 1 else (),
        menu=_menu(job, generations) if ended else (),
        buttons=buttons_under(job, generations, private=private),
        spoiler=job.lineage.spoiler,
        source_alt=job.lineage.description or text(job.locale, "alt-source"),
        stays=any(generation.safety.stays for generation in generations),
    )


def unrendered(job: Job) -> Card:
    """What stands for a card that a fault of ours kept from being rendered; it needs one text only."""
    return Card(
        job=job.id,
        status=job.status,
        owner=job.requester,
        private=job.private,
        locale=job.locale,
        headline=text(job.locale, "headline-unrendered"),
        prompt="",
    )


def _hides_source(job: Job, generations: Sequence[Generation], *, private: bool, unseen: bool) -> bool:
    """A source stands beside its results, so nobody may see it if they may not simply be seen."""
    lineage = job.lineage
    if lineage.spoiler or lineage.source_withheld or (lineage.source_hidden and not private):
        return True
    if not job.status.ended:  # nobody has looked at the source either
        return not unseen
    return job.status is not JobStatus.SUCCEEDED or any(
        each.safety.source_hidden or each.safety.spoiler for each in generations
    )


def _headline(job: Job, waiting: Waiting | None, progress: Progress | None) -> str:
    map_only = job.recipes[0].map_only
    match job.status:
        case JobStatus.QUEUED if waiting or job.attempt:
            return _place(job, waiting)
        case JobStatus.RUNNING if progress and progress.stage is Stage.LOADING:
            return text(job.locale, "headline-loading")
        case JobStatus.RUNNING if progress and not map_only and _has_begun(progress):
            return _at_work(progress, job.locale)
        case JobStatus.FAILED | JobStatus.REFUSED:
            return told(job.locale, job.error)
        case _:
            plain = _PLAIN_HEADLINES | (_MAP_HEADLINES if map_only else {})
            return text(job.locale, plain[job.status])


def _has_begun(progress: Progress) -> bool:
    return progress.stage in {Stage.PAINTING, Stage.FINISHING}


def _at_work(progress: Progress, locale: str) -> str:
    if progress.stage is Stage.FINISHING:
        return text(locale, "headline-finishing")
    said = text(locale, "headline-painting", percent=round(progress.fraction * 100))
    if not progress.seconds_left:
        return said
    return f"{said} · {text(locale, 'card-left', **time_span(progress.seconds_left))}"


def _place(job: Job, waiting: Waiting | None) -> str:
    if waiting and waiting.arriving:
        return arriving_words(waiting.arriving, job.locale)
    if waiting and waiting.paused:
        return text(job.locale, "headline-paused-at", position=waiting.position)
    if waiting is None or job.attempt:
        return text(job.locale, "headline-interrupted")
    return text(job.locale, "headline-queued-at", position=waiting.position)


def arriving_words(arriving: Arriving, locale: str) -> str:
    """How far a download is that a job waits for."""
    if not arriving.total:
        return text(locale, "headline-downloading")
    unit, size = ("GB", 1e9) if arriving.total >= _GIGABYTE else ("MB", 1e6)
    done, of = (round(each / size, 1) for each in (arriving.done, arriving.total))
    if arriving.seconds_left is None:
        return text(locale, "headline-downloading-size", done=done, of=of, unit=unit)
    minutes = max(1, round(arriving.seconds_left / 60))
    return text(locale, "headline-downloading-left", done=done, of=of, unit=unit, minutes=minutes)


def facts(recipes: Sequence[Recipe], locale: str, *, every: bool = False) -> tuple[str, ...]:
    """What was understood, one fact for each option that says something; our words but for names.

    Args:
        recipes: of one job; they differ in strength and seed alone.
        locale: of the reader.
        every: those too that a card leaves to its small print and to Details.
    """
    recipe = recipes[0]
    options = recipe.options()
    said: list[str] = []
    for row in _FACTS if every else _SHORT_FACTS:
        value = getattr(options, row.name)
        if value is None or value in ("", (), row.usual):
            continue
        if "control" in row.follows or row.name == "control":
            said += control_facts(recipe, locale) if row.name == "control" else ()
        elif recipe.map_only:
            continue
        elif row.kind is OptionKind.STRENGTHS:
            said.append(_strength(recipes, locale))
        elif row.name == "seed" and len(seeds := dict.fromkeys(each.seed for each in recipes)) > 1:
            said.append(text(locale, "fact-seeds", seeds=", ".join(map(str, seeds))))
        else:
            said.append(text(locale, f"fact-{row.text}", value=row.written(value)))
    return tuple(said)


_TITLE = frozenset({"prompt", "negative_prompt"})
"""Options that are people's words, so that they have a place of their own."""

_FACTS = tuple(row for row in OPTIONS if row.name not in _TITLE)
_SHORT_FACTS = tuple(row for row in _FACTS if not row.detail)


def _strength(recipes: Sequence[Recipe], locale: str) -> str:
    if len(strengths := dict.fromkeys(each.strength for each in recipes)) > 1:
        return text(locale, "fact-strengths", strengths=", ".join(number(locale, each) for each in strengths))
    if recipes[0].edits:
        return text(locale, "fact-edits")
    return text(locale, f"button-{strength_word(recipes[0].strength)}", strength=recipes[0].strength)


def control_facts(recipe: Recipe, locale: str) -> tuple[str, ...]:
    """What structure a recipe keeps, and how; only what is not as usual beyond the kind."""
    control = recipe.control
    if control is None:
        return ()
    facts = [text(locale, "fact-control-map" if control.map else "fact-control", kind=control.kind)]
    if control.scale != 1:
        facts.append(text(locale, "fact-control-scale", scale=control.scale))
    if (control.start, control.end) != (0, 1):
        facts.append(text(locale, "fact-control-span", start=control.start, end=control.end))
    return tuple(facts)


def title(recipe: Recipe, locale: str) -> str:
    """What a list calls it: its prompt, which a map may lack; people's words."""
    if recipe.prompt or not (recipe.map_only and recipe.control):
        return recipe.prompt
    return text(locale, "alt-map", kind=recipe.control.kind)


def _picture(generation: Generation, job: Job) -> CardPicture:
    locale = job.locale
    prompt = generation.recipe.prompt
    mark = marks(job)[generation.index] if len(job.recipes) > 1 else ""
    alt = _alt(generation.recipe, clip(prompt, _ALT_PROMPT), locale, mark)
    if described := generation.lineage.description:
        alt = text(locale, "alt-described", alt=alt, description=clip(described, max(1, _ALT_MOST - len(alt))))
    return CardPicture(
        generation=generation.id,
        image=generation.image,
        label=_label(generation, job),
        alt=alt,
        mark=mark,
        button=_on_one(generation, Verb.KEEP, text(locale, "button-keep-at", mark=mark)) if mark else None,
        spoiler=generation.safety.spoiler or job.lineage.spoiler,
    )


def _on_one(generation: Generation, verb: Verb, label: str) -> Button:
    """A button about one picture of several."""
    return Button(verb=verb, target=generation.id, label=label, emoji=VERBS[verb].emoji)


def _menu(job: Job, generations: Sequence[Generation]) -> tuple[Button, ...]:
    """Which of several pictures to chain from."""
    if len(job.recipes) == 1:
        return ()
    told = marks(job)
    return tuple(_on_one(each, Verb.CHAIN, told[each.index]) for each in generations)


def marks(job: Job) -> tuple[str, ...]:
    """What tells each picture from the others of its job, in short: its strength, or its number."""
    if len({each.seed for each in job.recipes}) == 1:
        return tuple(number(job.locale, each.strength) for each in job.recipes)
    return tuple(f"#{place}" for place, _ in enumerate(job.recipes, start=1))


def _label(generation: Generation, job: Job) -> str:
    """The same in words, which a reader of alt texts hears first."""
    recipe, locale = generation.recipe, job.locale
    spoken = text(locale, "label-strength", strength=recipe.strength)
    if len({each.seed for each in job.recipes}) == 1:
        return spoken
    numbered = text(locale, "label-seed", number=generation.index + 1, seed=str(recipe.seed))
    several = len({each.strength for each in job.recipes}) > 1
    return f"{numbered}, {spoken}" if several else numbered


def _alt(recipe: Recipe, prompt: str, locale: str, mark: str) -> str:
    if recipe.map_only and recipe.control:
        return text(locale, "alt-map", kind=recipe.control.kind)
    said = text(locale, "alt-picture", prompt=prompt, strength=recipe.strength)
    return f"{mark}: {said}" if mark else said  # what differs is heard first


def _small_print(job: Job, generations: Sequence[Generation]) -> str:
    """What a result is, in one line; its id, steps, size and seconds stand in Details."""
    first, locale = generations[0], job.locale
    recipe = first.recipe
    said = list(facts(job.recipes, locale))
    if first.lineage.depth > 1:
        said.append(text(locale, "print-pass", depth=first.lineage.depth))
    if recipe.map_only:
        return " · ".join((text(locale, "headline-map"), *said))
    said.append(recipe.model)
    if len(job.recipes) > 1 and job.started_at and job.ended_at:
        said.append(text(locale, "print-seconds", seconds=round(max(1.0, job.ended_at - job.started_at))))
    if any(each.effective_steps for each in generations):
        said.append(text(locale, "print-made-by-ai"))
    return " · ".join(said)
