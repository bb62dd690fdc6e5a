"""Calls a member to a picture that took long, and takes the call back once it has been heard.

An edited message notifies nobody, so a call is a short message of its own. What it says is old news a minute later,
or once its member does something with the result: it is deleted then, and by the next run if this one has ended.
"""

import asyncio
import contextlib
from collections.abc import Mapping

import structlog

from bot.domain.card import Card
from bot.domain.errors import DeliveryError, TryLater
from bot.domain.ids import JobId
from bot.domain.job import Job, JobStatus
from bot.durable import until_stored
from bot.ports import Clock, Messenger
from bot.stores import CallStore, MadeCall, MessageRef

HEARD_SECONDS = 60.0
"""How long a call stands."""

_AGAIN = (2.0, 10.0)
"""Seconds between tries to call: late it is of no use."""

_TAKE_BACK_AGAIN = 30.0
_LONGEST_TAKE_BACK = 3600.0
"""What a chat does not let us delete in this time stays."""

_LONGEST_PAUSE = 600.0
"""A stored time further ahead is the work of a clock that was set back."""

log = structlog.get_logger(__name__)


class Calls:
    """Run `run` as a task; `call` works without it, and what it leaves is taken back by the next run."""

    def __init__(
        self, *, store: CallStore, messengers: Mapping[str, Messenger], clock: Clock, seconds: float = 0.0
    ) -> None:
        """`seconds`: who waited longer for a picture is called when it is there; 0 calls nobody."""
        self._store = store
        self._messengers = messengers
        self._clock = clock
        self._seconds = seconds
        self._made = asyncio.Event()

    async def call(self, messenger: Messenger, job: Job, message: MessageRef | None, card: Card) -> None:
        """Call the owner of a job that has ended, if they waited so long that they look elsewhere by now.

        Before its duty is done, so that a crash in between calls again; the nonce makes it one call. `message` is
        None if its end came as a message of its own, which notifies by itself.
        """
        waited = (job.ended_at or job.created_at) - job.created_at
        if message is None or job.status is not JobStatus.SUCCEEDED or not 0 < self._seconds < waited:
            return
        for seconds in (*_AGAIN, None):
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
                    await self._store.called(job.id, made, until=self._clock.now() + HEARD_SECONDS)
                    self._made.set()
                return
        log.warning("member not called", reason="the chat stays busy")

    async def heard(self, job: JobId, requester_key: str) -> None:
        """A member did something with a job's result: if it was they who were called, the call is taken back now."""
        if await self._store.heard(job, requester_key, at=self._clock.now()):
            self._made.set()

    async def run(self) -> None:
        """Take calls back when they have stood long enough, those of earlier runs too, until it is cancelled."""
        while True:
            self._made.clear()
            pause = await until_stored(self._take_back)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._made.wait()

    async def _take_back(self) -> float | None:
        """Take back what is due; seconds until the next one is, None if there is none."""
        now = self._clock.now()
        made = [each for each in await self._store.calls() if each.reply_to.platform in self._messengers]
        for each in made:
            if each.until <= now:
                await self._unsay(each)
        left = [each.until - now for each in made if each.until > now]
        again = [_TAKE_BACK_AGAIN] if len(left) < len(made) else []
        return min([*left, *again, _LONGEST_PAUSE]) if left or again else None

    async def _unsay(self, made: MadeCall) -> None:
        messenger = self._messengers[made.reply_to.platform]
        try:
            await messenger.unsay(made.reply_to, made.message)
        except TryLater as reason:
            if self._clock.now() - made.until < _LONGEST_TAKE_BACK:
                log.info("call not taken back yet", job=made.job, reason=str(reason))
                return
        except DeliveryError as reason:
            log.info("call not taken back", job=made.job, reason=str(reason))
        except Exception:
            log.exception("call not taken back", job=made.job)
        await self._store.uncalled(made.job)
