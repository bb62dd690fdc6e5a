"""A card's files, as each kind of chat takes them."""

from collections.abc import Sequence
from dataclasses import replace

from bot.card_files import CardFiles
from bot.domain.card import Card, Progress
from bot.domain.errors import Gone
from bot.domain.ids import GenerationId, ImageId
from bot.domain.job import Lineage
from bot.domain.picture import Exported, Tile
from bot.rendering import render
from tests.builders.jobs import a_generation, a_job


def exported(content: bytes, note: str | None = None) -> Exported:
    return Exported(content=content, suffix="webp", media_type="image/webp", width=8, height=8, note=note)


class Recorded:
    """An exporter that says what it was asked for."""

    def __init__(self, *, gone: Sequence[GenerationId] = (), source: bytes = b"small") -> None:
        self.bytes: list[int] = []
        self.sheets: list[Sequence[Tile]] = []
        self.thumbnails = 0
        self._gone = gone
        self._source = source

    async def shown(
        self,
        generation: GenerationId,
        *,
        max_bytes: int,
        formats: Sequence[str] = (),
        mark: str = "",
        locale: str = "",
    ) -> Exported:
        del formats, locale
        self.bytes.append(max_bytes)
        if generation in self._gone:
            raise Gone("refused-gone")
        return exported(f"{generation}{mark}".encode(), note="It has fewer pixels.")

    async def thumbnail(self, _: ImageId, *, side: int) -> Exported:
        del side
        self.thumbnails += 1
        return exported(self._source)

    async def sheet(self, tiles: Sequence[Tile]) -> Exported:
        self.sheets.append(tiles)
        return exported(b"sheet")


def files(exporter: Recorded) -> CardFiles:
    return CardFiles(exporter)  # type: ignore[arg-type]  # as much of an exporter as is asked here


def sweep(*, spoiler: bool = False) -> Card:
    job = a_job(number=1, strengths=(0.3, 0.7), lineage=Lineage(spoiler=spoiler)).started(lease="x", at=1.0)
    return render(replace(job.succeeded(at=2.0)), [a_generation(job, 0), a_generation(job, 1)])


async def test_pictures_share_a_message_and_one_that_is_gone_is_said_once_with_what_became_of_the_others() -> None:
    card = sweep(spoiler=True)
    exporter = Recorded(gone=[card.pictures[1].generation])
    made = await files(exporter).of(card, file_bytes=1 << 30, message_bytes=1_000_000)
    assert exporter.bytes == [(1_000_000 - 256 * 1024) // 2] * 2
    (picture,) = made.pictures
    assert (picture.name, picture.spoiler) == (f"pentimento-{card.job}-0.webp", True)
    assert len(made.notes) == 2
    assert made.notes[0] == "It has fewer pixels."


async def test_a_source_is_made_small_once_and_left_out_where_it_does_not_fit() -> None:
    exporter = Recorded()
    made = files(exporter)
    for _ in range(2):
        shown = await made.of(sweep(), file_bytes=1000, message_bytes=1_000_000)
        assert shown.source is not None
        assert shown.source.content == b"small"
    assert exporter.thumbnails == 1
    assert (await made.of(sweep(), file_bytes=4, message_bytes=1_000_000)).source is None


async def test_a_chat_that_shows_one_picture_has_several_as_a_sheet() -> None:
    exporter, card = Recorded(), sweep()
    one = await files(exporter).in_one(card.pictures[:1], max_bytes=9, formats=("JPEG",), locale="en")
    assert (one.content, exporter.sheets) == (f"{card.pictures[0].generation}{card.pictures[0].mark}".encode(), [])
    several = await files(exporter).in_one(card.pictures, max_bytes=9, formats=("JPEG",), locale="en")
    assert several.content == b"sheet"
    assert len(exporter.sheets[0]) == 2


async def test_previews_are_shown_each_by_itself_or_together_with_their_marks() -> None:
    exporter = Recorded()
    job = a_job(number=2, strengths=(0.3, 0.7)).started(lease="x", at=1.0)
    alone = render(job, (), progress=Progress(fraction=0.5, previews={0: b"a"}))
    assert [each.name for each in (await files(exporter).of(alone, file_bytes=99, message_bytes=99)).pictures] == [
        "preview.jpg"
    ]
    assert await files(exporter).preview_in_one(alone) == b"a"
    both = render(job, (), progress=Progress(fraction=0.5, previews={1: b"b", 0: b"a"}))
    shown = (await files(exporter).of(both, file_bytes=99, message_bytes=99)).pictures
    assert [(each.name, each.content) for each in shown] == [("preview-0.jpg", b"a"), ("preview-1.jpg", b"b")]
    assert await files(exporter).preview_in_one(both) == b"sheet"
    assert [(tile.content, tile.label) for tile in exporter.sheets[-1]] == [(b"a", "0.3"), (b"b", "0.7")]
