"""Waiting for what is true in the end, however busy the machine is."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE = 120.0
"""Seconds; a failing wait is the only thing that takes this long."""


async def eventually(fact: Callable[[], object]) -> None:
    """Return once `fact`, which may be asynchronous, holds: for facts that ring no bell, as a store's."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = fact()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(0.01)
