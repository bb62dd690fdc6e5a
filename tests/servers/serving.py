"""How the web servers of tests listen on loopback: they can be left while others connect."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ssl import SSLContext

from aiohttp import web

from adapters.listening import stop_listening

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
        server = await asyncio.get_running_loop().create_server(runner.server, HOST, port, ssl=tls)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            await stop_listening(server)
    finally:
        await runner.cleanup()
