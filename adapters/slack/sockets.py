"""Socket Mode: two connections, so that one stands while Slack refreshes the other."""

import asyncio
import logging

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from adapters.proxies import proxy_for
from adapters.slack.api import SlackApi
from adapters.slack.client import NotYet
from adapters.slack.members import PLATFORM
from bot.metrics import RECONNECTS

CONNECTIONS = 2
PING_SECONDS = 5.0
CONNECT_SECONDS = 30.0
_NO_CONNECTION = (aiohttp.ClientError, SlackApiError, OSError)
log = structlog.get_logger(__name__)


class Sockets:
    """Open when both connections stand."""

    def __init__(self, app: AsyncApp, api: SlackApi) -> None:
        self._app = app
        self._api = api
        self._handlers: list[AsyncSocketModeHandler] = []
        self._stands: dict[int, object] = {}  # session of each connection, as it was last seen
        self.connected = False

    async def open(self) -> None:
        """Connect; may be called until it returns.

        Raises:
            FatalError: Slack does not take the app token.
            NotYet: it does not let us connect.
        """
        token = self._api.options.app_token
        await self._api.needed(None, "apps_connections_open", variable="SLACK_APP_TOKEN", app_token=token)
        for _ in range(CONNECTIONS):
            handler = AsyncSocketModeHandler(
                self._app,
                token,
                logger=logging.getLogger("slack_sdk.socket_mode"),
                web_client=self._api.client,
                ping_interval=PING_SECONDS,
            )
            by_its_host(handler.client)
            self._handlers.append(handler)
        try:
            async with asyncio.timeout(CONNECT_SECONDS), asyncio.TaskGroup() as connecting:
                for handler in self._handlers:
                    connecting.create_task(handler.connect_async())  # type: ignore[no-untyped-call]  # Bolt's
        except (TimeoutError, ExceptionGroup) as fault:
            await self.close()
            if isinstance(fault, ExceptionGroup) and fault.split(_NO_CONNECTION)[1]:
                raise
            raise NotYet(
                "Slack's Socket Mode does not answer: check that it is switched on for your app and that outgoing "
                "web sockets may pass."
            ) from fault
        except BaseException:
            await self.close()
            raise
        await self._look()

    async def watch(self) -> None:
        """Watch over the connections until cancelled.

        The SDK reconnects by itself, but to the address it has; an address is good for one connection, so if
        that fails it needs a new one.
        """
        while True:
            await asyncio.sleep(PING_SECONDS)
            await self._look()

    async def _look(self) -> None:
        stands = 0
        for place, handler in enumerate(self._handlers):
            client = handler.client
            if not await client.is_connected():
                log.info("socket is down, asking for a new address")
                client.wss_uri = None  # the SDK's own sign for "ask for one"
                continue
            stands += 1
            if self._stands.get(place) not in {None, client.current_session}:
                RECONNECTS.labels(PLATFORM).inc()
            self._stands[place] = client.current_session
        self.connected = stands > 0  # events come by any of them

    async def close(self) -> None:
        """Close both and wait for their tasks."""
        handlers, self._handlers = self._handlers, []
        for handler in handlers:
            await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's
        tasks = [
            task
            for handler in handlers
            for task in (
                handler.client.message_processor,
                handler.client.current_session_monitor,
                handler.client.message_receiver,
            )
            if task is not None
        ]
        await asyncio.gather(*tasks, return_exceptions=True)


def by_its_host(client: SocketModeClient) -> None:
    """Let each connection take the proxy of the host that Slack gives for it; the SDK looks at no `NO_PROXY`."""
    issue = client.issue_new_wss_url

    async def issued() -> str:
        url = await issue()
        client.proxy = proxy_for(url)
        return url

    client.issue_new_wss_url = issued  # type: ignore[method-assign]
