"""Twenty members' pages at once beside a chat; `benchmarks.web` says what that costs."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp

from bot.domain.card import Progress
from bot.domain.ids import JobId
from bot.domain.request import ReplyTarget
from tests.builders.requests import request
from tests.fakes.engine import HANG
from tests.harness.pages import ask, serving
from tests.harness.waiting import PATIENCE

MEMBERS = 20


async def test_each_page_is_told_of_its_own_job_while_a_chat_goes_on(tmp_path: Path) -> None:
    told: Counter[str] = Counter()

    async def follow(browser: aiohttp.ClientSession, name: str, job: JobId) -> None:
        async with browser.get("/events", params={"job": job}) as stream:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    assert job.encode() in line, "of its own job and no other"
                    told[name] += 1
                if told[name] >= 3:
                    return

    async with serving(tmp_path, slots=MEMBERS + 1) as pages, AsyncExitStack() as stack:
        pages.bench.engine.script(*[HANG] * MEMBERS)
        names = [f"member{number}" for number in range(MEMBERS)]
        browsers = {name: await stack.enter_async_context(await pages.browser(name)) for name in names}
        jobs = {name: await ask(browsers[name], name) for name in names}
        wishes = [request(f"chat{number}", reply_to=ReplyTarget(platform="web")) for number in range(30)]
        chat = [(await pages.bench.service.submit(wish)).job.id for wish in wishes]
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as following:
            tasks = [following.create_task(follow(browsers[name], name, jobs[name])) for name in names]
            step = 0
            while not all(task.done() for task in tasks):
                step += 1
                for job in jobs.values():
                    pages.bench.core.delivery.progressed(
                        job, Progress(fraction=step / 10_000, previews={0: b"a preview"})
                    )
                await asyncio.sleep(0.05)
        assert min(told.values()) >= 3
        for job in chat:
            await pages.bench.shown(job)
