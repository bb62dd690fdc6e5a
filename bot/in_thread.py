"""Work in a thread that has ended when whoever waits for it goes on, cancelled or not.

`asyncio.to_thread` leaves its thread behind when it is cancelled: that goes on writing, moving and deleting while its
owner clears up, lets go of a lock, or long after.
"""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[..., T], *arguments: object, stopping: threading.Event | None = None) -> T:
    """As `asyncio.to_thread`, but whoever is cancelled meanwhile waits for the thread's end first.

    Args:
        work: what is called in the thread, in the context of this call.
        *arguments: what with.
        stopping: is set by a cancellation, for work that looks at it.
    """
    call = partial(contextvars.copy_context().run, work, *arguments)
    running = asyncio.get_running_loop().run_in_executor(None, call)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        if stopping:
            stopping.set()
        while not running.done():
            with suppress(asyncio.CancelledError):  # once more: it changes nothing
                await asyncio.wait([running])
        if not running.cancelled():
            running.exception()  # nobody else asks for it
        raise
