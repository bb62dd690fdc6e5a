"""What a start does with what the last run left.

Every job that was running belongs to a run that is over: it goes back in line, or ends if it was interrupted too
often. Every queued job goes back into the queue, oldest first. Every message that is not final gets its follower
again.
"""

import asyncio

import structlog

from bot.delivery import Delivery
from bot.domain.job import Job, JobStatus
from bot.ports import Clock
from bot.queue import FairQueue, units_of
from bot.stores import DutyStore, JobStore
from bot.texts import kept

log = structlog.get_logger(__name__)


async def recover(jobs: JobStore, duties: DutyStore, *, queue: FairQueue, delivery: Delivery, clock: Clock) -> None:
    """Fill queue and delivery from the store. Call before anything new is accepted."""
    for job in await jobs.open_jobs():
        waiting = await _resume(job, jobs, clock)
        if waiting is not None:
            made = frozenset(each.index for each in await jobs.generations(job.id)) if job.attempt else frozenset()
            queue.put(units_of(waiting, made))
        delivery.announce(job.id)
        await asyncio.sleep(0)
    due = await duties.deliveries()
    for duty in due:
        delivery.announce(duty.job)
    log.info("recovered", jobs=len(queue), duties=len(due))


async def _resume(job: Job, store: JobStore, clock: Clock) -> Job | None:
    if job.status is JobStatus.QUEUED:
        return job
    if job.hopeless:
        await store.replace(job, job.failed(kept("failed-interrupted"), at=clock.now()))
        return None
    again = job.queued()
    await store.replace(job, again)
    return again
