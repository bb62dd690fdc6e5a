"""Reactions on a result: reroll it, send me a copy (to read, to keep), delete or cancel mine."""

from dataclasses import replace

from adapters.slack import asking
from adapters.slack.desk import Desk
from adapters.slack.inbound import Inbound, place_of
from adapters.slack.members import Place, place_key
from adapters.slack.messenger import message_ref
from adapters.slack.presses import remove_message
from bot.domain.actions import Reaction, Verb, reaction_of
from bot.domain.errors import DeliveryError, InvalidRequest
from bot.domain.ids import generation_id
from bot.domain.job import Job
from bot.domain.safety import STRICTEST


async def on_reaction(desk: Desk, event: Inbound) -> None:
    """Do what a reaction on one of our messages says; any other is just a reaction."""
    reacted, here = event.body["event"], place_of(event.body)
    says = reaction_of(reacted["reaction"].partition("::")[0])  # behind "::" stands a colour of skin
    if says is None:
        return
    job = await desk.service.results.shown_in(message_ref(here.channel, reacted["item"]["ts"]))
    if job is None:
        return
    thread = job.reply_to.address.get("thread") or here.thread
    place = Place(team=here.team, user=here.user, channel=here.channel, thread=thread)
    if says is Reaction.REROLL:
        result = await desk.service.results.only(job.id, by=place.asker(shown=job.id))
        again = result.generation.id
        await asking.ask(desk, event, place, verb=Verb.REROLL, generation=again, shown=job.id)
    elif says is Reaction.CROSS:
        await _remove(desk, place, job, ts=reacted["item"]["ts"])
    else:
        if says is Reaction.KEEP:
            await desk.service.results.star(job.id, by=place.asker(shown=job.id))
        await _send(desk, place, job)


async def _send(desk: Desk, place: Place, job: Job) -> None:
    """A copy for whoever reacted, with the same buttons."""
    by = place.asker(shown=job.id)
    card = replace(await desk.service.results.copy(job.id, by=by, site=STRICTEST), mention=False)
    target = place.reply_to(asked_at=desk.clock.now(), private=True)
    try:
        channel = await desk.messenger.copy(target, card, nonce=f"{job.id}:for:{place.user}")
    except DeliveryError as fault:
        raise InvalidRequest("refused-slack-unsent", reason=str(fault)) from fault
    await desk.service.results.copied(job.id, by=by, where=place_key(place.team, channel))


async def _remove(desk: Desk, place: Place, job: Job, *, ts: str) -> None:
    by = place.asker(moderates=await desk.is_admin(place), shown=job.id)
    if await desk.service.removal.cross(generation_id(job.id, 0), by=by):
        await remove_message(desk, place, {"ts": ts})
