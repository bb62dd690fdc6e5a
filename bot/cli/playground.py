"""`playground`: the bot as a page on this machine, for one person and without an account."""

import argparse
import asyncio
import os
import threading
import webbrowser
from contextlib import AsyncExitStack
from functools import partial

from adapters.web.authentication import start_token
from bot import lifecycle
from bot.cli.arguments import EXIT_DONE
from bot.cli.owner import for_owner
from bot.cli.process_info import process_info_of
from bot.compose import compose, engine_of, playground_of
from bot.lifecycle import RetentionDays
from bot.ports import Messenger
from bot.system import settle_in
from config.reading import origins
from config.settings import Settings

_FOR_EVER = 36_500.0
"""Days: nobody but who looks on deletes what they made."""


async def playground(asked: argparse.Namespace, settings: Settings) -> int:
    """Run until told to stop; prints the page's address, start token included.

    Raises:
        FatalError: it cannot start, with the mend.
    """
    settle_in()
    settings = for_owner(settings, asked.model)
    messengers: dict[str, Messenger] = {}
    async with AsyncExitStack() as parts:
        core, _ = await parts.enter_async_context(
            compose(
                settings, data_dir=asked.data_dir, engine=engine_of(settings, at_once=True), messengers=messengers
            )
        )
        token = start_token(asked.data_dir / "web-token")
        process = process_info_of(settings, origins(asked.config, os.environ), data_dir=asked.data_dir)
        page = await parts.enter_async_context(playground_of(settings, core, process, port=asked.port, token=token))
        messengers[page.name] = page.messenger
        address = f"http://127.0.0.1:{page.port}/?token={token}"
        # Called when `serve` first waits, and by then a signal stops it as it should.
        announcing = asyncio.get_running_loop().call_soon(partial(_announce, address, browser=asked.browser))
        parts.callback(announcing.cancel)
        keep = RetentionDays(pictures_days=_FOR_EVER, jobs_days=_FOR_EVER, inbox_days=settings.retention.inbox_days)
        await lifecycle.serve(core, [page], keep=keep, grace=settings.shutdown.grace_seconds)
    return EXIT_DONE


def _announce(address: str, *, browser: bool) -> None:
    print(address, flush=True)  # noqa: T201 -- the command line speaks
    if browser:
        # A browser in a terminal returns when it is closed; nobody waits for that, the end of the process neither.
        threading.Thread(target=webbrowser.open, args=(address,), name="browser", daemon=True).start()
