"""The files that stand in a job's message: its results as a chat takes them, previews, the source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.card import Card, CardPicture
from bot.domain.errors import Gone
from bot.domain.ids import ImageId
from bot.domain.picture import Attached, Exported, Tile
from bot.latest import Latest
from bot.ports import Exporter
from bot.texts import text

_SOURCE_BYTES = 256 * 1024
_SOURCE_SIDE = 256
_REMEMBERED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What goes with a message.

    Attributes:
        pictures: the results, or how they look so far.
        source: what they are made from, small.
        notes: what the member should know about them.
    """

    pictures: Sequence[Attached] = ()
    source: Attached | None = None
    notes: tuple[str, ...] = ()

    @property
    def all(self) -> Sequence[Attached]:
        """Every file to send."""
        return [*self.pictures, *([self.source] if self.source else [])]


NO_FILES = Files()


class CardFiles:
    """Fits a card's pictures to what a chat takes."""

    def __init__(self, exporter: Exporter) -> None:
        self._exporter = exporter
        self._sources: Latest[ImageId, bytes] = Latest(_REMEMBERED)

    async def of(self, card: Card, *, file_bytes: int, message_bytes: int) -> Files:
        """The files of a card for a chat that shows several pictures in one message.

        Args:
            card: the job in one state.
            file_bytes: the most that one of them may have.
            message_bytes: the most that all of them may have.
        """
        if not card.status.ended:
            return Files(pictures=_previews(card), source=await self._source(card, file_bytes))
        if not card.pictures:
            return NO_FILES
        share = min(file_bytes, (message_bytes - _SOURCE_BYTES) // len(card.pictures))
        pictures: list[Attached] = []
        notes: list[str] = []
        for index, picture in enumerate(card.pictures):
            try:
                shown = await self._exporter.shown(
                    picture.generation, max_bytes=share, mark=picture.mark, locale=card.locale
                )
            except Gone as gone:
                notes.append(gone.sentence(card.locale))
                continue
            name = f"pentimento-{card.job}-{index}.{shown.suffix}"
            pictures.append(Attached(name=name, content=shown.content, alt=picture.alt, spoiler=picture.spoiler))
            if shown.note:
                notes.append(shown.note)
        source = await self._source(card, file_bytes)
        return Files(pictures=pictures, source=source, notes=tuple(dict.fromkeys(notes)))

    async def in_one(
        self, pictures: Sequence[CardPicture], *, max_bytes: int, formats: Sequence[str], locale: str
    ) -> Exported:
        """The results for a chat that shows one picture in a message: several as one sheet, each with its label.

        Raises:
            Gone: one of them is not kept any more.
        """
        shown = [
            await self._exporter.shown(
                each.generation, max_bytes=max_bytes, formats=formats, mark=each.mark, locale=locale
            )
            for each in pictures
        ]
        return shown[0] if len(shown) == 1 else await self._exporter.sheet([Tile(each.content, "") for each in shown])

    async def preview_in_one(self, card: Card) -> bytes:
        """How its pictures look so far, a JPEG; several as one sheet."""
        previews = previews_of(card)
        if len(previews) == 1:
            return next(iter(previews.values()))
        tiles = [
            Tile(content, card.marks[index] if card.marks else "") for index, content in sorted(previews.items())
        ]
        return (await self._exporter.sheet(tiles)).content

    async def source(self, image: ImageId) -> bytes:
        """What something is made from, as a small JPEG; the same for every edit of a message.

        Raises:
            Gone: it is not kept any more.
        """
        small = self._sources.get(image)
        if small is None:
            small = self._sources[image] = (await self._exporter.thumbnail(image, side=_SOURCE_SIDE)).content
        return small

    async def _source(self, card: Card, file_bytes: int) -> Attached | None:
        if card.source is None:
            return None
        try:
            small = await self.source(card.source)
        except Gone:
            return None
        return None if len(small) > file_bytes else Attached(name="source.jpg", content=small, alt=card.source_alt)


def previews_of(card: Card) -> Mapping[int, bytes]:
    """How the pictures of a running job look so far, by index."""
    return card.progress.previews if card.progress else {}


def _previews(card: Card) -> list[Attached]:
    """A sweep shows one for each."""
    previews, alt = previews_of(card), text(card.locale, "alt-preview")
    one = len(previews) == 1 and 0 in previews
    return [
        Attached(name=f"preview{'' if one else f'-{index}'}.jpg", content=content, alt=alt, spoiler=card.spoiler)
        for index, content in sorted(previews.items())
    ]
