"""The files of a message: results within Discord's limits, the source as a thumbnail, the preview."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.discord.cards import MAX_ALT
from adapters.discord.rest import Outgoing
from bot.domain.card import Card
from bot.domain.errors import Gone
from bot.ports import Exporter
from bot.texts import text

MESSAGE_BYTES = 24 * 1024 * 1024
"""A whole request to Discord may have 25 MiB; the rest is for its words and wrapping."""

SPOILER = "SPOILER_"
"""Discord blurs a file whose name begins so until the reader wants to see it."""

_THUMBNAIL_BYTES = 256 * 1024
_THUMBNAIL_SIDE = 256


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

    async def of(self, card: Card, *, file_bytes: int) -> Files:
        """The files of a card, none of them larger than `file_bytes`."""
        if card.progress and card.progress.preview and not card.status.ended:
            name = f"{SPOILER if card.spoiler else ''}preview.jpg"
            return Files([Outgoing(name, card.progress.preview, text(card.locale, "alt-preview"))])
        if not card.pictures:
            return Files()
        share = min(file_bytes, (MESSAGE_BYTES - _THUMBNAIL_BYTES) // len(card.pictures))
        pictures: list[Outgoing] = []
        notes: list[str] = []
        for index, picture in enumerate(card.pictures):
            try:
                exported = await self._exporter.export(picture.generation, max_bytes=share, locale=card.locale)
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
        try:
            small = await self._exporter.thumbnail(card.source, side=_THUMBNAIL_SIDE)
        except Gone:
            return None
        if len(small.content) > file_bytes:
            return None
        return Outgoing(f"source.{small.suffix}", small.content, card.source_alt[:MAX_ALT])
