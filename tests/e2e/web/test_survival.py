"""Pages and their service do not end together: a crash or a stop of the one leaves the other whole."""

import html
import io
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import aiohttp
import pytest
from playwright.sync_api import Browser, expect

from tests.builders.pictures import gif
from tests.harness.pages import post
from tests.harness.playground import LIGHT, Playground, chromium, done, needs_browser, opened, playground
from tests.harness.ports import free_port

PHOTO = Path("docs/demo/cup.jpg")
MAX_BYTES = 26_214_400
A_BOMB = "That picture has 4295 megapixels (65535 x 65535), 64 megapixels is the most: send it scaled down."
NO_PICTURE = "I cannot see a picture in that file: send a PNG, JPEG or WebP."


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
            page.locator("progress[value]").wait_for()
            first.stop(signal.SIGKILL)
        with playground(folder, port=port) as second:
            assert second.token == first.token
            done(page)
            expect(page.get_by_role("status")).to_have_text("Done")
            expect(page.locator("nav.history a")).to_have_count(1)
            with closing(sqlite3.connect(folder / "pentimento.db")) as store:
                assert store.execute("SELECT status, count(*) FROM jobs").fetchall() == [("succeeded", 1)]
                assert store.execute("SELECT count(*) FROM generations").fetchall() == [(1,)]
        assert seen.elsewhere == []


async def test_open_streams_end_with_the_service(tmp_path: Path) -> None:
    with playground(tmp_path / "kept", module=LIGHT, PENTIMENTO__SHUTDOWN__GRACE_SECONDS="1") as running:
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
            answers.append(await streams.enter_async_context(session.get("/operator/events")))
            assert [answer.status for answer in answers] == [200] * 4
            began = time.monotonic()
            running.process.send_signal(signal.SIGTERM)
            bodies = [await answer.text() for answer in answers]
        assert running.process.wait(60) == 0
        assert time.monotonic() - began < 55, "the grace, and not the minute that aiohttp gives an endless answer"
        assert not any("event: end" in body for body in bodies), "that would say that the job has ended"


async def test_what_is_too_long_a_bomb_or_no_picture_costs_a_sentence_and_no_memory(tmp_path: Path) -> None:
    bomb = gif(65535, 65535)
    assert len(bomb) == 35
    photo = PHOTO.read_bytes()
    too_long = photo + bytes(MAX_BYTES + 1 - len(photo))
    with playground(tmp_path / "kept", module=LIGHT) as running:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(running.origin, cookie_jar=jar) as session:
            async with session.get("/", params={"token": running.token}):
                pass
            await sent(session, running, b"no picture")  # what is made at the first one is no cost of the others
            for contents, said in (
                ([too_long], "That file has more than 25 MB, which is the most: send it smaller, or as JPEG."),
                ([bomb], A_BOMB),
                ([b"words, and nothing but words"], NO_PICTURE),
                ([photo, photo], "Send one picture at a time."),
            ):
                before = most_memory_from_now(running)
                assert await sent(session, running, *contents) == (422, said)
                assert most_memory(running) < 1.2 * before, said


async def sent(session: aiohttp.ClientSession, running: Playground, *pictures: bytes) -> tuple[int, str]:
    form = aiohttp.FormData({"nonce": os.urandom(4).hex(), "prompt": "oil"})
    for content in pictures:
        form.add_field("picture", io.BytesIO(content), filename="a.png", content_type="image/png")
    async with session.post("/jobs", data=form, headers={"Origin": running.origin}) as answer:
        text = await answer.text()
        alert = text.partition('role="alert"')[2].partition("</div>")[0]
        return answer.status, html.unescape(alert.partition(">")[2])


def most_memory_from_now(running: Playground) -> int:
    """Kilobytes that it has now; what `most_memory` says is counted from here (proc_pid_clear_refs(5))."""
    Path(f"/proc/{running.process.pid}/clear_refs").write_text("5", encoding="ascii")
    return most_memory(running)


def most_memory(running: Playground) -> int:
    """The most kilobytes that it had in memory, also while something came in (proc_pid_status(5), VmHWM)."""
    status = Path(f"/proc/{running.process.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])
