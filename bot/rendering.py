"""What a job looks like to its owner, in words that no chat owns: a pure function from state to card."""

from collections.abc import Sequence

from bot.domain.actions import Verb
from bot.domain.card import Button, Card, CardPicture, Progress, Waiting
from bot.domain.ids import GenerationId
from bot.domain.job import Generation, Job, JobStatus
from bot.domain.request import STRENGTH_WORDS, strength_word

_ALT_PROMPT = 900
"""Alt texts are read aloud; Discord takes 1024 characters, Slack 2000."""

_PLAIN_HEADLINES = {
    JobStatus.RECEIVED: "Received",
    JobStatus.QUEUED: "Queued",
    JobStatus.RUNNING: "Starting",
    JobStatus.SUCCEEDED: "Done",
    JobStatus.CANCELLED: "Cancelled",
}


def render(
    job: Job,
    generations: Sequence[Generation],
    *,
    waiting: Waiting | None = None,
    progress: Progress | None = None,
) -> Card:
    """The card of a job as it stands.

    Args:
        job: the job.
        generations: its finished pictures, by index.
        waiting: its place in line, where it waits.
        progress: how far it is, where it runs.
    """
    ended = job.status.ended
    return Card(
        job=job.id,
        status=job.status,
        owner=job.requester,
        private=job.private,
        locale=job.locale,
        headline=_headline(job, waiting, progress),
        prompt=job.recipes[0].prompt,
        mention=ended and job.status is not JobStatus.CANCELLED,
        facts=_facts(job),
        waiting=waiting if job.status is JobStatus.QUEUED else None,
        progress=progress if job.status is JobStatus.RUNNING else None,
        pictures=tuple(_picture(generation, job) for generation in generations) if ended else (),
        source=job.source if ended else None,
        notes=job.notes + tuple(dict.fromkeys(note for generation in generations for note in generation.notes)),
        small_print=_small_print(job, generations) if generations and ended else "",
        buttons=_buttons(job, generations),
    )


def _headline(job: Job, waiting: Waiting | None, progress: Progress | None) -> str:
    match job.status:
        case JobStatus.QUEUED if job.attempt:
            return "Back in line: the work on it was interrupted"
        case JobStatus.QUEUED if waiting:
            return f"Queued, number {waiting.position} in line"
        case JobStatus.RUNNING if progress:
            return "Loading the model" if progress.loading_model else f"Painting, {progress.fraction:.0%}"
        case JobStatus.FAILED | JobStatus.REFUSED:
            return job.error
        case _:
            return _PLAIN_HEADLINES[job.status]


def _facts(job: Job) -> tuple[str, ...]:
    recipe = job.recipes[0]
    strengths = [each.strength for each in job.recipes]
    if len(strengths) > 1:
        shown = "strengths " + ", ".join(f"{strength:g}" for strength in strengths)
    else:
        shown = f"strength {recipe.strength:g} ({strength_word(recipe.strength)})"
    facts = [shown, f"seed {recipe.seed}"]
    if recipe.style:
        facts.append(f"style {recipe.style}")
    return tuple(facts)


def _picture(generation: Generation, job: Job) -> CardPicture:
    label = f"strength {generation.recipe.strength:g}"
    prompt = generation.recipe.prompt
    shown = prompt if len(prompt) <= _ALT_PROMPT else prompt[:_ALT_PROMPT] + "…"
    button = None
    if len(job.recipes) > 1:
        button = Button(
            verb=Verb.CHAIN, target=generation.id, label=f"Chain {generation.recipe.strength:g}", emoji="🔗"
        )
    return CardPicture(
        generation=generation.id,
        image=generation.image,
        label=label,
        alt=f"{shown} (AI-generated, {label})",
        button=button,
    )


def _small_print(job: Job, generations: Sequence[Generation]) -> str:
    first = generations[0]
    recipe = first.recipe
    seconds = sum(generation.seconds for generation in generations)
    steps = "/".join(dict.fromkeys(str(generation.effective_steps) for generation in generations))
    parts = [
        f"{recipe.model} · {steps} of {recipe.steps} steps · guidance {recipe.guidance_scale:g}",
        f"{first.width}x{first.height} · {seconds:.1f} s · AI-generated",
        f"id {job.id}",
    ]
    if first.lineage.depth > 1:
        parts.insert(2, f"pass {first.lineage.depth}")
    return " · ".join(parts)


def _buttons(job: Job, generations: Sequence[Generation]) -> tuple[tuple[Button, ...], ...]:
    if not job.status.ended:
        return ((Button(verb=Verb.CANCEL, target=job.generation_ids()[0], label="Cancel", emoji="✖️"),),)
    if not generations:
        return ()
    first = generations[0].id
    if len(job.recipes) > 1:
        return (_ends(first),)
    return (
        tuple(
            Button(verb=Verb.RERUN, target=first, label=f"{word.capitalize()} {strength:g}", strength=strength)
            for word, strength in STRENGTH_WORDS.items()
        ),
        (
            Button(verb=Verb.CHAIN, target=first, label="Chain", emoji="🔗"),
            Button(verb=Verb.REROLL, target=first, label="Reroll", emoji="🎲"),
            Button(verb=Verb.EDIT, target=first, label="Edit", emoji="✏️"),
            Button(verb=Verb.SWEEP, target=first, label="Sweep", emoji="🎚️"),
        ),
        _ends(first),
    )


def _ends(first: GenerationId) -> tuple[Button, ...]:
    return (
        Button(verb=Verb.DETAILS, target=first, label="Details", emoji="📋"),
        Button(verb=Verb.DELETE, target=first, label="Delete", emoji="🗑️"),
    )
