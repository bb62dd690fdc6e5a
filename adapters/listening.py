"""How every server of ours listens: a stranger costs one connection for some seconds, and no line of log.

aiohttp waits for ever for headers and bodies that do not come to an end, and logs what it cannot parse. Here a
connection without a whole request is cut after `REQUEST_SECONDS`; when there are too many, those that have been quiet
for longest make room, and if none is quiet the new one is closed; and what is no HTTP is not logged, as anybody can
send it.
"""

import asyncio
import logging
import resource
import time
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ssl import SSLContext

from aiohttp import BadContentDispositionHeader, BadContentDispositionParam, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler, Middleware

REQUEST_SECONDS = 10.0
"""From a connection, or the answer before, to a whole header."""

BODY_SECONDS = 8.0
_LINGER_SECONDS = 1.0
_BACKLOG = 64
_QUIET_SECONDS = 60.0
_MOST = 512
"""Connections at the same time, if the limit on descriptors allows for them."""

_SENT_WRONG = (web.RequestPayloadError, HttpProcessingError)
"""What aiohttp raises of malformed requests: while we read the body, or after our answer, while it reads the rest."""

_log = logging.getLogger("aiohttp.server")


@asynccontextmanager
async def listening(
    application: web.Application, *, host: str, port: int, stop_seconds: float = 3.0
) -> AsyncIterator[int]:
    """Serve while entered; requests that are being answered at the end get `stop_seconds`. Gives the port.

    Raises:
        OSError: the address is taken, or not ours.
    """
    busy: set[object] = set()
    application.middlewares.insert(0, _counting(busy))
    _log.addFilter(_is_ours)  # a filter that is there already is not added again
    logging.getLogger("asyncio").addFilter(_is_news)
    for malformed in (BadContentDispositionHeader, BadContentDispositionParam):  # of parts of forms
        warnings.filterwarnings("ignore", category=malformed)
    runner = web.AppRunner(
        application,
        access_log=None,
        shutdown_timeout=stop_seconds,
        keepalive_timeout=REQUEST_SECONDS,
        lingering_time=_LINGER_SECONDS,
        auto_decompress=False,  # 50 kB can be a second of unpacking on the loop, if only to throw it away
        logger=_log,
    )
    await runner.setup()
    try:
        assert runner.server is not None
        async with accepting(_Doors(runner.server, busy), host, port) as bound:
            yield bound
    finally:
        await runner.cleanup()


@asynccontextmanager
async def accepting(
    factory: Callable[[], asyncio.Protocol], host: str, port: int, *, tls: SSLContext | None = None
) -> AsyncIterator[int]:
    """Take connections while entered, each for a protocol of its own. Gives the port.

    At the end the sockets are closed once the connection that was taken last belongs to the server. If a server is
    closed in the moment of taking one, asyncio leaves that open: https://github.com/python/cpython/issues/109564.
    """
    loop = asyncio.get_running_loop()
    server = await loop.create_server(factory, host, port, backlog=_BACKLOG, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for socket in server.sockets:
            loop.remove_reader(socket)
        await asyncio.sleep(0)
        server.close()


async def body_of(request: web.Request) -> bytes:
    """The whole body.

    Raises:
        web.HTTPException: it is too long, does not come in time, or breaks off.
    """
    async with arriving(request):
        return await request.read()


@asynccontextmanager
async def arriving(request: web.Request, seconds: float | None = None) -> AsyncIterator[None]:
    """What is read of a body meanwhile has `seconds` to come to its end, `BODY_SECONDS` if nothing is said.

    Raises:
        web.HTTPException: it does not come in time, breaks off, is not what its header says, or is packed, as neither
            browsers nor chats send it.
    """
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise web.HTTPUnsupportedMediaType
    try:
        async with asyncio.timeout(BODY_SECONDS if seconds is None else seconds):
            yield
    except TimeoutError:
        response: web.HTTPException = web.HTTPRequestTimeout()
    except (*_SENT_WRONG, ConnectionError, EOFError):
        response = web.HTTPBadRequest()
    else:
        return
    response.force_close()
    raise response


class _Doors:
    """Makes the protocol of each new connection, and room for it."""

    def __init__(self, server: web.Server, busy: set[object]) -> None:
        self._server = server
        self._busy = busy

    def __call__(self) -> asyncio.Protocol:
        descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]  # it may change while we run
        most = _MOST if descriptors == resource.RLIM_INFINITY else max(8, min(_MOST, descriptors // 3))
        excess = len(self._server.connections) + 1 - most
        if excess > 0:
            quiet = [connection for connection in self._server.connections if connection not in self._busy]
            for connection in quiet[:excess]:
                connection.force_close()
            if len(quiet) < excess:
                return _Closed()
        return self._server()


class _Closed(asyncio.Protocol):
    """For a connection that there is no room for: descriptors are for chats and files too."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


def _counting(busy: set[object]) -> Middleware:
    @web.middleware
    async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
        busy.add(request.protocol)
        try:
            return await handler(request)
        finally:
            busy.discard(request.protocol)

    return counted


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether a line is about us, and not about what somebody sent."""
    return not (record.exc_info and isinstance(record.exc_info[1], _SENT_WRONG))


class _News:
    """Of asyncio's lines about connections that find no descriptor, of which it writes hundreds, one a minute."""

    def __init__(self) -> None:
        self._told = -_QUIET_SECONDS

    def __call__(self, record: logging.LogRecord) -> bool:
        if "accept() out of system resource" not in str(record.msg):
            return True
        now = time.monotonic()
        if now - self._told < _QUIET_SECONDS:
            return False
        self._told = now
        return True


_is_news = _News()
