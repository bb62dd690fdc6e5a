"""Reactions on our results: 🔁 reroll, ✉️ send it to me, ⭐ a copy to keep, ❌ delete or cancel mine.

Whose result a message shows is read off its buttons, so nothing about messages has to be remembered.
"""

import structlog

from adapters.discord.answers import Answered
from adapters.discord.asking import Wish, ask
from adapters.discord.cards import NOBODY
from adapters.discord.deleting import remove_message
from adapters.discord.desk import Desk
from adapters.discord.faults import ERRORS, judge
from adapters.discord.incoming import Incoming
from adapters.discord.pictures import generation_in, is_ours
from adapters.discord.places import asker, channel_key
from bot.domain.actions import Reaction, Verb, reaction_of
from bot.domain.ids import GenerationId, job_of
from bot.domain.safety import Site
from bot.texts import text

_DIRECT_FILE_BYTES = 10 * 1024 * 1024

_DIRECT = Site(spoilers=True)
"""Direct messages are not age-restricted, whoever is written to."""

log = structlog.get_logger(__name__)


async def act(desk: Desk, answered: Answered) -> None:
    """One reaction."""
    event = answered.event
    generation = await _shown_in(desk, event)
    if generation is None:
        return
    match reaction_of(event.name):
        case Reaction.REROLL:
            await _reroll(desk, answered, generation)
        case Reaction.SEND:
            await _send(desk, event, generation, "reaction-sent")
        case Reaction.KEEP:
            job = job_of(generation)
            await desk.service.results.star(job, by=asker(event, shown=job))
            await _send(desk, event, generation, "reaction-kept")
        case Reaction.CROSS:
            await _remove(desk, event, generation)


async def _shown_in(desk: Desk, event: Incoming) -> GenerationId | None:
    """The result of a message; None if that is not ours: anybody's webhook can write a button of our id."""
    try:
        message = await desk.rest.message(event.origin.channel, event.message)
        return generation_in(message) if is_ours(message, desk.me) else None
    except ERRORS as error:
        log.info("a message with a reaction cannot be read", reason=judge(error).reason)
        return None


async def _reroll(desk: Desk, answered: Answered, generation: GenerationId) -> None:
    job = job_of(generation)
    found = await desk.service.results.only(job, by=asker(answered.event, shown=job))
    again = Wish(verb=Verb.REROLL, result=found.generation.id, shown=job)
    await ask(desk, answered, again)


async def _send(desk: Desk, event: Incoming, generation: GenerationId, words: str) -> None:
    by, job = asker(event, shown=job_of(generation)), job_of(generation)
    card = await desk.service.results.copy(job, by=by, site=_DIRECT)
    files = await desk.files.of(card, file_bytes=_DIRECT_FILE_BYTES)
    locale = event.origin.locale
    said = " · ".join((text(locale, words), *card.facts))
    channel = await desk.rest.direct_channel(event.origin.user)
    await desk.rest.create(channel, {"content": said, "allowed_mentions": NOBODY}, files.pictures)
    await desk.service.results.copied(job, by=by, where=channel_key(channel))


async def _remove(desk: Desk, event: Incoming, generation: GenerationId) -> None:
    """Delete or cancel; the cross of somebody who may not is an opinion."""
    by = asker(event, shown=job_of(generation))
    if await desk.service.removal.cross(generation, by=by):
        await remove_message(desk, event)
