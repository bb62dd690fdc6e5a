"""Files of results for tests to which it makes no difference what is in them."""

from bot.domain.picture import Exported
from tests.builders.requests import png


class Pngs:
    """An exporter that has the same picture for everything."""

    async def export(self, *_: object, **__: object) -> Exported:
        return Exported(content=png(), suffix="png", media_type="image/png", width=64, height=64)

    async def shown(self, *_: object, **__: object) -> Exported:
        return await self.export()

    async def thumbnail(self, *_: object, **__: object) -> Exported:
        return await self.export()

    async def sheet(self, *_: object) -> Exported:
        return await self.export()

    async def strip(self, *_: object) -> Exported:
        return await self.export()

    async def wipe(self, *_: object) -> Exported:
        return await self.export()

    async def style_sheet(self, *_: object) -> Exported:
        return await self.export()
