"""Calls a member to a picture that took long.

An edited message notifies nobody, so a call is a short message of its own. What it says is old news a minute later,
or once its member does something with the result: it is a notice, and goes then.
"""

import asyncio

import structlog

from bot.domain.card import Card
from bot.domain.errors import TryLater
from bot.domain.job import Job, JobStatus
from bot.notices import Notices
from bot.ports import Messenger
from bot.stores import MessageRef

HEARD_SECONDS = 60.0
"""How long a call stands."""

_BACKOFF = (2.0, 10.0)
"""Seconds between attempts to call: late it is of no use."""

log = structlog.get_logger(__name__)


class Calls:
    """Calls whoever waited longer than so many seconds; with 0 it calls nobody."""

    def __init__(self, *, notices: Notices, seconds: float = 0.0) -> None:
        self._notices = notices
        self._seconds = seconds

    async def call(self, messenger: Messenger, job: Job, message: MessageRef | None, card: Card) -> None:
        """Call the owner of a job that has ended, if they waited so long that they look elsewhere by now.

        Before its duty is done, so that a crash in between calls again; the nonce makes it one call. `message` is
        None if its end came as a message of its own, which notifies by itself.
        """
        waited = (job.ended_at or job.created_at) - job.created_at
        if message is None or job.status is not JobStatus.SUCCEEDED or not 0 < self._seconds < waited:
            return
        for seconds in (*_BACKOFF, None):
            try:
                made = await messenger.notify(job.reply_to, message, card, nonce=f"{job.id}-n")
            except TryLater as reason:
                if seconds is None:
                    break
                await asyncio.sleep(reason.seconds or seconds)
            except Exception as fault:  # noqa: BLE001 -- the result stands; a call that fails costs nothing else
                log.warning("member not called", reason=str(fault))
                return
            else:
                if made:
                    await self._notices.put_up(job.reply_to, made, seconds=HEARD_SECONDS, job=job.id)
                return
        log.warning("member not called", reason="the chat stays busy")
