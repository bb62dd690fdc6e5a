"""A SQLite connection and the thread that it belongs to."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

T = TypeVar("T")

_STATEMENTS = 256
"""Statements that stay prepared: more than there are."""


class Connection:
    """An async context manager.

    Each call hands its thread one function with all that it wants of the database: between two statements nobody
    waits for the event loop, and a task that is cancelled leaves either all of them done or none.
    """

    def __init__(self, path: Path, *, timeout: float) -> None:
        """`timeout`: seconds that it waits for another program's lock."""
        self._path = path
        self._timeout = timeout
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        self._connection: sqlite3.Connection

    async def __aenter__(self) -> Self:
        """Open the file.

        Raises:
            sqlite3.Error: it cannot be opened.
        """
        try:
            self._connection = await asyncio.get_running_loop().run_in_executor(self._thread, self._connect)
        except BaseException:
            self._thread.shutdown(wait=False)
            raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.run(sqlite3.Connection.close)
        self._thread.shutdown()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Call `work` in the thread, after what was asked for before; cancelled while it runs, it runs to its end."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, self._connection))

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, isolation_level=None, timeout=self._timeout, cached_statements=_STATEMENTS)
