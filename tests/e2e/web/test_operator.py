"""The operator's page: closed without its token, and what it does and shows with it."""

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import cast

import aiohttp
import psutil
import pytest
import pytest_asyncio
from playwright.sync_api import Browser, expect

from adapters.web import operator as operator_module
from inference.models.entry import ModelEntry
from inference.pool.pool import Pool
from inference.worker.devices import OwnDevice
from inference.worker.engine import ProcessEngine
from tests.builders.requests import png
from tests.fakes.engine import FakeEngine
from tests.harness.pages import OPERATOR_TOKEN, Pages, ask, post, read, serving
from tests.harness.playground import Playground, chromium, ended, followed, needs_browser, opened
from tests.harness.waiting import PATIENCE

PHOTO = Path("docs/demo/cup.jpg")


@pytest_asyncio.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as served:
        yield served


@pytest_asyncio.fixture
async def operator(pages: Pages) -> AsyncIterator[aiohttp.ClientSession]:
    async with pages.stranger() as session:
        assert (await post(session, "/operator/signin", token=OPERATOR_TOKEN))[:2] == (200, "/operator")
        yield session


@pytest_asyncio.fixture
async def ann(pages: Pages) -> AsyncIterator[aiohttp.ClientSession]:
    async with await pages.browser("ann") as session:
        yield session


async def test_without_a_token_set_there_is_no_page(tmp_path: Path) -> None:
    async with serving(tmp_path, operator_token="") as served, served.stranger() as stranger:
        for path in ("/operator", "/operator/signin", f"/operator/jobs/{'A' * 22}"):
            async with stranger.get(path) as answer:
                assert answer.status == 404
        assert (await post(stranger, "/operator/pause"))[0] == 404


async def test_without_the_token_nothing_is_seen_or_done(pages: Pages, ann: aiohttp.ClientSession) -> None:
    async with pages.stranger() as stranger:
        for session in (stranger, ann):
            async with session.get("/operator") as answer:
                assert answer.status == 401
                assert "Operator token" in await answer.text()
            for path in (f"/operator/jobs/{'A' * 22}", f"/operator/jobs/{'A' * 22}/source.jpg"):
                async with session.get(path) as answer:
                    assert answer.status == 401
            for path in ("/operator/pause", f"/operator/jobs/{'A' * 22}/cancel", f"/operator/jobs/{'A' * 22}/reveal"):
                assert (await post(session, path))[0] == 403
        assert ">Operator<" not in await read(ann, "/results")
        answers = [(await post(stranger, "/operator/signin", token="guess"))[0] for _ in range(7)]
        assert answers == [403] * 5 + [429] * 2
        headers = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
        async with stranger.get("/operator", headers=headers) as answer:
            assert answer.status == 429  # the right one does not help who guessed too often


async def test_scripts_send_the_token_with_each_request(pages: Pages) -> None:
    async with pages.stranger() as script:
        for token, status in ((OPERATOR_TOKEN, 303), (OPERATOR_TOKEN[:-1], 403), ("é", 403)):
            headers = {"Authorization": f"Bearer {token}"}
            async with script.post("/operator/pause", headers=headers, allow_redirects=False) as answer:
                assert answer.status == status
        async with script.post("/operator/pause") as answer:
            assert answer.status == 403


async def test_pause_lets_the_queue_grow_and_resume_lets_it_run_empty(
    pages: Pages, operator: aiohttp.ClientSession, ann: aiohttp.ClientSession
) -> None:
    assert "Paused" in (await post(operator, "/operator/pause"))[2]
    jobs = [await ask(ann, f"number {each}") for each in range(2)]
    assert pages.bench.engine.requests == []
    assert "Paused by the bot's owner, #1 in line" in html.unescape(await read(ann, f"/jobs/{jobs[0]}"))
    assert "Queue (2)" in await read(operator, "/operator")
    assert "Running: " in (await post(operator, "/operator/resume"))[2]
    for job in jobs:
        await pages.bench.shown(job)
    assert "Queue (0)" in await read(operator, "/operator")
    await post(operator, "/operator/drain")
    assert "I take nothing new" in (await post(ann, "/jobs", nonce="n", prompt="x", picture=png()))[2]
    assert "Nothing is left to do." in await read(operator, "/operator")


