"""Report: shows a result to the moderators; what they can do under it."""

from dataclasses import replace

from adapters.slack.desk import Desk
from adapters.slack.errors import SlackFault
from adapters.slack.inbound import Inbound, shown_in
from adapters.slack.members import Place
from adapters.slack.pages import blocks_of
from bot.domain.access import Act
from bot.domain.button_id import ButtonId
from bot.domain.errors import DeliveryError, InvalidRequest
from bot.domain.ids import job_of
from bot.pages import report_page
from bot.texts import day


async def report(desk: Desk, event: Inbound, place: Place, control: ButtonId) -> None:
    """Show it in the channel that the admins named, with the picture in the thread.

    Raises:
        UserError: none was named, or we may not write there.
    """
    job = job_of(control.target)
    made = await desk.service.moderators.report(job, by=place.asker(shown=shown_in(event)))
    page = report_page(made, now=desk.clock.now())
    try:
        posted = await desk.api.call(
            place.team, "chat_postMessage", channel=made.channel, text=page.title, blocks=blocks_of(page)
        )
        there = replace(place, channel=made.channel, thread=posted["ts"])
        target = there.reply_to(asked_at=desk.clock.now(), private=False)
        await desk.messenger.copy(target, made.card, nonce=f"{job}:report:{posted['ts']}")
    except (SlackFault, DeliveryError) as fault:
        raise InvalidRequest("refused-log-unwritable") from fault
    await desk.tell(place, "report-sent")


async def ban(desk: Desk, event: Inbound, place: Place, control: ButtonId) -> None:
    """Keep whoever asked for it from using the bot for a week."""
    by = place.asker(moderates=await desk.is_admin(place), shown=shown_in(event))
    kept_out = await desk.service.moderators.ban_requester(job_of(control.target), by=by)
    await desk.tell(place, "ban-done", name=kept_out.name, until=day(await desk.locale(place), kept_out.until))


async def dismiss(desk: Desk, event: Inbound, place: Place, control: ButtonId) -> None:
    """Take the report away."""
    by = place.asker(moderates=await desk.is_admin(place), shown=shown_in(event))
    await desk.service.results.allowed(Act.BAN, job_of(control.target), by)
    message = event.body.get("message") or {}
    await desk.quietly(place.team, "chat_delete", channel=place.channel, ts=message.get("ts", ""))
