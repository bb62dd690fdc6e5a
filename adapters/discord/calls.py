"""What came of a call of Discord's: done, to be tried later, or refused."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from adapters.discord.faults import ERRORS, Fault, Meaning, judge
from bot.domain.errors import TryLater, Undeliverable

_CALL_SECONDS = 90.0
"""Bound on one call: an upload of 25 MB from a slow line, and discord.py's own retries."""

_LOCKED_OUT_SECONDS = 300.0
"""The bot's own token was refused: nothing helps but its owner."""

_WAITS = (1.0, 3.0)
"""Seconds between tries of what its member is waiting for, so there are few."""

_LONGEST_WAIT = 10.0
_TRY_SECONDS = 60.0

T = TypeVar("T")


class Refused(Exception):
    """Discord refused a call."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


async def call(call: Awaitable[T]) -> T:
    """Await a call of `Rest`.

    Raises:
        TryLater: Discord may take it later.
        Refused: it will not.
    """
    try:
        async with asyncio.timeout(_CALL_SECONDS):
            return await call
    except ERRORS as error:
        fault = judge(error)
        if fault.meaning is Meaning.BUSY:
            raise TryLater(fault.reason, seconds=fault.seconds) from error
        raise Refused(fault) from error


async def tried(call: Callable[[], Awaitable[T]]) -> T | Fault:
    """Make a call, again after each of `_WAITS` while Discord is busy; what it gave, or what is wrong for good."""
    waits = list(_WAITS)
    while True:
        try:
            async with asyncio.timeout(_TRY_SECONDS):
                return await call()
        except ERRORS as error:
            fault = judge(error)
            if fault.meaning is not Meaning.BUSY or not waits:
                return fault
        await asyncio.sleep(max(waits.pop(0), min(fault.seconds or 0.0, _LONGEST_WAIT)))


def final(fault: Fault) -> TryLater | Undeliverable:
    """What delivery has to know of a refusal that nothing here mends."""
    if fault.meaning is Meaning.TOKEN_DEAD:
        return TryLater(fault.reason, seconds=_LOCKED_OUT_SECONDS)
    return Undeliverable(fault.reason)
