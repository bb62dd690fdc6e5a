"""Keep: one picture of several becomes a result of its own, with a message and buttons. Nothing is painted for it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from bot.domain.actions import lineage_of
from bot.domain.errors import Gone
from bot.domain.ids import generation_id
from bot.domain.job import Generation, Job
from bot.domain.request import Request
from bot.gate import Gate
from bot.ports import Clock, Ids, ImageStore
from bot.stores import JobStore

log = structlog.get_logger(__name__)


class Keeping:
    """Makes the job of a kept picture, which is done from the start and counts towards no quota."""

    def __init__(self, *, store: JobStore, images: ImageStore, gate: Gate, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._images = images
        self._gate = gate
        self._clock = clock
        self._ids = ids

    async def keep(
        self, request: Request, kept: Generation, *, settle: Callable[[Job], Awaitable[Job]] | None = None
    ) -> Job:
        """Store the job; the one stored earlier for the same event. `settle`: as in `Admission.accept`.

        Raises:
            Gone: the picture is not there any more.
            NotAllowed: it may not be shown where it would be kept.
        """
        with self._images.hold():
            if not await self._images.has(kept.image):
                raise Gone("refused-picture-gone")
            return await self._stored(request, kept, settle)

    async def _stored(
        self, request: Request, kept: Generation, settle: Callable[[Job], Awaitable[Job]] | None
    ) -> Job:
        (shown,) = self._gate.fitted([kept], request.site, private=request.private)
        now = self._clock.now()
        lineage = lineage_of(request, kept)
        waiting = Job(
            id=self._ids.job_id(),
            action=request.action,
            requester=request.requester,
            reply_to=request.reply_to,
            event_id=request.event_id,
            source=kept.source,
            recipes=(kept.recipe,),
            lineage=lineage,
            private=request.private,
            locale=request.locale,
            created_at=now,
            pixels=kept.width * kept.height,
            site=request.site,
            place=request.place,
        ).queued()
        job = waiting.started(lease="", at=now).succeeded(at=now)
        job = await settle(job) if settle else job
        own = replace(
            shown,
            id=generation_id(job.id, 0),
            job=job.id,
            index=0,
            requester=request.requester,
            lineage=lineage,
            created_at=now,
        )
        stored = await self._store.add(job, generation=own)
        log.info("kept", job=stored.id, picture=kept.id)
        return stored
