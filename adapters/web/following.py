"""A job as its page is told of it: live where its messages are pages, else as the store has it."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from adapters.web.messenger import WebMessenger
from bot.domain.card import Card
from bot.domain.errors import Gone
from bot.domain.ids import JobId

LOOK_SECONDS = 3.0
"""How often the store is asked: of a job that a chat shows nobody here is told anything."""


async def followed(
    job: JobId, *, messenger: WebMessenger, after: int, shown: Callable[[], Awaitable[Card]]
) -> AsyncGenerator[tuple[int, Card | None], None]:
    """Each newer state of a job with its version, until it has ended, is gone, or the service stops.

    None comes after a while without news, so that a connection that has gone is noticed.

    Args:
        job: which.
        messenger: knows the jobs whose messages are pages, once their first card was shown.
        after: the version that is known already.
        shown: the card as who looks on is to see it.
    """
    told: Card | None = None
    while True:
        try:
            async with aclosing(messenger.cards(job, after=after)) as cards:
                async for version, news in cards:
                    after = version
                    yield version, await shown() if news else None
            if messenger.closing:
                return
            card = await shown()
        except Gone:
            return
        if card.status.ended:
            return
        yield after, card if card != told else None
        told = card
        await messenger.appears(job, seconds=LOOK_SECONDS)
