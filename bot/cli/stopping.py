"""How a command that makes temporary files ends when it is told to."""

import asyncio
import signal


def end_by_cancelling() -> None:
    """Have SIGTERM and SIGHUP cancel the calling task, which cleans up, instead of ending the process on the spot.

    A hang-up that is ignored, as under `nohup`, stays ignored.
    """
    command = asyncio.current_task()
    assert command is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, command.cancel)
