"""Waiting for what is true in the end, however busy the machine is."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE = 120.0
"""Seconds; a failing wait is the only thing that takes this long."""


async def eventually(fact: Callable[[], Awaitable[object]]) -> None:
    """Return once `fact` holds: for facts of a store, which ring no bell."""
    async with asyncio.timeout(PATIENCE):
        while not await fact():
            await asyncio.sleep(0.01)
