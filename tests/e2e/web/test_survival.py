"""Pages and their service do not end together: a crash or a stop of the one leaves the other whole."""

import io
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import aiohttp
import psutil
import pytest
from playwright.sync_api import Browser, expect

from tests.harness.pages import post
from tests.harness.playground import Playground, chromium, needs_browser, opened, playground
from tests.harness.slack import free_port

PHOTO = Path("docs/demo/cup.jpg")
PICTURE_MS = 120_000


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@needs_browser
def test_a_page_that_is_open_while_the_service_is_killed_ends_with_its_picture(
    tmp_path: Path, browser: Browser
) -> None:
    folder, port = tmp_path / "kept", free_port()
    with opened(browser) as (page, seen):
        with playground(folder, port=port) as first:
            page.goto(first.address)
            page.get_by_text("More options").click()
            page.get_by_label("Steps", exact=True).fill("60")
            page.get_by_label("Picture", exact=True).set_input_files(PHOTO)
            page.get_by_label("Prompt", exact=True).fill("a picture that survives")
            page.get_by_role("button", name="Generate").click()
            page.wait_for_url("**/jobs/*")
            page.locator("progress[value]").wait_for(timeout=PICTURE_MS)
            first.stop(signal.SIGKILL)
        with playground(folder, port=port) as second:
            assert second.token == first.token
            page.get_by_role("link", name="Download").wait_for(timeout=PICTURE_MS)
            expect(page.get_by_role("status")).to_have_text("Done")
            expect(page.locator("nav.history a")).to_have_count(1)
            with closing(sqlite3.connect(folder / "pentimento.db")) as store:
                assert store.execute("SELECT status, count(*) FROM jobs").fetchall() == [("succeeded", 1)]
                assert store.execute("SELECT count(*) FROM generations").fetchall() == [(1,)]
        assert seen.elsewhere == []


async def test_open_streams_end_with_the_service(tmp_path: Path) -> None:
    with playground(tmp_path / "kept", PENTIMENTO__SHUTDOWN__GRACE_SECONDS="1") as running:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(running.origin, cookie_jar=jar) as session, AsyncExitStack() as streams:
            async with session.get("/", params={"token": running.token}):
                pass
            await post(session, "/operator/pause")
            status, path, text = await post(session, "/jobs", nonce="n", prompt="oil", picture=PHOTO.read_bytes())
            assert status == 200, text
            job = path.rpartition("/")[2]
            answers = [
                await streams.enter_async_context(session.get("/events", params={"job": job})) for _ in range(3)
            ]
            assert [answer.status for answer in answers] == [200] * 3
            began = time.monotonic()
            running.process.send_signal(signal.SIGTERM)
            bodies = [await answer.text() for answer in answers]
        assert running.process.wait(30) == 0
        assert time.monotonic() - began < 20, "the grace, and not the minute that aiohttp gives an endless answer"
        assert not any("event: end" in body for body in bodies), "that would say that the job has ended"


async def test_what_is_too_long_or_a_bomb_costs_no_memory(tmp_path: Path) -> None:
    bomb = b"GIF89a" + bytes.fromhex("ffffffff910000000000002c00000000ffffffff0002024401003b")
    with playground(tmp_path / "kept") as running:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(running.origin, cookie_jar=jar) as session:
            async with session.get("/", params={"token": running.token}):
                pass
            await sent(session, running, b"no picture")  # what is made at the first one is no cost of the others
            before = memory(running)
            for content, said in ((b"x" * 26_214_401, "26 MB"), (bomb, ""), (b"words", "")):
                status, text = await sent(session, running, content)
                assert (status, said in text) == (422, True)
            assert memory(running) < 1.2 * before + 30e6, "the 26 MB that may come in, while they do"


async def sent(session: aiohttp.ClientSession, running: Playground, content: bytes) -> tuple[int, str]:
    form = aiohttp.FormData({"nonce": os.urandom(4).hex(), "prompt": "oil"})
    form.add_field("picture", io.BytesIO(content), filename="a.png", content_type="image/png")
    async with session.post("/jobs", data=form, headers={"Origin": running.origin}) as answer:
        text = await answer.text()
        return answer.status, text.partition('role="alert"')[2].partition("</div>")[0]


def memory(running: Playground) -> int:
    return psutil.Process(running.process.pid).memory_info().rss
