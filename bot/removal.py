"""How jobs are stopped and what is stored goes, by wish and by age; see `Service.removal`."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

import structlog

from bot.delivery import Delivery
from bot.dispatch import Dispatch
from bot.domain.access import Act, Asker
from bot.domain.errors import Gone
from bot.domain.ids import GenerationId, ImageId, JobId, job_of
from bot.domain.request import Requester
from bot.erasure import Removed, Retention
from bot.notices import Notices
from bot.ports import Clock, ImageStore
from bot.results import Results
from bot.stores import ErasingStore

FORGET_SECONDS = 5.0
"""Messages of jobs that a member's wish to be forgotten cancels get so long to say so."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What a member's wish to be forgotten did.

    Attributes:
        jobs: how many went.
        held: jobs of others that were made from them and still need pictures of theirs.
    """

    jobs: int
    held: int


class Removal:
    """Returns when what goes is gone from database and disk; the chats are asked for their part afterwards."""

    def __init__(
        self,
        *,
        store: ErasingStore,
        images: ImageStore,
        results: Results,
        dispatch: Dispatch,
        delivery: Delivery,
        notices: Notices,
        clock: Clock,
    ) -> None:
        self._store = store
        self._images = images
        self._results = results
        self._dispatch = dispatch
        self._delivery = delivery
        self._notices = notices
        self._clock = clock
        self._watchers: list[Callable[[Requester], None]] = []

    def watch(self, tell: Callable[[Requester], None]) -> None:
        """`tell` is called with each member of whose jobs something was cancelled or deleted, whoever did it."""
        self._watchers.append(tell)

    def _tell(self, member: Requester) -> None:
        for tell in self._watchers:
            tell(member)

    async def cancel(self, job_id: JobId, *, by: Asker) -> None:
        """Stop a waiting or running job.

        Raises:
            UserError: it is unknown, somebody else's, or has ended already.
        """
        await self._results.allowed(Act.CANCEL, job_id, by)
        await self._cancel(job_id)

    async def _cancel(self, job_id: JobId) -> None:
        while True:
            job = await self._store.job(job_id)
            if job is None or job.status.ended:
                raise Gone("refused-ended")
            # What the device worked on counts: else stopping it just before its end would be a way around the quota.
            if await self._store.replace(
                job, job.cancelled(at=self._clock.now()), begun=self._dispatch.begun(job_id)
            ):
                await self._dispatch.abandon(job_id)
                self._delivery.changed(job_id)
                self._delivery.queue_moved()
                self._tell(job.requester)
                log.info("cancelled", job=job_id)
                return

    async def delete(self, generation: GenerationId, *, by: Asker) -> int:
        """Remove a job's pictures and prompts, its message and every copy; an open job is cancelled first.

        Returns:
            How many jobs of others were made from it and still need pictures of it.

        Raises:
            UserError: it is unknown or somebody else's.
        """
        job = await self._results.allowed(Act.DELETE, job_of(generation), by)
        if not job.status.ended:
            with contextlib.suppress(Gone):  # it ended by itself just now
                await self._cancel(job.id)
        gone = set[ImageId]()
        for each in job.generation_ids():
            let_go = await self._store.remove_generation(each)
            await self.discard(let_go)
            gone |= let_go
        try:
            await self._store.purge()
        finally:  # when the message has gone from the chat, its words are in no file any more
            self._notices.wake()
            self._tell(job.requester)
        return await self._store.holders(gone, besides=job.requester.key)

    async def cross(self, generation: GenerationId, *, by: Asker) -> bool:
        """The ❌ of a member: an open job is cancelled, an ended one deleted; that of others is an opinion.

        Returns:
            Whether it was deleted.
        """
        job = await self._store.job(job_of(generation))
        if job is None or not await self._results.may(Act.DELETE, job.id, by=by):
            return False
        if not job.status.ended:
            await self.cancel(job.id, by=by)
            return False
        await self.delete(generation, by=by)
        return True

    async def forget(self, requester: Requester) -> Forgotten:
        """Cancel the member's open jobs and remove all that is stored about them, with pictures and messages."""
        cancelled = []
        for job in await self._store.open_jobs_of(requester.key):
            with contextlib.suppress(Gone):  # it may end by itself just now
                await self._cancel(job.id)
                cancelled.append(job.id)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FORGET_SECONDS):
                for job_id in cancelled:
                    await self._delivery.shown(job_id)
        jobs, images = await self._all_of(lambda: self._store.forget(requester.key))
        self._notices.wake()
        self._tell(requester)
        return Forgotten(jobs=jobs, held=await self._store.holders(images))

    async def forget_space(self, platform: str, space: str) -> None:
        """The bot was removed from a guild or workspace: the same for everybody there."""
        for job in await self._store.open_jobs_in(platform, space):
            with contextlib.suppress(Gone):  # it ended by itself in between
                await self._cancel(job.id)
        jobs, _ = await self._all_of(lambda: self._store.forget_space(platform, space))
        log.info("space forgotten", platform=platform, space=space, jobs=jobs)

    async def _all_of(self, forget: Callable[[], Awaitable[Removed]]) -> tuple[int, frozenset[ImageId]]:
        """Forget and discard until nothing is left; how many jobs went, and their pictures."""
        jobs, images = 0, frozenset[ImageId]()
        while (gone := await forget()).jobs:
            await self.discard(gone.images)
            jobs, images = jobs + len(gone.jobs), images | gone.images
        return jobs, images

    async def sweep(self, retention: Retention) -> None:
        """Forget what is older than the owner keeps things, and its pictures."""
        while let_go := await self._store.sweep(retention):
            await self.discard(let_go)

    async def sweep_images(self) -> None:
        """Delete the pictures that a crash left without a job."""
        await self._images.sweep(self._store.needed)

    async def discard(self, images: Collection[ImageId]) -> None:
        """Take those of some pictures off the disk that nothing needs any more."""
        await self._images.discard(images, self._store.needed)
