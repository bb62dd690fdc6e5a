"""Ways out over IPv6 alone, and to hosts whose certificate only an authority of one's own vouches for."""

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiohttp import web

from adapters.discord.connection import Connection
from adapters.downloads import downloader
from adapters.slack.api import SlackApi
from adapters.slack.options import SlackOptions
from adapters.slack.tokens import Workspaces
from bot.domain.errors import PictureRefused
from bot.system import SystemClock
from inference.models.downloads import fetched
from inference.models.hub import HubRef
from tests.servers.discord import DiscordServer
from tests.servers.hub import Hub
from tests.servers.serving import HOST, serving
from tests.servers.slack.server import APP_TOKEN, slack_server


def _speaks_ipv6() -> bool:
    with suppress(OSError), socket.socket(socket.AF_INET6) as tried:
        tried.bind(("::1", 0))
        return True
    return False


over_ipv6 = pytest.mark.skipif(not _speaks_ipv6(), reason="this machine has no IPv6")


@asynccontextmanager
async def only_ipv6(address: str) -> AsyncIterator[Callable[[str], str]]:
    """While entered, what listens at 127.0.0.1:PORT is found at ::1 too; gives what writes an address so."""
    place = address.rpartition("://")[2].partition("/")[0]
    host, _, port = place.partition(":")

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, asks = await asyncio.open_connection(host, int(port))
        await asyncio.gather(passed(reader, asks), passed(answers, writer))

    async with await asyncio.start_server(forward, "::1", 0) as server:
        there = f"[::1]:{server.sockets[0].getsockname()[1]}"
        yield lambda text: text.replace(place, there)


@over_ipv6
async def test_discord_its_gateway_and_its_pictures_are_reached_over_ipv6() -> None:
    async with DiscordServer() as discord, only_ipv6(discord.url) as there:
        connection = Connection(api_url=there(discord.url), clock=SystemClock())
        await connection.log_in(discord.token, waits=())
        socket = await connection.http.ws_connect(there(f"{discord.gateway_url}?v=10&encoding=json"))
        assert (await socket.receive_json())["op"] == 10, "hello"
        await socket.close()
        await connection.close()
        async with downloader(allowed_hosts=frozenset({"::1"}), max_bytes=1000) as fetching:
            with pytest.raises(PictureRefused, match="its host answered"):
                await fetching.fetch(there(f"http://{discord.host}/nothing.png"))


@over_ipv6
async def test_slack_is_reached_over_ipv6() -> None:
    async with slack_server() as slack, only_ipv6(slack.api_url) as there:
        slack.state.add_team()
        options = SlackOptions(bot_token="xoxb-one", app_token=APP_TOKEN, api_url=there(slack.api_url))
        async with SlackApi(options, Workspaces(options, clock=SystemClock())) as api:
            await api.workspaces.start(api)


@over_ipv6
async def test_a_model_comes_over_ipv6(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tmp_path / "model"
    (model / "unet").mkdir(parents=True)
    (model / "model_index.json").write_text('{"unet": ["diffusers", "UNet2DConditionModel"]}')
    (model / "unet" / "config.json").write_text("{}")
    (model / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(os.urandom(5_000))
    with Hub({"org/tiny": model}) as hub:
        async with only_ipv6(hub.url) as there:
            for name, value in hub.environment(tmp_path / "cache").items():
                monkeypatch.setenv(name, there(value))
            arrivals = [news async for news in fetched(HubRef("org/tiny"), name="tiny")]
        assert hub.total >= 5_000
    assert arrivals


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed: it makes the certificates")
@pytest.mark.parametrize("named", [True, False])
async def test_pictures_come_from_a_host_that_ssl_cert_file_vouches_for_and_from_no_other(
    tmp_path: Path, named: bool
) -> None:
    """As a process of its own: the variable is read when it starts. The chats' clients are the same library's."""
    authority, key = tmp_path / "authority.pem", tmp_path / "authority.key"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(authority)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, key)

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=b"picture")

    application = web.Application()
    application.router.add_get("/", answer)
    script = (
        "import asyncio, sys; from adapters.downloads import downloader\n"
        "async def main():\n"
        "    async with downloader(allowed_hosts=frozenset({'127.0.0.1'}), max_bytes=1000) as fetching:\n"
        "        sys.stdout.buffer.write((await fetching.fetch(sys.argv[1])).content)\n"
        "asyncio.run(main())\n"
    )
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SSL_")}
    async with serving(application, tls=context) as port:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", script, f"https://{HOST}:{port}/"),
            env=environ | ({"SSL_CERT_FILE": str(authority)} if named else {}),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        came, said = await process.communicate()
    assert came == (b"picture" if named else b"")
    assert named or b"PictureRefused" in said
