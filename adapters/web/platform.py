"""The web as a chat platform: a server on loopback that takes requests and shows their cards."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from adapters.listening import listening
from adapters.web.gallery import Gallery
from adapters.web.guard import Guard, protect, start_token
from adapters.web.messenger import PLATFORM, WebMessenger
from adapters.web.pages import STATIC, page
from adapters.web.playground import ME, Playground
from adapters.web.words import locale_of
from bot.domain.errors import FatalError, Gone, NotAllowed, UserError
from bot.ports import Exporter
from bot.service import Service
from bot.texts import text

HOST = "127.0.0.1"
_ROOM_FOR_FIELDS = 1 << 20
_STOP_SECONDS = 1.0
_PUBLIC = ("/static/",)
_SENTENCES = {404: "web-refused-page", 405: "web-refused-page", 408: "web-refused-slow", 413: "web-refused-form"}
"""What is said in place of aiohttp's own words."""

log = structlog.get_logger(__name__)


class PlaygroundPlatform:
    """A `ChatPlatform` for one person at this machine."""

    name = PLATFORM
    connected = True  # while it listens; nobody else stands between it and the person

    def __init__(self, *, service: Service, exporter: Exporter, port: int, max_bytes: int, token_file: Path) -> None:
        """`port`: to listen on; 0 for any that is free. `max_bytes`: of a picture that is sent."""
        self.messenger = WebMessenger()
        self._port = port
        self._max_bytes = max_bytes
        self._token_file = token_file
        self._gallery = Gallery(service=service)
        self._pages = Playground(service=service, exporter=exporter, messenger=self.messenger, max_bytes=max_bytes)
        self._opened = AsyncExitStack()
        self.address = ""

    async def __aenter__(self) -> Self:
        """Listen; `address` then is what to open, with the start token in it.

        Raises:
            FatalError: the port cannot be listened on.
        """
        token = start_token(self._token_file)
        guard = Guard(asker=ME, token=token, public=_PUBLIC)
        application = web.Application(
            middlewares=[_answering(guard)], client_max_size=2 * self._max_bytes + _ROOM_FOR_FIELDS
        )
        application.on_response_prepare.append(protect)
        application.add_routes([*self._pages.routes(), *self._gallery.routes()])
        application.router.add_static("/static/", STATIC)
        try:
            port = await self._opened.enter_async_context(
                listening(application, host=HOST, port=self._port, stop_seconds=_STOP_SECONDS)
            )
        except OSError as fault:
            raise FatalError(
                f"Cannot listen on {HOST}:{self._port} ({fault.strerror}): name a free port with --port, "
                "or --port 0 for any."
            ) from fault
        self.address = f"http://{HOST}:{port}/?token={token}"
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Stop listening."""
        await self._opened.aclose()

    async def run(self) -> None:
        """Nothing: requests come to the server by themselves."""

    async def stop_intake(self) -> None:
        """End the streams, which would keep the server open; pages ask again until it is back."""
        self.messenger.close()


def _answering(guard: Guard) -> Middleware:
    """Checks every request, and makes a page of whatever is raised: a sentence, and never a traceback."""

    @web.middleware
    async def answering(request: web.Request, handler: Handler) -> web.StreamResponse:
        locale = locale_of(request)
        try:
            return guard.check(request, locale) or await handler(request)
        except Gone as gone:
            return _sentence(locale, gone.sentence(locale), status=404)
        except NotAllowed as refused:
            return _sentence(locale, refused.sentence(locale), status=403)
        except UserError as refused:
            return _sentence(locale, refused.sentence(locale), status=422)
        except web.HTTPException as refused:
            known = _SENTENCES.get(refused.status)
            return _sentence(locale, text(locale, known) if known else refused.text or "", status=refused.status)
        except Exception:
            log.exception("page failed", path=request.path)
            return _sentence(locale, text(locale, "web-refused-fault"), status=500)

    return answering


def _sentence(locale: str, sentence: str, *, status: int) -> web.Response:
    return page("sentence.html", locale, {"title": "Pentimento", "sentence": sentence}, status=status)
