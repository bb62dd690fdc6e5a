"""What members look up, as values: the queue, a job, the styles, the settings, help. A chat lays a page out.

A line is made of parts, because a chat escapes people's words, shows times by the reader's clock and names its own
channels and roles, and only it knows how. `**` in the catalogue is strong wherever it is shown.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from bot.buttons import verb_button
from bot.domain.access import Asker
from bot.domain.actions import Verb
from bot.domain.card import Button, Waiting
from bot.domain.ids import GenerationId, generation_id, job_of
from bot.domain.job import Generation, Job
from bot.domain.place import PlaceSettings, ban_of
from bot.domain.words import clip
from bot.moderators import Report
from bot.offers import Offer, OfferButton, offered
from bot.rendering import arriving_words, facts, title
from bot.results import Description
from bot.service import QueueView
from bot.texts import Argument, joined, language_name, number, text, time_span, told

_SHOWN_PROMPT = 150
_SHOWN_WORDS = 1000
_ANCESTORS = 20


class Ink(StrEnum):
    """What a part of a line is."""

    OURS = "ours"
    STRONG = "strong"
    WORDS = "words"
    CODE = "code"
    MOMENT = "moment"
    CHANNEL = "channel"
    ROLE = "role"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a line.

    Attributes:
        text: what it says; of a channel, role or member its id there; of a moment how long it is from now, in words.
        at: of a moment, Unix seconds.
    """

    text: str
    ink: Ink = Ink.OURS
    at: float = 0.0


class Look(StrEnum):
    """How a line stands on its page."""

    PLAIN = "plain"
    HEADING = "heading"
    ITEM = "item"
    QUOTE = "quote"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A result that stands beside a line, in a chat that has it at hand; `alt` says what it shows."""

    generation: GenerationId
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line, and what a member can do with what it is about.

    Attributes:
        button: stands beside the line.
        buttons: stand below it; without any parts they stand alone.
    """

    parts: tuple[Part, ...]
    look: Look = Look.PLAIN
    button: Button | None = None
    buttons: tuple[Button, ...] = ()
    picture: PagePicture | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A way out of a page."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page, top to bottom.

    Attributes:
        buttons: what can be done with what the whole page is about; they stand at its end.
        offers: what else there is to do.
    """

    title: str
    rows: tuple[Row, ...]
    buttons: tuple[Button, ...] = ()
    link: Link | None = None
    offers: tuple[OfferButton, ...] = ()


_MARK = re.compile(r"(\*\*[^*]+\*\*|[\ue000-\ue0ff])")


def worded(locale: str, key: str, /, **arguments: Argument | Part) -> tuple[Part, ...]:
    """A message of the catalogue with parts in it."""
    parts: dict[str, Part] = {}
    said: dict[str, Argument] = {}
    for name, argument in arguments.items():
        if isinstance(argument, Part):
            mark = chr(0xE000 + len(parts))  # for private use, so in no text of ours
            parts[mark] = argument
            said[name] = mark
        else:
            said[name] = argument
    return _parted(text(locale, key, **said), parts)


def _parted(said: str, marked: Mapping[str, Part]) -> tuple[Part, ...]:
    """A text of ours in parts; `marked` are those that a mark in it stands for."""
    pieces = filter(None, _MARK.split(said))
    return tuple(
        Part(each.strip("*"), Ink.STRONG) if each.startswith("**") else marked.get(each) or Part(each)
        for each in pieces
    )


def row(locale: str, key: str, /, look: Look = Look.PLAIN, **arguments: Argument | Part) -> Row:
    """A line that is one message."""
    return Row(parts=worded(locale, key, **arguments), look=look)


def said_page(locale: str, heading: str, key: str, /, **arguments: Argument) -> Page:
    """One sentence, under the message `heading`."""
    return Page(title=text(locale, heading), rows=(Row(parts=worded(locale, key, **arguments)),))


def queue_page(view: QueueView, *, now: float, locale: str, most: int, uncollected: Sequence[Job] = ()) -> Page:
    """A member's open jobs with Cancel, what could not be shown with Collect, and how many wait in all.

    Args:
        view: what waits.
        now: Unix seconds.
        locale: of the member.
        most: jobs that are listed.
        uncollected: finished jobs whose message could not be shown.
    """
    listed = [_listed(job, Verb.CANCEL, _place(waiting, now, locale), locale) for job, waiting in view.mine[:most]]
    unshown = worded(locale, "queue-uncollected")
    listed += [_listed(job, Verb.COLLECT, unshown, locale) for job in uncollected[: most - len(listed)]]
    totals = [row(locale, "queue-total", look=Look.QUIET, jobs=view.jobs)]
    if view.devices > 1 or not view.working:
        totals.append(row(locale, "queue-devices", look=Look.QUIET, working=view.working, devices=view.devices))
    if not listed and view.jobs:
        listed = [row(locale, "queue-empty")]
    return Page(title=text(locale, "queue-mine"), rows=(*listed, *totals))


def recent_page(jobs: Iterable[Job], locale: str) -> Page:
    """The member's latest jobs."""
    listed = [
        Row(
            parts=(
                Part(f"{text(locale, f'status-{job.status}')} · "),
                _words(title(job.recipes[0], locale)),
                Part(" · "),
                Part(job.id, Ink.CODE),
            ),
            look=Look.ITEM,
        )
        for job in jobs
    ]
    return Page(title=text(locale, "page-recent"), rows=tuple(listed) or (row(locale, "page-empty"),))


