"""What `bot.ports.ImageStore` promises, shown on the disk's store and on the tests' fake alike."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.files.image_store import FileImageStore
from bot.domain.errors import Gone
from bot.domain.ids import ImageId
from bot.ports import ImageStore
from tests.fakes.images import FolderImageStore

PICTURE = b"\x89PNG a picture"
NAME = ImageId(hashlib.sha256(PICTURE).hexdigest())


@pytest.fixture(params=["folder", "files"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ImageStore]:
    if request.param == "folder":
        yield FolderImageStore(tmp_path)
        return
    async with FileImageStore(tmp_path / "images") as images:
        yield images


def age(file: Path, seconds: float) -> None:
    os.utime(file, (time.time() - seconds, time.time() - seconds))


async def test_a_picture_is_named_by_its_content(store: ImageStore) -> None:
    assert await store.put(PICTURE) == NAME
    assert await store.put(PICTURE) == NAME
    assert await store.get(NAME) == PICTURE
    assert store.path(NAME).read_bytes() == PICTURE
    assert await store.has(NAME)


async def test_what_is_not_kept_says_so(store: ImageStore) -> None:
    assert not await store.has(NAME)
    assert not store.path(NAME).exists()
    with pytest.raises(Gone, match="send it again"):
        await store.get(NAME)


async def test_many_at_once_end_whole(store: ImageStore) -> None:
    contents = [bytes([number]) * 5000 for number in range(8)] * 3
    names = await asyncio.gather(*(store.put(content) for content in contents))
    assert [await store.get(name) for name in names] == contents


@pytest.mark.parametrize("known", [False, True])
async def test_a_finished_file_moves_in(store: ImageStore, known: bool) -> None:
    if known:
        await store.put(PICTURE)
    file = store.scratch("result.png")
    file.write_bytes(PICTURE)
    age(file, 7200)
    assert await store.adopt(file) == NAME
    assert not file.exists()
    assert await store.get(NAME) == PICTURE
    assert await store.sweep(frozenset()) == 0


async def test_a_file_that_is_not_there_cannot_be_adopted(store: ImageStore) -> None:
    with pytest.raises(FileNotFoundError):
        await store.adopt(store.scratch("never-made.png"))


async def test_a_sweep_takes_what_is_old_and_not_to_be_kept(store: ImageStore) -> None:
    kept, old, young = [await store.put(content) for content in (b"kept", b"old", b"young")]
    for name in (kept, old):
        age(store.path(name), 3700)
    age(store.path(young), 3500)
    assert await store.sweep(frozenset({kept})) == 1
    assert [await store.has(name) for name in (kept, old, young)] == [True, False, True]
    assert await store.sweep(frozenset({kept})) == 0


async def test_a_picture_put_again_is_young_again(store: ImageStore) -> None:
    await store.put(PICTURE)
    age(store.path(NAME), 7200)
    await store.put(PICTURE)
    assert await store.sweep(frozenset()) == 0


async def test_a_picture_asked_for_stays_another_hour(store: ImageStore) -> None:
    await store.put(PICTURE)
    age(store.path(NAME), 7200)
    assert await store.has(NAME)
    assert await store.sweep(frozenset()) == 0
