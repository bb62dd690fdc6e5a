"""Modals that only tell: the queue, a job's details, styles, help, privacy; pure."""

from collections.abc import Iterable, Mapping, Sequence

from adapters.slack.controls import EXPORT, FORGET, SHOW_STYLES, action_id
from adapters.slack.text import MAX_SECTION, MAX_TITLE, Block, actions, button, clip, context, mrkdwn, plain, section
from bot.domain.actions import Verb
from bot.domain.card import Button, Waiting
from bot.domain.ids import generation_id
from bot.domain.job import Generation, Job
from bot.domain.limits import span
from bot.domain.strength import strength_word
from bot.domain.style import Style
from bot.rendering import arriving_words, control_facts, title
from bot.results import Description
from bot.service import QueueView
from bot.texts import REFERENCE, text

_SHOWN_PROMPT = 150
_MOST_LINES = 40
PAGE = "page"

HELP = (
    "*Ways to ask*\n"
    "• `/img2img an oil painting --strength 0.7` opens a form: add a picture and go.\n"
    "• On any message with a picture: *More actions* → *Remix image*.\n"
    "• Mention me with a picture, or in the thread of one: `make it a watercolor --strength strong`.\n"
    "• Send me a picture with a few words as a direct message.\n\n"
    "*Strength* says how much may change: 0 keeps the picture, 1 ignores it. "
    "subtle 0.3, balanced 0.5, strong 0.7, reimagine 0.9.\n\n"
    "*Options in a text*: `--strength 0.7 --style watercolor --no people --seed 42 --steps 20 --guidance 5 "
    "--private`\n\n"
    "*Structure*: `--control canny` (or lineart, scribble, softedge, depth, pose, as far as they are set up) keeps "
    "lines, depth or pose at any strength; `/map` shows what it would keep, and *Use map* paints with it.\n\n"
    "*Under a result*: run it again at another strength, *Chain* to work on the result, *Reroll* for another seed, "
    "*Edit* the words, *Sweep* for four strengths side by side.\n\n"
    "*Reactions on a result*: :repeat: reroll, :envelope: or :star: send me a copy, "
    ":x: delete or cancel mine.\n\n"
    "*More commands*: `/sweep` `/refine` `/map` `/queue` `/info` `/styles` `/settings` `/privacy` `/help`"
)


def page(title: str, blocks: Sequence[Block], *, locale: str = REFERENCE) -> Block:
    """A modal with nothing to fill in."""
    return {
        "type": "modal",
        "callback_id": PAGE,
        "title": plain(title, MAX_TITLE),
        "close": plain(text(locale, "slack-close"), MAX_TITLE),
        "blocks": list(blocks)[:100] or [section(plain(text(locale, "slack-empty")))],
    }


def help_page() -> Block:
    """How to ask."""
    return page("How to ask me", [section(mrkdwn(HELP))])


def styles_page(styles: Mapping[str, Style]) -> Block:
    """Every preset with its words."""
    lines = [section(plain(f"{style.name}: {style.prompt}")) for style in styles.values()]
    pictured = any(style.picture for style in styles.values())
    shown = [actions(button("Show me pictures", SHOW_STYLES))] if pictured else []
    return page("Styles", [context("Pick one in the form, or write --style and its name."), *shown, *lines[:90]])


def queue_page(view: QueueView, *, now: float, locale: str) -> Block:
    """A member's open jobs."""
    return page(text(locale, "slack-queue"), queue_blocks(view, now=now, locale=locale), locale=locale)


def queue_blocks(view: QueueView, *, now: float, locale: str) -> list[Block]:
    """A member's open jobs, each with Cancel."""
    total = text(locale, "queue-total", jobs=view.jobs)
    if not view.mine:
        return [section(plain(text(locale, "queue-empty"))), context(total)]
    blocks: list[Block] = []
    for job, waiting in view.mine[:_MOST_LINES]:
        cancel = Button(verb=Verb.CANCEL, target=generation_id(job.id, 0), label=text(locale, "button-cancel"))
        blocks.append(
            section(plain(f"{_prompt(job)}: {_where(waiting, now, locale)}")) | {"accessory": _cancel(cancel)}
        )
    blocks.append(context(total))
    return blocks