def details_page(description: Description, *, now: float, locale: str) -> Page:
    """A job with its recipe, its pictures and where it comes from.

    Args:
        description: the job, as far as the member may see it.
        now: Unix seconds.
        locale: of the member.
    """
    job, recipe = description.job, description.job.recipes[0]
    when = _moment(job.created_at, now, locale)
    status = text(locale, f"status-{job.status}")
    rows = [row(locale, "info-status", status=status, when=when, name=_words(job.requester.shown_name))]
    if shown := title(recipe, locale):
        rows.append(Row(parts=(Part(shown, Ink.WORDS),), look=Look.QUOTE))
    if recipe.negative_prompt:
        rows.append(row(locale, "info-negative", prompt=Part(recipe.negative_prompt, Ink.WORDS)))
    rows.append(Row(parts=(_words(" · ".join(facts(job.recipes, locale, every=True)), most=_SHOWN_WORDS),)))
    if job.error:
        rows.append(Row(parts=(Part(told(locale, job.error), Ink.WORDS),)))
    rows += [_made(generation, locale) for generation in description.generations]
    rows.append(Row(parts=worded(locale, "print-id", id=Part(job.id, Ink.CODE)), look=Look.QUIET))
    rows += [row(locale, "info-lineage", look=Look.HEADING), row(locale, "info-original", look=Look.ITEM)]
    rows += [_ancestor(each, locale) for each in description.ancestors[-_ANCESTORS:]]
    if undelivered := description.undelivered:
        button = _button(job, Verb.COLLECT, locale) if description.generations else None
        parts = worded(locale, "info-undelivered", reason=Part(undelivered, Ink.WORDS))
        rows.append(Row(parts=parts, button=button))
    return Page(title=text(locale, "button-details"), rows=tuple(rows), buttons=_further(description, locale))


def _further(description: Description, locale: str) -> tuple[Button, ...]:
    """What a result has besides: the picture beside its source, its lossless file, its control map."""
    job, made = description.job, description.generations
    if len(made) != 1:
        return ()
    recipe = job.recipes[0]
    verbs = [Verb.ORIGINAL, Verb.REPORT]
    if not recipe.map_only:
        verbs.insert(0, Verb.COMPARE)
    if recipe.control and not recipe.map_only:
        verbs.append(Verb.SHOW_MAP)
    return tuple(verb_button(locale, verb, made[0].id) for verb in verbs)


def report_page(report: Report, *, now: float) -> Page:
    """What moderators read of a result that a member reports; the chat adds the picture and where it stands."""
    job, locale = report.job, report.locale
    channel = job.place.rpartition(":")[2].rpartition("/")[2]
    asked = row(
        locale,
        "report-asked",
        name=Part(job.requester.user, Ink.MEMBER),
        when=_moment(job.created_at, now, locale),
    )
    shown = title(job.recipes[0], locale)
    rows = [
        row(locale, "report-by", name=Part(report.reporter.user, Ink.MEMBER)),
        *([Row(parts=(Part(shown, Ink.WORDS),), look=Look.QUOTE)] if shown else []),
        _in_channel(asked, channel),
        Row(parts=(_words(" · ".join(facts(job.recipes, locale)), most=_SHOWN_WORDS),), look=Look.QUIET),
        Row(parts=worded(locale, "print-id", id=Part(job.id, Ink.CODE)), look=Look.QUIET),
    ]
    buttons = tuple(_button(job, verb, locale) for verb in (Verb.DELETE, Verb.BAN, Verb.DISMISS))
    return Page(title=text(locale, "report-title"), rows=tuple(rows), buttons=buttons)


def refusal_page(by: Asker, locale: str) -> Page:
    """What moderators read of a prompt that was refused: who, and where."""
    said = row(locale, "refusal-by", name=Part(by.requester.user, Ink.MEMBER))
    return Page(title=text(locale, "refusal-title"), rows=(_in_channel(said, by.channel),))


def _in_channel(said: Row, channel: str) -> Row:
    """A line, and the channel that it is about, if there is one."""
    return replace(said, parts=(*said.parts, Part(" · "), Part(channel, Ink.CHANNEL))) if channel else said


def help_page(locale: str, key: str, *, maps: bool) -> Page:
    """How to ask; of maps only if some model keeps structure.

    Args:
        locale: of the member.
        key: the message that says it; each chat has other ways in.
        maps: whether some model keeps structure.
    """
    told = text(locale, key, map=f"\n• {text(locale, 'help-map')}" if maps else "")
    offers = offered(locale, Offer.TRY, Offer.STYLES, Offer.QUEUE)
    return Page(title=text(locale, "page-help"), rows=told_rows(told), offers=offers)


