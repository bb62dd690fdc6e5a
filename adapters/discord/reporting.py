"""Report: shows a result to the moderators; what they can do under it."""

from adapters.discord.answers import Answered
from adapters.discord.cards import NOBODY
from adapters.discord.deleting import remove_message
from adapters.discord.desk import Desk
from adapters.discord.faults import ERRORS
from adapters.discord.incoming import Incoming
from adapters.discord.paging import laid_out
from adapters.discord.places import asker
from bot.domain.access import Act
from bot.domain.button_id import parse_button_id
from bot.domain.errors import InvalidRequest
from bot.domain.ids import JobId, job_of
from bot.pages import report_page
from bot.texts import text


async def report(desk: Desk, answered: Answered) -> None:
    """Show it in the channel that the admins named.

    Raises:
        UserError: none was named, or we may not write there.
    """
    event = answered.event
    made = await desk.service.moderators.report(_job(event), by=asker(event))
    body = {**laid_out(report_page(made, now=desk.clock.now())), "allowed_mentions": NOBODY}
    files = await desk.files.of(made.card, file_bytes=event.origin.guild_file_bytes)
    try:
        await desk.rest.create(made.channel, body, files.pictures)
    except ERRORS as error:
        raise InvalidRequest("refused-log-unwritable") from error
    await desk.answers.show(answered, {"content": text(event.origin.locale, "report-sent")})


async def ban(desk: Desk, answered: Answered) -> None:
    """Keep whoever asked for it from using the bot for a week."""
    event = answered.event
    kept_out = await desk.service.moderators.ban_requester(_job(event), by=asker(event))
    said = text(event.origin.locale, "ban-done", name=f"<@{kept_out.user}>", until=f"<t:{round(kept_out.until)}:f>")
    await desk.answers.show(answered, {"content": said})


async def dismiss(desk: Desk, answered: Answered) -> None:
    """Take the report away."""
    event = answered.event
    await desk.service.results.allowed(Act.BAN, _job(event), asker(event))
    await remove_message(desk, event)


def _job(event: Incoming) -> JobId:
    pressed = parse_button_id(event.name)
    assert pressed is not None  # a flow is found by what was pressed
    return job_of(pressed.target)
