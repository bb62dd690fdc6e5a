"""What one member, or all of them, may have open at the same time, and whose rules hold."""

import asyncio
import io
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from adapters import listening
from adapters.web import incoming, playground, slots
from bot.domain.access import Asker
from bot.domain.ids import JobId
from bot.domain.options import MAX_PROMPT
from bot.domain.place import PlaceSettings, RemixPolicy
from bot.domain.request import Requester
from tests.builders.places import set_to
from tests.builders.requests import png
from tests.harness.pages import MAX_BYTES, Pages, ask, member, post, serving
from tests.harness.waiting import PATIENCE, eventually

BOUNDARY = "a-boundary"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="prompt"\r\n\r\noil\r\n'
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n'
).encode()
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as served:
        yield served


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> slots.FormSlots:
    """Those of the pages."""
    made = slots.FormSlots()
    monkeypatch.setattr(playground, "FormSlots", lambda: made)
    return made


async def follow(stack: AsyncExitStack, browser: aiohttp.ClientSession, job: JobId) -> int:
    answer = await stack.enter_async_context(browser.get("/events", params={"job": job}))
    return answer.status


async def test_the_streams_of_a_member_and_of_all_are_bounded(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "STREAMS", slots.STREAMS_OF_ONE + 1)
    pages.bench.engine.hold()
    async with await pages.browser("ann") as ann, await pages.browser("bob") as bob:
        hers, his = await ask(ann, "hers"), await ask(bob, "his")
        async with AsyncExitStack() as streams:
            answers = [await follow(streams, ann, hers) for _ in range(slots.STREAMS_OF_ONE + 1)]
            assert answers == [200] * slots.STREAMS_OF_ONE + [429]
            assert [await follow(streams, bob, his) for _ in range(2)] == [200, 429]
        for _ in range(2):  # those that were left do not count, though nothing was told since
            async with AsyncExitStack() as streams:
                answers = [await follow(streams, ann, hers) for _ in range(slots.STREAMS_OF_ONE)]
                assert answers == [200] * slots.STREAMS_OF_ONE
        await pages.bench.engine.release()
        await pages.bench.shown(his)


async def send(pages: Pages, browser: aiohttp.ClientSession, body: AsyncIterator[bytes]) -> int:
    headers = {"Origin": pages.origin, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    async with browser.post("/jobs", data=body, headers=headers) as answer:
        return answer.status


async def dribble(event: asyncio.Event) -> AsyncIterator[bytes]:
    yield HEAD
    await event.wait()
    yield png() + TAIL


async def are_there(forms: slots.FormSlots, count: int) -> bool:
    """Whether so many forms are read or wait to be."""
    return forms._waiting.total() == count


async def test_a_member_sends_one_picture_at_a_time_and_all_of_them_four(
    forms: slots.FormSlots, pages: Pages
) -> None:
    end = asyncio.Event()
    names = [f"member{number}" for number in range(slots.FORMS + 1)]
    async with AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(await pages.browser(name)) for name in names]
        first = [asyncio.create_task(send(pages, each, dribble(end))) for each in browsers[: slots.FORMS]]
        await eventually(partial(are_there, forms, slots.FORMS))
        late = asyncio.create_task(send(pages, browsers[-1], dribble(end)))
        more = [asyncio.create_task(send(pages, browsers[0], dribble(end))) for _ in range(5)]
        await eventually(partial(are_there, forms, slots.FORMS + 1 + 3))
        refused = [await each for each in islice(asyncio.as_completed(more), 2)]
        assert refused == [422, 422], "three of a member wait, more are refused"
        assert not any(task.done() for task in (*first, late))
        assert sum(task.done() for task in more) == 2
        end.set()
        assert {await task for task in (*first, late)} == {200}
        await asyncio.gather(*more)


TYPED = "application/x-www-form-urlencoded"


async def sign_in(pages: Pages, body: bytes | AsyncIterator[bytes], kind: str, **headers: str) -> int:
    """Of a stranger."""
    headers = {"Origin": pages.origin, "Content-Type": kind, **headers}
    async with (
        asyncio.timeout(PATIENCE),
        pages.stranger() as stranger,
        stranger.post("/signin", data=body, headers=headers) as answer,
    ):
        return answer.status


async def test_a_form_of_a_stranger_is_held_in_memory_no_further_than_our_own_are_long(pages: Pages) -> None:
    body = b"token=".ljust(incoming.TYPED_BYTES, b"A")
    assert await sign_in(pages, body, TYPED) == 403, "read, and no token"
    assert await sign_in(pages, body + b"A", TYPED) == 413


@pytest.mark.parametrize(
    ("kind", "begun"),
    [(TYPED, b"token="), (f"multipart/form-data; boundary={BOUNDARY}", HEAD)],
    ids=["typed", "parts"],
)
async def test_a_form_without_files_has_seconds_to_come(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, kind: str, begun: bytes
) -> None:
    monkeypatch.setattr(listening, "BODY_SECONDS", 0.1)
    monkeypatch.setattr(incoming, "FILES_SECONDS", 2 * PATIENCE)

    async def never() -> AsyncIterator[bytes]:
        yield begun
        await asyncio.Event().wait()

    assert await sign_in(pages, never(), kind) == 408


