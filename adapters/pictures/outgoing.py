"""The `Exporter`: a stored result as a file that may leave, off the event loop."""

import asyncio
import io
from collections.abc import Sequence

import structlog
from PIL import Image

from adapters.pictures.export import export, export_shown
from adapters.pictures.marks import marked, mosaic
from adapters.pictures.sheet import contact_sheet, opened, strip
from adapters.pictures.wipe import wipe
from bot.domain.errors import Gone
from bot.domain.ids import GenerationId, ImageId
from bot.domain.job import Generation
from bot.domain.pasted import recipe_text
from bot.domain.picture import Exported, Tile
from bot.domain.style import Style
from bot.ports import ImageStore
from bot.stores import JobReader

_TILE_SIDE = 256
_SHEET_SIDE = 2048
_SHEET_QUALITY = 90
_STEP_SIDE = 512
_LEAST_SIDE = 256
"""Pixels of a comparison's longer side at least: chats enlarge nothing."""


log = structlog.get_logger(__name__)


class PictureExporter:
    """Reads results from the stores and encodes them in threads."""

    def __init__(self, *, store: JobReader, images: ImageStore, embed_recipe: bool) -> None:
        """`embed_recipe`: whether the `parameters` text goes with the picture, where anybody can read the prompt."""
        self._store = store
        self._images = images
        self._embed_recipe = embed_recipe
        self._sheets: dict[tuple[Style, ...], Exported | None] = {}

    async def export(
        self,
        generation: GenerationId,
        *,
        max_bytes: int,
        formats: Sequence[str] = ("PNG", "WEBP", "JPEG"),
        locale: str = "en",
    ) -> Exported:
        """See the port."""
        made = await self._made(generation)
        return await asyncio.to_thread(
            export,
            await self._images.get(made.image),
            max_bytes=max_bytes,
            edited=_edited(made),
            formats=formats,
            recipe=recipe_text(made) if self._embed_recipe else None,
            locale=locale,
        )

    async def shown(
        self,
        generation: GenerationId,
        *,
        max_bytes: int,
        formats: Sequence[str] = ("WEBP",),
        mark: str = "",
        locale: str = "en",
    ) -> Exported:
        """See the port."""
        made = await self._made(generation)
        return await asyncio.to_thread(
            export_shown,
            await self._images.get(made.image),
            max_bytes=max_bytes,
            edited=_edited(made),
            kind=formats[0],
            recipe=recipe_text(made) if self._embed_recipe else None,
            mark=mark,
            locale=locale,
        )

    async def sheet(self, tiles: Sequence[Tile]) -> Exported:
        """See the port."""
        return await asyncio.to_thread(_sheet, tuple(tiles))

    async def strip(self, steps: Sequence[tuple[ImageId, str]]) -> Exported:
        """See the port."""
        tiles = [Tile(await self._images.get(image), words) for image, words in steps]
        return await asyncio.to_thread(_strip, tiles)

    async def wipe(self, before: ImageId, after: ImageId) -> Exported:
        """See the port."""
        pictures = await self._images.get(before), await self._images.get(after)
        return await asyncio.to_thread(_wiped, *pictures)

    async def _made(self, generation: GenerationId) -> Generation:
        made = await self._store.generation(generation)
        if made is None:
            raise Gone("refused-picture-gone")
        return made

    async def thumbnail(self, image: ImageId, *, side: int) -> Exported:
        """See the port."""
        return await asyncio.to_thread(_thumbnail, await self._images.get(image), side)

    async def style_sheet(self, styles: Sequence[Style]) -> Exported | None:
        """See the port. Drawn once for the same presets; a picture that cannot be read is left out, and logged."""
        wanted = tuple(styles)
        if wanted not in self._sheets:
            self._sheets[wanted] = await asyncio.to_thread(_style_sheet, wanted)
        return self._sheets[wanted]


def _edited(made: Generation) -> bool | None:
    """Whether somebody's picture is in it; None if no model touched it."""
    return made.recipe.strength < 1 if made.effective_steps else None


def _strip(tiles: Sequence[Tile]) -> Exported:
    small = [Tile(_jpeg(_comparable(tile.content, _STEP_SIDE), quality=85).content, tile.label) for tile in tiles]
    with Image.open(io.BytesIO(strip(small)), formats=("PNG",)) as drawn:
        return _jpeg(drawn.convert("RGB"), quality=_SHEET_QUALITY)


def _comparable(content: bytes, most: int) -> Image.Image:
    """A picture in a size in which one can compare; a tiny one is enlarged pixel by pixel."""
    picture = opened(content)
    picture.thumbnail((most, most), Image.Resampling.LANCZOS)
    factor = _LEAST_SIDE // max(picture.size)
    return (
        picture.resize([factor * side for side in picture.size], Image.Resampling.NEAREST) if factor > 1 else picture
    )


def _wiped(before: bytes, after: bytes) -> Exported:
    content = wipe(*(_comparable(each, _STEP_SIDE) for each in (before, after)))
    with Image.open(io.BytesIO(content), formats=("WEBP",)) as made:
        width, height = made.size
    return Exported(content=content, suffix="webp", media_type="image/webp", width=width, height=height)


def _sheet(tiles: Sequence[Tile]) -> Exported:
    whole = mosaic([marked(opened(tile.content), tile.label) for tile in tiles])
    return _jpeg(whole, quality=_SHEET_QUALITY)


def _style_sheet(styles: Sequence[Style]) -> Exported | None:
    tiles = []
    for style in styles:
        if style.picture is None:
            continue
        try:
            content = _thumbnail(style.picture.read_bytes(), _TILE_SIDE).content
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as fault:  # as Pillow has them
            log.warning("picture of a style not usable", style=style.name, file=str(style.picture), reason=str(fault))
        else:
            tiles.append(Tile(content, style.name))
    return _thumbnail(contact_sheet(tiles), _SHEET_SIDE) if tiles else None


def _thumbnail(content: bytes, side: int) -> Exported:
    small = opened(content)
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return _jpeg(small, quality=85)


def _jpeg(picture: Image.Image, *, quality: int) -> Exported:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Exported(
        content=buffer.getvalue(),
        suffix="jpg",
        media_type="image/jpeg",
        width=picture.width,
        height=picture.height,
    )
