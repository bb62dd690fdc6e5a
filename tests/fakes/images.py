"""An `ImageStore` in one flat folder, for tests: real files, as workers read them, but nothing is made durable."""

import hashlib
import os
import time
from pathlib import Path

from bot.domain.errors import Gone
from bot.domain.ids import ImageId


class FolderImageStore:
    def __init__(self, folder: Path) -> None:
        self._images = folder / "kept"
        self._scratch = folder / "scratch"
        self._images.mkdir()
        self._scratch.mkdir()

    async def put(self, content: bytes) -> ImageId:
        image = ImageId(hashlib.sha256(content).hexdigest())
        self.path(image).write_bytes(content)
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
            os.utime(self.path(image))
        return kept

    def path(self, image: ImageId) -> Path:
        return self._images / image

    def scratch(self, name: str) -> Path:
        return self._scratch / name

    async def sweep(self, keep: frozenset[ImageId]) -> int:
        old = [
            file
            for file in self._images.iterdir()
            if file.name not in keep and file.stat().st_mtime < time.time() - 3600
        ]
        for file in old:
            file.unlink()
        return len(old)
