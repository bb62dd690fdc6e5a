"""Fetches what jobs need and this machine lacks, shows how far that is, and lines the jobs up once it is here."""

import asyncio
from functools import partial

import structlog

from bot.delivery import Delivery
from bot.domain.ids import JobId
from bot.domain.job import JobStatus
from bot.durable import until_stored
from bot.ports import Clock
from bot.queue import FairQueue
from bot.stores import JobStore
from bot.texts import kept
from inference.api import Engine, ModelUnavailable, Needs

NEWS_SECONDS = 2.0
"""Between two looks at how far a download is; messages are edited less often."""

log = structlog.get_logger(__name__)


class Arrivals:
    """Run `run` as a task."""

    def __init__(
        self,
        *,
        engine: Engine,
        queue: FairQueue,
        store: JobStore,
        delivery: Delivery,
        clock: Clock,
        disk_attempts: int | None = None,
    ) -> None:
        self._engine = engine
        self._queue = queue
        self._store = store
        self._delivery = delivery
        self._clock = clock
        self._until_stored = partial(until_stored, most=disk_attempts)

    async def run(self) -> None:
        """Bring what parked jobs lack, several things at a time; never returns."""
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._bring(await self._queue.lacking()))

    async def _bring(self, needs: Needs) -> None:
        refusal = ""
        telling = asyncio.create_task(self._tell(needs))
        try:
            await self._engine.bring(needs)
        except ModelUnavailable as error:
            refusal = str(error)
        finally:
            telling.cancel()
        units = self._queue.unpark(needs)
        if not refusal:
            self._queue.put_all(units)
        for job in dict.fromkeys(unit.job for unit in units):
            if refusal:
                await self._fail(job, refusal)
            self._delivery.changed(job)

    async def _tell(self, needs: Needs) -> None:
        """Have the messages of those who wait follow the download."""
        while True:
            for job in dict.fromkeys(unit.job for unit in self._queue.parked(needs)):
                self._delivery.moved(job)
            await asyncio.sleep(NEWS_SECONDS)

    async def _fail(self, job_id: JobId, refusal: str) -> None:
        job = await self._until_stored(lambda: self._store.job(job_id))
        if job is None or job.status is not JobStatus.QUEUED:
            return  # cancelled meanwhile
        self._queue.remove(job_id)
        sentence = kept("failed-model-unavailable", reason=refusal)
        log.warning("failed", job=job_id, reason=refusal)
        await self._until_stored(lambda: self._store.replace(job, job.failed(sentence, at=self._clock.now())))
