"""How a command that has something half made is stopped: it clears up, whatever else comes."""

import argparse
import asyncio
import signal
from collections.abc import Callable, Coroutine

from config.settings import Settings

Command = Callable[[argparse.Namespace, Settings], Coroutine[None, None, int]]


def stoppable(command: Command, *, code: int | None = None) -> Command:
    """The command, cancelled by the first SIGINT, SIGTERM or SIGHUP; further ones do not stop its clearing up.

    It then ends with `code`, or else with the exit code of a process that the signal killed. A command may listen to
    signals itself later on.
    """

    async def stopped_or_done(asked: argparse.Namespace, settings: Settings) -> int:
        task = asyncio.current_task()
        assert task is not None
        received: list[signal.Signals] = []

        def stop(number: signal.Signals) -> None:
            if not received:
                task.cancel()
            received.append(number)

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # under nohup it goes on
                asyncio.get_running_loop().add_signal_handler(number, stop, number)
        try:
            return await command(asked, settings)
        except asyncio.CancelledError:
            if not received:
                raise
            return 128 + received[0] if code is None else code

    return stopped_or_done
