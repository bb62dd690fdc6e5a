"""Every way out takes the proxy of the environment, seen from a proxy that writes down what it is asked for."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from adapters.discord import connection as discord_connection
from adapters.discord.check import check_discord
from adapters.downloads import downloader
from adapters.proxies import fault_of_connections, proxy_for, shown_proxy
from adapters.slack.api import SlackApi
from adapters.slack.check import check_slack
from adapters.slack.options import SlackOptions
from adapters.slack.sockets import by_its_host
from adapters.slack.tokens import Workspaces
from bot.domain.errors import PictureRefused
from bot.findings import State
from bot.system import SystemClock
from tests.servers.discord import DiscordServer
from tests.servers.slack.server import APP_TOKEN, slack_server


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


class Asked(list[str]):
    """The first lines of what a proxy was asked; `logins` are its callers' credentials."""

    logins: set[str]


@asynccontextmanager
async def refusing_proxy(monkeypatch: pytest.MonkeyPatch, *, login: str = "") -> AsyncIterator[Asked]:
    """The environment's proxy while entered; gives the first lines of what it is asked, and lets nothing through."""
    asked = Asked()
    asked.logins = set()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        asked.append(lines[0])
        asked.logins |= {line for line in lines if line.startswith("Proxy-Authorization")}
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{login}127.0.0.1:{server.sockets[0].getsockname()[1]}")
        yield asked


@pytest.mark.parametrize(
    ("environment", "address", "proxy"),
    [
        ({"HTTPS_PROXY": "http://proxy:3128"}, "https://slack.com/api/", "http://proxy:3128"),
        ({"https_proxy": "proxy:3128"}, "https://slack.com/api/", "http://proxy:3128"),
        ({"ALL_PROXY": "http://proxy:3128"}, "wss://gateway.discord.gg/", "http://proxy:3128"),
        ({"HTTPS_PROXY": "http://proxy:3128"}, "wss://gateway.discord.gg/", "http://proxy:3128"),
        ({"HTTP_PROXY": "http://proxy:3128"}, "https://slack.com/api/", None),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "slack.com"}, "https://files.slack.com/x", None),
        ({"HTTP_PROXY": "http://proxy:3128"}, "http://127.0.0.1:8080/api/", None),
        ({"HTTP_PROXY": "http://proxy:3128"}, "http://127.3.2.1/api/", None),
        ({"HTTP_PROXY": "http://proxy:3128"}, "http://[::1]:8080/api/", None),
        ({"HTTP_PROXY": "http://proxy:3128"}, "http://localhost/api/", None),
        ({}, "https://slack.com/api/", None),
    ],
)
def test_which_proxy_an_address_takes(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], address: str, proxy: str | None
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(address) == proxy


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("http://proxy:port", "HTTPS_PROXY is no address: write it as http://HOST:PORT, or unset it"),
        ("http://proxy:99999", "HTTPS_PROXY is no address: write it as http://HOST:PORT, or unset it"),
        ("http://proxy:0", "HTTPS_PROXY is no address: write it as http://HOST:PORT, or unset it"),
        ("proxy..example:3128", "HTTPS_PROXY is no address: write it as http://HOST:PORT, or unset it"),
        ("http://anna:hunter2@[::1", "HTTPS_PROXY is no address: write it as http://HOST:PORT, or unset it"),
        (
            "socks5://anna:hunter2@proxy:1080",
            "HTTPS_PROXY names a proxy that speaks socks5: name one that speaks HTTP, or unset it",
        ),
        ("http://", "HTTPS_PROXY names no host: write it as http://HOST:PORT, or unset it"),
        ("http://anna:hunter2@proxy:3128", ""),
        ("proxy", ""),
        ("", ""),
    ],
)
def test_a_proxy_that_nothing_could_go_through_is_told(
    monkeypatch: pytest.MonkeyPatch, written: str, fault: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", written)
    assert fault_of_connections() == fault


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_of_certificates_that_is_none_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
) -> None:
    """OpenSSL passes over it in silence, and trusts nobody but whom a folder of certificates names."""
    file = tmp_path / "bundle.pem"
    if content:
        file.write_text(content, encoding="utf-8")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert fault_of_connections().startswith(f"SSL_CERT_FILE names {file}, which is no file of certificates")


def test_a_proxy_is_shown_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://anna:hunter2@proxy:3128")
    assert shown_proxy("https://slack.com/api/") == "proxy:3128"
    assert shown_proxy("https://127.0.0.1/api/") == ""


