"""Waiting for what others change."""

import asyncio
from collections.abc import Callable


class Changes:
    """Whoever changes something calls `note`; those who wait then check their conditions again."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def note(self) -> None:
        """Something has changed."""
        self._changed.set()

    async def until(self, condition: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until it holds, `seconds` at most; whether it does."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True