async def test_anybodys_job_is_cancelled_and_their_page_says_so(
    pages: Pages, operator: aiohttp.ClientSession, ann: aiohttp.ClientSession
) -> None:
    pages.bench.engine.hold()
    job = await ask(ann, "a long one")
    assert (await post(operator, f"/operator/jobs/{job}/cancel"))[:2] == (200, "/operator")
    assert "Cancelled" in await read(ann, f"/jobs/{job}")


async def test_words_and_pictures_are_hidden_until_they_are_revealed(
    pages: Pages, operator: aiohttp.ClientSession, ann: aiohttp.ClientSession
) -> None:
    job = await ask(ann, "a secret <b>garden</b>")
    await pages.bench.shown(job)
    for path in ("/operator", f"/operator/jobs/{job}"):
        assert "garden" not in await read(operator, path)
    for picture in ("source.jpg", "0.jpg"):
        async with operator.get(f"/operator/jobs/{job}/{picture}") as answer:
            assert answer.status == 404
    assert "a secret &lt;b&gt;garden&lt;/b&gt;" in (await post(operator, f"/operator/jobs/{job}/reveal"))[2]
    for picture in ("source.jpg", "0.jpg"):
        async with operator.get(f"/operator/jobs/{job}/{picture}") as answer:
            assert (answer.status, answer.content_type) == (200, "image/jpeg")
    async with operator.get(f"/jobs/{job}") as answer:
        assert answer.status == 403


async def test_settings_in_force_are_told_with_where_they_come_from_and_no_secret(
    operator: aiohttp.ClientSession,
) -> None:
    page = await read(operator, "/operator")
    row = page.partition(">queue.max_jobs<")[2][:200]
    assert ">77<" in row
    assert ">PENTIMENTO__QUEUE__MAX_JOBS<" in row
    assert "http://collector.example/v1/traces" in page
    for secret in (OPERATOR_TOKEN, "discord.secret", "password@", "name:password"):
        assert secret not in page


async def test_signing_out_ends_the_session(pages: Pages, operator: aiohttp.ClientSession) -> None:
    kept = {cookie.key: cookie.value for cookie in operator.cookie_jar}
    await post(operator, "/operator/leave")
    async with pages.stranger() as again, again.get("/operator", cookies=kept) as answer:
        assert answer.status == 401


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@needs_browser
def test_the_playgrounds_person_operates_it(service: Playground, browser: Browser) -> None:
    with opened(browser) as (page, seen):
        page.goto(service.address)
        followed(page, page.get_by_role("link", name="Operator"))
        with service.resumed(page):
            followed(page, page.get_by_role("button", name="Pause", exact=True))
            expect(page.get_by_role("status")).to_contain_text("Paused")
            page.goto(service.origin)
            page.get_by_label("Picture", exact=True).set_input_files(PHOTO)
            page.get_by_label("Prompt", exact=True).fill("oil <img src=x onerror=alert(1)>")
            page.get_by_role("button", name="Generate").click()
            page.wait_for_url("**/jobs/*")
            expect(page.get_by_role("status")).to_contain_text("Paused by the bot's owner")
            member_page = page.url
            page.goto(service.origin + "/operator")
            assert "onerror" not in page.content()
            followed(page, page.locator(".rows a").first)
            followed(page, page.get_by_role("button", name="Reveal"))
            expect(page.get_by_text("oil <img src=x onerror=alert(1)>")).to_be_visible()
            page.goto(service.origin + "/operator")
            followed(page, page.get_by_role("button", name="Cancel"))
            expect(page.get_by_role("heading", name="Queue (0)")).to_be_visible()
            page.goto(member_page)
            expect(page.get_by_role("status")).to_have_text("Cancelled")
            page.goto(service.origin + "/operator")
            followed(page, page.get_by_role("button", name="Resume"))
        expect(page.get_by_role("status")).to_contain_text("Running")
        assert (seen.elsewhere, seen.complaints) == ([], [])


