"""A form whose time is over while the disk still takes some of it."""

import asyncio
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import Any
from unittest.mock import AsyncMock

import pytest

from adapters.web import incoming
from bot.domain.errors import InvalidRequest
from tests.harness.late_thread import LateThread


async def test_its_file_is_closed_once_nothing_is_written_to_it_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the loop waits for the disk there, or the file is written to when it is closed."""
    written: list[int] = []

    def noted(write: Callable[[bytes], int], chunk: bytes) -> None:
        written.append(write(chunk))

    late = LateThread(noted)

    class Slow(SpooledTemporaryFile[bytes]):
        def write(self, chunk: Any) -> int:
            late(super().write, chunk)
            return len(chunk)

    monkeypatch.setattr(incoming, "SpooledTemporaryFile", Slow)
    part = AsyncMock()
    part.read_chunk = AsyncMock(return_value=b"picture")
    await late.outlives(asyncio.create_task(incoming._read(part, 100, InvalidRequest("web-refused-form"))))
    assert written == [7]