def details_page(description: Description) -> Block:
    """A job with its recipe and where it comes from."""
    job = description.job
    recipe = job.recipes[0]
    numbers = f"{recipe.steps} steps · guidance {recipe.guidance_scale:g} · seed {recipe.seed}"
    lines = [
        f"{job.status.value} · {recipe.model} · {numbers}",
        " · ".join(control_facts(recipe, "en")),
        f"id {job.id}",
    ]
    blocks = [section(plain(title(recipe, "en"))), context(*(line for line in lines if line))]
    if job.error:
        blocks.append(section(plain(job.error)))
    if recipe.negative_prompt:
        blocks.append(context(f"Kept away from: {recipe.negative_prompt}"))
    blocks += [context(_made(generation)) for generation in description.generations]
    if description.ancestors:
        blocks.append(section(plain("It descends from")))
        blocks += [context(_ancestor(each)) for each in description.ancestors[-20:]]
    return page("Details", blocks)


def recent_page(jobs: Iterable[Job], *, locale: str) -> Block:
    """The member's latest jobs, for `/info` without an id."""
    lines = [
        f"{text(locale, f'status-{job.status}')} · {_prompt(job)} · {text(locale, 'print-id', id=job.id)}"
        for job in jobs
    ]
    return page(text(locale, "slack-recent"), [context(line) for line in lines], locale=locale)


def privacy_page(locale: str) -> Block:
    """What is kept, and the buttons that send and delete it."""
    forget = button(text(locale, "button-forget"), FORGET, style="danger") | {
        "confirm": {
            "title": plain(text(locale, "slack-forget-title")),
            "text": plain(text(locale, "privacy-ask")),
            "confirm": plain(text(locale, "button-delete")),
            "deny": plain(text(locale, "slack-keep")),
        }
    }
    send = button(text(locale, "slack-export"), EXPORT)
    blocks = [section(plain(text(locale, "slack-privacy-kept"))), actions(send, forget)]
    return page(text(locale, "slack-privacy"), blocks, locale=locale)


def said_page(title: str, sentence: str, *, locale: str = REFERENCE) -> Block:
    """One sentence."""
    return page(title, [section(plain(sentence, MAX_SECTION))], locale=locale)


def _cancel(each: Button) -> Block:
    return button(each.label, action_id(each))


def _where(waiting: Waiting | None, now: float, locale: str) -> str:
    if waiting is None:
        return text(locale, "queue-running")
    if waiting.arriving:
        return arriving_words(waiting.arriving, locale)
    if waiting.expected_at is None:
        return text(locale, "queue-place", position=waiting.position)
    wait = span(max(1.0, waiting.expected_at - now))
    return text(locale, "slack-queue-ready", position=waiting.position, **wait)


def _prompt(job: Job) -> str:
    return clip(title(job.recipes[0], "en"), _SHOWN_PROMPT)


def _made(generation: Generation) -> str:
    recipe = generation.recipe
    if recipe.map_only:
        return f"control map: {generation.width}x{generation.height}, id {generation.id}"
    strength = f"strength {recipe.strength:g} ({strength_word(recipe.strength)})"
    return (
        f"{text('en', 'fact-edits') if recipe.edits else strength}: {generation.width}x{generation.height}, "
        f"{generation.effective_steps} steps in {generation.seconds:.1f} s, id {generation.id}"
    )


def _ancestor(generation: Generation | None) -> str:
    if generation is None:
        return text("en", "info-hidden")
    recipe = generation.recipe
    if recipe.map_only:
        return title(recipe, "en") if not recipe.prompt else f"control map for: {clip(recipe.prompt, _SHOWN_PROMPT)}"
    made = f"pass {generation.lineage.depth}: {clip(recipe.prompt, _SHOWN_PROMPT)}"
    return made if recipe.edits else f"{made} at strength {recipe.strength:g}"