@needs_browser
def test_an_open_page_shows_what_is_new_and_leaves_the_rest_as_it_is(service: Playground, browser: Browser) -> None:
    with opened(browser) as (page, seen):
        page.goto(service.address)
        page.goto(service.origin + "/operator")
        page.get_by_text("Settings in force").click()
        pause = page.get_by_role("button", name="Pause", exact=True)
        with service.resumed(page):
            followed(page, pause)
            expect(page.get_by_role("status")).to_contain_text("Paused")
            pause_node = page.locator("#resume").element_handle()
            page.get_by_text("Settings in force").click()
            page.locator("#resume").focus()
            other = page.context.new_page()
            other.goto(service.origin)
            other.get_by_label("Picture", exact=True).set_input_files(PHOTO)
            other.get_by_label("Prompt", exact=True).fill("a newcomer")
            other.get_by_role("button", name="Generate").click()
            other.wait_for_url("**/jobs/*")
            job = other.url.rpartition("/")[2]
            expect(page.get_by_role("heading", name="Queue (1)")).to_be_visible()
            row = page.locator(f"#waiting-{job}")
            expect(row).to_contain_text("img2img")
            expect(page.locator("#resume")).to_be_focused()
            assert pause_node.evaluate("node => node.isConnected"), "what has not changed is the same element"
            expect(page.get_by_text("queue.max_jobs")).to_be_visible()
            row.get_by_role("button").hover()
            other.get_by_role("button", name="Cancel").click()
            ended(other)
            expect(other.get_by_role("status")).to_have_text("Cancelled")
            page.mouse.move(0, 0)
            expect(page.get_by_role("heading", name="Queue (0)")).to_be_visible()
            other.goto(service.origin + "/operator")
            followed(other, other.locator("#resume"))
        expect(page.get_by_role("status")).to_contain_text("Running")
        assert (seen.elsewhere, seen.complaints) == ([], [])


@needs_browser
def test_what_comes_before_a_button_or_goes_leaves_it_the_same_element(service: Playground, browser: Browser) -> None:
    """A trouble that appears above the buttons, and a row that goes above another."""
    with opened(browser) as (page, _):
        page.goto(service.address)
        shown = page.evaluate(
            """() => {
                const part = (html) => Object.assign(document.createElement("div"), { innerHTML: html });
                const rows = (...names) => names.map((each) => `<tr id="${each}"><td>${each}</td></tr>`).join("");
                const before = part(`<p id="mode">Paused</p> <div class="row"><button id="resume"></button></div>
                    <p class="quiet">Help</p><table>${rows("a", "b", "c")}</table>`);
                const after = part(`<p id="mode">Running</p> <p class="note">No worker</p> <div class="row"><button
                    id="resume" disabled></button></div><p class="quiet">Other</p>
                    <table>${rows("c", "b", "d")}</table>`);
                document.body.replaceChildren(before);
                const kept = [...before.querySelectorAll("#resume, #b, .quiet")];
                const wanted = after.innerHTML;
                become(before, after);
                return [before.innerHTML === wanted, ...kept.map((each) => each.isConnected)];
            }"""
        )
        assert shown == [True, True, True, True]


@needs_browser
def test_it_works_without_scripts(service: Playground, browser: Browser) -> None:
    with opened(browser, java_script_enabled=False) as (page, _):
        page.goto(service.address)
        page.goto(service.origin + "/operator")
        with service.resumed(page):
            followed(page, page.get_by_role("button", name="Drain", exact=True))
            expect(page.get_by_role("status")).to_contain_text("Nothing is left to do.")
            followed(page, page.get_by_role("button", name="Resume"))
        expect(page.get_by_role("status")).to_contain_text("Running")
        expect(page.locator("noscript meta[http-equiv=refresh]")).to_have_attribute("content", "10")


