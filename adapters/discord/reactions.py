"""Reactions on our results: 🔁 reroll, ✉️ send it to me, ⭐ a copy to keep, ❌ delete or cancel mine.

Whose result a message shows is read off its buttons, so nothing about messages has to be remembered.
"""

from collections.abc import Sequence

import structlog

from adapters.discord.answers import Answered
from adapters.discord.cards import NOBODY
from adapters.discord.faults import ERRORS, judge
from adapters.discord.files import FileMaker
from adapters.discord.incoming import Incoming
from adapters.discord.pictures import generation_in
from adapters.discord.places import Places
from adapters.discord.presses import Presses, is_moderator
from adapters.discord.rest import Rest
from adapters.discord.routes import address
from bot.domain.actions import Press, Verb
from bot.domain.errors import Gone, InvalidRequest
from bot.domain.ids import GenerationId, job_of
from bot.domain.job import Generation
from bot.domain.place import check_model, check_source, is_private
from bot.domain.safety import Site
from bot.ports import JobStore
from bot.rendering import render
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
        store: JobStore,
        rest: Rest,
        presses: Presses,
        places: Places,
        files: FileMaker,
    ) -> None:
        self._service = service
        self._store = store
        self._rest = rest
        self._presses = presses
        self._places = places
        self._files = files

    async def act(self, answered: Answered) -> None:
        """One reaction."""
        event = answered.event
        generation = await self._shown_in(event)
        if generation is None:
            return
        match event.name:
            case "🔁":
                await self._reroll(event, generation)
            case "✉️" | "✉":
                await self._send(event, generation, "reaction-sent")
            case "⭐":
                await self._send(event, generation, "reaction-kept")
            case "❌":
                await self._remove(event, generation)

    async def _shown_in(self, event: Incoming) -> GenerationId | None:
        try:
            return generation_in(await self._rest.message(event.origin.channel, event.message))
        except ERRORS as error:
            log.info("a message with a reaction cannot be read", reason=judge(error).reason)
            return None

    async def _reroll(self, event: Incoming, generation: GenerationId) -> None:
        settings = await self._places.enter(event)
        parent = await self._store.generation(generation)
        if parent is None:
            raise Gone("refused-gone")
        several = len(await self._results(generation))
        if several > 1:
            raise InvalidRequest("refused-several-results", count=several)
        check_source(settings, author=parent.requester.user, requester=event.origin.user)
        check_model(settings, parent.recipe.model)
        private = is_private(None, settings)
        await self._service.press(
            Press(
                verb=Verb.REROLL,
                generation=generation,
                requester=event.origin.requester,
                reply_to=address(event, None, hidden=private).target(),
                event_id=event.event_id,
                private=private,
                locale=event.origin.locale,
                site=event.origin.site,
                blocked=settings.blocked or (),
            )
        )

    async def _send(self, event: Incoming, generation: GenerationId, words: str) -> None:
        results = await self._results(generation)
        generations = self._service.fitted(results, _DIRECT, private=True)
        job = await self._store.job(job_of(generation))
        assert job is not None
        files = await self._files.of(render(job, generations), file_bytes=_DIRECT_FILE_BYTES)
        recipe = generations[0].recipe
        said = f"{text(event.origin.locale, words)} seed {recipe.seed}, id `{job.id}`"
        channel = await self._rest.direct_channel(event.origin.user)
        await self._rest.create(channel, {"content": said, "allowed_mentions": NOBODY}, files.pictures)

    async def _results(self, generation: GenerationId) -> Sequence[Generation]:
        generations = await self._store.generations(job_of(generation))
        if not generations:
            raise Gone("refused-gone")
        return generations

    async def _remove(self, event: Incoming, generation: GenerationId) -> None:
        job = await self._store.job(job_of(generation))
        if job is None:
            raise Gone("refused-gone")
        by, moderator = event.origin.requester, is_moderator(event)
        if not job.status.ended:
            await self._service.cancel(job.id, by=by, moderator=moderator)
            return
        await self._service.delete(generation, by=by, moderator=moderator)
        await self._presses.remove_message(event)
