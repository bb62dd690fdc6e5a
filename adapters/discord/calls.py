"""What came of a call of Discord's: done, to be tried later, or refused."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from adapters.discord.faults import Fault, Meaning
from adapters.discord.rest import Rest
from bot.domain.errors import TryLater, Undeliverable

_LOCKED_OUT_SECONDS = 300.0
"""The bot's own token was refused: nothing helps but its owner."""

_BACKOFF = (1.0, 3.0)
"""Seconds between attempts of what its member is waiting for, so there are few."""

_LONGEST_WAIT = 10.0
_SIGN = "⚠️"

T = TypeVar("T")


async def call(call: Awaitable[T]) -> T:
    """Await a call of `Rest`.

    Raises:
        TryLater: Discord may take it later.
        Fault: it will not.
    """
    try:
        return await call
    except Fault as fault:
        if fault.meaning is Meaning.BUSY:
            raise TryLater(fault.reason, seconds=fault.seconds) from fault
        raise


async def tried(call: Callable[[], Awaitable[T]]) -> T | Fault:
    """Make a call, again after each of `_BACKOFF` while Discord is busy; what it gave, or what is wrong for good."""
    waits = list(_BACKOFF)
    while True:
        try:
            return await call()
        except Fault as fault:
            if fault.meaning is not Meaning.BUSY or not waits:
                return fault
            pause = max(waits.pop(0), min(fault.seconds or 0.0, _LONGEST_WAIT))
        await asyncio.sleep(pause)


async def sign(rest: Rest, channel: str, message: str) -> None:
    """Say by a reaction that there is an answer elsewhere, if there is a message to react to."""
    if message:
        await tried(lambda: rest.react(channel, message, _SIGN))


def final(fault: Fault) -> TryLater | Undeliverable:
    """What delivery has to know of a refusal that nothing here mends."""
    if fault.meaning is Meaning.TOKEN_DEAD:
        return TryLater(fault.reason, seconds=_LOCKED_OUT_SECONDS)
    return Undeliverable(fault.reason)