async def told(stream: aiohttp.ClientResponse) -> str:
    """The next part of the page that comes."""
    async for line in stream.content:
        if line.startswith(b"data: "):
            return str(json.loads(line.removeprefix(b"data: ")))
    return ""


async def test_the_stream_is_the_operators_alone_and_ends_with_their_session(
    operator: aiohttp.ClientSession, ann: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operator_module, "LOOK_SECONDS", 0.02)
    async with ann.get("/operator/events") as refused:
        assert refused.status == 401
    async with operator.get("/operator/events") as stream:
        assert stream.content_type == "text/event-stream"
        assert "Queue (0)" in await told(stream)
        await post(operator, "/operator/pause")
        await ask(ann, "a secret garden")
        while "Queue (1)" not in (part := await told(stream)):
            assert "garden" not in part
        await post(operator, "/operator/leave")
        while await told(stream):
            pass


async def test_each_device_is_shown_with_its_worker_and_what_it_lost(tmp_path: Path) -> None:
    members = {
        name: ProcessEngine(
            model="fake",
            entries={"fake": ModelEntry(id="fake")},
            backend="tests.fakes.backend:Sketcher",
            own=OwnDevice(name=name, device="cpu"),
            backoff=(0.05,),
        )
        for name in ("cpu-1", "cpu-2")
    }
    pool = Pool(members, whole=True)
    async with serving(tmp_path, engine=cast("FakeEngine", pool)) as pages, pages.stranger() as operator:
        await post(operator, "/operator/signin", token=OPERATOR_TOKEN)
        before = {device.name: device.pid for device in pool.devices()}
        workers = {each.pid for each in psutil.Process().children() if "inference.worker" in each.cmdline()}
        assert set(before.values()) == workers
        assert len(workers) == 2
        rows = devices_on(await read(operator, "/operator"))
        assert {name: row[1] for name, row in rows.items()} == {name: str(pid) for name, pid in before.items()}
        assert {row[4:] for row in rows.values()} == {("0", "works Restart")}
        psutil.Process(before["cpu-1"]).kill()
        async with asyncio.timeout(PATIENCE):
            while pool.devices()[0].lost == 0:
                await asyncio.sleep(0.01)
            assert devices_on(await read(operator, "/operator"))["cpu-2"][1] == str(before["cpu-2"])
            while pool.devices()[0].trouble:
                await asyncio.sleep(0.01)
        name, pid, _, _, lost, state = devices_on(await read(operator, "/operator"))["cpu-1"]
        assert (name.split()[0], lost, state.split()[0]) == ("cpu-1", "1", "works")
        assert int(pid) not in workers
        async with await pages.browser("ann") as ann:
            job = await ask(ann, "a picture that is made meanwhile")
        restarting = asyncio.create_task(pages.bench.core.operations.restarts.watch())
        before = {device.name: device.pid for device in pool.devices()}
        assert "Workers are being restarted" in (await post(operator, "/operator/restart"))[2]
        async with asyncio.timeout(PATIENCE):
            while "Restarted: cpu-1, cpu-2." not in await read(operator, "/operator"):
                await asyncio.sleep(0.05)
            await pages.bench.shown(job)
        after = {device.name: device.pid for device in pool.devices()}
        assert not {*after.values()} & {*before.values(), 0}
        assert [device.lost for device in pool.devices()] == [1, 0]
        assert "0 of 1 done" in (await post(operator, "/operator/restart", device="cpu-2"))[2]
        async with asyncio.timeout(PATIENCE):
            while "Restarted: cpu-2." not in await read(operator, "/operator"):
                await asyncio.sleep(0.05)
        assert pool.devices()[0].pid == after["cpu-1"]
        restarting.cancel()


def devices_on(page: str) -> dict[str, tuple[str, ...]]:
    """The cells of each device's row: device, worker, at work, loaded, lost, state."""
    found = {}
    for name, row in re.findall(r'<tr id="device-(.+?)">(.+?)</tr>', page):
        cells = re.findall(r"<td.*?>(.*?)</td>", row)
        found[name] = tuple(re.sub(r"<.*?>", "", cell).strip() for cell in cells)
    return found
