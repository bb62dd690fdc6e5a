"""What `bot.ports.ImageStore` promises, shown on the disk's store and on the tests' fake alike."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Collection
from pathlib import Path

import pytest

from adapters.files.image_store import FileImageStore
from bot.domain.errors import Gone, StorageFailed
from bot.domain.ids import ImageId
from bot.erasure import Needed
from bot.ports import ImageStore
from tests.fakes.disk import no_file_over
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
    with store.hold():
        assert await store.adopt(file) == NAME
        assert not file.exists()
        assert await store.sweep(needs()) == 0
    assert await store.get(NAME) == PICTURE


async def test_a_file_that_is_not_there_cannot_be_adopted(store: ImageStore) -> None:
    with pytest.raises(FileNotFoundError):
        await store.adopt(store.scratch("never-made.png"))


async def test_what_nothing_needs_is_gone_when_it_was_discarded(store: ImageStore) -> None:
    kept, gone, other = [await store.put(content) for content in (b"kept", b"gone", b"other")]
    assert await store.discard([kept, gone, NAME], needs(kept)) == 1
    assert [await store.has(name) for name in (kept, gone, other)] == [True, False, True]
    assert not store.path(gone).exists()


async def test_a_sweep_takes_everything_that_nothing_needs(store: ImageStore) -> None:
    names = [await store.put(bytes([number])) for number in range(40)]
    assert await store.sweep(needs(*names[:10])) == 30
    assert [await store.has(name) for name in names] == [True] * 10 + [False] * 30
    assert await store.sweep(needs(*names)) == 0


@pytest.mark.parametrize("way", ["put", "has", "adopt"])
async def test_a_picture_on_its_way_into_a_job_stays(store: ImageStore, way: str) -> None:
    await store.put(PICTURE)
    with store.hold():
        await come(store, way)
        assert await store.discard([NAME], needs()) == 0
        assert await store.sweep(needs()) == 0
        with store.hold():
            await come(store, way)
        assert await store.discard([NAME], needs()) == 0
        assert await store.get(NAME) == PICTURE
    assert await store.discard([NAME], needs()) == 1


@pytest.mark.parametrize("way", ["put", "has", "adopt"])
async def test_a_picture_that_comes_again_while_jobs_are_asked_about_it_stays(store: ImageStore, way: str) -> None:
    """The last job that needs it is deleted in the moment in which the same picture is sent again."""
    await store.put(PICTURE)

    async def meanwhile(images: Collection[ImageId]) -> frozenset[ImageId]:
        assert list(images) == [NAME]
        await come(store, way)
        return frozenset()

    await store.discard([NAME], meanwhile)
    assert await store.get(NAME) == PICTURE


async def test_room_is_found_by_trying(store: ImageStore) -> None:
    await store.find_room(500_000)
    with no_file_over(100_000), pytest.raises(StorageFailed):
        await store.find_room(500_000)
    await store.find_room(500_000)
    assert not list(store.scratch("x").parent.iterdir())


async def come(store: ImageStore, way: str) -> None:
    match way:
        case "put":
            await store.put(PICTURE)
        case "has":
            assert await store.has(NAME)
        case _:
            file = store.scratch("result.png")
            file.write_bytes(PICTURE)
            await store.adopt(file)


def needs(*kept: ImageId) -> Needed:
    async def asked(images: Collection[ImageId]) -> frozenset[ImageId]:
        return frozenset(images) & frozenset(kept)

    return asked
