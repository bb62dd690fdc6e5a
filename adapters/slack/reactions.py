"""Reactions on a result of ours."""

from dataclasses import replace

from adapters.slack.desk import Desk
from adapters.slack.exchange import SlackExchange
from adapters.slack.inbound import Inbound, place_of
from adapters.slack.messenger import message_ref
from bot.domain.actions import reaction_of


async def on_reaction(desk: Desk, event: Inbound) -> None:
    """Do what a reaction on one of our messages says; any other is just a reaction."""
    reacted, here = event.body["event"], place_of(event.body)
    says = reaction_of(reacted["reaction"].partition("::")[0])  # behind "::" stands a colour of skin
    job = await desk.service.results.shown_in(message_ref(here.channel, reacted["item"]["ts"])) if says else None
    if says and job:
        inside = job.reply_to.address.get("thread", "")
        place = replace(here, thread=inside or here.thread, in_thread=False)
        await desk.conversation.react(SlackExchange(desk, event, place, in_thread=bool(inside)), says, job.id)
