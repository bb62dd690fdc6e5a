"""App Home: the ways in, my queue with Cancel, my latest results with their pictures, my quota, settings for admins.

A picture is the file that the result's own message shows: Slack shows a file to those alone whom it was shared with.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import structlog

from adapters.slack.controls import OPEN_FORM, OPEN_SETTINGS, action_id
from adapters.slack.desk import Desk
from adapters.slack.errors import SlackFault
from adapters.slack.inbound import Inbound, place_of
from adapters.slack.members import Place, Team
from adapters.slack.pages import blocks_of
from adapters.slack.text import Block, actions, button, clip, context, plain, section
from bot.domain.actions import Verb
from bot.domain.card import Button
from bot.domain.ids import JobId, generation_id
from bot.domain.job import Job
from bot.domain.limits import Limits, Usage
from bot.first_minute import greeting_page
from bot.offers import Offer
from bot.pages import queue_page
from bot.rendering import facts, title
from bot.service import QueueView
from bot.texts import text

_SHOWN_JOBS = 40
_SHOWN_RESULTS = 8
NONE: Mapping[JobId, str] = MappingProxyType({})
log = structlog.get_logger(__name__)
_ACTS = ((Verb.CHAIN, "🔗"), (Verb.REROLL, "🎲"), (Verb.EDIT, "✏️"), (Verb.DETAILS, "📋"))


async def on_home(desk: Desk, event: Inbound) -> None:
    """The member opened App Home."""
    await show_home(desk, place_of(event.body))


async def show_home(desk: Desk, place: Place) -> None:
    """Publish a member's App Home as it stands now.

    Raises:
        SlackFault: Slack does not take it.
    """
    requester, locale = place.requester, await desk.locale(place)
    queue, mine = (
        await desk.service.status(requester),
        await desk.service.results.mine(requester, limit=_SHOWN_RESULTS),
    )
    results = [kept.job for kept in mine.kept]
    quota, admin = _quota(*await desk.service.quota(requester), locale), await desk.is_admin(place)

    async def publish(pictures: Mapping[JobId, str]) -> None:
        view = home_view(
            queue, results, quota=quota, admin=admin, now=desk.clock.now(), locale=locale, pictures=pictures
        )
        await desk.api.patient(place.team, "views_publish", user_id=place.user, view=view)

    shown = await _pictures(desk, place.team, results, known=True)
    try:
        await publish(shown)
    except SlackFault as fault:
        if not shown:
            raise
        log.info("home without pictures", code=fault.code)
        await publish(NONE)
        return
    found = await _pictures(desk, place.team, results, known=False)
    if found.keys() > shown.keys():
        try:
            await publish(found)
        except SlackFault as fault:  # one of them is not theirs to see any more
            log.info("home without pictures", code=fault.code)


async def _pictures(desk: Desk, team: Team, jobs: Sequence[Job], *, known: bool) -> Mapping[JobId, str]:
    """Slack's files of results, by job: those that are `known` by now, or all that can be found."""
    found: dict[JobId, str] = {}
    for job in jobs:
        result = generation_id(job.id, 0)
        file = desk.uploads.known(team, result)
        if file is None and not known and (stands := await desk.service.results.message_of(job.id)):
            file = await desk.messenger.file_in(team, stands)
            desk.uploads.remember(team, result, file)
        if file:
            found[job.id] = file
    return found


def home_view(
    queue: QueueView,
    results: Sequence[Job],
    *,
    quota: str,
    admin: bool,
    now: float,
    locale: str,
    pictures: Mapping[JobId, str] = NONE,
) -> Block:
    """The view; pure. `results`: jobs that made some; `pictures`: Slack's files of them."""
    first = [button(f"🖼️ {text(locale, 'slack-remix')}", OPEN_FORM, style="primary")]
    if admin:
        first.append(button(f"⚙️ {text(locale, 'slack-team-settings')}", OPEN_SETTINGS))
    waiting = queue_page(queue, now=now, locale=locale, most=_SHOWN_JOBS)
    ways = greeting_page(locale, "greeting-slack", Offer.TRY, Offer.STYLES, Offer.HELP)
    blocks: list[Block] = [_header(ways.title), *blocks_of(ways, locale)] if not results else []
    blocks += [actions(*first), _header(waiting.title), *blocks_of(waiting, locale)]
    if quota:
        blocks.append(context(quota))
    blocks.append(_header(text(locale, "slack-results")))
    if not results:
        blocks.append(section(plain(text(locale, "slack-no-results"))))
    for job in results:
        blocks += _result(job, pictures.get(job.id, ""), locale)
    if results:
        blocks += [_header(text(locale, "page-help")), *blocks_of(ways, locale)]
    return {"type": "home", "blocks": blocks[:100]}


def _quota(usage: Usage, limits: Limits, locale: str) -> str:
    return text(locale, "slack-quota", pictures=usage.pictures, most=limits.per_user_per_day)


def _header(words: str) -> Block:
    return {"type": "header", "text": plain(words, 150)}


def _result(job: Job, picture: str, locale: str) -> list[Block]:
    target = generation_id(job.id, 0)
    acts = (
        button(f"{emoji} {text(locale, f'button-{verb}')}", action_id(Button(verb=verb, target=target, label="")))
        for verb, emoji in _ACTS
    )
    shown = (
        *facts(job.recipes, locale),
        text(locale, "print-id", id=job.id),
    )
    named = section(plain(clip(title(job.recipes[0], locale), 200)))
    if picture:
        alt = text(locale, "home-alt", prompt=clip(title(job.recipes[0], locale), 200))
        named["accessory"] = {"type": "image", "slack_file": {"id": picture}, "alt_text": alt}
    return [
        named,
        context(" · ".join(shown)),
        actions(*acts),
    ]
