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
from collections import Counter
from collections.abc import Collection, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Self

from adapters.files.private import keep_private
from bot.domain.errors import FatalError, Gone, StorageFailed
from bot.domain.ids import ImageId
from bot.erasure import Needed
from bot.in_thread import in_thread

_SLICE = 500
"""Pictures that a sweep asks the job store about at a time."""


class FileImageStore:
    """An async context manager that owns the folder `root`; entering empties its scratch folder."""

    def __init__(self, root: Path) -> None:
        self._kept = root / "kept"
        self._scratch = root / "scratch"
        self._settling = threading.Lock()  # guards what follows, and the files' coming and going
        self._held: Counter[ImageId] = Counter()
        self._doomed: list[set[ImageId]] = []  # about to be deleted, unless they are held before that
        self._holding: ContextVar[list[ImageId] | None] = ContextVar("holding", default=None)

    async def __aenter__(self) -> Self:
        """Make the folders.

        Raises:
            FatalError: they cannot be written to.
        """
        try:
            await in_thread(self._prepare)
        except OSError as refused:
            raise FatalError(
                f"The folder {self._kept.parent} cannot be used ({refused.strerror}): "
                "check that this user may write to it and that its disk has room."
            ) from refused
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Nothing is held open between calls."""

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """See `bot.ports.ImageStore`; told by context, as threads and tasks inherit it."""
        mine: list[ImageId] = []
        outer = self._holding.set(mine)
        try:
            yield
        finally:
            self._holding.reset(outer)
            with self._settling:
                self._held -= Counter(mine)

    async def put(self, content: bytes) -> ImageId:
        return await in_thread(self._put, content)

    async def adopt(self, file: Path) -> ImageId:
        """Move a finished file of ours into the store.

        Args:
            file: on the store's disk; `scratch` gives such paths.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return await in_thread(self._adopt, file)

    async def get(self, image: ImageId) -> bytes:
        return await asyncio.to_thread(self._get, image)

    async def has(self, image: ImageId) -> bool:
        return await in_thread(self._touch, image)

    def path(self, image: ImageId) -> Path:
        return self._kept / image[:2] / image

    def scratch(self, name: str) -> Path:
        return self._scratch / name

    async def find_room(self, size: int) -> None:
        await in_thread(self._find_room, size)

    async def discard(self, images: Collection[ImageId], needed: Needed) -> int:
        with self._settling:
            doomed = {image for image in images if not self._held[image]}
            self._doomed.append(doomed)
        try:
            kept = await needed(frozenset(doomed))
            return await in_thread(self._remove, doomed, kept)
        finally:
            with self._settling:
                self._doomed = [each for each in self._doomed if each is not doomed]

    async def sweep(self, needed: Needed) -> int:
        swept = 0
        for folder in await asyncio.to_thread(lambda: sorted(self._kept.glob("??"))):
            names = await asyncio.to_thread(os.listdir, folder)
            for start in range(0, len(names), _SLICE):
                swept += await self.discard([ImageId(name) for name in names[start : start + _SLICE]], needed)
        return swept

    def _prepare(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)
        for folder in (self._kept.parent, self._scratch, self._kept):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep_private(self._kept.parent, self._scratch, self._kept)
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
                os.fchmod(file.fileno(), 0o600)
                os.fsync(file.fileno())
            if self._touch(image):
                finished.unlink()
                return image
            self._move_in(finished, image)
        return image

    def _move_in(self, finished: Path, image: ImageId) -> None:
        """Rename a durable file to its place; it is where it was when the disk refuses, for another try."""
        target = self.path(image)
        if not target.parent.is_dir():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self._kept)
        with self._settling:
            finished.replace(target)
            self._spare(image)
        try:
            _sync_folder(target.parent)
        except OSError:
            target.replace(finished)
            raise

    def _touch(self, image: ImageId) -> bool:
        """Whether the picture is kept; makes it durable, in case its writer died before that."""
        target = self.path(image)
        with _refusals():
            try:
                with self._settling:
                    target.stat()
                    self._spare(image)
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

    def _find_room(self, size: int) -> None:
        with _refusals(), tempfile.TemporaryFile(dir=self._scratch) as file:
            file.write(bytes(size))  # what a disk says of its room need not hold for this user
            file.flush()
            os.fsync(file.fileno())

    def _remove(self, doomed: set[ImageId], kept: frozenset[ImageId]) -> int:
        """Take files off the disk for good; what is held meanwhile leaves `doomed`."""
        folders = set[Path]()
        removed = 0
        with _refusals():
            for image in sorted(doomed - kept):
                with self._settling, contextlib.suppress(FileNotFoundError):
                    if image in doomed:
                        self.path(image).unlink()
                        folders.add(self.path(image).parent)
                        removed += 1
            for folder in folders:
                _sync_folder(folder)
        return removed

    def _spare(self, image: ImageId) -> None:
        """Somebody counts on the picture from now on. Call with the lock."""
        for doomed in self._doomed:
            doomed.discard(image)
        mine = self._holding.get()
        if mine is not None:
            mine.append(image)
            self._held[image] += 1


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
