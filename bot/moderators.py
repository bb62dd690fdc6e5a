"""What moderators have to do with: what members report, who may not use the bot for a time, where it is paused."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog

from bot.domain.access import Act, Asker
from bot.domain.card import Card
from bot.domain.errors import Gone, InvalidRequest, NotAllowed
from bot.domain.ids import JobId
from bot.domain.job import Generation, Job
from bot.domain.limits import DAY
from bot.domain.place import Ban, PlaceSettings, ban_of
from bot.domain.request import Requester
from bot.domain.rules import public_locale
from bot.domain.words import clean_text
from bot.latest import Latest
from bot.place_store import PlaceStore
from bot.places import Places
from bot.ports import Clock
from bot.rendering import render
from bot.results import Results

USUAL_DAYS = 7
MAX_DAYS = 365
_LONGEST_NAME = 40
_REMEMBERED = 1000
"""Reports of which another press makes no second one."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A result that a member reports.

    Attributes:
        channel: id of the channel that it goes to.
        card: the result, as a spoiler.
        locale: of the place.
    """

    channel: str
    card: Card
    job: Job
    reporter: Requester
    locale: str


class Moderators:
    """Part of the core's interface; see `Service.moderators`. Who may what stands in `bot.domain.access`."""

    def __init__(self, *, store: PlaceStore, places: Places, results: Results, clock: Clock) -> None:
        self._store = store
        self._places = places
        self._results = results
        self._clock = clock
        self._reported: Latest[tuple[str, JobId, str], bool] = Latest(_REMEMBERED)

    @asynccontextmanager
    async def reporting(self, job_id: JobId, *, by: Asker) -> AsyncIterator[Report]:
        """What goes to the channel that the admins named: post it inside the context. A member reports a result once.

        Raises:
            UserError: it is unknown or not theirs to see, no channel was named, or they reported it there already.
        """
        job = await self._results.allowed(Act.REPORT, job_id, by)
        settings = await self._places.settings(*by.keys)
        if not settings.log:
            raise NotAllowed("refused-no-log")
        report = by.requester.key, job_id, settings.log
        if report in self._reported:  # while the first one is under way as well: a press is easily two
            raise Gone("refused-reported")
        self._reported[report] = True
        try:
            yield await self._report(job, by, settings.log, public_locale(by, settings))
        except BaseException:
            self._reported.pop(report, None)
            raise
        log.info("reported", job=job_id, by=by.requester.key)

    async def _report(self, job: Job, by: Asker, channel: str, locale: str) -> Report:
        made: Sequence[Generation] = await self._results.made(job)
        shown = render(job, made, public=True)
        hidden = replace(
            shown, spoiler=True, pictures=tuple(replace(each, spoiler=True) for each in shown.pictures), buttons=()
        )
        return Report(channel=channel, card=hidden, job=job, reporter=by.requester, locale=locale)

    async def ban_requester(self, job_id: JobId, *, by: Asker) -> Ban:
        """Keep whoever asked for a job from using the bot on that server or workspace for `USUAL_DAYS`.

        Raises:
            UserError: it is unknown, or they are no moderator there.
        """
        job = await self._results.allowed(Act.BAN, job_id, by)
        return await self.ban(by.server, job.requester.user, job.requester.name)

    async def ban(self, server: str, user: str, name: str = "", *, days: int = USUAL_DAYS) -> Ban:
        """Keep a member from using the bot; who may is the adapter's to check, as for all settings.

        Raises:
            InvalidRequest: for less than a day, or more than a year.
        """
        if not 1 <= days <= MAX_DAYS:
            raise InvalidRequest("refused-days")
        ban = Ban(user, self._clock.now() + days * DAY, clean_text(name)[:_LONGEST_NAME])
        await self._keep_bans(server, ban, without=user)
        log.info("member blocked", server=server, user=user, days=days)
        return ban

    async def unban(self, server: str, user: str) -> None:
        """Let a member use the bot again."""
        await self._keep_bans(server, None, without=user)

    async def pause(self, place: str, *, paused: bool) -> None:
        """Nobody may use the bot there until it is resumed; it is stored, so a restart changes nothing."""
        await self._store.change_place(place, lambda own: replace(own, paused=paused))

    async def _keep_bans(self, server: str, new: Ban | None, *, without: str) -> None:
        now = self._clock.now()  # the change is made in the database's thread

        def changed(own: PlaceSettings) -> PlaceSettings:
            lasting = [ban for ban in map(ban_of, own.banned or ()) if ban.user != without and ban.until > now]
            return replace(own, banned=tuple(map(str, [*lasting, *([new] if new else [])])) or None)

        await self._store.change_place(server, changed)
