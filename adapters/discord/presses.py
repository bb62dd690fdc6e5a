"""What is Discord's alone of buttons: their forms once they are sent, and messages whose token died."""

from dataclasses import replace

from adapters.discord.answers import Answered
from adapters.discord.desk import Desk
from adapters.discord.exchange import DiscordExchange, pressed
from adapters.discord.places import asker
from adapters.discord.routes import Stand, address, token_of
from adapters.discord.translate import wish_of_form
from bot.domain.ids import job_of
from bot.picture_form import PURPOSES


async def form(desk: Desk, answered: Answered) -> None:
    """The form of Chain, Edit or Use map, filled in."""
    event = answered.event
    about = pressed(event)
    wish = wish_of_form(event, PURPOSES[about.verb], desk.downloads, desk.service.styles)
    wish = replace(wish, verb=about.verb, generation=about.target)
    await desk.conversation.ask(DiscordExchange(desk, answered), wish)


async def collect(desk: Desk, answered: Answered) -> None:
    """Renew a message whose token died: the press brought a new one."""
    event = answered.event
    job = job_of(pressed(event).target)
    token = token_of(event)
    assert token is not None
    stand = Stand(channel=event.origin.channel, message=event.message, token=token, own=False)
    card = await desk.service.results.collect(job, by=asker(event), message=stand.reference())
    desk.messenger.renew(job, stand)
    target = address(event, answered.response, hidden=True).target()
    await desk.messenger.edit(target, stand.reference(), card)
