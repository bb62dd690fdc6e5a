"""What a job looks like to its owner, in their language and no chat's markup: a pure function from state to card."""

from collections.abc import Sequence

from bot.domain.actions import VERBS, Verb
from bot.domain.card import Button, Card, CardPicture, Progress, Waiting
from bot.domain.ids import GenerationId
from bot.domain.job import Generation, Job, JobStatus, Recipe
from bot.domain.options import OPTIONS, Kind
from bot.domain.strength import STRENGTH_WORDS, strength_word
from bot.texts import joined, number, text
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
) -> Card:
    """The card of a job as it stands.

    Args:
        job: the job.
        generations: its finished pictures, by index.
        waiting: its place in line, if it waits.
        progress: how far it is, where it runs.
        public: the owner of a private result shows it to everybody.
    """
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
        progress=progress if job.status is JobStatus.RUNNING else None,
        pictures=tuple(_picture(generation, job) for generation in generations) if ended else (),
        source=None if _hides_source(job, generations) else job.source,
        notes=job.notes + tuple(dict.fromkeys(note for generation in generations for note in generation.notes)),
        small_print=_small_print(job, generations) if generations and ended else "",
        buttons=_buttons(job, generations, private=private),
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


def _hides_source(job: Job, generations: Sequence[Generation]) -> bool:
    """A source stands beside its results, so nobody may see it if they may not simply be seen."""
    # Without a result nobody has looked at the source either.
    return (
        job.lineage.spoiler
        or job.status is not JobStatus.SUCCEEDED
        or any(each.safety.source_hidden or each.safety.spoiler for each in generations)
    )


def _headline(job: Job, waiting: Waiting | None, progress: Progress | None) -> str:
    map_only = job.recipes[0].map_only
    match job.status:
        case JobStatus.QUEUED if waiting or job.attempt:
            return _place(job, waiting)
        case JobStatus.RUNNING if progress and progress.loading_model:
            return text(job.locale, "headline-loading")
        case JobStatus.RUNNING if progress and not map_only:
            return text(job.locale, "headline-painting", percent=round(progress.fraction * 100))
        case JobStatus.FAILED | JobStatus.REFUSED:
            return job.error
        case _:
            plain = _PLAIN_HEADLINES | (_MAP_HEADLINES if map_only else {})
            return text(job.locale, plain[job.status])


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
    for row in OPTIONS:
        value = getattr(options, row.name)
        if row.name in _TITLE or (row.detail and not every) or value in {None, "", (), row.usual}:
            continue
        if "control" in row.follows or row.name == "control":
            said += control_facts(recipe, locale) if row.name == "control" else ()
        elif recipe.map_only:
            continue
        elif row.kind is Kind.STRENGTHS:
            said.append(_strength(recipes, locale))
        elif row.name == "seed" and len(seeds := dict.fromkeys(each.seed for each in recipes)) > 1:
            said.append(text(locale, "fact-seeds", seeds=", ".join(map(str, seeds))))
        else:
            said.append(text(locale, f"fact-{row.text}", value=row.written(value)))
    return tuple(said)


_TITLE = frozenset({"prompt", "negative_prompt"})
"""Options that are people's words, so that they have a place of their own."""


def _strength(recipes: Sequence[Recipe], locale: str) -> str:
    if len(strengths := dict.fromkeys(each.strength for each in recipes)) > 1:
        return text(
            locale,
            "fact-strengths",
            strengths=joined(locale, [number(locale, each) for each in strengths], style="unit"),
        )
    if recipes[0].edits:
        return text(locale, "fact-edits")
    word = text(locale, f"word-{strength_word(recipes[0].strength)}")
    return text(locale, "fact-strength", strength=recipes[0].strength, word=word)


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
    label, short = _label(generation, job)
    prompt = generation.recipe.prompt
    spoken = shortened(prompt, _ALT_PROMPT)
    alt = _alt(generation.recipe, spoken, locale)
    if described := generation.lineage.description:
        alt = text(locale, "alt-described", alt=alt, description=shortened(described, max(0, _ALT_MOST - len(alt))))
    button = None
    if len(job.recipes) > 1:
        onward = text(locale, "button-chain-at", strength=short)
        button = Button(verb=Verb.CHAIN, target=generation.id, label=onward, emoji=VERBS[Verb.CHAIN].emoji)
    return CardPicture(
        generation=generation.id,
        image=generation.image,
        label=label,
        alt=alt,
        button=button,
        spoiler=generation.safety.spoiler or job.lineage.spoiler,
    )


