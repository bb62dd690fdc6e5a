"""Whoever waits for a thread goes on when it has ended, also if they are cancelled."""

import asyncio
import threading
from contextvars import ContextVar

import pytest

from bot.in_thread import in_thread

NAME = ContextVar("name", default="")


async def loop_turns() -> None:
    """Enough of them for a task that is cancelled to end, if nothing keeps it."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_it_answers_and_raises_as_a_call_does() -> None:
    NAME.set("ann")
    assert await in_thread(lambda *words: (*words, NAME.get()), "a", "b") == ("a", "b", "ann")
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)


@pytest.mark.parametrize("fails", [False, True])
async def test_whoever_is_cancelled_waits_for_its_end(fails: bool, caplog: pytest.LogCaptureFixture) -> None:
    begun, may_end, stopping = threading.Event(), threading.Event(), threading.Event()
    ended: list[str] = []

    def work() -> None:
        begun.set()
        may_end.wait(60)
        ended.append("thread")
        if fails:
            raise OSError("the disk refuses")

    async def wait_for_it() -> None:
        try:
            await in_thread(work, stopping=stopping)
        finally:
            ended.append("owner")

    waiting = asyncio.create_task(wait_for_it())
    await asyncio.to_thread(begun.wait)
    for _ in range(2):
        waiting.cancel()
        await loop_turns()
        assert stopping.is_set()
        assert not ended
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended == ["thread", "owner"]
    del waiting
    await loop_turns()
    assert not caplog.records
