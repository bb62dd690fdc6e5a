"""Waiting for a disk that refuses: what is finished must be written down, however long that takes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.domain.errors import StorageFailed

BACK_OFF = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between tries; the last one repeats."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


async def until_stored(write: Callable[[], Awaitable[T]]) -> T:
    """Call `write` until the disk takes it.

    For work that is done already. A request that could still be refused should let `StorageFailed` through to the
    member instead.
    """
    tries = 0
    while True:
        try:
            return await write()
        except StorageFailed as fault:
            seconds = BACK_OFF[min(tries, len(BACK_OFF) - 1)]
            log.error("the disk refuses, waiting", seconds=seconds, cause=repr(fault.__cause__))  # noqa: TRY400 -- the cause says it in a line
            tries += 1
            await asyncio.sleep(seconds)
