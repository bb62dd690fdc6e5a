"""Discord as the lifecycle sees it: puts the parts of this package together."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from typing import Self

import structlog

from adapters.discord.commands import commands
from adapters.discord.connection import BACKOFF, Connection
from adapters.discord.desk import Desk
from adapters.discord.incoming import PLATFORM
from adapters.discord.intake import Intake
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.named import CommandNames
from adapters.discord.registration import register
from adapters.discord.rest import Rest
from adapters.downloads import downloader
from bot.card_files import CardFiles
from bot.conversation import Conversation
from bot.ports import Clock, Exporter
from bot.service import Service
from bot.stores import Store

COLLECT_LOOK_SECONDS = 5.0

log = structlog.get_logger(__name__)


class DiscordPlatform:
    """A `ChatPlatform`. Entering logs in; `run` listens."""

    name = PLATFORM

    def __init__(
        self,
        *,
        token: str,
        api_url: str,
        message_content: bool = False,
        service: Service,
        store: Store,
        exporter: Exporter,
        clock: Clock,
        allowed_hosts: frozenset[str],
        max_bytes: int,
    ) -> None:
        """`message_content`: ask for it. `allowed_hosts`, `max_bytes`: as in `adapters.downloads`."""
        self._token = token
        self._store = store
        self._downloading = downloader(allowed_hosts=allowed_hosts, max_bytes=max_bytes)
        self._connection = Connection(api_url=api_url, clock=clock, message_content=message_content)
        rest, files, names = Rest(self._connection), CardFiles(exporter), CommandNames()
        self.messenger = DiscordMessenger(rest, files, clock, closed=service.threads.closed, names=names)
        self._desk = partial(
            Desk,
            service=service,
            conversation=Conversation(service=service, exporter=exporter, clock=clock),
            rest=rest,
            names=names,
            messenger=self.messenger,
            exporter=exporter,
            files=files,
            clock=clock,
        )
        self._parts = AsyncExitStack()
        self._intake: Intake | None = None

    @property
    def connected(self) -> bool:
        return self._connection.connected

    async def __aenter__(self) -> Self:
        """Log in if Discord answers at once; if it is away, `run` goes on trying.

        Raises:
            FatalError: the token is none.
        """
        await self._connection.log_in(self._token, waits=())
        self._parts.push_async_callback(self._connection.close)
        self._downloads = await self._parts.enter_async_context(self._downloading)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._parts.aclose()

    async def run(self) -> None:
        """Log in, do what a crash interrupted, and take events."""
        await self._connection.log_in(self._token, waits=BACKOFF)
        assert self._connection.user is not None
        desk = self._desk(downloads=self._downloads, me=str(self._connection.user.id))
        self._intake = Intake(desk, store=self._store)
        wanted = commands(desk.service.menu().controls, web=desk.service.sign_in is not None)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._offer_collect(), name="discord collect")
            tasks.create_task(self._intake.inbox.run(), name="discord inbox")
            tasks.create_task(register(desk.rest, wanted, learn=desk.names.learn), name="discord commands")
            self._connection.take = self._intake.take
            await self._connection.listen(self._token)

    async def stop_intake(self) -> None:
        """Leave the gateway and finish what was taken."""
        await self._connection.hang_up()
        if self._intake:
            await self._intake.inbox.stop()

    async def _offer_collect(self) -> None:
        while True:
            await asyncio.sleep(COLLECT_LOOK_SECONDS)
            await self.messenger.offer_collect()
