"""The operator's page: closed without its token, and what it does and shows with it."""

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import aiohttp
import psutil
import pytest
import pytest_asyncio

from adapters.web import operator as operator_module
from bot.erasure import Retention
from bot.texts import text
from inference.models.entry import ModelEntry
from inference.pool.pool import Pool
from inference.worker.devices import OwnDevice
from inference.worker.engine import ProcessEngine
from tests.builders.requests import png
from tests.fakes.engine import FakeEngine
from tests.harness.pages import OPERATOR_TOKEN, Pages, ask, post, read, serving
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
        assert (await post(stranger, "/operator/signin", token=OPERATOR_TOKEN))[
            0
        ] == 429  # the right one does not help


async def test_scripts_send_the_token_with_each_request(pages: Pages) -> None:
    async with pages.stranger() as script:
        for token, status in ((OPERATOR_TOKEN, 303), (OPERATOR_TOKEN[:-1], 403), ("é", 403)):
            headers = {"Authorization": f"Bearer {token}"}
            async with script.post("/operator/pause", headers=headers, allow_redirects=False) as answer:
                assert answer.status == status
        async with script.post("/operator/pause") as answer:
            assert answer.status == 403


async def test_a_token_of_a_proxys_own_keeps_out_neither_members_nor_the_operator(
    pages: Pages, operator: aiohttp.ClientSession, ann: aiohttp.ClientSession
) -> None:
    """As oauth2-proxy sends one with each request."""
    ours, proxys = {"Origin": pages.origin}, {"Authorization": "Bearer of.the.proxy"}
    for session, page in [(ann, "/results"), (operator, "/operator")] * 7:
        async with session.get(page, headers=proxys) as answer:
            assert answer.status == 200
    for session, path in [(ann, "/me/leave"), (operator, "/operator/pause")]:
        async with session.post(path, headers=ours | proxys, data={}) as answer:
            assert answer.status == 200
    async with pages.stranger() as script:
        for token, status in ((OPERATOR_TOKEN, 200), ("guess", 401)):
            async with script.get("/operator", headers={"Authorization": f"Bearer {token}"}) as answer:
                assert answer.status == status
    async with ann.get("/results", headers={"Authorization": f"Bearer {OPERATOR_TOKEN}"}) as answer:
        assert answer.status == 403  # it opens nothing else


async def test_a_token_of_a_proxys_own_leaves_the_form_open_to_who_is_not_signed_in(pages: Pages) -> None:
    """And no more than five guesses are looked at."""
    async with pages.stranger() as session:
        for token in ["of.the.proxy"] * 7 + [OPERATOR_TOKEN]:
            async with session.get("/operator", headers={"Authorization": f"Bearer {token}"}) as answer:
                assert answer.status == 401
                assert "Operator token" in await answer.text()
        async with session.post("/operator/pause", headers={"Authorization": f"Bearer {OPERATOR_TOKEN}"}) as answer:
            assert answer.status == 429
        proxys = {"Origin": pages.origin, "Authorization": "Bearer of.the.proxy"}
        async with session.post("/operator/signin", headers=proxys, data={"token": OPERATOR_TOKEN}) as answer:
            assert (answer.status, answer.url.path) == (200, "/operator")


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


async def test_of_a_revealed_job_whose_pictures_went_by_age_the_words_are_shown(
    pages: Pages, operator: aiohttp.ClientSession, ann: aiohttp.ClientSession
) -> None:
    job = await ask(ann, "an old secret")
    await pages.bench.shown(job)
    await pages.bench.service.removal.sweep(Retention(pictures_before=1e12, jobs_before=0.0, inbox_before=0.0))
    revealed = (await post(operator, f"/operator/jobs/{job}/reveal"))[2]
    assert "an old secret" in revealed
    assert text("en", "web-swept") in revealed
    assert "<img" not in revealed


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
        assert (stream.content_type, stream.headers["X-Accel-Buffering"]) == ("text/event-stream", "no")
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
