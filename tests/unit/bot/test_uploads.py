"""Pictures on their way in: how many at a time, and what refusals cost."""

import asyncio
from pathlib import Path

import pytest

from bot.domain.actions import Verb
from bot.domain.errors import LimitReached, PictureRefused
from bot.domain.ids import generation_id
from bot.domain.limits import Limits
from bot.domain.picture import Sent
from bot.uploads import MOST_REFUSED, WITHIN_SECONDS, Uploads
from tests.builders.requests import png, press, request
from tests.fakes.engine import DEFAULTS
from tests.fakes.picture_reader import InProcessPictureReader
from tests.harness.core import bench


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time


def sent(content: bytes, fetched: list[bytes]) -> Sent:
    async def fetch() -> bytes:
        fetched.append(content)
        return content

    return Sent(fetch=fetch)


async def refused(uploads: Uploads, member: str) -> None:
    with pytest.raises(PictureRefused):
        async with uploads.place(member):
            await uploads.read(b"no picture")


async def test_no_more_are_held_than_there_are_places() -> None:
    uploads, held, most = Uploads(reader=InProcessPictureReader(), clock=Clock(), places=3), 0, 0

    async def fetch() -> bytes:
        nonlocal held, most
        held += 1
        most = max(most, held)
        for _ in range(5):
            await asyncio.sleep(0)
        return png()

    async def one(member: str) -> None:
        nonlocal held
        async with uploads.place(member):
            await uploads.read(Sent(fetch=fetch))
            held -= 1

    await asyncio.gather(*(one(f"m{number}") for number in range(60)))
    assert (most, held) == (3, 0)


async def test_after_too_many_refusals_a_member_waits_and_nobody_else() -> None:
    clock = Clock()
    uploads = Uploads(reader=InProcessPictureReader(), clock=clock, places=2)
    for _ in range(MOST_REFUSED):
        await refused(uploads, "mallory")
        clock.time += 1
    with pytest.raises(LimitReached, match=r"20 of your pictures or prompts were refused .* come back in"):
        async with uploads.place("mallory"):
            pass
    await refused(uploads, "anna")
    async with uploads.place("anna"):
        assert (await uploads.read(png())).width
    clock.time += WITHIN_SECONDS - MOST_REFUSED + 1
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
