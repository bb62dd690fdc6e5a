"""What buttons and their forms do. A press is a wish of the member who pressed, on their quota."""

from collections.abc import Awaitable

import structlog

from adapters.discord.answers import Answered
from adapters.discord.asking import Wish, ask
from adapters.discord.desk import Desk
from adapters.discord.faults import ERRORS, Meaning, judge
from adapters.discord.ids import ButtonId, parse_button_id
from adapters.discord.incoming import Incoming
from adapters.discord.places import asker
from adapters.discord.routes import Stand, address, token_of
from adapters.discord.translate import filled
from bot.domain.actions import OPENING, Verb
from bot.domain.errors import NotAllowed
from bot.domain.ids import job_of
from bot.domain.options import Options
from bot.forms import Form
from bot.picture_form import PURPOSES, result_form
from bot.texts import text

log = structlog.get_logger(__name__)


async def again(desk: Desk, answered: Answered) -> None:
    """The rerun buttons, Reroll, Sweep, Show map and Use map: a new job at once."""
    pressed = _pressed(answered.event)
    strengths = None if pressed.strength is None else (pressed.strength,)
    await ask(desk, answered, Wish(options=Options(strengths=strengths), verb=pressed.verb, result=pressed.target))


async def open_form(desk: Desk, answered: Answered) -> None:
    """Chain, Edit, and Use map if the map has no words yet: the form first."""
    event, pressed = answered.event, _pressed(answered.event)
    opening = ButtonId(OPENING[pressed.verb], pressed.target)
    await desk.answers.ask(event, str(opening), await form_on(desk, event, opening))


async def form_on(desk: Desk, event: Incoming, pressed: ButtonId) -> Form:
    """The form of a result as it opens.

    Raises:
        UserError: the result is not kept, or not theirs to go on from.
    """
    by = asker(event)
    parent = (await desk.service.results.parent(pressed.target, by=by)).generation
    usual = await desk.service.places.settings(*by.keys)
    menu = desk.service.menu(parent.recipe.model)
    return result_form(pressed.verb, parent, menu, usual=usual, locale=event.origin.locale)


async def form(desk: Desk, answered: Answered) -> None:
    """The form of Chain, Edit or Use map, filled in."""
    pressed = _pressed(answered.event)
    sent = filled(answered.event, PURPOSES[pressed.verb], desk.service.styles)
    wish = Wish(options=sent.options, verb=pressed.verb, result=pressed.target, source=sent.upload)
    await ask(desk, answered, wish)


async def cancel(desk: Desk, answered: Answered) -> None:
    """Stop a job of one's own, or as a moderator anybody's."""
    event = answered.event
    await desk.service.removal.cancel(job_of(_pressed(event).target), by=asker(event))


async def delete(desk: Desk, answered: Answered) -> None:
    """Take a result away: its pictures and words here, its message there."""
    event = answered.event
    held = await desk.service.removal.delete(_pressed(event).target, by=asker(event))
    await remove_message(desk, event)
    if held:
        said = text(event.origin.locale, "privacy-deleted", jobs=1, held=held)
        await desk.answers.show(answered, {"content": said})


async def remove_message(desk: Desk, event: Incoming) -> None:
    """Delete the message an event happened on: by the event's token, else by the bot's own.

    Raises:
        NotAllowed: Discord refuses; what the message showed is deleted here all the same.
    """
    if event.token and await _gone(desk.rest.delete_response(event.application, event.token)):
        return
    if not event.hidden and await _gone(desk.rest.delete(event.origin.channel, event.message)):
        return
    raise NotAllowed("refused-message-stays")


async def _gone(deleting: Awaitable[None]) -> bool:
    try:
        await deleting
    except ERRORS as error:
        fault = judge(error)
        log.info("message not deleted", reason=fault.reason)
        return fault.meaning is Meaning.MESSAGE_GONE
    return True


async def publish(desk: Desk, answered: Answered) -> None:
    """Show everybody what only its owner saw."""
    event = answered.event
    by, pressed = asker(event), _pressed(event)
    job, openly = job_of(pressed.target), pressed.verb is Verb.PUBLISH_OPEN
    # Where it is published may be another kind of place by now than where it was asked for.
    results = desk.service.results
    async with results.publishing(job, by=by, where=by.place, site=by.site, openly=openly) as card:
        target = address(event, answered.response, hidden=False).target()
        await desk.messenger.post(target, card, nonce=f"{job}-p")


async def collect(desk: Desk, answered: Answered) -> None:
    """Renew a message whose token died: the press brought a new one."""
    event = answered.event
    job = job_of(_pressed(event).target)
    token = token_of(event)
    assert token is not None
    stand = Stand(channel=event.origin.channel, message=event.message, token=token, own=False)
    card = await desk.service.results.collect(job, by=asker(event), message=stand.reference())
    desk.messenger.renew(job, stand)
    target = address(event, answered.response, hidden=True).target()
    await desk.messenger.edit(target, stand.reference(), card)


def _pressed(event: Incoming) -> ButtonId:
    pressed = parse_button_id(event.name)
    assert pressed is not None  # a flow is found by what was pressed
    return pressed
