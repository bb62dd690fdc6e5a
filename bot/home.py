"""A member's own page: the ways in, what of theirs waits, their latest results, how much of their quota is used."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.buttons import verb_button
from bot.domain.actions import Verb
from bot.domain.ids import generation_id
from bot.domain.job import Job
from bot.domain.limits import Limits, Usage
from bot.domain.request import Requester
from bot.domain.words import clip
from bot.first_minute import greeting_page
from bot.offers import Offer
from bot.pages import Look, Page, PagePicture, Part, Row, queue_page
from bot.rendering import facts, title
from bot.service import QueueView, Service
from bot.texts import text

_SHOWN_JOBS = 40
_SHOWN_RESULTS = 8
_SHOWN_PROMPT = 200
_ACTS = (Verb.CHAIN, Verb.REROLL, Verb.EDIT, Verb.DETAILS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What it says.

    Attributes:
        results: jobs that made some, newest first.
    """

    queue: QueueView
    results: Sequence[Job]
    usage: Usage
    limits: Limits


async def home_of(service: Service, member: Requester) -> Home:
    """A member's, as it stands now."""
    mine = await service.results.mine(member, limit=_SHOWN_RESULTS)
    usage, limits = await service.quota(member)
    queue = await service.status(member)
    return Home(queue=queue, results=[kept.job for kept in mine.kept], usage=usage, limits=limits)


def home_pages(home: Home, *, now: float, locale: str, key: str) -> tuple[Page, ...]:
    """Its parts, top to bottom. Who has made nothing yet reads the ways in first, others last.

    Args:
        home: what it says.
        now: Unix seconds.
        locale: of the member.
        key: the message that says the ways in; each chat has others.
    """
    ways = greeting_page(locale, key, Offer.TRY, Offer.STYLES, Offer.HELP)
    waiting = queue_page(home.queue, now=now, locale=locale, most=_SHOWN_JOBS)
    used = text(locale, "home-quota", pictures=home.usage.pictures, most=home.limits.per_user_per_day)
    waiting = replace(waiting, rows=(*waiting.rows, Row(parts=(Part(used),), look=Look.QUIET)))
    nothing = (Row(parts=(Part(text(locale, "home-no-results")),)),)
    rows = tuple(row for job in home.results for row in _result(job, locale))
    results = Page(title=text(locale, "home-results"), rows=rows or nothing)
    if not home.results:
        return ways, waiting, results
    return waiting, results, replace(ways, title=text(locale, "page-help"))


def _result(job: Job, locale: str) -> tuple[Row, ...]:
    target, words = generation_id(job.id, 0), clip(title(job.recipes[0], locale), _SHOWN_PROMPT)
    shown = (*facts(job.recipes, locale), text(locale, "print-id", id=job.id))
    return (
        Row(parts=(Part(words),), picture=PagePicture(target, text(locale, "home-alt", prompt=words))),
        Row(parts=(Part(" · ".join(shown)),), look=Look.QUIET),
        Row(parts=(), buttons=tuple(verb_button(locale, verb, target) for verb in _ACTS)),
    )
