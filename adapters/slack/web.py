"""HTTP mode: Slack posts events here; the signature is checked by Bolt, before anything else sees them."""

from collections.abc import Awaitable, Callable
from typing import Self

import structlog
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp

from adapters.slack.options import SlackOptions
from bot.domain.errors import FatalError

STOP_SECONDS = 3.0
log = structlog.get_logger(__name__)


class WebServer:
    """An async context manager: entered when it listens."""

    def __init__(self, app: AsyncApp, options: SlackOptions) -> None:
        self._app = app
        self._options = options

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            FatalError: the address is taken, or not ours.
        """
        host, port = self._options.http_host, self._options.http_port
        web_app = self._app.server(port=port, path=self._options.events_path, host=host).web_app
        web_app.middlewares.append(refuse_odd_timestamps)
        self._runner = web.AppRunner(web_app, shutdown_timeout=STOP_SECONDS, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as fault:
            await self._runner.cleanup()
            raise FatalError(
                f"Slack's events cannot be listened for on {host}:{port} ({fault.strerror}): "
                "set slack.http_host and slack.http_port to a free address."
            ) from fault
        log.info("listening for slack", host=host, port=port, path=self._options.events_path)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop listening; requests that are being answered get a moment."""
        await self._runner.cleanup()


@web.middleware
async def refuse_odd_timestamps(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """A timestamp that is no number makes the SDK's check raise, which Bolt answers with 500; it is a forgery."""
    stamp = request.headers.get("X-Slack-Request-Timestamp", "0")
    if not (stamp.isascii() and stamp.isdigit()):
        return web.Response(status=401)
    return await handler(request)
