"""The files of a message: results within Discord's limits, the source as a thumbnail, the preview."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from adapters.discord.cards import MAX_ALT
from adapters.discord.rest import Outgoing, Payload
from bot.card_files import CardFiles
from bot.domain.card import Card
from bot.domain.ids import JobId
from bot.domain.picture import Attached
from bot.ports import Exporter

MESSAGE_BYTES = 24 * 1024 * 1024
"""A whole request to Discord may have 25 MiB; the rest is for its words and wrapping."""

SPOILER = "SPOILER_"
"""Discord blurs a file whose name begins so until the reader wants to see it."""


@dataclass(frozen=True, slots=True)
class Files:
    """What goes with a message.

    Attributes:
        notes: what the member should know about them.
    """

    pictures: Sequence[Outgoing] = ()
    thumbnail: Outgoing | None = None
    notes: tuple[str, ...] = ()

    @property
    def all(self) -> list[Outgoing]:
        """Every file to send."""
        return [*self.pictures, *([self.thumbnail] if self.thumbnail else [])]


class FileMaker:
    """Fits a card's pictures to a message."""

    def __init__(self, exporter: Exporter) -> None:
        self._files = CardFiles(exporter)

    async def of(self, card: Card, *, file_bytes: int) -> Files:
        """The files of a card, none of them larger than `file_bytes`."""
        made = await self._files.of(card, file_bytes=file_bytes, message_bytes=MESSAGE_BYTES)
        source = outgoing(made.source) if made.source else None
        return Files([outgoing(each) for each in made.pictures], source, made.notes)


def outgoing(file: Attached) -> Outgoing:
    """A file of the core as Discord takes it."""
    return Outgoing(f"{SPOILER if file.spoiler else ''}{file.name}", file.content, file.alt[:MAX_ALT])


class Standing:
    """What is attached to the messages that still change, so that an edit keeps it instead of sending it again.

    From API version 10 on, an edit lists every attachment that is to stay; one that stands already needs its id alone
    (https://docs.discord.com/developers/resources/message#edit-message).
    """

    def __init__(self) -> None:
        self._attached: dict[JobId, dict[tuple[str, bytes], str]] = {}

    def kept(self, job: JobId, files: Files) -> Files:
        """The same files, those that stand already to be kept."""
        attached = self._attached.get(job, {})

        def known(file: Outgoing) -> Outgoing:
            return replace(file, kept=attached.get(_key(file), ""))

        thumbnail = known(files.thumbnail) if files.thumbnail else None
        return replace(files, pictures=[known(file) for file in files.pictures], thumbnail=thumbnail)

    def stands(self, job: JobId, files: Files, answer: Payload) -> None:
        """Remember what `answer`, a message as Discord has it now, calls the files that went with it."""
        ids = {entry.get("filename"): str(entry["id"]) for entry in answer.get("attachments") or () if "id" in entry}
        self._attached[job] = {_key(file): ids[file.filename] for file in files.all if file.filename in ids}

    def forget(self, job: JobId) -> None:
        """The job's message changes no more, or another one takes its place."""
        self._attached.pop(job, None)


def _key(file: Outgoing) -> tuple[str, bytes]:
    return file.filename, blake2b(file.content, digest_size=16).digest()
