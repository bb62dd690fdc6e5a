"""An `ImageStore` in one flat folder, for tests: real files, as workers read them, but nothing is made durable."""

import contextlib
import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from contextvars import ContextVar
from pathlib import Path

from bot.domain.errors import Gone, StorageFailed
from bot.domain.ids import ImageId
from bot.erasure import Needed


class FolderImageStore:
    def __init__(self, folder: Path) -> None:
        self._images = folder / "kept"
        self._scratch = folder / "scratch"
        self._held: Counter[ImageId] = Counter()
        self._doomed: list[set[ImageId]] = []
        self._holding: ContextVar[list[ImageId] | None] = ContextVar("holding", default=None)
        self._images.mkdir()
        self._scratch.mkdir()

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        mine: list[ImageId] = []
        outer = self._holding.set(mine)
        try:
            yield
        finally:
            self._holding.reset(outer)
            self._held -= Counter(mine)

    def _spare(self, image: ImageId) -> None:
        for doomed in self._doomed:
            doomed.discard(image)
        mine = self._holding.get()
        if mine is not None:
            mine.append(image)
            self._held[image] += 1

    async def put(self, content: bytes) -> ImageId:
        image = ImageId(hashlib.sha256(content).hexdigest())
        self.path(image).write_bytes(content)
        self._spare(image)
        return image

    async def adopt(self, file: Path) -> ImageId:
        image = await self.put(file.read_bytes())
        file.unlink()
        return image

    async def get(self, image: ImageId) -> bytes:
        try:
            return self.path(image).read_bytes()
        except FileNotFoundError:
            raise Gone("refused-picture-gone") from None

    async def has(self, image: ImageId) -> bool:
        kept = self.path(image).exists()
        if kept:
            self._spare(image)
        return kept

    def path(self, image: ImageId) -> Path:
        return self._images / image

    def scratch(self, name: str) -> Path:
        return self._scratch / name

    async def find_room(self, size: int) -> None:
        try:
            self.scratch("room").write_bytes(bytes(size))
        except OSError as refused:
            raise StorageFailed from refused
        finally:
            self.scratch("room").unlink(missing_ok=True)

    async def discard(self, images: Collection[ImageId], needed: Needed) -> int:
        doomed = {image for image in images if not self._held[image] and self.path(image).exists()}
        self._doomed.append(doomed)
        kept = await needed(frozenset(doomed))
        self._doomed = [each for each in self._doomed if each is not doomed]
        for image in doomed - kept:
            self.path(image).unlink(missing_ok=True)
        return len(doomed - kept)

    async def sweep(self, needed: Needed) -> int:
        return await self.discard([ImageId(file.name) for file in self._images.iterdir()], needed)
