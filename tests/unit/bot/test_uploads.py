"""Pictures on their way in: how many at a time, and what refusals cost."""

import asyncio
from pathlib import Path

import pytest

from bot.domain.actions import Verb
from bot.domain.errors import LimitReached, PictureRefused
from bot.domain.ids import generation_id
from bot.domain.limits import Limits
from bot.domain.picture import Picture, Sent
from bot.queue import QueueFull
from bot.uploads import MOST_REFUSED, PATIENCE, WITHIN_SECONDS, UploadLimiter
from tests.builders.requests import png, press, request
from tests.fakes.engine import DEFAULTS
from tests.fakes.picture_reader import InProcessPictureReader
from tests.harness.core import bench


def sent(content: bytes, fetched: list[bytes]) -> Sent:
    async def fetch() -> bytes:
        fetched.append(content)
        return content

    return Sent(fetch=fetch)


async def refused(uploads: UploadLimiter, member: str) -> None:
    with pytest.raises(PictureRefused):
        async with uploads.place(member, b"no picture"):
            await uploads.read(member, b"no picture")


@pytest.mark.parametrize(("size", "at_once"), [(24_000_000, 3), (4_000_000, 18), (0, 2), (500_000_000, 1)])
async def test_files_in_memory_are_bounded_by_their_bytes(size: int, at_once: int) -> None:
    uploads, held, most = UploadLimiter(reader=InProcessPictureReader(), decodes=4), 0, 0

    async def fetch() -> bytes:
        nonlocal held, most
        held += 1
        most = max(most, held)
        for _ in range(5):
            await asyncio.sleep(0)
        return png()

    async def one(member: str) -> None:
        nonlocal held
        picture = Sent(fetch=fetch, size=size)
        async with uploads.place(member, picture):
            await uploads.read(member, picture)
            held -= 1

    await asyncio.gather(*(one(f"m{number}") for number in range(60)))
    assert (most, held) == (at_once, 0)