async def test_its_password_goes_to_the_proxy_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What a proxy wants to know is told it by every way out; no sentence and no line of the log has it."""
    async with refusing_proxy(monkeypatch, login="anna:hunter2@") as asked:
        options = SlackOptions(bot_token="xoxb-1", app_token="xapp-1")
        told = [finding.words async for finding in check_slack(options)]
        asking = check_discord(token="token", api_url="https://discord.com/api/v10", clock=SystemClock())
        told += [finding.words async for finding in asking]
        async with downloader(allowed_hosts=frozenset({"cdn.discordapp.com"}), max_bytes=1000) as fetching:
            with pytest.raises(PictureRefused) as refused:
                await fetching.fetch("https://cdn.discordapp.com/cat.png")
    basic = base64.b64encode(b"anna:hunter2").decode()
    assert {line.partition(" HTTP")[0] for line in asked} == {
        "CONNECT slack.com:443",
        "CONNECT discord.com:443",
        "CONNECT cdn.discordapp.com:443",
    }
    assert asked.logins == {f"Proxy-Authorization: Basic {basic}"}
    said = f"{told} {refused.value} {caplog.text}"
    assert "hunter2" not in said
    assert basic not in said


async def test_pictures_come_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        refusing_proxy(monkeypatch) as asked,
        downloader(allowed_hosts=frozenset({"cdn.discordapp.com"}), max_bytes=1000) as fetching,
    ):
        with pytest.raises(PictureRefused):
            await fetching.fetch("https://cdn.discordapp.com/cat.png")
    assert asked == ["CONNECT cdn.discordapp.com:443 HTTP/1.1"]


async def test_discord_is_reached_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with refusing_proxy(monkeypatch) as asked:
        connection = discord_connection.Connection(api_url="https://discord.com/api/v10", clock=SystemClock())
        await connection.log_in("token", waits=())
        await connection.close()
    assert set(asked) == {"CONNECT discord.com:443 HTTP/1.1"}


async def test_slack_is_reached_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with refusing_proxy(monkeypatch) as asked:
        options = SlackOptions(bot_token="xoxb-1", app_token="xapp-1")
        assert [found.state async for found in check_slack(options)] == [State.NOTE, State.NOTE]
    assert set(asked) == {"CONNECT slack.com:443 HTTP/1.1"}


@pytest.mark.parametrize("without", ["", "gateway.discord.gg"])
async def test_discord_s_gateway_takes_the_proxy_of_its_own_host(
    monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    """The API is on loopback here, so it takes none."""
    monkeypatch.setenv("NO_PROXY", without)
    async with refusing_proxy(monkeypatch) as asked, DiscordServer() as discord:
        connection = discord_connection.Connection(api_url=discord.url, clock=SystemClock())
        await connection.log_in(discord.token, waits=())
        with pytest.raises(aiohttp.ClientError):
            await connection.http.ws_connect("wss://gateway.discord.gg/?v=10")
        await connection.close()
    assert asked == ([] if without else ["CONNECT gateway.discord.gg:443 HTTP/1.1"])


@pytest.mark.parametrize("without", ["", "files.slack.com", "wss-primary.slack.com"])
async def test_each_host_of_slack_takes_its_own(monkeypatch: pytest.MonkeyPatch, without: str) -> None:
    """Uploads, response URLs and Socket Mode are on other hosts than the API, which is on loopback here."""
    monkeypatch.setenv("NO_PROXY", without)
    async with refusing_proxy(monkeypatch) as asked, slack_server() as slack:
        slack.state.add_team()
        options = SlackOptions(bot_token="xoxb-one", app_token=APP_TOKEN, api_url=slack.api_url)
        async with SlackApi(options, Workspaces(options, clock=SystemClock())) as api:
            await api.workspaces.start(api)
            for host in ("files.slack.com", "hooks.slack.com"):
                with pytest.raises(aiohttp.ClientError):
                    await api.session.post(f"https://{host}/x", data=b"")
        client = SocketModeClient(APP_TOKEN)
        given = "wss://wss-primary.slack.com/link"
        monkeypatch.setattr(client, "issue_new_wss_url", _giving(given))
        by_its_host(client)
        assert await client.issue_new_wss_url() == given
        assert (client.proxy is None) is (without == "wss-primary.slack.com")
        await client.aiohttp_client_session.close()
    hosts = [host for host in ("files.slack.com", "hooks.slack.com") if host != without]
    assert asked == [f"CONNECT {host}:443 HTTP/1.1" for host in hosts]


def _giving(answer: str) -> Callable[[], Awaitable[str]]:
    async def give() -> str:
        return answer

    return give
