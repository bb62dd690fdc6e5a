"""Waiting for a disk that refuses: what is finished must be written down, however long that takes.

A service waits as long as it takes. A command at a terminal gives up after so many attempts.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.domain.errors import StorageFailed

BACKOFF = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between attempts; the last one repeats."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


async def until_stored(write: Callable[[], Awaitable[T]], *, most: int | None = None) -> T:
    """Call `write` until the disk takes it, `most` times at the most; None is for ever.

    For work that is done already. A request that could still be refused should let `StorageFailed` through to the
    member instead.

    Raises:
        StorageFailed: the last of the attempts failed.
    """
    attempts = 0
    while True:
        try:
            return await write()
        except StorageFailed as fault:
            if attempts + 1 == most:
                raise
            seconds = BACKOFF[min(attempts, len(BACKOFF) - 1)]
            log.error("the disk refuses, waiting", seconds=seconds, cause=repr(fault.__cause__))  # noqa: TRY400 -- the cause says it in a line
            attempts += 1
            await asyncio.sleep(seconds)
