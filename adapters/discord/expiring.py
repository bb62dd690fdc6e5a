"""Messages that nothing but a token can edit: before it dies they get *Collect*, whose press brings a new one.

What is offered shows a job as it was last, so it must never come after the job's next edit: nothing is offered while
there is one, which calls off an offer that is under way, with the tries of its own that it may have yet.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from adapters.discord.faults import Fault
from adapters.discord.routes import Address, Stand, Token, Tokens
from bot.domain.card import Card
from bot.domain.errors import TryLater
from bot.domain.ids import JobId

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Watched:
    address: Address
    token: Token
    card: Card


Put = Callable[[Token, Address, Card], Awaitable[object]]
"""Writes a card with the button."""


class Expiring:
    """What is known of them, by job."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._watched: dict[JobId, _Watched] = {}
        self._under_way: dict[JobId, asyncio.Future[object]] = {}
        self._offered: set[JobId] = set()

    def watch(self, address: Address, stand: Stand, card: Card) -> None:
        """A job's message shows `card` now."""
        if not stand.own and not card.status.ended and (token := self._tokens.live(stand.token)):
            self._watched[card.job] = _Watched(address, token, card)

    @contextmanager
    def edited(self, job: JobId) -> Iterator[None]:
        """While a job's message is edited nothing is offered on it; if that fails, it is again afterwards."""
        watched = self._watched.pop(job, None)
        if offer := self._under_way.pop(job, None):
            offer.cancel()
        try:
            yield
        except BaseException:
            if watched:
                self._watched[job] = watched
            raise

    def offered(self, job: JobId) -> None:
        """The button stands on its message."""
        self._offered.add(job)

    def is_offered(self, job: JobId) -> bool:
        return job in self._offered

    def renewed(self, job: JobId) -> None:
        """The button was pressed."""
        self._offered.discard(job)

    def forget(self, job: JobId) -> None:
        self._watched.pop(job, None)
        self._offered.discard(job)

    async def offer(self, put: Put) -> None:
        """Put the button on every message whose token is about to die."""
        for job in list(self._watched):
            watched = self._watched.get(job)  # as it is now: the ones before may have taken long
            if watched is None or job in self._under_way or not self._tokens.expire(watched.token):
                continue
            if not self._tokens.live(watched.token):
                del self._watched[job]
            elif await self._is_put(job, put(watched.token, watched.address, watched.card)) and (
                self._watched.get(job) is watched
            ):
                del self._watched[job]
                self._offered.add(job)

    async def _is_put(self, job: JobId, putting: Awaitable[object]) -> bool:
        """Whether it was written, and not called off."""
        offer = self._under_way[job] = asyncio.ensure_future(putting)
        try:
            await asyncio.wait([offer])
        finally:
            offer.cancel()
            if self._under_way.get(job) is offer:
                del self._under_way[job]
        if offer.cancelled():
            return False
        try:
            offer.result()
        except (Fault, TryLater) as fault:
            log.warning("could not offer Collect", job=job, reason=str(fault))
            return False
        return True
