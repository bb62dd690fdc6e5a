"""What buttons and their forms do. A press is a wish of the member who pressed, on their quota."""

from adapters.discord.answers import Answered
from adapters.discord.asking import Wish, ask
from adapters.discord.desk import Desk
from adapters.discord.incoming import Incoming
from adapters.discord.places import asker
from adapters.discord.routes import Stand, address, token_of
from adapters.discord.translate import filled
from bot.domain.actions import OPENING, Verb
from bot.domain.button_id import ButtonId, parse_button_id
from bot.domain.ids import job_of
from bot.domain.options import Options
from bot.forms import Form
from bot.picture_form import PURPOSES, result_form


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
    recent = await desk.service.styles_of(event.origin.requester)
    return result_form(pressed.verb, parent, menu, usual=usual, locale=event.origin.locale, recent=recent)


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
