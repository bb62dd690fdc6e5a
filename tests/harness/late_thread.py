"""A thread that begins its work only after its task was cancelled."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from tests.harness.waiting import PATIENCE


class LateThread:
    """Takes the place of what is called in a thread."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        self._begun, self._held, self._over = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self._begun.set()
        self._held.wait(PATIENCE)
        try:
            return self._call(*arguments, **options)
        finally:
            self._over.set()

    async def begins(self) -> None:
        """Return when it is there, and held up."""
        await asyncio.to_thread(self._begun.wait, PATIENCE)

    def end(self) -> None:
        """Let it go on, and return when it has ended."""
        self._held.set()
        self._over.wait(PATIENCE)

    async def ends(self, task: asyncio.Task[Any]) -> None:
        """Let it go on, and return when it and its cancelled task have ended."""
        self._held.set()
        await asyncio.wait([task])
        await asyncio.to_thread(self.end)
        assert task.cancelled()

    async def outlives(self, task: asyncio.Task[Any]) -> None:
        """Cancel its task, and let it go on once that has ended, if it does not wait for the thread."""
        await self.begins()
        task.cancel()
        await loop_turns()
        await self.ends(task)


async def loop_turns() -> None:
    """Many more turns of the loop than a task that was cancelled needs to end."""
    for _ in range(100):
        await asyncio.sleep(0)
