"""What a member can do next: the buttons under a job's message."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.actions import VERBS, Verb
from bot.domain.card import Button
from bot.domain.ids import GenerationId
from bot.domain.job import Generation, Job
from bot.domain.strength import STRENGTH_WORDS
from bot.texts import text

FULL_ROW = 5
"""Buttons that stand side by side in a chat. So many take two lines on a phone if each has an emoji."""


def buttons_under(job: Job, generations: Sequence[Generation], *, private: bool) -> tuple[tuple[Button, ...], ...]:
    """The rows under a job's message, five to a row; what acts on one picture of several stands with that picture."""
    locale = job.locale
    if not job.status.ended:
        return ((verb_button(locale, Verb.CANCEL, job.generation_ids()[0]),),)
    if not generations:
        return ()
    first, recipe = generations[0].id, job.recipes[0]

    def row(*verbs: Verb) -> tuple[Button, ...]:
        made = tuple(verb_button(locale, verb, first) for verb in verbs)
        return made if len(made) < FULL_ROW else tuple(replace(each, emoji="") for each in made)

    publishing = (Verb.PUBLISH, *([Verb.PUBLISH_OPEN] if job.lineage.spoiler else []))
    alone = (row(*publishing),) if private else (row(Verb.THREAD),) if job.offers_thread else ()
    ends = (Verb.DETAILS, Verb.DELETE)
    if recipe.map_only:
        return (row(Verb.USE_MAP if recipe.prompt else Verb.ASK_MAP, *ends), *alone)
    if len(job.recipes) > 1:
        return (row(*ends), *alone)
    onward = row(Verb.CHAIN, Verb.REROLL, Verb.EDIT, *ends)
    if not recipe.uses_strength:  # other strengths would paint the same
        return (onward, *alone)
    ladder = tuple(
        Button(
            verb=Verb.RERUN,
            target=first,
            label=text(locale, f"button-{word}", strength=strength),
            strength=strength,
            has=strength == recipe.strength,
        )
        for word, strength in STRENGTH_WORDS.items()
    )
    sweep = replace(verb_button(locale, Verb.SWEEP, first), emoji="")
    return ((*ladder, sweep), onward, *alone)


def verb_button(locale: str, verb: Verb, target: GenerationId) -> Button:
    """The button of a verb."""
    return Button(verb=verb, target=target, label=text(locale, f"button-{verb}"), emoji=VERBS[verb].emoji)
