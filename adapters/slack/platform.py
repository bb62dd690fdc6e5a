"""Slack as a `ChatPlatform`: puts the parts of this package together."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, Self

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext

from adapters.downloads import downloader
from adapters.slack.api import SlackApi
from adapters.slack.client import NotYet
from adapters.slack.commands import on_command, on_shortcut, on_submission
from adapters.slack.desk import Desk, Members
from adapters.slack.extra_files import ExtraFileUploads
from adapters.slack.home import Homes
from adapters.slack.inbound import Kind
from adapters.slack.intake import Handler, Intake
from adapters.slack.members import PLATFORM, Team
from adapters.slack.messages import on_message
from adapters.slack.messenger import SlackMessenger
from adapters.slack.oauth import oauth_flow
from adapters.slack.options import SlackOptions
from adapters.slack.pictures import Pictures
from adapters.slack.presses import on_press, on_reaction
from adapters.slack.private_replies import PrivateReplies
from adapters.slack.settings import on_joined, on_uninstalled
from adapters.slack.sockets import Sockets
from adapters.slack.tokens import InstallationStore, Workspaces
from adapters.slack.uploads import Uploads
from adapters.slack.web import WebServer
from bot.conversation import Conversation
from bot.ports import Clock, Exporter
from bot.service import Service
from bot.stores import Store

HANDLERS: Mapping[Kind, Handler] = {
    Kind.COMMAND: on_command,
    Kind.SHORTCUT: on_shortcut,
    Kind.SUBMISSION: on_submission,
    Kind.PRESS: on_press,
    Kind.MESSAGE: on_message,
    Kind.REACTION: on_reaction,
    Kind.JOINED: on_joined,
    Kind.UNINSTALLED: on_uninstalled,
}

BACKOFF = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds between attempts to connect at a start; the last one repeats."""

log = structlog.get_logger(__name__)


class SlackPlatform:
    """Use as `async with SlackPlatform(...) as slack:`, and `slack.run()` as a task."""

    name = PLATFORM

    def __init__(
        self,
        options: SlackOptions,
        *,
        service: Service,
        store: Store,
        exporter: Exporter,
        clock: Clock,
        allowed_hosts: frozenset[str],
        max_bytes: int,
        installations: InstallationStore,
    ) -> None:
        self._options = options
        self._store = store
        self._clock = clock
        self._downloads = downloader(allowed_hosts=allowed_hosts, max_bytes=max_bytes)
        self._api = api = SlackApi(options, Workspaces(options, clock=clock, store=installations))
        uploads, replies = Uploads(api, exporter), PrivateReplies(api)
        self.messenger = SlackMessenger(api, uploads, ExtraFileUploads(uploads, exporter), replies, clock=clock)
        self._desk = partial(
            Desk,
            api=api,
            service=service,
            conversation=Conversation(service=service, exporter=exporter, clock=clock),
            messenger=self.messenger,
            uploads=uploads,
            replies=replies,
            members=Members(api),
            clock=clock,
        )
        self._stack = AsyncExitStack()
        self._stands = self._at_work = False

    async def __aenter__(self) -> Self:
        """Connect; if Slack does not answer now, `run` goes on trying.

        Raises:
            FatalError: a token is not accepted, or the address to listen on is taken.
        """
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._api)
            downloads = await stack.enter_async_context(self._downloads)
            desk = self._desk(pictures=Pictures(self._api, downloads))
            self._homes = Homes(desk)
            desk.service.removal.watch(self._homes.outdated)
            handlers = {**HANDLERS, Kind.HOME: self._homes.show}
            self._intake = Intake(desk, handlers, store=self._store, clock=self._clock)
            app = self._app()
            self._road: Sockets | WebServer = (
                Sockets(app, self._api) if self._options.mode == "socket" else WebServer(app, self._api)
            )
            stack.push_async_callback(self._road.close)
            await self._connect(waits=())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Close connections."""
        await self._stack.aclose()

    @property
    def connected(self) -> bool:
        return self._road.connected

    async def run(self) -> None:
        """Work on events until `stop_intake`.

        Raises:
            FatalError: as for entering, of a Slack that did not answer then.
        """
        await self._connect(waits=BACKOFF)
        self._at_work = True
        async with asyncio.TaskGroup() as tasks:
            beside = [tasks.create_task(self._road.watch()), tasks.create_task(self._homes.run())]
            await self._intake.inbox.run()
            for task in beside:
                task.cancel()

    async def stop_intake(self) -> None:
        """Hear nothing more, and finish what was heard."""
        await self._road.close()
        if self._at_work:
            await self._intake.inbox.stop()

    async def _connect(self, *, waits: Sequence[float]) -> None:
        """Until it stands, trying again after each of `waits`, the last one for ever; nothing if it does already."""
        for wait in itertools.chain(waits, itertools.repeat(waits[-1] if waits else None)):
            if self._stands:
                return
            try:
                await self._api.workspaces.start(self._api)
                await self._road.open()
                self._stands = True
            except NotYet as reason:
                log.warning("cannot connect to Slack yet", reason=str(reason))
                if wait is None:
                    return
                await asyncio.sleep(wait)

    def _app(self) -> AsyncApp:
        """Bolt: signatures and authorization; the rest is the intake's."""
        oauth, api = self._options.oauth, self._api
        app = AsyncApp(
            oauth_flow=oauth_flow(api, clock=self._clock) if oauth else None,
            name="pentimento",
            client=self._api.client,
            signing_secret=self._options.signing_secret,
            authorize=_Authorize(self._api),  # type: ignore[arg-type]  # Bolt takes its own class here and says so
        )
        app.middleware(self._intake.receive)
        return app


class _Authorize(AsyncAuthorize):
    """Bolt's question whose token to use, answered without a call to Slack."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api

    async def __call__(self, *, context: AsyncBoltContext, **_ids: Any) -> AuthorizeResult | None:
        team = Team(context.team_id or "", context.enterprise_id or "", bool(context.is_enterprise_install))
        found = await self._api.workspaces.installed(team)
        if found is None:
            log.warning("not installed there", team=team.installed)
            return None
        return AuthorizeResult(
            enterprise_id=found.enterprise or None,
            team_id=found.team or team.id or None,
            bot_user_id=found.bot_user,
            bot_id=found.bot,
            bot_token=found.token,
        )
