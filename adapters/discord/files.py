"""The files of a message: results within Discord's limits, the source as a thumbnail, the preview."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from adapters.discord.cards import MAX_ALT
from adapters.discord.rest import Outgoing
from bot.domain.card import Card
from bot.domain.errors import Gone
from bot.ports import ImageStore
from bot.texts import text

MESSAGE_BYTES = 24 * 1024 * 1024
"""A whole request to Discord may have 25 MiB; the rest is for its words and wrapping."""

THUMBNAIL_BYTES = 96 * 1024
SPOILER = "SPOILER_"
"""Discord blurs a file of such a name until somebody clicks it."""


class Exported(Protocol):
    """A picture file made to leave."""

    @property
    def content(self) -> bytes: ...
    @property
    def suffix(self) -> str: ...
    @property
    def note(self) -> str: ...


class Exporter(Protocol):
    """Makes a picture file of at most `max_bytes`: PNG where it fits, then lossless WebP, then JPEG, then smaller."""

    def __call__(self, png: bytes, *, max_bytes: int) -> Exported: ...


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
    """Reads pictures from the store and fits them to a message."""

    def __init__(self, images: ImageStore, exporter: Exporter) -> None:
        self._images = images
        self._exporter = exporter

    async def of(self, card: Card, *, file_bytes: int) -> Files:
        """The files of a card, none of them larger than `file_bytes`."""
        if card.progress and card.progress.preview and not card.status.ended:
            return Files([Outgoing("preview.png", card.progress.preview, text(card.locale, "alt-preview"))])
        if not card.pictures:
            return Files()
        share = min(file_bytes, (MESSAGE_BYTES - THUMBNAIL_BYTES) // len(card.pictures))
        pictures: list[Outgoing] = []
        notes: list[str] = []
        for index, picture in enumerate(card.pictures):
            try:
                exported = await self._export(await self._images.get(picture.image), share)
            except Gone as gone:
                notes.append(str(gone))
                continue
            name = f"pentimento-{card.job}-{index}{exported.suffix}"
            pictures.append(Outgoing(name, exported.content, picture.alt[:MAX_ALT]))
            notes.append(exported.note)
        return Files(pictures, await self._thumbnail(card), tuple(dict.fromkeys(filter(None, notes))))

    async def _thumbnail(self, card: Card) -> Outgoing | None:
        if card.source is None:
            return None
        try:
            exported = await self._export(await self._images.get(card.source), THUMBNAIL_BYTES)
        except Gone:
            return None
        return Outgoing(f"source{exported.suffix}", exported.content, text(card.locale, "alt-source"))

    async def _export(self, png: bytes, max_bytes: int) -> Exported:
        return await asyncio.to_thread(self._exporter, png, max_bytes=max_bytes)