async def test_a_picture_and_the_longest_prompts_come_through_the_bound_of_forms_without(pages: Pages) -> None:
    noise = io.BytesIO()
    Image.frombytes("RGB", (560, 560), random.Random(1).randbytes(560 * 560 * 3)).save(noise, "PNG")
    assert incoming.TYPED_BYTES < len(noise.getvalue()) < MAX_BYTES
    longest = "🖼" * MAX_PROMPT
    async with await pages.browser("ann") as ann:
        wish = {"nonce": "1", "prompt": longest, "negative_prompt": longest}
        status, path, text = await post(ann, "/jobs", **wish, picture=noise.getvalue())
        assert (status, path.startswith("/jobs/")) == (200, True), text
        job = JobId(path.rpartition("/")[2])
        await pages.bench.shown(job)
        again = {"start": "edit", "of": f"{job}.0", **wish, "nonce": "2", "strengths": "0.7"}
        status, path, text = await post(ann, "/jobs", **again)  # no file: this one is urlencoded
        assert (status, path.startswith("/jobs/")) == (200, True), text


async def test_what_is_too_long_is_told_as_what_it_is(pages: Pages) -> None:
    async with await pages.browser("ann") as ann:
        lines = "x\r\n" * (MAX_PROMPT // 2)  # as browsers send the ends of lines, each of which they count as one
        status, _, text = await post(ann, "/jobs", nonce="1", prompt=lines, picture=png())
        assert status == 200, text
        long = {"nonce": "2", "prompt": "a cup", "negative_prompt": "ugly, " * 3000}
        status, _, text = await post(ann, "/jobs", **long, picture=png())
        assert (status, "The negative prompt has 17999 characters" in text) == (422, True), text
        endless = {"nonce": "3", "prompt": "a cup", "negative_prompt": "ugly" * (incoming.TYPED_BYTES // 4)}
        assert (await post(ann, "/jobs", **endless, picture=png()))[0] == 422


async def test_what_another_place_forbids_holds_too(pages: Pages) -> None:
    strict, lenient = member("ann"), Asker(requester=Requester(platform="discord", user="ann", name="Ann"))
    places = pages.bench.service.places
    await places.change(strict.server, set_to(PlaceSettings(blocked=("dragon",), remix=RemixPolicy.OWN)))
    async with await pages.browser(lenient) as browser:
        assert (await post(browser, "/jobs", nonce="1", prompt="a dragon", picture=png()))[0] == 200
    async with await pages.browser(strict) as browser:
        assert "is not allowed here" in (await post(browser, "/jobs", nonce="2", prompt="a dragon", picture=png()))[2]
    async with await pages.browser(lenient) as browser:
        assert "is not allowed here" in (await post(browser, "/jobs", nonce="3", prompt="a dragon", picture=png()))[2]
        assert (await post(browser, "/jobs", nonce="4", prompt="a horse", picture=png()))[0] == 200
    elsewhere = replace(strict, server="discord:guild:9", rooms=("discord:channel:9",))
    async with await pages.browser(replace(elsewhere, requester=replace(strict.requester, user="bob"))) as browser:
        assert (await post(browser, "/jobs", nonce="5", prompt="a dragon", picture=png()))[0] == 200


@pytest.mark.parametrize(
    ("trusted", "forwarded", "statuses"),
    [
        ((), "198.51.100.{}", [403] * 5 + [429] * 2),  # anybody can say so
        (("127.0.0.0/8",), "198.51.100.{}", [403] * 7),
        (
            ("127.0.0.0/8",),
            "198.51.100.{}, 203.0.113.5",
            [403] * 5 + [429] * 2,
        ),  # the last one is who came to the proxy
        (("127.0.0.0/8", "203.0.113.0/24"), "198.51.100.{}, 203.0.113.5", [403] * 7),
        (("127.0.0.0/8",), "198.51.100.{}:4431", [403] * 7),
        (("127.0.0.0/8",), "[2001:db8:0:{}::1]:4431", [403] * 7),
        (("127.0.0.0/8",), "2001:db8::{}", [403] * 5 + [429] * 2),  # one line has all of them
        (("127.0.0.0/8",), "::ffff:198.51.100.{}", [403] * 7),
        (("127.0.0.0/8",), "nonsense", [403] * 5 + [429] * 2),
    ],
)
async def test_tries_are_counted_by_who_makes_them(
    tmp_path: Path, trusted: tuple[str, ...], forwarded: str, statuses: list[int]
) -> None:
    async with serving(tmp_path, trusted=trusted) as pages, pages.stranger() as browser:
        found = []
        for number in range(len(statuses)):
            headers = {"Origin": pages.origin, "X-Forwarded-For": forwarded.format(number)}
            async with browser.post("/signin", data={"token": "guess"}, headers=headers) as answer:
                found.append(answer.status)
        assert found == statuses
