"""The gallery: everything that who asks ever made, by day, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from math import isfinite
from urllib.parse import urlencode

from aiohttp import web
from babel.dates import format_date

from adapters.web.addresses import number_in
from adapters.web.guard import asker_of
from adapters.web.pages import page
from adapters.web.words import locale_of
from bot.domain.ids import GenerationId
from bot.domain.job import Generation
from bot.listing import Cursor, Kept
from bot.rendering import render, title
from bot.service import Service
from bot.texts import language_of, text

_JOBS = 40
"""Of one page."""

_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryTile:
    """One result.

    Attributes:
        picture: None if it is not kept any more.
        words: the prompt; people's.
        recipe: in a few words of ours.
        spoiler: it is blurred, and seen on its own page.
    """

    address: str
    picture: GenerationId | None
    words: str
    recipe: str
    spoiler: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The results of one day, by the clock of UTC."""

    name: str
    tiles: Sequence[GalleryTile]


class Gallery:
    """Answers requests; who asks was checked before."""

    def __init__(self, *, service: Service) -> None:
        self._service = service

    def routes(self) -> list[web.RouteDef]:
        """Every address."""
        return [web.get("/results", self.results)]

    async def results(self, request: web.Request) -> web.Response:
        """A page of results: `q` looks for words, `style` for a style, `before` is where it begins."""
        locale, query = locale_of(request), request.query
        words, style = query.get("q", "").strip()[:_LONGEST], query.get("style", "")
        found = await self._service.results.mine(
            asker_of(request).requester,
            before=cursor(query.get("before", "")),
            words=words,
            style=style,
            limit=_JOBS,
        )
        wanted = {name: value for name, value in (("q", words), ("style", style)) if value}
        more = found.more and f"/results?{urlencode({**wanted, 'before': f'{found.more[0]!r}.{found.more[1]}'})}"
        values = {
            "title": f"Pentimento: {text(locale, 'web-gallery')}",
            "words": words,
            "style": style,
            "styles": list(self._service.styles),
            "days": days(found.kept, locale),
            "more": more,
        }
        return page(request, "gallery.html", values)


def cursor(given: str) -> Cursor | None:
    """Where a page begins, from its address; None for the first one."""
    at, _, seq = given.rpartition(".")
    number = number_in(seq)
    try:
        moment = float(at)
    except ValueError:
        return None
    return None if number is None or not isfinite(moment) else (moment, number)


def days(kept: Sequence[Kept], locale: str) -> list[Day]:
    """Results by day, in the order in which they come."""
    language = language_of(locale)

    def day(each: Kept) -> str:
        return format_date(datetime.fromtimestamp(each.job.created_at, UTC), "full", locale=language)

    return [
        Day(name=name, tiles=[_tile(each, made, locale) for each in some for made in each.generations])
        for name, some in groupby(kept, key=day)
    ]


def _tile(kept: Kept, made: Generation, locale: str) -> GalleryTile:
    card = render(replace(kept.job, locale=locale), kept.generations)
    index = kept.generations.index(made)
    said = card.facts if len(kept.generations) == 1 else (card.pictures[index].label, made.recipe.style or "")
    return GalleryTile(
        address=f"/jobs/{made.job}?picture={index}",
        picture=made.id if kept.job.pictures_kept else None,
        words=title(made.recipe, locale),
        recipe=" · ".join(part for part in (*said, text(locale, "web-kept") if made.kept else "") if part),
        spoiler=made.spoiler,
    )
