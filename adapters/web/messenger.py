"""A `Messenger` whose message is a page: it keeps the latest card of every job that has not ended, for who looks on.

Nothing is sent anywhere, so nothing can fail; a page that is opened later finds the job in the store.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator

from bot.domain.card import Card
from bot.domain.ids import JobId
from bot.domain.request import ReplyTarget
from bot.stores import MessageRef

PLATFORM = "web"


class WebMessenger:
    """Hands cards on to the streams that wait for them; a slow one gets the latest card and misses those between.

    Attributes:
        closing: streams end because the service stops, not because their jobs have ended.
    """

    platform = PLATFORM
    edit_interval = 0.5

    def __init__(self) -> None:
        self._latest: dict[JobId, tuple[int, Card]] = {}
        self._streams: dict[JobId, set[asyncio.Event]] = {}
        self.closing = False

    async def post(self, target: ReplyTarget, card: Card, *, nonce: str) -> MessageRef:
        """Show the card; the target says nothing, as a job's page is found by its id."""
        del target
        self._show(card)
        return nonce

    async def edit(self, target: ReplyTarget, message: MessageRef, card: Card) -> MessageRef:
        """Show the card."""
        del target
        self._show(card)
        return message

    def same(self, message: MessageRef, other: MessageRef) -> bool:
        """A job's message is always the same one."""
        return message == other

    async def notify(self, target: ReplyTarget, message: MessageRef, card: Card, *, nonce: str) -> MessageRef | None:
        """Nothing: a page that is open shows the result by itself."""

    async def unsay(self, target: ReplyTarget, message: MessageRef) -> None:
        """Nothing was said."""

    async def erase(self, target: ReplyTarget, message: MessageRef) -> None:
        """Nothing stands anywhere: what is deleted has no page."""

    def latest(self, job: JobId) -> Card | None:
        """The card of a job that has not ended, with its progress; None if it has, or is not known here yet."""
        return self._latest[job][1] if job in self._latest else None

    async def cards(self, job: JobId, *, after: int = 0) -> AsyncGenerator[tuple[int, Card | None], None]:
        """Each newer state of a job with its version, as long as it has not ended; nothing of one that is unknown.

        None comes after a while without news, so that a connection that has gone is noticed.

        Args:
            job: which.
            after: the version that is known already; versions count anew in each run, so a page that was open over a
                restart may know a higher one.
        """
        with self._news(job) as news:
            while not self.closing and job in self._latest:
                news.clear()
                version, card = self._latest[job]
                if version != after:
                    after = version
                    yield version, card
                    continue
                try:
                    async with asyncio.timeout(QUIET_SECONDS):
                        await news.wait()
                except TimeoutError:
                    yield after, None

    async def appears(self, job: JobId, *, seconds: float) -> None:
        """Return once a job that has not ended is known here, the service stops, or so many seconds have passed."""
        with self._news(job) as news, contextlib.suppress(TimeoutError):
            if not self.closing and job not in self._latest:
                async with asyncio.timeout(seconds):
                    await news.wait()

    def close(self) -> None:
        """End every stream: the service stops."""
        self.closing = True
        for job in [*self._streams]:
            self._wake(job)

    def _show(self, card: Card) -> None:
        if card.status.ended:
            self._latest.pop(card.job, None)
        else:
            version = self._latest[card.job][0] if card.job in self._latest else 0
            self._latest[card.job] = (version + 1, card)
        self._wake(card.job)

    @contextlib.contextmanager
    def _news(self, job: JobId) -> Iterator[asyncio.Event]:
        """What is set when there is something new of a job."""
        news = asyncio.Event()
        self._streams.setdefault(job, set()).add(news)
        try:
            yield news
        finally:
            self._streams[job].discard(news)
            if not self._streams[job]:
                del self._streams[job]

    def _wake(self, job: JobId) -> None:
        """The streams of one job alone: each of them looks at what it was woken for."""
        for news in self._streams.get(job, ()):
            news.set()


QUIET_SECONDS = 15.0
"""A stream says something at least this often: proxies close connections that are quiet for a minute."""
