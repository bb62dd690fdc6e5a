"""Rolling restarts: the engine's devices are started anew one after the other, and the service goes on meanwhile.

One is asked for in the database, by the command line or the operator's page. What a device has at work ends first, or
is begun again on another; so nobody loses a picture. A restart that the service did not live to end is done by its
next start: everything is new then.
"""

import asyncio
import contextlib
from dataclasses import replace

import structlog

from bot.domain.errors import StorageFailed
from bot.overseeing import Overseeing, Restart, RestartStage
from inference.api import RestartableEngine

LOOK_SECONDS = 2.0
"""How soon one that the command line asked for is begun."""

END_SECONDS = 600.0
"""How long the pictures of a device get to end; after that they are begun again, on another if there is one."""

log = structlog.get_logger(__name__)


class Restarts:
    """Does what was asked for, one restart at a time."""

    def __init__(self, *, store: Overseeing, engine: RestartableEngine) -> None:
        self._store = store
        self._engine = engine
        self._asked = asyncio.Event()

    async def ask(self, device: str = "") -> bool:
        """Restart every device, or one; returns at once. False if a restart is under way.

        `Overseeing.restart` says how far it is.
        """
        taken = await self._store.ask_restart(device)
        self._asked.set()
        return taken

    async def settle(self) -> None:
        """At a start: what was asked for before is done by that."""
        if (before := await self._store.restart()) and before.stage is not RestartStage.DONE:
            await self._store.note_restart(replace(before, stage=RestartStage.DONE))

    async def watch(self) -> None:
        """Do what is asked for, again and again."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._asked.wait()
            self._asked.clear()
            with contextlib.suppress(StorageFailed):  # it is looked at again
                if (asked := await self._store.restart()) and asked.stage is not RestartStage.DONE:
                    await self._do(asked)

    async def _do(self, asked: Restart) -> None:
        """Restart them in turn; one that worked and does not return ends it, so that the others go on working."""
        under_way = replace(asked, stage=RestartStage.RUNNING)
        await self._store.note_restart(under_way)
        names = [asked.device] if asked.device else [device.name for device in self._engine.devices()]
        for name in names:
            worked = self._trouble(name) == ""
            log.info("device is restarted", device=name)
            returned = await self._engine.restart(name, seconds=END_SECONDS)
            trouble = "" if returned else self._trouble(name) or "It has not returned."
            if returned:
                log.info("device works again", device=name)
            else:
                log.error("device does not work", device=name, reason=trouble)
            under_way = replace(under_way, outcome={**under_way.outcome, name: trouble})
            await self._store.note_restart(under_way)
            if worked and not returned:
                break
        await self._store.note_restart(replace(under_way, stage=RestartStage.DONE))

    def _trouble(self, name: str) -> str:
        troubles = {device.name: device.trouble for device in self._engine.devices()}
        return troubles.get(name, f"There is no device {name!r}; these are there: {', '.join(troubles)}.")
