"""Discord as the lifecycle sees it: puts the parts of this package together."""

import asyncio
from contextlib import AsyncExitStack
from typing import Self

import structlog

from adapters.discord.answers import Ack, Answers
from adapters.discord.asking import Asking
from adapters.discord.commands import IMAGE_INFO, REMIX_IMAGE, commands
from adapters.discord.connection import RECONNECT, Connection
from adapters.discord.files import FileMaker
from adapters.discord.incoming import PLATFORM, Incoming, Kind
from adapters.discord.intake import Flow, Intake
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.named import CommandNames
from adapters.discord.pages import Pages
from adapters.discord.places import asker
from adapters.discord.presses import Presses
from adapters.discord.reactions import Reactions
from adapters.discord.registration import register
from adapters.discord.remix import Remix
from adapters.discord.reopening import Reopening
from adapters.discord.rest import Rest
from adapters.discord.settings import FORGET, Privacy, Settings
from adapters.discord.translate import ACTIONS
from adapters.downloads import downloader
from bot.domain.actions import VERBS, Verb
from bot.ports import Clock, Exporter
from bot.service import Service
from bot.stores import Store
from inference.api import ControlKind

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
        service: Service,
        store: Store,
        exporter: Exporter,
        clock: Clock,
        allowed_hosts: frozenset[str],
        max_bytes: int,
    ) -> None:
        """`allowed_hosts` and `max_bytes` bound what is downloaded; see `adapters.downloads`."""
        self._token = token
        self._service = service
        self._store = store
        self._downloading = downloader(allowed_hosts=allowed_hosts, max_bytes=max_bytes)
        self._clock = clock
        self._connection = Connection(api_url=api_url, clock=clock)
        self._rest = Rest(self._connection)
        self._names = CommandNames()
        self._answers = Answers(self._rest, clock, self._names)
        self._exporter = exporter
        self._files = FileMaker(exporter)
        self.messenger = DiscordMessenger(
            self._rest, self._files, clock, connected=lambda: self._connection.logged_in, names=self._names
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
        await self._connection.log_in(self._token, waits=RECONNECT)
        application, me = str(self._connection.application_id), self._connection.user
        assert me is not None
        self._intake = Intake(
            flows=self._flows(str(me.id)),
            store=self._store,
            answers=self._answers,
            clock=self._clock,
            private_by_default=self._is_private_place,
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._offer_collect(), name="discord collect")
            tasks.create_task(self._intake.inbox.run(), name="discord inbox")
            registering = register(
                self._rest,
                application,
                commands(self._controls(), web=self._service.sign_in is not None),
                learn=self._names.learn,
                waits=RECONNECT,
            )
            tasks.create_task(registering, name="discord commands")
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

    async def _is_private_place(self, event: Incoming) -> bool:
        """Whether answers are private there unless asked otherwise."""
        return bool((await self._service.places.settings(*asker(event).keys)).private)

    def _controls(self) -> list[ControlKind]:
        """The kinds of structure that any model can be made to keep."""
        kinds = {kind for defaults in self._service.models.values() for kind in defaults.controls}
        return [kind for kind in ControlKind if kind in kinds]

    def _flows(self, me: str) -> dict[str, Flow]:
        service, store, rest, answers = self._service, self._store, self._rest, self._answers
        asking = Asking(service=service, answers=answers, downloads=self._downloads)
        remix = Remix(service=service, store=store, rest=rest, answers=answers, asking=asking, me=me)
        presses = Presses(
            service=service, store=store, rest=rest, answers=answers, messenger=self.messenger, asking=asking
        )
        pages = Pages(service=service, store=store, exporter=self._exporter, answers=answers, clock=self._clock)
        settings = Settings(service=service, answers=answers)
        reopening = Reopening(answers=answers, remix=remix, presses=presses)
        privacy = Privacy(service=service, answers=answers)
        reactions = Reactions(service=service, rest=rest, presses=presses, asking=asking, files=self._files, me=me)
        flows = {
            f"command {REMIX_IMAGE}": Flow(remix.menu),
            "button again": Flow(reopening.again),
            "modal remix": Flow(remix.form, Ack.PUBLIC, lasting=True),
            Kind.MENTION: Flow(remix.mention, lasting=True),
            Kind.REACTION: Flow(reactions.act, lasting=True),
            Kind.AUTOCOMPLETE: Flow(pages.suggest),
            f"button {Verb.DETAILS}": Flow(pages.details, Ack.HIDDEN),
            f"button {Verb.CANCEL}": Flow(presses.cancel, Ack.UPDATE, lasting=True),
            f"button {Verb.DELETE}": Flow(presses.delete, Ack.UPDATE, lasting=True),
            f"button {Verb.PUBLISH}": Flow(presses.publish, Ack.PUBLIC, lasting=True, open=True),
            f"button {Verb.PUBLISH_OPEN}": Flow(presses.publish, Ack.PUBLIC, lasting=True, open=True),
            f"button {Verb.COLLECT}": Flow(presses.collect, Ack.UPDATE, lasting=True),
            f"button {FORGET}": Flow(privacy.forget, Ack.HIDDEN, lasting=True),
            "command queue": Flow(pages.queue, Ack.HIDDEN),
            "command info": Flow(pages.info, Ack.HIDDEN),
            f"command {IMAGE_INFO}": Flow(pages.image_info, Ack.HIDDEN),
            "command styles": Flow(pages.styles, Ack.HIDDEN),
            "command web": Flow(pages.web, Ack.HIDDEN),
            "command help": Flow(pages.help, Ack.HIDDEN),
            "command settings": Flow(settings.command, Ack.HIDDEN, lasting=True),
            "command privacy": Flow(privacy.command, Ack.HIDDEN),
        }
        for name in ACTIONS:
            flows[f"command {name}"] = Flow(remix.command, Ack.PUBLIC, lasting=True)
        for verb, row in VERBS.items():
            if row.opens:
                flows[f"button {verb}"] = Flow(presses.ask)
                flows[f"modal {row.opens}"] = Flow(presses.form, Ack.PUBLIC, lasting=True)
            elif row.makes:
                flows[f"button {verb}"] = Flow(presses.again, Ack.PUBLIC, lasting=True)
        return flows
