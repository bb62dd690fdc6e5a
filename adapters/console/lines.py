"""Progress if nobody draws: lines for a log, few of them, and none for what is soon over."""

import asyncio
from typing import Self, TextIO

from rich.progress import TaskID

SECONDS = 5.0


class PlainLines:
    """What `rich.progress.Progress` is to a terminal. Every `SECONDS` it says what is waited for, if that is news."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._tasks: dict[TaskID, str] = {}
        self._shares: dict[TaskID, float] = {}
        self._count = 0
        self._said = ""

    def __enter__(self) -> Self:
        self._next = asyncio.get_running_loop().call_later(SECONDS, self._tell)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._next.cancel()

    def add_task(self, description: str, *, total: float | None) -> TaskID:
        """Something else is waited for; without a `total` nobody knows how much of it is done."""
        del total
        self._count += 1
        task = TaskID(self._count)
        self._tasks[task] = description
        return task

    def update(self, task: TaskID, *, completed: float, description: str) -> None:
        """How much of it is done, and what it is now."""
        self._tasks[task], self._shares[task] = description, completed

    def remove_task(self, task: TaskID) -> None:
        """It is not waited for any more."""
        del self._tasks[task]

    def _tell(self) -> None:
        if self._tasks:
            task, words = next(reversed(self._tasks.items()))
            share = self._shares.get(task)
            words = words if not share or "%" in words else f"{words} {share:.0%}"
            if words != self._said:
                self._said = words
                print(f"pentimento: {words}", file=self._stream, flush=True)
        self._next = asyncio.get_running_loop().call_later(SECONDS, self._tell)