class Stopped(InProcessPictureReader):
    """Opens a picture when it is told to; each takes as many seconds as its first byte says.

    Attributes:
        opened: in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[bytes] = []
        self._ends: list[asyncio.Future[None]] = []

    def seconds(self, content: bytes, **_how: object) -> float:
        return float(content[0])

    async def read(self, content: bytes, **_how: object) -> Picture:
        self.opened.append(content)
        self._ends.append(asyncio.get_running_loop().create_future())
        await self._ends[-1]
        return Picture(png=content, width=1, height=1)

    @property
    def busy(self) -> bool:
        return bool(self._ends)

    async def end_one(self) -> None:
        self._ends.pop(0).set_result(None)
        await settled()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def sending(uploads: UploadLimiter, member: str, content: bytes) -> None:
    async with uploads.place(member, content):
        await uploads.read(member, content)


async def test_a_photo_waits_for_what_is_being_opened_and_not_for_the_heavy_files_that_wait() -> None:
    reader = Stopped()
    uploads = UploadLimiter(reader=reader, decodes=2)
    async with asyncio.TaskGroup() as members:
        for number in range(6):
            members.create_task(sending(uploads, f"mallory {number}", b"\x05bomb"))
        await settled()
        assert len(reader.opened) == 2
        members.create_task(sending(uploads, "anna", b"\x01photo"))
        await settled()
        await reader.end_one()
        assert reader.opened[2] == b"\x01photo"
        for _ in range(6):
            await reader.end_one()
    assert len(reader.opened) == 7


async def test_who_had_heavy_files_opened_is_next_after_others(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, loop, ahead = Stopped(), asyncio.get_running_loop(), 0.0
    real = loop.time
    monkeypatch.setattr(loop, "time", lambda: real() + ahead)
    uploads = UploadLimiter(reader=reader, decodes=1)
    async with asyncio.TaskGroup() as members:
        first = members.create_task(sending(uploads, "mallory", b"\x01bomb"))
        await settled()
        ahead += 9.0
        await reader.end_one()
        await first
        for member, content in (("ben", b"\x01"), ("mallory", b"\x01more"), ("anna", b"\x01photo")):
            members.create_task(sending(uploads, member, content))
            await settled()
        for _ in range(3):
            await reader.end_one()
    assert reader.opened == [b"\x01bomb", b"\x01", b"\x01photo", b"\x01more"]
    # After that long it is forgotten.
    ahead += 1000.0
    async with asyncio.TaskGroup() as members:
        for member, content in (("ben", b"\x01"), ("mallory", b"\x01more"), ("anna", b"\x01photo")):
            members.create_task(sending(uploads, member, content))
            await settled()
        for _ in range(3):
            await reader.end_one()
    assert reader.opened[4:] == [b"\x01", b"\x01more", b"\x01photo"]


async def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, loop, ahead = Stopped(), asyncio.get_running_loop(), 0.0
    real = loop.time
    monkeypatch.setattr(loop, "time", lambda: real() + ahead)
    uploads = UploadLimiter(reader=reader, decodes=1)
    async with asyncio.TaskGroup() as members:
        members.create_task(sending(uploads, "ben", b"\x01"))
        await settled()
        members.create_task(sending(uploads, "heavy", b"\x05heavy"))
        for number in range(100):
            members.create_task(sending(uploads, f"m{number}", b"\x01"))
            await settled()
            ahead += 1.0
            if b"\x05heavy" in reader.opened:
                break
            await reader.end_one()
        assert number <= PATIENCE * 4 + 2
        while reader.busy:
            await reader.end_one()


async def test_too_many_that_wait_are_a_full_queue() -> None:
    reader = Stopped()
    uploads = UploadLimiter(reader=reader, decodes=1)
    many = [asyncio.create_task(sending(uploads, f"m{n}", bytes(24_000_000))) for n in range(3)]
    await settled()
    many += [asyncio.create_task(sending(uploads, f"w{n}", b"\x01")) for n in range(1000)]
    await settled()
    with pytest.raises(QueueFull):
        await sending(uploads, "late", b"\x01")
    for task in many:
        task.cancel()
    await asyncio.gather(*many, return_exceptions=True)
    last = asyncio.create_task(sending(uploads, "later", b"\x01"))
    await settled()
    assert reader.opened[-1] == b"\x01"
    last.cancel()


@pytest.mark.looptime
async def test_after_too_many_refusals_a_member_waits_and_nobody_else() -> None:
    uploads = UploadLimiter(reader=InProcessPictureReader(), decodes=2)
    for _ in range(MOST_REFUSED):
        await refused(uploads, "mallory")
        await asyncio.sleep(1)
    with pytest.raises(LimitReached, match=r"20 of your pictures or prompts were refused .* come back in"):
        async with uploads.place("mallory"):
            pass
    await refused(uploads, "anna")
    async with uploads.place("anna", png()):
        assert (await uploads.read("anna", png())).width
    await asyncio.sleep(WITHIN_SECONDS - MOST_REFUSED + 1)
    await refused(uploads, "mallory")


async def test_a_member_over_a_limit_has_nothing_fetched(tmp_path: Path) -> None:
    fetched: list[bytes] = []
    async with bench(tmp_path, limits=Limits(pending_per_user=1)) as at:
        at.engine.hold()
        await at.service.submit(request(source=sent(png(), fetched)))
        for _ in range(5):
            with pytest.raises(LimitReached):
                await at.service.submit(request(source=sent(png(), fetched)))
        await at.engine.release()
    assert len(fetched) == 1


async def test_a_blocked_prompt_or_an_unknown_model_has_nothing_fetched(tmp_path: Path) -> None:
    fetched: list[bytes] = []
    async with bench(tmp_path) as at:
        for wrong in ({"model": "none"}, {"style": "none"}):
            with pytest.raises(Exception, match="none"):
                await at.service.submit(request(source=sent(png(), fetched), **wrong))
    assert not fetched


@pytest.mark.parametrize(("strengths", "kept"), [((0.5,), False), ((0.5, 0.0), True), ((0.0,), True)])
async def test_a_large_picture_is_kept_as_models_need_it_unless_every_pixel_is_asked_for(
    tmp_path: Path, strengths: tuple[float, ...], kept: bool
) -> None:
    async with bench(tmp_path) as at:
        receipt = await at.service.submit(request(source=png(size=(2000, 1500)), strengths=strengths))
        await at.shown(receipt.job.id)
        picture = await InProcessPictureReader().read(await at.images.get(receipt.job.source))
        assert (picture.width == 2000) is kept
        assert picture.width * picture.height >= DEFAULTS.max_pixels


async def test_strength_0_later_says_that_the_picture_was_kept_smaller(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        first = await at.service.submit(request(source=png(size=(2000, 1500))))
        await at.shown(first.job.id)
        again = await at.service.press(press(Verb.RERUN, generation_id(first.job.id, 0), strengths=(0.0,)))
        assert any("kept smaller" in note for note in (await at.shown(again.job.id)).notes)
        chained = await at.service.press(press(Verb.CHAIN, generation_id(first.job.id, 0), strengths=(0.0,)))
        assert not any("kept smaller" in note for note in (await at.shown(chained.job.id)).notes)
