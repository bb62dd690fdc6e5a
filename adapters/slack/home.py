"""App Home: my queue with Cancel, my latest results with buttons, my quota, and the team's settings for admins."""

from collections.abc import Sequence

from adapters.slack.controls import OPEN_FORM, OPEN_SETTINGS, action_id
from adapters.slack.desk import Desk
from adapters.slack.inbound import Inbound, place_of
from adapters.slack.members import Place
from adapters.slack.pages import blocks_of
from adapters.slack.text import Block, actions, button, clip, context, plain, section
from bot.domain.actions import Verb
from bot.domain.card import Button
from bot.domain.ids import generation_id
from bot.domain.job import Job, JobStatus
from bot.domain.limits import Limits, Usage
from bot.pages import queue_page
from bot.rendering import facts, title
from bot.service import QueueView
from bot.texts import text

_SHOWN_JOBS = 40
_SHOWN_RESULTS = 8
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
    view = home_view(
        await desk.service.status(requester),
        await desk.service.recent(requester),
        quota=_quota(*await desk.service.quota(requester), locale),
        admin=await desk.is_admin(place),
        now=desk.clock.now(),
        locale=locale,
    )
    await desk.api.patient(place.team, "views_publish", user_id=place.user, view=view)


def home_view(queue: QueueView, recent: Sequence[Job], *, quota: str, admin: bool, now: float, locale: str) -> Block:
    """The view; pure."""
    done = [job for job in recent if job.status is JobStatus.SUCCEEDED][:_SHOWN_RESULTS]
    first = [button(f"🖼️ {text(locale, 'slack-remix')}", OPEN_FORM, style="primary")]
    if admin:
        first.append(button(f"⚙️ {text(locale, 'slack-team-settings')}", OPEN_SETTINGS))
    waiting = queue_page(queue, now=now, locale=locale, most=_SHOWN_JOBS)
    blocks: list[Block] = [actions(*first), _header(waiting.title), *blocks_of(waiting, locale)]
    if quota:
        blocks.append(context(quota))
    blocks.append(_header(text(locale, "slack-results")))
    if not done:
        blocks.append(section(plain(text(locale, "slack-no-results"))))
    for job in done:
        blocks += _result(job, locale)
    return {"type": "home", "blocks": blocks[:100]}


def _quota(usage: Usage, limits: Limits, locale: str) -> str:
    return text(locale, "slack-quota", pictures=usage.pictures, most=limits.per_user_per_day)


def _header(words: str) -> Block:
    return {"type": "header", "text": plain(words, 150)}


def _result(job: Job, locale: str) -> list[Block]:
    target = generation_id(job.id, 0)
    acts = (
        button(f"{emoji} {text(locale, f'button-{verb}')}", action_id(Button(verb=verb, target=target, label="")))
        for verb, emoji in _ACTS
    )
    shown = (
        *facts(job.recipes, locale),
        text(locale, "print-id", id=job.id),
    )
    return [
        section(plain(clip(title(job.recipes[0], locale), 200))),
        context(" · ".join(shown)),
        actions(*acts),
    ]
