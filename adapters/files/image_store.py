"""`ImageStore` on a disk: `kept/ab/abcd…`, named by content, and `scratch/` for files in the making.

A file under its final name is whole: it is written elsewhere on the same disk, made durable, then renamed. All of
that happens in threads; the loop never waits for the disk.
"""

import asyncio
import contextlib
import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from bot.domain.errors import FatalError, Gone, StorageFailed
from bot.domain.ids import ImageId

GRACE_SECONDS = 3600.0
"""A picture written or asked for this recently may be on its way into a job: no sweep takes it."""


class FileImageStore:
    """An async context manager that owns the folder `root`; entering empties its scratch folder."""

    def __init__(self, root: Path) -> None:
        self._kept = root / "kept"
        self._scratch = root / "scratch"
        # Between a sweep's look at a file's age and its removal nobody may count on the file.
        self._settling = threading.Lock()

    async def __aenter__(self) -> Self:
        """Make the folders.

        Raises:
            FatalError: they cannot be written to.
        """
        try:
            await asyncio.to_thread(self._prepare)
        except OSError as refused:
            raise FatalError(
                f"The folder {self._kept.parent} cannot be used ({refused.strerror}): "
                "check that this user may write to it and that its disk has room."
            ) from refused
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Nothing is held open between calls."""

    async def put(self, content: bytes) -> ImageId:
        return await asyncio.to_thread(self._put, content)

    async def adopt(self, file: Path) -> ImageId:
        """Move a finished file of ours into the store.

        Args:
            file: on the store's disk; `scratch` gives such paths.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return await asyncio.to_thread(self._adopt, file)

    async def get(self, image: ImageId) -> bytes:
        return await asyncio.to_thread(self._get, image)

    async def has(self, image: ImageId) -> bool:
        return await asyncio.to_thread(self._touch, image)

    def path(self, image: ImageId) -> Path:
        return self._kept / image[:2] / image

    def scratch(self, name: str) -> Path:
        return self._scratch / name

    async def sweep(self, keep: frozenset[ImageId]) -> int:
        return await asyncio.to_thread(self._sweep, keep)

    def _prepare(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch.mkdir(parents=True, exist_ok=True)
        self._kept.mkdir(exist_ok=True)
        _sync_folder(self._kept.parent)

    def _put(self, content: bytes) -> ImageId:
        image = ImageId(hashlib.sha256(content).hexdigest())
        with _refusals():
            if self._touch(image):
                return image
            handle, name = tempfile.mkstemp(dir=self._scratch)
            unfinished = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                self._move_in(unfinished, image)
            finally:
                unfinished.unlink(missing_ok=True)
        return image

    def _adopt(self, finished: Path) -> ImageId:
        with _refusals():
            with finished.open("rb") as file:
                image = ImageId(hashlib.file_digest(file, "sha256").hexdigest())
                os.fsync(file.fileno())
            if self._touch(image):
                finished.unlink()
                return image
            os.utime(finished)  # its hour begins now
            self._move_in(finished, image)
        return image

    def _move_in(self, finished: Path, image: ImageId) -> None:
        """Rename a durable file to its place; it is where it was when the disk refuses, for another try."""
        target = self.path(image)
        if not target.parent.is_dir():
            target.parent.mkdir(exist_ok=True)
            _sync_folder(self._kept)
        with self._settling:
            finished.replace(target)
        try:
            _sync_folder(target.parent)
        except OSError:
            target.replace(finished)
            raise

    def _touch(self, image: ImageId) -> bool:
        """Whether the picture is kept; makes it young again, and durable in case its writer died before that."""
        target = self.path(image)
        with _refusals():
            try:
                with self._settling:
                    os.utime(target)
                _sync_folder(target.parent)
            except FileNotFoundError:
                return False
        return True

    def _get(self, image: ImageId) -> bytes:
        with _refusals():
            try:
                return self.path(image).read_bytes()
            except FileNotFoundError:
                raise Gone("refused-picture-gone") from None

    def _sweep(self, keep: frozenset[ImageId]) -> int:
        swept = 0
        with _refusals():
            for file in self._kept.glob("??/*"):
                if file.name in keep:
                    continue
                with self._settling, contextlib.suppress(FileNotFoundError):  # another sweep may have been faster
                    if file.stat().st_mtime < time.time() - GRACE_SECONDS:
                        file.unlink()
                        swept += 1
        return swept


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """Say of a full or failing disk what members may hear; a file that is not there is a bug of ours."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as refused:
        raise StorageFailed from refused


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; an fsync of the file alone does not."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
