"""Reactions on our results: 🔁 reroll, ✉️ send it to me, ⭐ a copy to keep, ❌ delete or cancel mine.

Whose result a message shows is read off its buttons, so nothing about messages has to be remembered.
"""

import structlog

from adapters.discord.answers import Answered
from adapters.discord.asking import Asking, Wish
from adapters.discord.cards import NOBODY
from adapters.discord.faults import ERRORS, judge
from adapters.discord.files import FileMaker
from adapters.discord.incoming import Incoming
from adapters.discord.pictures import generation_in, is_ours
from adapters.discord.places import asker, channel_key
from adapters.discord.presses import Presses
from adapters.discord.rest import Rest
from bot.domain.actions import Reaction, Verb, reaction_of
from bot.domain.ids import GenerationId, job_of
from bot.domain.safety import Site
from bot.service import Service
from bot.texts import text

_DIRECT_FILE_BYTES = 10 * 1024 * 1024

_DIRECT = Site(spoilers=True)
"""Direct messages are not age-restricted, whoever is written to."""

log = structlog.get_logger(__name__)


class Reactions:
    """See the module."""

    def __init__(
        self,
        *,
        service: Service,
        rest: Rest,
        presses: Presses,
        asking: Asking,
        files: FileMaker,
        me: str,
    ) -> None:
        self._service = service
        self._rest = rest
        self._presses = presses
        self._asking = asking
        self._files = files
        self._me = me

    async def act(self, answered: Answered) -> None:
        """One reaction."""
        event = answered.event
        generation = await self._shown_in(event)
        if generation is None:
            return
        match reaction_of(event.name):
            case Reaction.REROLL:
                await self._reroll(answered, generation)
            case Reaction.SEND:
                await self._send(event, generation, "reaction-sent")
            case Reaction.KEEP:
                await self._send(event, generation, "reaction-kept")
            case Reaction.CROSS:
                await self._remove(event, generation)

    async def _shown_in(self, event: Incoming) -> GenerationId | None:
        """The result of a message; None if that is not ours: anybody's webhook can write a button of our id."""
        try:
            message = await self._rest.message(event.origin.channel, event.message)
            return generation_in(message) if is_ours(message, self._me) else None
        except ERRORS as error:
            log.info("a message with a reaction cannot be read", reason=judge(error).reason)
            return None

    async def _reroll(self, answered: Answered, generation: GenerationId) -> None:
        job = job_of(generation)
        found = await self._service.results.only(job, by=asker(answered.event, shown=job))
        again = Wish(verb=Verb.REROLL, result=found.generation.id, shown=job)
        await self._asking.ask(answered, again)

    async def _send(self, event: Incoming, generation: GenerationId, words: str) -> None:
        by, job = asker(event, shown=job_of(generation)), job_of(generation)
        card = await self._service.results.copy(job, by=by, site=_DIRECT)
        files = await self._files.of(card, file_bytes=_DIRECT_FILE_BYTES)
        locale = event.origin.locale
        said = " · ".join((text(locale, words), *card.facts))
        channel = await self._rest.direct_channel(event.origin.user)
        await self._rest.create(channel, {"content": said, "allowed_mentions": NOBODY}, files.pictures)
        await self._service.results.copied(job, by=by, where=channel_key(channel))

    async def _remove(self, event: Incoming, generation: GenerationId) -> None:
        """Delete or cancel; the cross of somebody who may not is an opinion."""
        by = asker(event, shown=job_of(generation))
        if await self._service.removal.cross(generation, by=by):
            await self._presses.remove_message(event)
