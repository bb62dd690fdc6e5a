"""App Home: my queue with Cancel, my latest results with buttons, my quota, and the team's settings for admins."""

from collections.abc import Sequence

from adapters.slack.controls import OPEN_FORM, OPEN_SETTINGS, action_id
from adapters.slack.desk import Desk
from adapters.slack.inbound import Inbound, place_of
from adapters.slack.members import Place
from adapters.slack.pages import queue_blocks
from adapters.slack.text import Block, actions, button, clip, context, plain, section
from bot.domain.actions import Verb
from bot.domain.card import Button
from bot.domain.ids import generation_id
from bot.domain.job import Job, JobStatus
from bot.domain.limits import Limits, Usage
from bot.rendering import title
from bot.service import QueueView

_SHOWN_RESULTS = 8
_ACTS = (
    (Verb.CHAIN, "Chain", "🔗"),
    (Verb.REROLL, "Reroll", "🎲"),
    (Verb.EDIT, "Edit", "✏️"),
    (Verb.DETAILS, "Details", "📋"),
)


async def on_home(desk: Desk, event: Inbound) -> None:
    """The member opened App Home."""
    await show_home(desk, place_of(event.body))


async def show_home(desk: Desk, place: Place) -> None:
    """Publish a member's App Home as it stands now.

    Raises:
        SlackFault: Slack does not take it.
    """
    requester = place.requester
    view = home_view(
        await desk.service.status(requester),
        await desk.service.recent(requester),
        quota=_quota(*await desk.service.quota(requester)),
        admin=await desk.is_admin(place),
        now=desk.clock.now(),
    )
    await desk.api.patient(place.team, "views_publish", user_id=place.user, view=view)


def home_view(queue: QueueView, recent: Sequence[Job], *, quota: str, admin: bool, now: float) -> Block:
    """The view; pure."""
    done = [job for job in recent if job.status is JobStatus.SUCCEEDED][:_SHOWN_RESULTS]
    first = [button("🖼️ Remix a picture", OPEN_FORM, style="primary")]
    if admin:
        first.append(button("⚙️ Team settings", OPEN_SETTINGS))
    blocks: list[Block] = [actions(*first), _header("Your queue"), *queue_blocks(queue, now=now)]
    if quota:
        blocks.append(context(quota))
    blocks.append(_header("Your latest results"))
    if not done:
        blocks.append(section(plain("Nothing yet: remix a picture, or send me one with a few words.")))
    for job in done:
        blocks += _result(job)
    return {"type": "home", "blocks": blocks[:100]}


def _quota(usage: Usage, limits: Limits) -> str:
    of = f" of your {limits.per_user_per_day}" if limits.per_user_per_day else ""
    return f"{usage.pictures}{of} pictures asked for in the last 24 hours."


def _header(text: str) -> Block:
    return {"type": "header", "text": plain(text, 150)}


def _result(job: Job) -> list[Block]:
    strengths = ", ".join(f"{recipe.strength:g}" for recipe in job.recipes)
    target = generation_id(job.id, 0)
    acts = (
        button(f"{emoji} {label}", action_id(Button(verb=verb, target=target, label=label)))
        for verb, label, emoji in _ACTS
    )
    return [
        section(plain(clip(title(job.recipes[0], "en"), 200))),
        context(f"strength {strengths} · seed {job.recipes[0].seed} · id {job.id}"),
        actions(*acts),
    ]
