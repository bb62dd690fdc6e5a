"""The web as a chat platform: a server that takes requests and shows their cards."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from ipaddress import ip_network
from typing import Self

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from adapters.listening import listening
from adapters.web.account import Account
from adapters.web.authentication import Membership
from adapters.web.files import FileRoutes
from adapters.web.gallery import Gallery
from adapters.web.guard import Authenticator, Guard, protect
from adapters.web.incoming import TYPED_BYTES
from adapters.web.messenger import PLATFORM, WebMessenger
from adapters.web.operator import OperatorPages
from adapters.web.operators import Operators
from adapters.web.pages import STATIC, compile_templates, keep, sentence_page
from adapters.web.playground import Playground
from adapters.web.results import ResultActs
from adapters.web.words import TRUSTED, locale_of, said_here
from bot.domain.errors import FatalError, Gone, LimitReached, NotAllowed, UserError
from bot.operations import Operations, ProcessInfo
from bot.ports import Exporter
from bot.service import Service
from bot.texts import text

_STOP_SECONDS = 1.0
_STATUS: dict[type[UserError], int] = {Gone: 404, NotAllowed: 403, LimitReached: 429}
_SENTENCES = {
    400: "web-refused-form",
    404: "web-refused-page",
    405: "web-refused-page",
    408: "web-refused-slow",
    413: "web-refused-form",
    415: "web-refused-form",
}
"""What is said in place of aiohttp's own words."""

log = structlog.get_logger(__name__)


class WebPlatform:
    """A `ChatPlatform` whose messages are pages."""

    name = PLATFORM
    connected = True  # while it listens; nobody else stands between it and the person

    def __init__(
        self,
        *,
        service: Service,
        exporter: Exporter,
        authenticator: Authenticator,
        host: str,
        port: int,
        public_url: str = "",
        max_bytes: int,
        days: float | None = None,
        trusted_proxies: Sequence[str] = (),
        operations: Operations | None = None,
        process: ProcessInfo | None = None,
        operators: Authenticator | None = None,
    ) -> None:
        """Nothing is listened on yet.

        Args:
            service: what the pages ask.
            exporter: makes the files of pictures.
            authenticator: who is let in.
            host: to listen on.
            port: likewise; 0 for any that is free.
            public_url: at which the pages are reached, without a slash at its end, if not by this machine's names.
            max_bytes: of a picture that is sent.
            days: after which results that nobody keeps lose their pictures; None if nothing goes by age.
            trusted_proxies: networks of proxies that say where requests come from.
            operations: what the operator's page asks.
            process: what else it shows.
            operators: who is let in to it; None if there is none.
        """
        self.messenger = WebMessenger()
        self.port = port
        self._host = host
        self._trusted = [ip_network(each) for each in trusted_proxies]
        self._guard = Guard(authenticator=authenticator, operators=operators, public_url=public_url)
        members = authenticator if isinstance(authenticator, Membership) else None
        self._routes = [
            *Playground(service=service, messenger=self.messenger, max_bytes=max_bytes, days=days).routes(),
            *FileRoutes(service=service, exporter=exporter, messenger=self.messenger).routes(),
            *ResultActs(service=service).routes(),
            *Gallery(service=service).routes(),
            *(Account(service=service, membership=members).routes() if members else ()),
        ]
        self._overseen: OperatorPages | None = None
        if operators:
            assert operations is not None, "what is there to be operated"
            assert process is not None, "what is there to be shown"
            self._overseen = OperatorPages(
                service=service,
                operations=operations,
                exporter=exporter,
                process=process,
                operators=operators if isinstance(operators, Operators) else None,
            )
            self._routes += self._overseen.routes()
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Listen; `port` then is the one that it is.

        Raises:
            FatalError: the address cannot be listened on.
        """
        # What aiohttp reads whole; forms with files are read by parts, each with its own bound.
        application = web.Application(middlewares=[_answering(self._guard)], client_max_size=TYPED_BYTES)
        application[TRUSTED] = self._trusted
        application.on_response_prepare.extend((keep, protect, _begin))
        application.add_routes(self._routes)
        application.router.add_static("/static/", STATIC)
        await asyncio.to_thread(compile_templates)
        try:
            self.port = await self._opened.enter_async_context(
                listening(application, host=self._host, port=self.port, stop_seconds=_STOP_SECONDS)
            )
        except OSError as fault:
            raise FatalError(
                f"Cannot listen on {self._host}:{self.port} for the pages ({fault.strerror}): set web.host and "
                "web.port to a free address, or --port of the playground to a free port."
            ) from fault
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Stop listening."""
        await self._opened.aclose()

    async def run(self) -> None:
        """Nothing: requests come to the server by themselves."""

    async def stop_intake(self) -> None:
        """End the streams, which would keep the server open; pages ask again until it is back."""
        self.messenger.close()
        if self._overseen:
            self._overseen.close()


_BEGUN = web.RequestKey("begun", web.StreamResponse)


async def _begin(request: web.Request, response: web.StreamResponse) -> None:
    """Remember what is sent."""
    request[_BEGUN] = response


def _answering(guard: Guard) -> Middleware:
    """Checks every request, and makes a page of whatever is raised: a sentence, and never a traceback.

    An answer that has begun cannot become that page: it breaks off, so that its reader knows that it is not whole.
    """

    @web.middleware
    async def answering(request: web.Request, handler: Handler) -> web.StreamResponse:
        locale = locale_of(request)
        try:
            return await guard.check(request, locale) or await handler(request)
        except Exception as fault:
            begun, transport = request.get(_BEGUN), request.transport
            left = transport is None or transport.is_closing()
            if not isinstance(fault, (UserError, web.HTTPException)):
                if not (left and isinstance(fault, ConnectionError)):
                    log.exception("page failed", path=request.path)
            elif begun and not left:
                log.warning("page broke off", path=request.path, reason=str(fault))
            if transport and begun:
                transport.abort()
            if begun or left:
                return begun or web.Response()  # which nobody reads
            return _refusal(request, fault, locale)

    return answering


def _refusal(request: web.Request, fault: Exception, locale: str) -> web.Response:
    if isinstance(fault, UserError):
        status = next((code for kind, code in _STATUS.items() if isinstance(fault, kind)), 422)
        return sentence_page(request, said_here(fault, locale), status=status)
    if isinstance(fault, web.HTTPException):
        known = _SENTENCES.get(fault.status)
        return sentence_page(request, text(locale, known) if known else fault.text or "", status=fault.status)
    return sentence_page(request, text(locale, "web-refused-fault"), status=500)
