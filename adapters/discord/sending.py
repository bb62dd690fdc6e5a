"""Writing a card into a message, in a shape and size that Discord takes."""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from adapters.discord.calls import call
from adapters.discord.cards import bare, layout
from adapters.discord.faults import Fault, Meaning
from adapters.discord.files import MessageAttachments
from adapters.discord.named import CommandNames
from adapters.discord.rest import KeptAttachments, Payload
from bot.card_files import CardFiles, Files
from bot.domain.card import Card
from bot.domain.ids import JobId
from bot.domain.picture import Attached
from bot.texts import text

MESSAGE_BYTES = 24 * 1024 * 1024
"""A whole request to Discord may have 25 MiB; the rest is for its words and wrapping."""

_SMALLER = (1.0, 0.5, 0.25)

log = structlog.get_logger(__name__)

Write = Callable[[Payload, Sequence[Attached], KeptAttachments], Awaitable[Payload]]


class Sender:
    """Knows what is attached to the messages of open jobs."""

    def __init__(self, files: CardFiles, names: CommandNames) -> None:
        self._files = files
        self._names = names
        self._attached = MessageAttachments()

    async def send(
        self, write: Write, card: Card, file_bytes: int, *, collect: bool = False, anew: bool = False
    ) -> Payload:
        """Write a card, with smaller files if Discord finds them too large and plainly if it minds the rest.

        `anew`: a new message, so no file stands in it. Publishing makes a second one of a job, perhaps while the last
        edit of the first is still on its way.

        Raises:
            TryLater: Discord may take it later.
            Fault: it will not.
        """
        for share in _SMALLER:
            most = round(file_bytes * share)
            files = await self._files.of(card, file_bytes=most, message_bytes=MESSAGE_BYTES)
            payload = layout(self._names.of_card(card), files, collect=collect)
            try:
                kept = {} if anew else self._attached.kept(card.job, files.all)
                answer = await call(write(payload, files.all, kept))
            except Fault as fault:
                self._attached.forget(card.job)
                if fault.meaning is Meaning.INVALID:
                    log.error("message not taken", job=card.job, reason=fault.reason)  # noqa: TRY400 -- a line says it
                    return await call(write(bare(card), files.pictures, {}))
                if fault.meaning is not Meaning.TOO_LARGE or not files.all:
                    raise
            else:
                if not card.status.ended:
                    self._attached.remember(card.job, files.all, answer)
                return answer
        plain = layout(self._names.of_card(card), Files(notes=(text(card.locale, "note-too-large"),)))
        return await call(write(plain, (), {}))

    def forget(self, job: JobId) -> None:
        """Its message changes no more."""
        self._attached.forget(job)