def settings_page(settings: PlaceSettings, place: Part, *, locale: str, heading: str = "") -> Page:
    """What is set for a place.

    Args:
        settings: what is set.
        place: what it is set for.
        locale: of the member.
        heading: a message to begin with.
    """
    said = [row(locale, heading)] if heading else []
    lines = [
        Row(parts=_setting(each.name, value, locale), look=Look.ITEM)
        for each in fields(settings)
        if (value := getattr(settings, each.name)) not in {None, ()}
    ]
    where = row(locale, "settings-title", look=Look.HEADING, place=place)
    return Page(
        title=text(locale, "form-settings"), rows=(*said, where, *(lines or [row(locale, "settings-nothing")]))
    )


def _setting(name: str, value: Any, locale: str) -> tuple[Part, ...]:
    if name in {"roles", "channels", "log", "banned"}:
        ink = {"roles": Ink.ROLE, "banned": Ink.MEMBER}.get(name, Ink.CHANNEL)
        value = [value] if name == "log" else [ban_of(ban).user for ban in value] if name == "banned" else value
        several = [part for each in value for part in (Part(", "), Part(each, ink))]
        return (*worded(locale, f"setting-{name}", value=""), *several[1:])
    match name:
        case "private":
            shown = Part(text(locale, "setting-yes" if value else "setting-no"))
        case "paused" | "refusals":
            shown = Part(text(locale, "choice-yes" if value else "choice-no"))
        case "language":
            shown = Part(language_name(value))
        case "remix":
            shown = Part(text(locale, f"policy-{value}"))
        case "threads":
            shown = Part(text(locale, f"threads-{value}"))
        case "blocked":  # as it is typed in
            shown = _words(", ".join(value), most=_SHOWN_WORDS)
        case "models":
            shown = _words(joined(locale, value, style="standard"), most=_SHOWN_WORDS)
        case _:
            shown = _words(number(locale, value) if isinstance(value, float) else str(value))
    return worded(locale, f"setting-{name}", value=shown)


def told_rows(told: str) -> tuple[Row, ...]:
    """The lines of a longer text of ours."""
    return tuple(_told(line.strip()) for line in told.splitlines() if line.strip())


def _told(line: str) -> Row:
    """A line of a longer text of ours, which has items."""
    item = line.startswith("• ")
    return Row(parts=_parted(line.removeprefix("• "), {}), look=Look.ITEM if item else Look.PLAIN)


def _listed(job: Job, verb: Verb, state: tuple[Part, ...], locale: str) -> Row:
    parts = (_words(title(job.recipes[0], locale)), Part(": "), *state)
    return Row(parts=parts, look=Look.ITEM, button=_button(job, verb, locale))


def _place(waiting: Waiting | None, now: float, locale: str) -> tuple[Part, ...]:
    if waiting is None:
        return worded(locale, "queue-running")
    if waiting.arriving:
        return (Part(arriving_words(waiting.arriving, locale)),)
    if waiting.paused:
        return worded(locale, "queue-paused", position=waiting.position)
    if waiting.expected_at is None:
        return worded(locale, "queue-place", position=waiting.position)
    when = _moment(waiting.expected_at, now, locale)
    return worded(locale, "queue-ready", position=waiting.position, when=when)


def _moment(at: float, now: float, locale: str) -> Part:
    key = "moment-ahead" if at > now else "moment-ago"
    return Part(text(locale, key, **time_span(abs(at - now))), Ink.MOMENT, at)


def _button(job: Job, verb: Verb, locale: str) -> Button:
    return verb_button(locale, verb, generation_id(job.id, 0))


def _words(said: str, *, most: int = _SHOWN_PROMPT) -> Part:
    return Part(clip(said, most), Ink.WORDS)


def _made(generation: Generation, locale: str) -> Row:
    size = f"{generation.width}x{generation.height}"
    recipe = generation.recipe
    if recipe.map_only:
        what = text(locale, "alt-map", kind=recipe.control.kind) if recipe.control else ""
        return Row(parts=(Part(f"{what}: {size}"),), look=Look.QUIET)
    (what, *_) = facts((recipe,), locale)
    return row(
        locale,
        "info-made",
        look=Look.QUIET,
        what=what,
        size=size,
        steps=str(generation.effective_steps),
        seconds=number(locale, round(generation.seconds, 1)),
    )


def _ancestor(generation: Generation | None, locale: str) -> Row:
    if generation is None:
        return row(locale, "info-hidden", look=Look.ITEM)
    recipe = generation.recipe
    how = recipe.control.kind if recipe.map_only and recipe.control else number(locale, recipe.strength)
    parts = [_words(title(recipe, locale)), *([] if recipe.edits else [Part(f" ({how})")]), Part(", ")]
    return Row(parts=(*parts, Part(job_of(generation.id), Ink.CODE)), look=Look.ITEM)
