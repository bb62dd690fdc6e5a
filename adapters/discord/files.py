"""The files of a message: results within Discord's limits, the source as a thumbnail, the preview."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from adapters.discord.cards import MAX_ALT
from adapters.discord.rest import Outgoing, Payload
from bot.domain.card import Card
from bot.domain.errors import Gone
from bot.domain.ids import ImageId, JobId
from bot.domain.picture import Exported
from bot.ports import Exporter
from bot.texts import text

MESSAGE_BYTES = 24 * 1024 * 1024
"""A whole request to Discord may have 25 MiB; the rest is for its words and wrapping."""

SPOILER = "SPOILER_"
"""Discord blurs a file whose name begins so until the reader wants to see it."""

_THUMBNAIL_BYTES = 256 * 1024
_THUMBNAIL_SIDE = 256
_REMEMBERED = 100


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
        self._exporter = exporter
        self._thumbnails: OrderedDict[ImageId, Exported] = OrderedDict()

    async def of(self, card: Card, *, file_bytes: int) -> Files:
        """The files of a card, none of them larger than `file_bytes`."""
        if not card.status.ended:
            return Files(_previews(card), await self._thumbnail(card, file_bytes))
        if not card.pictures:
            return Files()
        share = min(file_bytes, (MESSAGE_BYTES - _THUMBNAIL_BYTES) // len(card.pictures))
        pictures: list[Outgoing] = []
        notes: list[str] = []
        for index, picture in enumerate(card.pictures):
            try:
                exported = await self._exporter.shown(
                    picture.generation, max_bytes=share, mark=picture.mark, locale=card.locale
                )
            except Gone as gone:
                notes.append(gone.sentence(card.locale))
                continue
            name = f"{SPOILER if picture.spoiler else ''}pentimento-{card.job}-{index}.{exported.suffix}"
            pictures.append(Outgoing(name, exported.content, picture.alt[:MAX_ALT]))
            if exported.note:
                notes.append(exported.note)
        return Files(pictures, await self._thumbnail(card, file_bytes), tuple(dict.fromkeys(notes)))

    async def _thumbnail(self, card: Card, file_bytes: int) -> Outgoing | None:
        if card.source is None:
            return None
        small = self._thumbnails.get(card.source)  # the same for every edit of a message
        if small is None:
            try:
                small = await self._exporter.thumbnail(card.source, side=_THUMBNAIL_SIDE)
            except Gone:
                return None
            self._thumbnails[card.source] = small
            if len(self._thumbnails) > _REMEMBERED:
                self._thumbnails.popitem(last=False)
        if len(small.content) > file_bytes:
            return None
        return Outgoing(f"source.{small.suffix}", small.content, card.source_alt[:MAX_ALT])


def _previews(card: Card) -> list[Outgoing]:
    """How its pictures look now; a sweep shows one for each."""
    previews = card.progress.previews if card.progress else {}
    spoiler, alt = SPOILER if card.spoiler else "", text(card.locale, "alt-preview")
    one = len(previews) == 1 and 0 in previews
    return [
        Outgoing(f"{spoiler}preview{'' if one else f'-{index}'}.jpg", content, alt)
        for index, content in sorted(previews.items())
    ]


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
