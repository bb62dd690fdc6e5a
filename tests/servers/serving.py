"""How the web servers of tests listen on loopback: they can be left while others connect."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ssl import SSLContext

from aiohttp import web

from adapters.listening import accepting

HOST = "127.0.0.1"


@asynccontextmanager
async def serving(
    application: web.Application, port: int = 0, *, stop_seconds: float = 1.0, tls: SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve while entered; what is being answered at the end gets `stop_seconds`. Gives the port."""
    runner = web.AppRunner(application, shutdown_timeout=stop_seconds, access_log=None)
    await runner.setup()
    try:
        assert runner.server is not None
        async with accepting(runner.server, HOST, port, tls=tls) as bound:
            yield bound
    finally:
        await runner.cleanup()
