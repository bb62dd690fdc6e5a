"""Connections that come to nothing: they are cut, make room for others and fill no log. Over real sockets."""

import asyncio
import contextlib
import gzip
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.compression_utils import ZLibDecompressor
from aiohttp.http_exceptions import ContentEncodingError
from aiohttp.typedefs import Handler

from adapters import listening as listening_module
from adapters.listening import body_of, listening
from tests.harness.ports import free_port
from tests.harness.waiting import eventually

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_module, "REQUEST_SECONDS", 0.3)
    monkeypatch.setattr(listening_module, "BODY_SECONDS", 0.3)


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await body_of(request))


@asynccontextmanager
async def server(handler: Handler = echo) -> AsyncIterator[int]:
    application = web.Application()
    application.router.add_post("/", handler)
    port = free_port()
    async with listening(application, host="127.0.0.1", port=port):
        yield port


async def call(port: int, sent: bytes) -> Streams:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await writer.drain()
    return reader, writer


async def answer(streams: Streams) -> bytes:
    """Everything until the connection is closed."""
    async with asyncio.timeout(60):
        content = await streams[0].read()
    streams[1].close()
    return content


@pytest.mark.parametrize("error", [web.RequestPayloadError("cut"), ContentEncodingError("no gzip")], ids=repr)
async def test_what_aiohttp_raises_of_a_request_that_is_answered_already_is_no_line_of_ours(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async with server():
        logger = logging.getLogger("aiohttp.server")
        logger.error("Unhandled exception", exc_info=error)
        assert not caplog.records
        logger.error("Unhandled exception", exc_info=KeyError("ours"))
        assert len(caplog.records) == 1


WHOLE = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("sent", [b"", b"POST / HT", b"POST / HTTP/1.1\r\nHost: x\r\nX-Half: "])
async def test_half_a_request_is_cut(sent: bytes) -> None:
    async with server() as port:
        assert await answer(await call(port, sent)) == b""


@pytest.mark.usefixtures("quick")
async def test_a_header_that_drips_is_cut_too() -> None:
    async with server() as port:
        reader, writer = await call(port, b"POST / HTTP/1.1\r\nX: ")
        async with asyncio.timeout(60):
            while not reader.at_eof():
                try:
                    writer.write(b"x")
                    await writer.drain()
                    async with asyncio.timeout(0.05):
                        await reader.read(1)
                except (TimeoutError, ConnectionError):
                    pass
        writer.close()


@pytest.mark.usefixtures("quick")
async def test_a_body_that_does_not_come_to_an_end_is_cut() -> None:
    async with server() as port:
        said = await answer(await call(port, WHOLE.replace(b"Length: 2", b"Length: 9")))
        assert said.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\0", b"nonsense\r\n\r\n", b"GET / HTTP/9\r\nX: 1\r\n\r\n"])
async def test_what_is_no_request_is_answered_and_not_logged(sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with server() as port:
            assert b"400" in await answer(await call(port, sent + b"\r\n\r\n"))
    assert not caplog.records


@pytest.mark.parametrize(
    "sent",
    [
        WHOLE.replace(b"Length: 2", b"Length: 9"),
        WHOLE.replace(b"Content-Length: 2", b"Transfer-Encoding: chunked").replace(
            b"\r\n\r\nhi", b"\r\n\r\nzz\r\nhi\r\n"
        ),
        WHOLE.replace(b"Content-Length: 2", b"Content-Length: 2\r\nContent-Encoding: gzip"),
    ],
)
async def test_a_body_that_breaks_off_logs_nothing(sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with server() as port:
            streams = await call(port, sent)
            streams[1].write_eof()
            assert b"HTTP/1.1 200" not in await answer(streams)
    assert not caplog.records


@pytest.mark.parametrize("header", ["form-data; a b=c", "form data", 'form-data; name="a; b"; x*=y'])
async def test_a_part_with_a_malformed_header_is_no_warning(header: str) -> None:
    async def first(request: web.Request) -> web.Response:
        found = await (await request.multipart()).next()
        return web.Response(text=getattr(found, "name", None))

    body = f"--xx\r\nContent-Disposition: {header}\r\n\r\nx\r\n--xx--\r\n".encode()
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=xx\r\nConnection: close\r\n"
    async with server(first) as port:
        said = await answer(await call(port, head + f"Content-Length: {len(body)}\r\n\r\n".encode() + body))
    assert said.startswith(b"HTTP/1.1 200")


async def test_nothing_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even what is thrown away after the answer: 50 kB of gzip can be as many megabytes."""
    unpacked = []

    def unpack(*args: object, **_said: object) -> bytes:
        unpacked.append(args)
        raise ValueError

    monkeypatch.setattr(ZLibDecompressor, "decompress_sync", unpack)
    body = gzip.compress(b"x" * 1000)
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nContent-Encoding: gzip\r\n".encode()
    async with server() as port:
        said = await answer(await call(port, head + b"Connection: close\r\n\r\n" + body))
    assert said.startswith(b"HTTP/1.1 415")
    assert not unpacked


async def test_the_quiet_ones_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_module, "_MOST", 20)
    async with server() as port:
        strangers = [await call(port, b"POST / HTTP/1.1\r\nHost") for _ in range(60)]
        assert (await answer(await call(port, WHOLE))).endswith(b"\r\n\r\nhi")
        async with asyncio.timeout(60):
            while sum(not reader.at_eof() for reader, _ in strangers) > 20:
                await asyncio.sleep(0.01)
        for _, writer in strangers:
            writer.close()


async def test_while_all_that_there_is_room_for_are_busy_new_ones_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_module, "_MOST", 20)
    at_work, done = [], asyncio.Event()

    async def work(request: web.Request) -> web.Response:
        at_work.append(request)
        await done.wait()
        return web.Response(text="done")

    async with server(work) as port:
        busy = [await call(port, WHOLE) for _ in range(20)]
        await eventually(lambda: len(at_work) == 20)
        for _ in range(3):
            with contextlib.suppress(ConnectionError):  # it was closed before all was sent
                assert await answer(await call(port, WHOLE)) == b""
        assert len(at_work) == 20
        done.set()
        for each in busy:
            assert (await answer(each)).endswith(b"\r\n\r\ndone")
        assert (await answer(await call(port, WHOLE))).endswith(b"\r\n\r\ndone")


async def test_a_lack_of_descriptors_is_told_once_a_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening_module._is_news, "_told", -60.0)
    async with server():
        asyncio_log = logging.getLogger("asyncio")
        for _ in range(50):
            asyncio_log.error("socket.accept() out of system resource\nsocket: <socket>")
        asyncio_log.error("something else")
    assert [record.message.partition("\n")[0] for record in caplog.records] == [
        "socket.accept() out of system resource",
        "something else",
    ]


@pytest.mark.parametrize("turns", range(6))
async def test_a_connection_that_comes_as_the_server_ends_is_ended_too(turns: int) -> None:
    """Taken by the loop and not yet the server's, asyncio would leave it open: a warning, and so an error here."""
    async with server() as port:
        coming = asyncio.create_task(asyncio.open_connection("127.0.0.1", port))
        for _ in range(turns):
            await asyncio.sleep(0)
    with contextlib.suppress(ConnectionError):  # it came too late, or was cut
        streams = await coming
        assert await answer(streams) == b""
