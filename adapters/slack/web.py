"""HTTP mode: Slack posts events here; the signature is checked over the bytes as they came, before any reading."""

import asyncio
from contextlib import AsyncExitStack

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from slack_bolt.adapter.aiohttp import to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from adapters.listening import body_of, listening
from adapters.slack.api import SlackApi
from adapters.slack.errors import SlackFault
from bot.domain.errors import FatalError

EVENTS_PATH = "/slack/events"
LOOK_SECONDS = 15.0
STOP_SECONDS = 3.0
log = structlog.get_logger(__name__)


class WebServer:
    """Listens once it is opened."""

    def __init__(self, app: AsyncApp, api: SlackApi) -> None:
        self._app = app
        self._api = api
        self.connected = False
        self._open = AsyncExitStack()

    async def open(self) -> None:
        """Listen.

        Raises:
            FatalError: the address is taken, or not ours.
        """
        options = self._api.options
        host, port = options.http_host, options.http_port
        web_app = self._app.server(port=port, path=EVENTS_PATH, host=host).web_app
        web_app.middlewares.append(_gate(SignatureVerifier(options.signing_secret)))
        try:
            await self._open.enter_async_context(listening(web_app, host=host, port=port, stop_seconds=STOP_SECONDS))
        except OSError as fault:
            raise FatalError(
                f"Slack's events cannot be listened for on {host}:{port} ({fault.strerror}): "
                "set slack.http_host and slack.http_port to a free address."
            ) from fault
        self.connected = True  # whether Slack can reach it cannot be seen from here
        log.info("listening for slack", host=host, port=port, path=EVENTS_PATH)

    async def watch(self) -> None:
        """Ask Slack for a sign of life until cancelled: without one no event can be answered."""
        while True:
            try:
                await self._api.call_with(None, "api_test")
                self.connected = True
            except SlackFault as fault:
                self.connected = not fault.passes
            await asyncio.sleep(LOOK_SECONDS)

    async def close(self) -> None:
        """Stop listening; requests that are being answered get a moment."""
        await self._open.aclose()


_CERTIFICATE_TEST = b"ssl_check=1"


def _gate(verifier: SignatureVerifier) -> Middleware:
    """Lets through to Bolt what Slack signed and Bolt can read: Bolt reads before it verifies, and raises at both."""

    @web.middleware
    async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path != EVENTS_PATH or request.method != "POST":
            return await handler(request)
        try:
            body = await body_of(request)
            # Slack tests certificates without a signature; Bolt answers these itself, and nothing else sees them.
            signed = _CERTIFICATE_TEST in body.split(b"&") or verifier.is_valid_request(body, request.headers)
        except (ValueError, TypeError, ArithmeticError):  # no time, a signature beyond ASCII, a body that is no UTF-8
            signed = False
        if not signed:
            log.info("a request that slack did not sign", remote=request.remote)
            refused = web.Response(status=401)
            refused.force_close()
            return refused
        try:
            await to_bolt_request(request)
        except (ValueError, TypeError, LookupError, AttributeError) as fault:
            log.warning("slack's request cannot be read", reason=str(fault))
            return web.Response(status=400)
        return await handler(request)

    return gate