def _label(generation: Generation, job: Job) -> tuple[str, str]:
    """What tells a picture from the others of its job, in words and in short: its strength, its number, or both."""
    recipe, locale = generation.recipe, job.locale
    strength = number(locale, recipe.strength)
    spoken = text(locale, "label-strength", strength=strength)
    if len({each.seed for each in job.recipes}) == 1:
        return spoken, strength
    numbered = text(locale, "label-seed", number=generation.index + 1, seed=str(recipe.seed))
    several = len({each.strength for each in job.recipes}) > 1
    return f"{numbered}, {spoken}" if several else numbered, f"#{generation.index + 1}"


def shortened(words: str, most: int) -> str:
    """As much as fits into so many characters, and a sign where something is missing."""
    return words if len(words) <= most else words[:most] + "…"


def _alt(recipe: Recipe, prompt: str, locale: str) -> str:
    if recipe.map_only and recipe.control:
        return text(locale, "alt-map", kind=recipe.control.kind)
    return text(locale, "alt-picture", prompt=prompt, strength=recipe.strength)


def _small_print(job: Job, generations: Sequence[Generation]) -> str:
    first, locale = generations[0], job.locale
    recipe = first.recipe
    if recipe.map_only:
        size = text(locale, "print-map", width=str(first.width), height=str(first.height))
        return " · ".join([size, text(locale, "print-id", id=job.id)])
    parts = [
        text(
            locale,
            "print-model",
            model=recipe.model,
            steps="/".join(dict.fromkeys(str(generation.effective_steps) for generation in generations)),
            of=str(recipe.steps),
            guidance=recipe.guidance_scale,
        ),
        text(
            locale,
            "print-made",
            width=str(first.width),
            height=str(first.height),
            seconds=round(sum(generation.seconds for generation in generations), 1),
        ),
    ]
    if first.lineage.depth > 1:
        parts.append(text(locale, "print-pass", depth=first.lineage.depth))
    parts.append(text(locale, "print-id", id=job.id))
    return " · ".join(parts)


def _buttons(job: Job, generations: Sequence[Generation], *, private: bool) -> tuple[tuple[Button, ...], ...]:
    locale = job.locale
    if not job.status.ended:
        return ((_button(locale, Verb.CANCEL, job.generation_ids()[0]),),)
    if not generations:
        return ()
    first = generations[0].id
    recipe = job.recipes[0]
    ends = [Verb.DETAILS, Verb.DELETE]
    if private:
        ends += [Verb.PUBLISH, *([Verb.PUBLISH_OPEN] if job.lineage.spoiler else [])]
    if recipe.map_only:
        ends.insert(0, Verb.USE_MAP if recipe.prompt else Verb.ASK_MAP)
    elif recipe.control:
        ends.append(Verb.SHOW_MAP)
    last = tuple(_button(locale, verb, first) for verb in ends)
    if len(job.recipes) > 1 or recipe.map_only:
        return (last,)
    ladder = tuple(
        Button(
            verb=Verb.RERUN,
            target=first,
            label=text(locale, f"button-{word}", strength=strength),
            strength=strength,
        )
        for word, strength in STRENGTH_WORDS.items()
    )
    onward = tuple(_button(locale, verb, first) for verb in (Verb.CHAIN, Verb.REROLL, Verb.EDIT, Verb.SWEEP))
    if not job.recipes[0].uses_strength:  # other strengths would paint the same
        return (onward[:-1], last)
    return (ladder, onward, last)


def _button(locale: str, verb: Verb, target: GenerationId) -> Button:
    return Button(verb=verb, target=target, label=text(locale, f"button-{verb}"), emoji=VERBS[verb].emoji)
