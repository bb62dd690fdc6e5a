"""What strangers send to a running service in HTTP mode: it costs them a connection, and nobody else anything."""

import asyncio
import contextlib
import io
import json
import resource
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.test_health import START_SECONDS, service, slack_at
from tests.harness.ports import free_port
from tests.servers.discord import DiscordServer
from tests.servers.slack.server import SIGNING_SECRET, signed

HALF_OPEN = 300
DESCRIPTORS = 256
SECRET_WORDS = "zanzibar-marker"
CHALLENGE = json.dumps({"type": "url_verification", "challenge": "hello"}).encode()
PATH = "/slack/events"


@asynccontextmanager
async def listening(folder: Path, descriptors: int = DESCRIPTORS) -> AsyncIterator[int]:
    """A service of Slack in HTTP mode with few descriptors; gives its port."""
    http = free_port()
    settings = {
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "PENTIMENTO__SLACK__MODE": "http",
        "PENTIMENTO__SLACK__HTTP_PORT": str(http),
    }
    async with DiscordServer() as discord, slack_at() as slack:
        discord.channel()
        async with service(folder, discord, slack, **settings) as running:
            await running.until(within=START_SECONDS)
            resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (descriptors, descriptors))
            yield http


async def post(port: int, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    url = f"http://127.0.0.1:{port}{PATH}"
    kind = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as client,
        client.post(url, data=io.BytesIO(body), headers=kind | dict(headers)) as said,
    ):
        return said.status, await said.text()


async def answered(port: int) -> float:
    """Seconds until a request that Slack signed is answered; who is cut off comes again, as Slack does."""
    began = time.monotonic()
    while True:
        with contextlib.suppress(aiohttp.ClientError):
            assert (await post(port, CHALLENGE, signed(CHALLENGE)))[0] == 200
            return time.monotonic() - began
        await asyncio.sleep(0.2)


@pytest.mark.timeout(600)
async def test_strangers_keep_no_request_of_slack_out_and_fill_no_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with listening(tmp_path) as port:
        capfd.readouterr()
        open_ones = []
        for number in range(HALF_OPEN):
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(
                    (b"", b"POST /slack/eve", b"POST /slack/events HTTP/1.1\r\nHost: x\r\nX-Half: ")[number % 3]
                )
                open_ones.append((reader, writer))
        assert await answered(port) < 60

        reader, writer = await asyncio.open_connection("127.0.0.1", port)  # a body of a byte a second
        writer.write(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n".encode())
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):  # cut by a reset, which no end of the stream follows
            while not reader.at_eof() and time.monotonic() - began < 60:
                writer.write(SECRET_WORDS[0].encode())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await reader.read(500)
        assert time.monotonic() - began < 55, "it is cut, long before its ninety bytes are there"
        assert await answered(port) < 60

        for _, each in (*open_ones, (reader, writer)):
            each.close()
            with contextlib.suppress(OSError):
                await each.wait_closed()
        said = capfd.readouterr()
        assert len((said.out + said.err).splitlines()) < 100
        assert "Traceback" not in said.out + said.err


@pytest.mark.timeout(600)
async def test_what_slack_did_not_sign_is_answered_and_none_of_its_words_are_logged(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    body = json.dumps({"type": "event_callback", "text": SECRET_WORDS}).encode()
    right = signed(body)
    stamp, signature = "X-Slack-Request-Timestamp", "X-Slack-Signature"
    malformed: dict[str, Mapping[str, str]] = {
        "none": {},
        "no signature": {stamp: right[stamp]},
        "no time": {signature: right[signature]},
        "another secret": signed(body, secret="another"),
        "of another body": signed(b"{}"),
        "old": signed(body, at=time.time() - 310),
        "of the future": signed(body, at=time.time() + 3600),
        "no number": right | {stamp: "yesterday"},
        "a fraction": right | {stamp: right[stamp] + ".5"},
        "exponent": right | {stamp: "1e300"},
        "no end of digits": right | {stamp: "9" * 5000},
        "negative": right | {stamp: "-1"},
        "foreign digits": right | {stamp: "\u0661\u0667" * 5},
        "not a number": right | {stamp: "nan"},
        "infinity": right | {stamp: "inf"},
        "empty": right | {stamp: "", signature: ""},
        "version 1": right | {signature: right[signature].replace("v0=", "v1=")},
        "beyond ASCII": right | {signature: "v0=\u00e4\u00f6"},
        "long": right | {signature: "v0=" + "0" * 7000},
        "capitals": right | {signature: right[signature].upper()},
    }
    async with listening(tmp_path) as port:
        capfd.readouterr()
        answers = {name: (await post(port, body, headers))[0] for name, headers in malformed.items()}
        assert {name: status for name, status in answers.items() if status != 401} == {}
        not_utf_8 = SECRET_WORDS.encode() + b"\xff\xfe"
        assert (await post(port, not_utf_8, signed(b"other")))[0] == 401
        assert (await post(port, not_utf_8, signed(not_utf_8)))[0] in {400, 401}
        too_long = SECRET_WORDS.encode() * 100_000
        assert (await post(port, too_long, signed(too_long)))[0] == 413
        assert (await post(port, CHALLENGE, signed(CHALLENGE))) == (200, '{"challenge": "hello"}')
    said = capfd.readouterr()
    assert SECRET_WORDS not in said.out + said.err
    assert "Traceback" not in said.out + said.err
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and SECRET_WORDS.encode() in file.read_bytes()]
