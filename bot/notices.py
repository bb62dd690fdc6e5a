"""Messages that stand for a while: what they say is old news then, was acted on, or shows what was deleted.

They are written down, so that those of an earlier run are taken back as well.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import structlog

from bot.domain.errors import DeliveryError, StorageFailed, TryLater
from bot.domain.ids import JobId
from bot.domain.request import ReplyTarget
from bot.durable import until_stored
from bot.ports import Clock, Messenger
from bot.stores import MessageRef, Notice, NoticeStore

_AT_ONCE = 20
"""Notices of a chat that one look takes back, side by side; the next one takes more."""

_RETRY_SECONDS = 30.0
_LONGEST_RETRY = 900.0
_LATER = 0.1
"""After a long time of trying the next try comes later: after this share of it."""

_LONGEST_TAKE_BACK = 3600.0
_LONGEST_ERASURE = 2 * 86_400.0
"""What a chat does not let us delete in this time stays; pictures that somebody deleted are worth a longer one."""

_LONGEST_PAUSE = 600.0
"""A stored time further ahead is the work of a clock that was set back."""

log = structlog.get_logger(__name__)


class Notices:
    """Run `run` as a task; `put_up` works without it, and what it leaves is taken back by the next run.

    Each chat has a line of its own, and what it did not let us take back is put off behind what is due meanwhile: one
    that is down, slow or off delays no other, and one place that refuses no other place.
    """

    def __init__(self, *, store: NoticeStore, messengers: Mapping[str, Messenger], clock: Clock) -> None:
        self._store = store
        self._messengers = messengers
        self._clock = clock
        self._changed: dict[str, asyncio.Event] = {}
        self._failing: dict[MessageRef, float] = {}
        """Since when a notice could not be taken back."""

    async def put_up(
        self, reply_to: ReplyTarget, message: MessageRef, *, seconds: float, job: JobId | None = None
    ) -> None:
        """A message was posted which is to go after so many seconds. One that cannot be written down stays.

        `job`: see `Notice`.
        """
        until = self._clock.now() + seconds
        try:
            await self._store.put_up(Notice(message=message, reply_to=reply_to, until=until, job=job))
        except StorageFailed:
            log.warning("a notice stays, as it cannot be written down")
            return
        self.wake()

    async def erase(self, reply_to: ReplyTarget, message: MessageRef) -> None:
        """A message shows what was deleted: it goes now, with its pictures.

        Raises:
            StorageFailed: it cannot be written down.
        """
        await self._store.put_up(Notice(message=message, reply_to=reply_to, until=self._clock.now(), pictures=True))
        self.wake()

    async def heard(self, job: JobId, requester_key: str) -> None:
        """A member did something with a job's result: if they were called to it, the call is taken back now."""
        if await self._store.heard(job, requester_key, at=self._clock.now()):
            self.wake()

    async def run(self) -> None:
        """Take notices back when they have stood long enough, those of earlier runs too, until it is cancelled."""
        platforms = await until_stored(self._store.notice_platforms)  # of chats that are off now as well
        self._changed = {platform: asyncio.Event() for platform in {*self._messengers, *platforms}}
        async with asyncio.TaskGroup() as tasks:
            for platform in self._changed:
                tasks.create_task(self._run(platform), name=f"notices of {platform}")

    def wake(self) -> None:
        """Some are due that the store put up by itself: what shows a result that was deleted."""
        for changed in self._changed.values():
            changed.set()

    async def _run(self, platform: str) -> None:
        changed = self._changed[platform]
        while True:
            changed.clear()
            pause = await until_stored(partial(self._take_back, platform))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await changed.wait()

    async def _take_back(self, platform: str) -> float | None:
        """Take back what is due; seconds until the next one is, None if there is none."""
        now = self._clock.now()
        notices = await self._store.notices(platform, most=_AT_ONCE)
        due = [each for each in notices if each.until <= now]
        done = await asyncio.gather(*(self._unsay(each) for each in due))
        for notice, over in zip(due, done, strict=True):
            if over:
                await self._store.taken_down(notice.message)
                self._failing.pop(notice.message, None)
            else:
                await self._store.put_up(replace(notice, until=self._clock.now() + self._pause(notice)))
        if len(due) == _AT_ONCE:
            return 0.0
        later = [each.until - now for each in notices[len(due) :]]
        again = [] if all(done) else [_RETRY_SECONDS]
        return min([*later, *again, _LONGEST_PAUSE]) if later or again else None

    def _pause(self, notice: Notice) -> float:
        """Seconds until the next try."""
        if not notice.pictures:
            return _RETRY_SECONDS
        tried = self._clock.now() - self._failing[notice.message]
        return min(max(_RETRY_SECONDS, tried * _LATER), _LONGEST_RETRY)

    async def _unsay(self, notice: Notice) -> bool:
        """Whether it is done with."""
        messenger, now = self._messengers.get(notice.reply_to.platform), self._clock.now()
        longest = _LONGEST_ERASURE if notice.pictures else _LONGEST_TAKE_BACK
        again = now - self._failing.setdefault(notice.message, now) < longest
        if messenger is None:  # its chat is off
            return not again
        try:
            await (messenger.erase if notice.pictures else messenger.unsay)(notice.reply_to, notice.message)
        except TryLater as reason:
            log.info("notice not taken back yet" if again else "notice not taken back", reason=str(reason))
            return not again
        except DeliveryError as reason:
            log.info("notice not taken back", reason=str(reason))
        except Exception:
            log.exception("notice not taken back")
        return True
