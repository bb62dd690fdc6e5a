"""What the image store does beyond the contract: refusing disks, leftovers, and threads that meet."""

import asyncio
import errno
import hashlib
import os
import random
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.files import image_store
from adapters.files.data_dir import IMAGES, hold_data_dir, is_held
from adapters.files.image_store import FileImageStore
from bot.domain.errors import FatalError, StorageFailed
from bot.domain.ids import ImageId
from tests.fakes.disk import no_file_over
from tests.harness.late_thread import LateThread, loop_turns

BIG = bytes(300_000)
NAME = ImageId(hashlib.sha256(BIG).hexdigest())


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[FileImageStore]:
    async with FileImageStore(tmp_path) as opened:
        yield opened


def files_in(folder: Path) -> set[Path]:
    return {each for each in folder.rglob("*") if each.is_file()}


async def test_a_full_disk_refuses_and_leaves_nothing_half(store: FileImageStore, tmp_path: Path) -> None:
    with no_file_over(100_000):
        with pytest.raises(StorageFailed, match="try again in a few minutes") as refused:
            await store.put(BIG)
        assert isinstance(refused.value.__cause__, OSError)
        assert files_in(tmp_path) == set()
        assert not await store.has(NAME)
        assert await store.get(await store.put(b"small")) == b"small"
    assert await store.put(BIG) == NAME
    assert files_in(tmp_path / "scratch") == set()


async def test_a_result_whose_move_was_not_made_durable_can_be_adopted_again(
    store: FileImageStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = store.scratch("result.png")
    finished.write_bytes(BIG)

    def refuse(folder: Path) -> None:
        raise OSError(errno.EIO, "Input/output error", str(folder))

    (tmp_path / "kept" / NAME[:2]).mkdir()
    with monkeypatch.context() as failing:
        failing.setattr(image_store, "_sync_folder", refuse)
        with pytest.raises(StorageFailed):
            await store.adopt(finished)
    assert await store.adopt(finished) == NAME
    assert await store.get(NAME) == BIG
    assert files_in(tmp_path / "scratch") == set()


async def test_a_result_that_is_kept_already_is_adopted_too(store: FileImageStore, tmp_path: Path) -> None:
    await store.put(BIG)
    finished = store.scratch("result.png")
    finished.write_bytes(BIG)
    assert await store.adopt(finished) == NAME
    assert files_in(tmp_path / "scratch") == set()


async def test_a_folder_that_refuses_says_so(store: FileImageStore, tmp_path: Path) -> None:
    (tmp_path / "kept" / NAME[:2]).touch()  # a file where a folder should be: the system refuses, for root as well
    with pytest.raises(StorageFailed):
        await store.put(BIG)
    with pytest.raises(StorageFailed):
        await store.get(NAME)
    assert files_in(tmp_path / "scratch") == set()


async def test_a_start_empties_scratch_and_keeps_pictures(tmp_path: Path) -> None:
    async with FileImageStore(tmp_path) as store:
        name = await store.put(b"picture")
        store.scratch("left-behind.png").write_bytes(b"half")
    async with FileImageStore(tmp_path) as store:
        assert await store.get(name) == b"picture"
        assert files_in(tmp_path / "scratch") == set()
        assert store.scratch("new.png").parent.is_dir()


async def test_files_are_spread_over_folders(store: FileImageStore, tmp_path: Path) -> None:
    names = [await store.put(bytes([number])) for number in range(50)]
    assert files_in(tmp_path) == {tmp_path / "kept" / name[:2] / name for name in names}


async def none(_images: object) -> frozenset[ImageId]:
    return frozenset()


async def test_files_and_folders_are_this_users_alone_also_in_a_folder_that_was_open(tmp_path: Path) -> None:
    for folder in ("", "kept", "kept/ab", "scratch"):
        (tmp_path / "images" / folder).mkdir(mode=0o755)
    async with FileImageStore(tmp_path / "images") as images:
        made = images.scratch("result.png")
        made.write_bytes(b"result")
        made.chmod(0o644)
        names = [await images.put(b"picture"), await images.adopt(made)]
    assert (tmp_path / "images").stat().st_mode & 0o777 == 0o700
    assert {images.path(name).stat().st_mode & 0o777 for name in names} == {0o600}


async def test_a_sweep_never_takes_a_picture_that_was_just_put_again(store: FileImageStore) -> None:
    """Puts and sweeps of one old picture in many threads: what `put` answered for must be there."""
    chance = random.Random(4)
    for _ in range(150):
        await store.put(BIG[:100])
        name = ImageId(hashlib.sha256(BIG[:100]).hexdigest())
        calls = [store.put(BIG[:100]), store.sweep(none), store.discard([name], none)]
        chance.shuffle(calls)
        with store.hold():
            await asyncio.gather(*calls)
            assert await store.get(name) == BIG[:100]


async def test_the_loop_never_waits_for_the_disk(store: FileImageStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes its time: the loop turns on meanwhile."""
    loop_turned = asyncio.Event()
    fsync = os.fsync

    def slow(handle: int) -> None:
        deadline = time.monotonic() + 60
        while not loop_turned.is_set() and time.monotonic() < deadline:
            time.sleep(0.001)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", slow)
    putting = asyncio.ensure_future(store.put(b"picture"))
    await asyncio.sleep(0.01)
    assert not putting.done()
    loop_turned.set()
    assert await asyncio.wait_for(putting, 60)


async def test_a_folder_that_cannot_be_used_is_an_error_of_the_start(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    with pytest.raises(FatalError, match="check that this user may write to it"):
        async with FileImageStore(tmp_path):
            pass


async def test_a_picture_whose_member_gave_up_while_it_was_stored_can_be_deleted(
    store: FileImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = LateThread(store._put)
    monkeypatch.setattr(store, "_put", late)

    async def sent() -> None:
        with store.hold():
            await store.put(BIG)

    await late.outlives(asyncio.create_task(sent()))
    assert await store.discard([NAME], none) == 1


async def test_a_deletion_that_is_cancelled_takes_no_picture_that_was_put_again_since(
    store: FileImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.put(BIG)
    late = LateThread(store._remove)
    monkeypatch.setattr(store, "_remove", late)
    discarding = asyncio.create_task(store.discard([NAME], none))
    await late.begins()
    discarding.cancel()
    await loop_turns()
    await store.put(BIG)
    await late.ends(discarding)
    assert await store.get(NAME) == BIG


async def test_a_start_that_is_cancelled_holds_the_folder_until_it_empties_nothing_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = LateThread(shutil.rmtree)
    monkeypatch.setattr(shutil, "rmtree", late)

    async def serve() -> None:
        with hold_data_dir(tmp_path):
            async with FileImageStore(tmp_path / IMAGES):
                pass

    serving = asyncio.create_task(serve())
    await late.begins()
    serving.cancel()
    await loop_turns()
    assert is_held(tmp_path)
    await late.ends(serving)
    assert not is_held(tmp_path)
