"""Many jobs through the core with its real stores over any engine, and what became of each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.files.image_store import FileImageStore
from adapters.sqlite.store import SqliteJobStore
from bot.domain.ids import JobId
from bot.domain.job import Job, JobStatus
from bot.domain.limits import Limits
from bot.lifecycle import Core, Running
from inference.api import RestartableEngine
from tests.builders.requests import request
from tests.fakes.messenger import FakeMessenger
from tests.fakes.picture_reader import InProcessPictureReader
from tests.harness.core import assemble

PATIENCE = 240.0
"""Seconds: sixty jobs on three machines take 37 on two quiet cores, over 120 beside five other tests on slow ones."""


@dataclass(kw_only=True)
class JobRun:
    """A core at work.

    Attributes:
        ended: jobs in the order in which members saw their ends.
    """

    core: Core
    chat: FakeMessenger
    images: Path
    jobs: dict[JobId, str] = field(default_factory=dict)
    ended: list[JobId] = field(default_factory=list)

    async def submit(self, user: str, **options: Any) -> JobId:
        """Accept a member's job."""
        job = (await self.core.service.submit(request(user, **options))).job.id
        self.jobs[job] = user
        return job

    async def all_shown(self, at: Callable[[int], Awaitable[None]] | None = None) -> None:
        """Wait until each job's end was shown; `at` is told after each how many were."""
        async with asyncio.timeout(PATIENCE):
            while len(self.ended) < len(self.jobs):
                for job in sorted(filter(self._ended_at, self.jobs.keys() - self.ended), key=self._ended_at):
                    self.ended.append(job)
                    if at:
                        await at(len(self.ended))
                await asyncio.sleep(0.01)

    def _ended_at(self, job: JobId) -> float:
        """When its end was shown, in loop time; 0 if it is not yet."""
        shown = (pair for each in self.chat.of(job) for pair in zip(each.cards, each.times, strict=True))
        return next((time for card, time in shown if card.status.ended), 0.0)

    def scratch(self) -> Sequence[Path]:
        """Files of pictures that are being made."""
        return [file for file in self.images.rglob("*") if file.is_file() and "scratch" in file.parts]

    async def check_each_came_once(self) -> None:
        """Nothing is lost, doubled or held against anybody."""
        for job_id in self.jobs:
            job = await self.core.store.job(job_id)
            assert isinstance(job, Job)
            assert (job.status, job.attempt, job.strikes) == (JobStatus.SUCCEEDED, 1, 0), job
            assert len(await self.core.store.generations(job_id)) == 1
            [message] = self.chat.of(job_id)
            assert sum(card.status.ended for card in message.cards) == 1


@asynccontextmanager
async def many_jobs(folder: Path, engine: RestartableEngine) -> AsyncIterator[JobRun]:
    """A core over an engine that is not entered yet, which offers the model "fake"."""
    chat = FakeMessenger(edit_interval=0.05)
    async with (
        SqliteJobStore(folder / "jobs.db") as store,
        FileImageStore(folder / "images") as images,
        engine,
    ):
        core = assemble(
            store=store,
            images=images,
            engine=engine,
            messengers={chat.platform: chat},
            reader=InProcessPictureReader(),
            limits=Limits(pending_per_user=1000, waiting_per_user=1000, per_user_per_day=0),
            max_jobs=10_000,
        )
        async with Running(core, grace=5.0):
            yield JobRun(core=core, chat=chat, images=folder / "images")
